"""The tables with the indexes of the stack, created by API for tests that need no stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from infra.tables import CORE_INDEXES, LEDGER_INDEXES, Index
from tests.support.emulator import unique_name

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import CreateTableInputTypeDef, KeySchemaElementTypeDef, ProjectionTypeDef


def create_core_table(client: DynamoDBClient) -> str:
    """Create an empty `core` table and return its name."""
    return _create(client, "core", CORE_INDEXES)


def create_ledger_table(client: DynamoDBClient) -> str:
    """Create an empty `ledger` table and return its name."""
    return _create(client, "ledger", LEDGER_INDEXES)


def create_ephemeral_table(client: DynamoDBClient) -> str:
    """Create an empty `ephemeral` table and return its name."""
    return _create(client, "ephemeral", ())


def _create(client: DynamoDBClient, kind: str, indexes: Sequence[Index]) -> str:
    name = unique_name(kind)
    attributes = {"pk", "sk", *(attribute for index in indexes for attribute in (index.partition, index.sort))}
    definition: CreateTableInputTypeDef = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": each, "AttributeType": "S"} for each in sorted(attributes)],
        "KeySchema": _key("pk", "sk"),
    }
    if indexes:
        definition["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index.name,
                "KeySchema": _key(index.partition, index.sort),
                "Projection": _projection(index),
            }
            for index in indexes
        ]
    client.create_table(**definition)
    return name


def _projection(index: Index) -> ProjectionTypeDef:
    if index.also:
        return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.also)}
    return {"ProjectionType": "KEYS_ONLY"}


def _key(partition: str, sort: str) -> list[KeySchemaElementTypeDef]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
