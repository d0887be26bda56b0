"""`Idempotency-Key`s in DynamoDB: claimed inside the transaction of the work they protect."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import to_iso
from easel.errors import EaselError, KeyAlreadyClaimed
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations import keys
from easel.repositories.table import Table
from easel.services.ports.generations import IdempotencyClaim
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TTL_GRACE: Final = timedelta(days=1)
"""DynamoDB deletes late; the condition below is what decides, the TTL only cleans up."""


class DynamoIdempotencyClaims:
    """`ports.generations.IdempotencyClaims`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def claim(self, workspace_id: str, claim: IdempotencyClaim, generation_id: str, now: datetime) -> Write:
        values = {
            **keys.idempotency_claim(workspace_id, claim.key_hash),
            "entity": "IDEMPOTENCY_CLAIM",
            "schema": 1,
            "generationId": generation_id,
            "fingerprint": claim.fingerprint,
            "validUntil": to_iso(claim.expires_at),
            "expiresAt": int((claim.expires_at + _TTL_GRACE).timestamp()),
        }

        def claimed(found: dict[str, Any] | None) -> EaselError:
            if found is None:
                raise RuntimeError("a claim collided, but DynamoDB did not return it")
            return KeyAlreadyClaimed(found["generationId"], found["fingerprint"])

        return TransactionWrite(
            "claim idempotency key",
            {
                "Put": {
                    "TableName": self._table.name,
                    "Item": to_item(values),
                    "ConditionExpression": "attribute_not_exists(pk) OR validUntil < :now",
                    "ExpressionAttributeValues": to_item({":now": to_iso(now)}),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            claimed,
        )

    def find(self, workspace_id: str, key_hash: str, now: datetime) -> tuple[str, str] | None:
        found = self._table.get(keys.idempotency_claim(workspace_id, key_hash))
        if found is None or found["validUntil"] < to_iso(now):
            return None
        return found["generationId"], found["fingerprint"]
