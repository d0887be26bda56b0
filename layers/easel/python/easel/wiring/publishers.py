"""Where events are sent."""

from collections.abc import Sequence

from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher, SqsReplyPublisher
from easel.wiring.aws import aws_client
from easel.wiring.env import EventTargets


def publishers(env: EventTargets) -> Sequence[EventBridgePublisher | SqsIntegrationPublisher | SqsReplyPublisher]:
    """The event bus, the integration queue, and the queues that senders to the intake named for replies."""
    return [
        EventBridgePublisher(aws_client("events"), env.EVENT_BUS_NAME),
        SqsIntegrationPublisher(aws_client("sqs"), env.INTEGRATION_QUEUE_URL),
        SqsReplyPublisher(aws_client("sqs")),
    ]
