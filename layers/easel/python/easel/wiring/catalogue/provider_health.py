"""What is observed of providers: failures and latencies."""

from easel.repositories.catalogue.circuits import DynamoProviderHealth
from easel.repositories.catalogue.latencies import DynamoLatencies
from easel.wiring.aws import dynamodb
from easel.wiring.env import EphemeralTable


def provider_health(env: EphemeralTable) -> DynamoProviderHealth:
    """State of the circuit breakers."""
    return DynamoProviderHealth(dynamodb(), env.EPHEMERAL_TABLE_NAME)


def model_latencies(env: EphemeralTable) -> DynamoLatencies:
    """How long callers recently waited for the images of a model."""
    return DynamoLatencies(dynamodb(), env.EPHEMERAL_TABLE_NAME)
