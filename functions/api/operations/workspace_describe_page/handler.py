"""GET /api/auth/session, /api/ai/models, /api/presets: what a page asks before it shows the form."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.doors.workspace.door import WORKSPACE
from easel.doors.workspace.page import answers as page
from easel.doors.workspace.page import words
from easel.http import answers, callers, gateway
from easel.wiring import prompt_templates as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver(WORKSPACE)


@app.get("/api/auth/session", **words.READ_SESSION)
def read_session(caller: callers.GenerationsRead) -> Response[page.SessionBody]:
    return answers.as_json(page.session_body(caller, system_clock()))


@app.get("/api/ai/models", **words.LIST_AI_MODELS)
def list_models(
    caller: callers.GenerationsRead,  # noqa: ARG001 - the list is the same for all, but not public at this door
    capability: page.Capability = None,
    provider: page.ProviderName = None,
) -> Response[page.WorkspaceModels]:
    return answers.as_json(page.models_body(load_catalogue(), capability, provider))


@app.get("/api/presets", **words.LIST_PRESETS)
def list_presets(
    caller: callers.GenerationsRead, category: page.Category = None, system: page.SystemPresets = None
) -> Response[page.PresetList]:
    known = wiring.read_prompt_templates(settings.load(Env)).list(caller, limit=page.MAX_PRESETS, after=None)
    return answers.as_json(page.presets_body(known.items, category, system))


lambda_handler = gateway.entry(app)
