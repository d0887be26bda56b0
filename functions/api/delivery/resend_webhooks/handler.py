"""POST below /api/v1/webhooks/{webhookId}: deliveries/{deliveryId}/resend, recover, replay-missing, example."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.delivery import webhook_answers as webhooks
from easel.doors.canonical.delivery import webhook_requests as requests
from easel.doors.canonical.delivery import webhook_words as words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, parse
from easel.wiring.delivery import webhooks as wiring
from easel.wiring.delivery.webhook_queues import QueueEnv as Env

app = gateway.resolver(CANONICAL)
_BELOW = "/api/v1/webhooks/<webhookId>"


@app.post(f"{_BELOW}/deliveries/<deliveryId>/resend", status_code=202, **words.RESEND_DELIVERY)
def resend(
    caller: callers.WorkspaceAdmin, webhook_id: requests.WebhookOrRequests, delivery_id: requests.DeliveryId
) -> Response[webhooks.DeliveryBody]:
    named, wanted = requests.endpoint_id(webhook_id), parse.resource_id(delivery_id, "delivery")
    delivery = wiring.resend_webhooks(settings.load(Env)).resend(caller, named, wanted)
    return answers.as_json(webhooks.delivery_body(delivery), status=202)


@app.post(f"{_BELOW}/recover", status_code=202, **words.RECOVER_WEBHOOK)
def recover(
    caller: callers.WorkspaceAdmin,
    webhook_id: requests.WebhookOrRequests,
    body: Annotated[requests.ResendRequest, Body()],
) -> Response[webhooks.ResentBody]:
    named, since = requests.endpoint_id(webhook_id), requests.moment_since(body)
    resent = wiring.resend_webhooks(settings.load(Env)).recover(caller, named, since, requests.position_after(body))
    return answers.as_json(webhooks.resent_body(resent), status=202)


@app.post(f"{_BELOW}/replay-missing", status_code=202, **words.REPLAY_WEBHOOK)
def replay_missing(
    caller: callers.WorkspaceAdmin, webhook_id: requests.WebhookId, body: Annotated[requests.ResendRequest, Body()]
) -> Response[webhooks.ResentBody]:
    named, since = parse.resource_id(webhook_id, "webhook endpoint"), requests.moment_since(body)
    resend = wiring.resend_webhooks(settings.load(Env))
    resent = resend.replay_missing(caller, named, since, requests.position_after(body))
    return answers.as_json(webhooks.resent_body(resent), status=202)


@app.post(f"{_BELOW}/example", status_code=202, **words.SEND_EXAMPLE)
def send_example(
    caller: callers.WorkspaceAdmin, webhook_id: requests.WebhookId, body: Annotated[requests.ExampleRequest, Body()]
) -> Response[webhooks.DeliveryBody]:
    named = parse.resource_id(webhook_id, "webhook endpoint")
    delivery = wiring.resend_webhooks(settings.load(Env)).send_example(caller, named, requests.event_type(body))
    return answers.as_json(webhooks.delivery_body(delivery), status=202)


lambda_handler = gateway.entry(app)
