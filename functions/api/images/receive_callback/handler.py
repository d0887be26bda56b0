"""POST /api/v1/callbacks/{provider}: a vendor's callback. Public: authenticated by the ticket in the URL."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import callbacks, parameters, words
from easel.errors import CallbackRefused
from easel.http import answers, gateway
from easel.observability import bind, logger, request_id
from easel.wiring.images import receive_callback as wiring

Env = wiring.CallbackEnv

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/callbacks/<provider>", **words.RECEIVE_CALLBACK)
def receive_callback(provider: parameters.ProviderName, ticket: parameters.CallbackTicket = "") -> Response[None]:
    callback = callbacks.read(app.current_event.raw_event)
    receive = wiring.receive_callback(settings.load(Env))
    try:
        named = receive(provider, ticket, callback, request_id=request_id())
    except CallbackRefused as refused:
        logger.info("callback refused", extra={"reason": refused.reason})
        raise callbacks.refusal() from None
    bind(generation_id=named.ref.generation_id, image_index=named.ref.index)
    return answers.no_content()


lambda_handler = gateway.entry(app)
