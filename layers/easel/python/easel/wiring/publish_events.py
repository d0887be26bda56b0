"""Publishing: the outbox, and the changes of records that are events."""

from easel.clock import system_clock
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.repositories.delivery.event_log import DynamoEventLog
from easel.repositories.delivery.listeners import DynamoListeners
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.delivery.describe_changes import DescribeChanges
from easel.services.delivery.publish_events import PublishEvents
from easel.services.images.links import permalink
from easel.wiring.aws import dynamodb
from easel.wiring.delivery.webhook_queues import QueueEnv, queue_deliveries
from easel.wiring.env import EphemeralTable, EventTargets, PublicAddress
from easel.wiring.publishers import publishers
from easel.wiring.realtime.connections import record_event


class PublishEnv(QueueEnv, EphemeralTable, EventTargets, PublicAddress):
    """Environment of whatever publishes events."""


def publish_events(env: PublishEnv) -> PublishEvents:
    """Publish an event of the outbox, then remove it there; or the event that a changed record stands for."""

    def permalink_of(generation: Generation, image: Image) -> str:
        return permalink(env.PUBLIC_BASE_URL, generation.workspace_id, image.id, generation.permalink_secret)

    log = DynamoEventLog(dynamodb(), env.CORE_TABLE_NAME)
    generations = DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME)
    return PublishEvents(
        publishers=publishers(env),
        listener_publishers=[queue_deliveries(env), record_event(env)],
        log=log,
        listeners=DynamoListeners(dynamodb(), env.CORE_TABLE_NAME),
        describe=DescribeChanges(generations=generations, log=log, permalink_of=permalink_of),
        forget=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME).remove,
        clock=system_clock,
    )
