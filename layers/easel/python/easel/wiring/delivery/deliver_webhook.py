"""The worker that posts events to webhook endpoints."""

import random
from datetime import timedelta
from functools import cache

from easel.clock import system_clock
from easel.repositories.delivery.event_log import DynamoEventLog
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.delivery.webhooks import DynamoQuickSlots
from easel.repositories.dynamodb import DynamoTransactions
from easel.services.delivery.deliver_webhook import DeliverWebhook, DeliveryStores, PosterByType
from easel.storage.address_vault import KmsAddressVault
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.delivery.posters import PosterEnv, posters
from easel.wiring.delivery.webhook_queues import QueueEnv, deliveries, delivery_queue, endpoints, health_records
from easel.wiring.delivery.webhooks import vault
from easel.wiring.env import AddressKey


class DeliverEnv(QueueEnv, AddressKey, PosterEnv):
    """Environment of the worker."""


@cache
def deliver_webhook(env: DeliverEnv) -> DeliverWebhook:
    """Make attempts at deliveries. One for the process: it remembers the secrets that it has decrypted."""
    stores = DeliveryStores(
        endpoints=endpoints(env),
        health=health_records(env),
        deliveries=deliveries(env),
        slots=DynamoQuickSlots(dynamodb(), env.CORE_TABLE_NAME),
        waiting=deliveries(env),
        log=DynamoEventLog(dynamodb(), env.CORE_TABLE_NAME),
    )
    return DeliverWebhook(
        stores=stores,
        queue=delivery_queue(env),
        post=PosterByType(posters(env)),
        vault=vault(env),
        addresses=KmsAddressVault(lambda: aws_client("kms"), env.ADDRESS_KEY_ID),
        outbox=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
        spread=_spread,
    )


def _spread(pause: timedelta) -> timedelta:
    """Up to a fifth more, so that what waits for an endpoint does not come all at once."""
    return pause * random.uniform(0, 0.2)  # noqa: S311 - spreads load, keeps no secret
