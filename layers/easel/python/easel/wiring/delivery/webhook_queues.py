"""The queues of deliveries to webhooks, and what fills them."""

from easel.clock import system_clock
from easel.repositories.delivery.deliveries import DynamoDeliveries
from easel.repositories.delivery.webhooks import DynamoEndpoints, DynamoHealthRecords
from easel.services.delivery.queue_deliveries import QueueDeliveries
from easel.services.delivery.requeue_deliveries import RequeueDeliveries
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import CoreTable, WebhookQueues
from easel.workflow.queues import SqsDeliveryQueue


class QueueEnv(CoreTable, WebhookQueues):
    """Environment of whatever queues deliveries."""


def queue_deliveries(env: QueueEnv) -> QueueDeliveries:
    """Queue events for the endpoints that want them."""
    return QueueDeliveries(
        endpoints=endpoints(env),
        health=health_records(env),
        deliveries=deliveries(env),
        queue=delivery_queue(env),
        clock=system_clock,
    )


def requeue_deliveries(env: QueueEnv) -> RequeueDeliveries:
    """Queue attempts whose time has come."""
    return RequeueDeliveries(waiting=deliveries(env), queue=delivery_queue(env), clock=system_clock)


def endpoints(env: CoreTable) -> DynamoEndpoints:
    """The endpoints of workspaces."""
    return DynamoEndpoints(dynamodb(), env.CORE_TABLE_NAME)


def health_records(env: CoreTable) -> DynamoHealthRecords:
    """How endpoints answer."""
    return DynamoHealthRecords(dynamodb(), env.CORE_TABLE_NAME)


def deliveries(env: CoreTable) -> DynamoDeliveries:
    """What was posted where, and what waits to be."""
    return DynamoDeliveries(dynamodb(), env.CORE_TABLE_NAME)


def delivery_queue(env: WebhookQueues) -> SqsDeliveryQueue:
    """The two lanes."""
    return SqsDeliveryQueue(aws_client("sqs"), quick_url=env.WEBHOOKS_QUEUE_URL, slow_url=env.SLOW_WEBHOOKS_QUEUE_URL)
