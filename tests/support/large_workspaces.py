"""Workspaces with as many products and generations as wanted: copies of one of each, written straight to the table."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from tests.support.renamed_records import renamed

from easel.ids import image_id, uuid7
from easel.repositories.attribute_values import to_item
from easel.repositories.content_images import content_images_prefix
from easel.repositories.generations import keys
from easel.repositories.keys import Key, workspace_partition
from easel.repositories.products import PRODUCT_PREFIX, product_count_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

_AT_ONCE: Final = 100
"""What one transaction takes."""
_OLDEST: Final = 1_700_000_000_000
"""Milliseconds since 1970 of the first copy: all are older than what they are copies of."""


class Copies:
    """Copies records within a table, each copy with an id of its own."""

    def __init__(self, dynamodb: DynamoDBClient, table: str) -> None:
        self._dynamodb, self.table = dynamodb, table

    def products(self, workspace_id: str, product_id: str, first: int, end: int) -> None:
        """Further products like this one, those of these numbers, counted as the workspace's own."""
        records = self._records(workspace_id, f"{PRODUCT_PREFIX}{product_id}")
        ids = (str(uuid7(_OLDEST + number)) for number in range(first, end))
        self._copy(records, ({product_id: one} for one in ids))
        self._count(product_count_key(workspace_id), {"count": end - first})

    def generations(self, workspace_id: str, generation_id: str, first: int, end: int) -> None:
        """Further generations of one image like this one, those of these numbers."""
        records = self._records(workspace_id, f"{keys.GENERATION_PREFIX}{generation_id}")
        ids = (str(uuid7(_OLDEST + number, lambda bits: 0)) for number in range(first, end))
        names = ({generation_id: one, image_id(generation_id, 0): image_id(one, 0)} for one in ids)
        self._copy(records, names)

    def versions(self, workspace_id: str, item_id: str, generation_id: str, first: int, end: int) -> None:
        """Further versions of a content item, whose pictures are those of the copies of this generation."""
        records = self._records(workspace_id, f"{content_images_prefix(item_id)}{generation_id}")
        ids = (str(uuid7(_OLDEST + number, lambda bits: 0)) for number in range(first, end))
        names = ({generation_id: one, image_id(generation_id, 0): image_id(one, 0)} for one in ids)
        self._copy(records, names)

    def count_generations(self, workspace_id: str, user_id: str, further: int) -> None:
        """Count so many more that have ended well."""
        self._count(keys.usage(workspace_id, user_id), {"all": further, "ended:COMPLETED": further})

    def _records(self, workspace_id: str, prefix: str) -> list[dict[str, Any]]:
        found = self._dynamodb.query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues=to_item({":pk": workspace_partition(workspace_id), ":sk": prefix}),
        )
        assert found["Items"], prefix
        return found["Items"]

    def _copy(self, records: list[dict[str, Any]], names: Iterable[Mapping[str, str]]) -> None:
        copies = renamed(records, names)
        while batch := list(islice(copies, _AT_ONCE)):
            puts: Any = [{"Put": {"TableName": self.table, "Item": copy}} for copy in batch]
            self._dynamodb.transact_write_items(TransactItems=puts)

    def _count(self, key: Key, changes: dict[str, int]) -> None:
        self._dynamodb.update_item(
            TableName=self.table,
            Key=to_item(key),
            UpdateExpression="ADD " + ", ".join(f"#{number} :{number}" for number in range(len(changes))),
            ExpressionAttributeNames={f"#{number}": name for number, name in enumerate(changes)},
            ExpressionAttributeValues=to_item({f":{number}": by for number, by in enumerate(changes.values())}),
        )
