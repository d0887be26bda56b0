"""POST /api/v1/prompt-templates, PUT and DELETE .../{templateId}: make, change and remove a workspace's own."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.http import answers, contract, gateway, identity, parameters
from easel.http.dialects import prompts
from easel.http.schemas.prompts import ChangePromptTemplateRequest, PromptTemplateBody, PromptTemplateRequest
from easel.observability import instrumented
from easel.wiring import prompt_templates as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver()


@app.post("/api/v1/prompt-templates", status_code=201, **contract.CREATE_PROMPT_TEMPLATE)
def create_template(body: Annotated[PromptTemplateRequest, Body()]) -> Response[PromptTemplateBody]:
    caller = identity.principal(app, identity.WRITE)
    made = wiring.manage_prompt_templates(settings.load(Env)).create(caller, prompts.wanted(body))
    return answers.as_json(prompts.own_body(made), status=201)


@app.put("/api/v1/prompt-templates/<templateId>", **contract.CHANGE_PROMPT_TEMPLATE)
def change_template(
    template_id: parameters.TemplateId, body: Annotated[ChangePromptTemplateRequest, Body()]
) -> Response[PromptTemplateBody]:
    caller, named = identity.principal(app, identity.WRITE), prompts.template_id(template_id)
    manage = wiring.manage_prompt_templates(settings.load(Env))
    changed = manage.change(caller, named, prompts.wanted(body), replaces=body.version)
    return answers.as_json(prompts.own_body(changed))


@app.delete("/api/v1/prompt-templates/<templateId>", status_code=204, **contract.REMOVE_PROMPT_TEMPLATE)
def remove_template(template_id: parameters.TemplateId) -> Response[None]:
    caller, named = identity.principal(app, identity.WRITE), prompts.template_id(template_id)
    wiring.manage_prompt_templates(settings.load(Env)).remove(caller, named)
    return answers.nothing()


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
