"""Callbacks of vendors."""

from functools import cache

from easel.observability import count
from easel.services.images.receive_callback import ReceiveCallback
from easel.wiring.aws import aws_client
from easel.wiring.catalogue.vendors import providers
from easel.wiring.env import SigningKey
from easel.wiring.env_objects import CollectQueues, Vendors
from easel.wiring.images.callback_tickets import callback_signer
from easel.workflow.queues import SqsImageQueue


class CallbackEnv(SigningKey, CollectQueues, Vendors):
    """Environment of whatever takes callbacks."""


@cache
def receive_callback(env: CallbackEnv) -> ReceiveCallback:
    """Verify a callback and queue a look at its job. One per process, because adapters are made once."""

    def note(provider: str, outcome: str) -> None:
        # The name comes from the caller, and each distinct value of a metric is billed.
        name = provider if provider in env.PROVIDER_SETTINGS else "unknown"
        count("CallbacksReceived", provider=name, outcome=outcome)

    return ReceiveCallback(
        signer=callback_signer(env),
        providers=providers(env).get,
        queue=SqsImageQueue(aws_client("sqs"), render_queue_urls={}, collect_queue_urls=env.COLLECT_QUEUE_URLS),
        note=note,
    )
