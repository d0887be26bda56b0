"""GET /api/v1/webhooks, .../{webhookId}, .../deliveries, .../deliveries/{deliveryId}: endpoints and deliveries."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical import paging
from easel.doors.canonical.delivery import webhook_answers as webhooks
from easel.doors.canonical.delivery import webhook_requests as requests
from easel.doors.canonical.delivery import webhook_words as words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, parse
from easel.wiring import cursors
from easel.wiring.delivery import webhooks as wiring

Env = wiring.ReadEnv

app = gateway.resolver(CANONICAL)


@app.get("/api/v1/webhooks", **words.LIST_WEBHOOKS)
def list_webhooks(caller: callers.WorkspaceAdmin) -> Response[webhooks.WebhooksBody]:
    env = settings.load(Env)
    found = wiring.read_webhooks(env).all(caller)
    return answers.as_json(webhooks.webhooks_body(found, wiring.deliverer(env), system_clock()))


@app.get("/api/v1/webhooks/<webhookId>", **words.READ_WEBHOOK)
def read_webhook(
    caller: callers.WorkspaceAdmin, webhook_id: requests.WebhookOrRequests
) -> Response[webhooks.WebhookBody]:
    env = settings.load(Env)
    found = wiring.read_webhooks(env).get(caller, requests.endpoint_id(webhook_id))
    return answers.as_json(webhooks.webhook_body(found, wiring.deliverer(env), system_clock()))


@app.get("/api/v1/webhooks/<webhookId>/deliveries", **words.LIST_DELIVERIES)
def list_deliveries(
    caller: callers.WorkspaceAdmin,
    webhook_id: requests.WebhookOrRequests,
    limit: paging.Limit = None,
    cursor: paging.CursorText = None,
) -> Response[webhooks.DeliveryPageBody]:
    env, named = settings.load(Env), requests.endpoint_id(webhook_id)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, f"deliveries {named}")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_webhooks(env).deliveries(caller, named, limit=asked.limit, after=asked.after)
    return answers.as_json(webhooks.delivery_page(found, asked.limit, pages))


@app.get("/api/v1/webhooks/<webhookId>/deliveries/<deliveryId>", **words.READ_DELIVERY)
def read_delivery(
    caller: callers.WorkspaceAdmin, webhook_id: requests.WebhookOrRequests, delivery_id: requests.DeliveryId
) -> Response[webhooks.DeliveryWithAttemptsBody]:
    named, wanted = requests.endpoint_id(webhook_id), parse.resource_id(delivery_id, "delivery")
    found = wiring.read_webhooks(settings.load(Env)).delivery(caller, named, wanted)
    return answers.as_json(webhooks.delivery_with_attempts(*found))


lambda_handler = gateway.entry(app)
