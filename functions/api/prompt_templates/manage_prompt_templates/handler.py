"""POST /api/v1/prompt-templates, PUT and DELETE .../{templateId}: create, change and delete own templates."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.prompt_templates import answers as prompt_templates
from easel.doors.canonical.prompt_templates import requests, words
from easel.http import answers, callers, gateway
from easel.wiring import prompt_templates as wiring
from easel.wiring.env import CoreTable as Env

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/prompt-templates", status_code=201, **words.CREATE_PROMPT_TEMPLATE)
def create_template(
    caller: callers.GenerationsWrite, body: Annotated[requests.PromptTemplateRequest, Body()]
) -> Response[prompt_templates.PromptTemplateBody]:
    made = wiring.manage_prompt_templates(settings.load(Env)).create(caller, requests.wanted(body))
    return answers.as_json(prompt_templates.own_body(made), status=201)


@app.put("/api/v1/prompt-templates/<templateId>", **words.CHANGE_PROMPT_TEMPLATE)
def change_template(
    caller: callers.GenerationsWrite,
    template_id: requests.TemplateId,
    body: Annotated[requests.ChangePromptTemplateRequest, Body()],
) -> Response[prompt_templates.PromptTemplateBody]:
    named = requests.template_id(template_id)
    manage = wiring.manage_prompt_templates(settings.load(Env))
    changed = manage.change(caller, named, requests.wanted(body), replaces=body.version)
    return answers.as_json(prompt_templates.own_body(changed))


@app.delete("/api/v1/prompt-templates/<templateId>", status_code=204, **words.REMOVE_PROMPT_TEMPLATE)
def remove_template(caller: callers.GenerationsWrite, template_id: requests.TemplateId) -> Response[None]:
    named = requests.template_id(template_id)
    wiring.manage_prompt_templates(settings.load(Env)).remove(caller, named)
    return answers.no_content()


lambda_handler = gateway.entry(app)
