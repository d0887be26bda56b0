"""GET /api/v1/prompt-templates, GET .../{templateId}, POST .../{templateId}/render: what there is and what it makes."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.http import answers, contract, gateway, identity, pagination, parameters
from easel.http.dialects import prompts
from easel.http.schemas.prompts import PromptTemplateBody, PromptTemplatePage, RenderedTemplateBody, RenderRequest
from easel.observability import instrumented
from easel.wiring import cursors
from easel.wiring import prompt_templates as wiring
from easel.wiring.env import CoreTable, SigningKey


class Env(CoreTable, SigningKey):
    """Environment of this function."""


app = gateway.resolver()


@app.get("/api/v1/prompt-templates", **contract.LIST_PROMPT_TEMPLATES)
def list_templates(
    limit: pagination.Limit = None, cursor: pagination.CursorText = None
) -> Response[PromptTemplatePage]:
    env, caller = settings.load(Env), identity.principal(app, identity.READ)
    listing = pagination.Listing(cursors.cursor_signer(env), caller.workspace_id, "prompt-templates")
    asked = listing.page_request(limit=limit, page=None, cursor=cursor)
    found, after = wiring.read_prompt_templates(env).list(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(prompts.template_page(found, asked.limit, listing.next_cursor(after)))


@app.get("/api/v1/prompt-templates/<templateId>", **contract.READ_PROMPT_TEMPLATE)
def read_template(
    template_id: parameters.TemplateId, version: parameters.TemplateVersion = None
) -> Response[PromptTemplateBody]:
    caller, wanted = identity.principal(app, identity.READ), prompts.template_id(template_id)
    known = wiring.read_prompt_templates(settings.load(Env)).get(caller, wanted, version)
    return answers.as_json(prompts.template_body(known))


@app.post("/api/v1/prompt-templates/<templateId>/render", **contract.RENDER_PROMPT_TEMPLATE)
def render_template(
    template_id: parameters.TemplateId, body: Annotated[RenderRequest, Body()]
) -> Response[RenderedTemplateBody]:
    caller, use = identity.principal(app, identity.READ), prompts.template_use(template_id, body)
    roles = [reference.role for reference in body.references]
    made = wiring.read_prompt_templates(settings.load(Env)).render(caller, use, roles=roles, model=body.model)
    return answers.as_json(prompts.rendered_body(made))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
