"""POST /api/v1/callbacks/{provider}: a vendor says that a job is done. Public: the ticket in the address counts."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.errors import CallbackRefused
from easel.http import answers, callbacks, contract, gateway, parameters
from easel.observability import bind, instrumented, logger, request_id
from easel.wiring.images import receive_callback as wiring

Env = wiring.CallbackEnv

app = gateway.resolver()


@app.post("/api/v1/callbacks/<provider>", **contract.RECEIVE_CALLBACK)
def receive_callback(provider: parameters.ProviderName, ticket: parameters.CallbackTicket = "") -> Response[None]:
    callback = callbacks.read(app.current_event.raw_event)
    receive = wiring.receive_callback(settings.load(Env))
    try:
        named = receive(provider, ticket, callback, request_id=request_id())
    except CallbackRefused as refused:
        logger.info("callback refused", extra={"reason": refused.reason})
        raise callbacks.refusal() from None
    bind(generation_id=named.ref.generation_id, image_index=named.ref.index)
    return answers.nothing()


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=callbacks.check_size, reads_json=False)
