"""POST /api/ai/images/edits and .../variations: images made from pictures, which a form may bring along."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.workspace.door import WORKSPACE
from easel.doors.workspace.images import answers as images
from easel.doors.workspace.images import edits, requests, words
from easel.doors.workspace.links import WorkspaceLinks
from easel.http import callers, gateway
from easel.http.incoming import Incoming
from easel.observability import count, request_id
from easel.services.accounts.principal import Principal
from easel.wiring.accounts import enter_workspace
from easel.wiring.generations import generate_images as wiring
from easel.wiring.images import read_images
from easel.wiring.prepared import prepared
from easel.wiring.uploads import accept_upload as uploads


class Env(wiring.GenerateEnv, uploads.AcceptEnv):
    """Environment of this function."""


app = gateway.resolver(WORKSPACE)


@app.post("/api/ai/images/edits", **words.EDIT_IMAGES)
def edit_images(
    caller: callers.GenerationsWrite, key: requests.IdempotencyKey = None, prefer: requests.Prefer = None
) -> Response[images.Answer]:
    return _make(caller, edits.read(Incoming(app.current_event.raw_event), edits.EditImagesRequest), key, prefer)


@app.post("/api/ai/images/variations", **words.VARY_IMAGES)
def vary_images(
    caller: callers.GenerationsWrite, key: requests.IdempotencyKey = None, prefer: requests.Prefer = None
) -> Response[images.Answer]:
    return _make(caller, edits.read(Incoming(app.current_event.raw_event), edits.VaryImagesRequest), key, prefer)


def _make(caller: Principal, edit: edits.Edit, key: str | None, prefer: str | None) -> Response[images.Answer]:
    env = settings.load(Env)
    call = requests.call(app.current_event.headers, edit.request.workspace_id, request_id(), key, prefer)
    edit.check(env.REFERENCE_TRUSTED_ORIGINS)
    member = enter_workspace.enter_workspace(env)(caller, call.workspace_id)
    accepted = uploads.accept_upload(env)(member, edit.files, size=edit.size) if edit.files else ()
    request = edit.image_request([file.upload.id for file in accepted], env.REFERENCE_TRUSTED_ORIGINS)
    generated = wiring.generate_images(env)(member, request, call)
    count("GenerationsAccepted", replayed=generated.replayed or generated.is_reused)
    return images.generated_answer(generated, WorkspaceLinks(read_images.links(env), env.PUBLIC_BASE_URL))


lambda_handler = gateway.entry(app, prepared(Env, wiring.generate_images, read_images.links))
