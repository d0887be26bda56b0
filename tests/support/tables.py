"""The tables as the stack defines them, made by API for tests that need no stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.emulator import unique_name

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def create_ledger_table(client: DynamoDBClient) -> str:
    """Create an empty `ledger` table and give its name."""
    name = unique_name("ledger")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("pk", "sk", "expiryShard", "grantExpiresAt")
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "grants_by_expiry",
                "KeySchema": [
                    {"AttributeName": "expiryShard", "KeyType": "HASH"},
                    {"AttributeName": "grantExpiresAt", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    return name


def create_core_table(client: DynamoDBClient) -> str:
    """Create an empty `core` table and give its name."""
    name = unique_name("core")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("pk", "sk", "openShard", "attentionAt", "statusKey")
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": partition, "KeyType": "HASH"},
                    {"AttributeName": sort, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, partition, sort in (
                ("open_generations_by_attention", "openShard", "attentionAt"),
                ("generations_by_status", "statusKey", "sk"),
            )
        ],
    )
    return name


def create_ephemeral_table(client: DynamoDBClient) -> str:
    """Create an empty `ephemeral` table and give its name."""
    name = unique_name("ephemeral")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    return name
