"""The outbox."""

from easel.events.outbox import PublishEvents
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, EventTargets
from easel.wiring.publishers import publishers


class PublishEnv(CoreTable, EventTargets):
    """Environment of whatever empties the outbox."""


def publish_events(env: PublishEnv) -> PublishEvents:
    """Send an event of the outbox, then remove it there."""
    outbox = DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME)
    return PublishEvents(publishers=publishers(env), forget=outbox.remove)
