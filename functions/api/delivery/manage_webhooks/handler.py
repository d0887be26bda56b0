"""POST /api/v1/webhooks, PATCH and DELETE /api/v1/webhooks/{webhookId}, POST .../rotate: webhook endpoints."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical.delivery import webhook_answers as webhooks
from easel.doors.canonical.delivery import webhook_requests as requests
from easel.doors.canonical.delivery import webhook_words as words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, parse
from easel.wiring.delivery import webhooks as wiring

Env = wiring.ManageEnv

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/webhooks", status_code=201, **words.CREATE_WEBHOOK)
def create_webhook(
    caller: callers.WorkspaceAdmin, body: Annotated[requests.NewWebhookRequest, Body()]
) -> Response[webhooks.WebhookSecretBody]:
    env = settings.load(Env)
    by = wiring.deliverer(env)
    issued = wiring.manage_webhooks(env).create(caller, requests.new_endpoint(body, env.WEBHOOK_TRUSTED_ORIGINS, by))
    return answers.as_json(webhooks.webhook_secret_body(issued, by, system_clock()), status=201)


@app.patch("/api/v1/webhooks/<webhookId>", **words.CHANGE_WEBHOOK)
def change_webhook(
    caller: callers.WorkspaceAdmin,
    webhook_id: requests.WebhookId,
    body: Annotated[requests.ChangeWebhookRequest, Body()],
) -> Response[webhooks.WebhookBody]:
    env, named = settings.load(Env), parse.resource_id(webhook_id, "webhook endpoint")
    changed = wiring.manage_webhooks(env).change(caller, named, requests.change_of(body, env.WEBHOOK_TRUSTED_ORIGINS))
    return answers.as_json(webhooks.webhook_body(changed, wiring.deliverer(env), system_clock()))


@app.delete("/api/v1/webhooks/<webhookId>", status_code=204, **words.DELETE_WEBHOOK)
def delete_webhook(caller: callers.WorkspaceAdmin, webhook_id: requests.WebhookId) -> Response[None]:
    wiring.manage_webhooks(settings.load(Env)).remove(caller, parse.resource_id(webhook_id, "webhook endpoint"))
    return answers.no_content()


@app.post("/api/v1/webhooks/<webhookId>/rotate", status_code=201, **words.ROTATE_WEBHOOK_SECRET)
def rotate_secret(
    caller: callers.WorkspaceAdmin, webhook_id: requests.WebhookOrRequests
) -> Response[webhooks.WebhookSecretBody]:
    env = settings.load(Env)
    issued = wiring.manage_webhooks(env).rotate(caller, requests.endpoint_id(webhook_id))
    return answers.as_json(webhooks.webhook_secret_body(issued, wiring.deliverer(env), system_clock()), status=201)


lambda_handler = gateway.entry(app)
