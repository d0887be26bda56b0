"""Webhook endpoints: manage and read them."""

from easel.clock import system_clock
from easel.domain.destinations import Deliverer
from easel.repositories.delivery.event_log import DynamoEventLog
from easel.repositories.dynamodb import DynamoTransactions
from easel.services.delivery.manage_webhooks import ManageWebhooks
from easel.services.delivery.read_webhooks import ReadWebhooks
from easel.services.delivery.resend_webhooks import ResendWebhooks
from easel.services.delivery.verify_webhooks import VerifyWebhooks
from easel.storage.secret_vault import KmsVault
from easel.wiring.accounts.standing import standing
from easel.wiring.aws import aws_client, dynamodb, region
from easel.wiring.delivery.webhook_queues import QueueEnv, deliveries, delivery_queue, endpoints, health_records
from easel.wiring.env import AddressKey, CoreTable, Destinations, SigningKey, TrustedWebhooks

_CONTEXT = "webhook"
"""The encryption context of secrets and addresses, with the endpoint's id."""


class ManageEnv(CoreTable, AddressKey, TrustedWebhooks, Destinations):
    """Environment of whatever changes endpoints."""


class ReadEnv(CoreTable, SigningKey, Destinations):
    """Environment of whatever reads endpoints and deliveries."""


class VerifyEnv(QueueEnv, AddressKey, Destinations):
    """Environment of whatever verifies destinations."""


def deliverer(env: Destinations) -> Deliverer:
    """Who delivers to destinations in AWS."""
    return Deliverer(env.DELIVERY_ROLE_ARN, region(), own_account=env.OWN_ACCOUNT_DESTINATIONS)


def manage_webhooks(env: ManageEnv) -> ManageWebhooks:
    """Create, change and delete endpoints."""
    return ManageWebhooks(
        endpoints=endpoints(env),
        health=health_records(env),
        vault=vault(env),
        standing=standing(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def verify_webhooks(env: VerifyEnv) -> VerifyWebhooks:
    """Send codes to destinations, and take them back."""
    return VerifyWebhooks(
        endpoints=endpoints(env),
        deliveries=deliveries(env),
        queue=delivery_queue(env),
        vault=vault(env),
        standing=standing(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def read_webhooks(env: CoreTable) -> ReadWebhooks:
    """Read endpoints and deliveries."""
    return ReadWebhooks(endpoints=endpoints(env), health=health_records(env), deliveries=deliveries(env))


def resend_webhooks(env: QueueEnv) -> ResendWebhooks:
    """Queue deliveries once more."""
    return ResendWebhooks(
        endpoints=endpoints(env),
        health=health_records(env),
        deliveries=deliveries(env),
        log=DynamoEventLog(dynamodb(), env.CORE_TABLE_NAME),
        queue=delivery_queue(env),
        clock=system_clock,
    )


def vault(env: AddressKey) -> KmsVault:
    """Encrypts and decrypts the secrets and addresses of endpoints."""
    return KmsVault(lambda: aws_client("kms"), env.ADDRESS_KEY_ID, _CONTEXT)
