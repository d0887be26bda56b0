"""Events to the bus and the integration queue."""

from collections.abc import Sequence

from easel.events.outbox import PublishEvents
from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import CoreTable, EventTargets


class PublishEnv(CoreTable, EventTargets):
    """Environment of whatever empties the outbox."""


def publishers(env: EventTargets) -> Sequence[EventBridgePublisher | SqsIntegrationPublisher]:
    """All that an event is sent to."""
    return [
        EventBridgePublisher(aws_client("events"), env.EVENT_BUS_NAME),
        SqsIntegrationPublisher(aws_client("sqs"), env.INTEGRATION_QUEUE_URL),
    ]


def publish_events(env: PublishEnv) -> PublishEvents:
    """Send an event of the outbox, then remove it there."""
    return PublishEvents(publishers=publishers(env), forget=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME).remove)
