"""POST below /api/v1/webhooks/{webhookId}: send-code and verify, by which a destination is shown to be one's own."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.domain.webhooks import Health
from easel.doors.canonical.delivery import webhook_answers as webhooks
from easel.doors.canonical.delivery import webhook_requests as requests
from easel.doors.canonical.delivery import webhook_words as words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, parse
from easel.services.delivery.read_webhooks import EndpointState
from easel.wiring.delivery import webhooks as wiring

Env = wiring.VerifyEnv

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/webhooks/<webhookId>/send-code", status_code=202, **words.SEND_CODE)
def send_code(caller: callers.WorkspaceAdmin, webhook_id: requests.WebhookId) -> Response[webhooks.DeliveryBody]:
    named = parse.resource_id(webhook_id, "webhook endpoint")
    delivery = wiring.verify_webhooks(settings.load(Env)).send_code(caller, named)
    return answers.as_json(webhooks.delivery_body(delivery), status=202)


@app.post("/api/v1/webhooks/<webhookId>/verify", **words.VERIFY_WEBHOOK)
def verify(
    caller: callers.WorkspaceAdmin, webhook_id: requests.WebhookId, body: Annotated[requests.VerifyRequest, Body()]
) -> Response[webhooks.WebhookBody]:
    env, named = settings.load(Env), parse.resource_id(webhook_id, "webhook endpoint")
    verified = EndpointState(wiring.verify_webhooks(env).verify(caller, named, body.code), Health())
    return answers.as_json(webhooks.webhook_body(verified, wiring.deliverer(env), system_clock()))


lambda_handler = gateway.entry(app)
