"""GET /api/v1/prompt-templates, GET .../{templateId}, POST .../{templateId}/render: list, read and render templates."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical import paging
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.prompt_templates import answers as prompt_templates
from easel.doors.canonical.prompt_templates import requests, words
from easel.http import answers, callers, gateway
from easel.wiring import cursors
from easel.wiring import prompt_templates as wiring
from easel.wiring.env import CoreTable, SigningKey


class Env(CoreTable, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/prompt-templates", **words.LIST_PROMPT_TEMPLATES)
def list_templates(
    caller: callers.GenerationsRead, limit: paging.Limit = None, cursor: paging.CursorText = None
) -> Response[prompt_templates.PromptTemplatePage]:
    env = settings.load(Env)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, "prompt-templates")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_prompt_templates(env).list(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(prompt_templates.template_page(found, asked.limit, pages))


@app.get("/api/v1/prompt-templates/<templateId>", **words.READ_PROMPT_TEMPLATE)
def read_template(
    caller: callers.GenerationsRead, template_id: requests.TemplateId, version: requests.TemplateVersion = None
) -> Response[prompt_templates.PromptTemplateBody]:
    wanted = requests.template_id(template_id)
    known = wiring.read_prompt_templates(settings.load(Env)).get(caller, wanted, version)
    return answers.as_json(prompt_templates.template_body(known))


@app.post("/api/v1/prompt-templates/<templateId>/render", **words.RENDER_PROMPT_TEMPLATE)
def render_template(
    caller: callers.GenerationsRead, template_id: requests.TemplateId, body: Annotated[requests.RenderRequest, Body()]
) -> Response[prompt_templates.RenderedTemplateBody]:
    use = requests.template_use(template_id, body)
    roles = [reference.role for reference in body.references]
    made = wiring.read_prompt_templates(settings.load(Env)).render(caller, use, roles=roles, model=body.model)
    return answers.as_json(prompt_templates.rendered_body(made))


lambda_handler = gateway.entry(app)
