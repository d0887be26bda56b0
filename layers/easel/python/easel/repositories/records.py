"""What the repositories of people, workspaces and keys have in common: puts, pages and batches of plain records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from easel.clock import to_iso
from easel.errors import EaselError, StaleWrite
from easel.repositories import keys
from easel.repositories.dynamodb import TransactionWrite, from_item, to_item
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCHEMA: Final = 1
_BATCH: Final = 100
"""What BatchGetItem takes at most."""


class Records:
    """One table, in the words that these repositories share."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self.client = client
        self.table = table_name

    def putting(
        self,
        description: str,
        values: Mapping[str, Any],
        now: datetime,
        on_conflict: Callable[[dict[str, Any] | None], EaselError] | None = None,
    ) -> Write:
        """Put a record that must not be there yet. Conflict: StaleWrite unless told otherwise."""
        return TransactionWrite(
            description,
            {
                "Put": {
                    "TableName": self.table,
                    "Item": to_item({**values, "schema": _SCHEMA, "createdAt": to_iso(now)}),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            on_conflict or (lambda _: StaleWrite(f"{description}: there is one under this id.")),
        )

    def get(self, key: keys.Key) -> dict[str, Any] | None:
        """One record, consistent."""
        answer = self.client.get_item(TableName=self.table, Key=to_item(key), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None

    def get_all(self, wanted: Sequence[keys.Key], *, consistent: bool = False) -> dict[tuple[str, str], dict[str, Any]]:
        """Those records that are there, by partition and sort key. Asks again for what the table left out."""
        if len(wanted) > _BATCH:
            raise ValueError(f"{len(wanted)} records are more than one batch")
        request = {"Keys": [to_item(key) for key in wanted], "ConsistentRead": consistent}
        pending: Any = {self.table: request} if wanted else {}
        found: dict[tuple[str, str], dict[str, Any]] = {}
        while pending:
            answer = self.client.batch_get_item(RequestItems=pending)
            for item in map(from_item, answer["Responses"].get(self.table, ())):
                found[item["pk"], item["sk"]] = item
            pending = answer.get("UnprocessedKeys")
        return found

    def page(
        self, partition: str, *, limit: int, after: str | None, prefix: str = "", newest_first: bool = False
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Records of a partition in the order of their sort keys, from behind the sort key `after`."""
        condition = "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk"
        query: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": to_item({":pk": partition} | ({":prefix": prefix} if prefix else {})),
            "Limit": limit,
            "ScanIndexForward": not newest_first,
            "ConsistentRead": True,
        }
        if after is not None:
            query["ExclusiveStartKey"] = to_item({"pk": partition, "sk": after})
        answer = self.client.query(**query)
        last = answer.get("LastEvaluatedKey")
        return [from_item(item) for item in answer["Items"]], from_item(last)["sk"] if last else None
