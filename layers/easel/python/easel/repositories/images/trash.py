"""The trash in DynamoDB.

WS#<workspace> / GEN#<id>#IMAGE#<n>                        trashedAt, trashEndsAt: readers take it for deleted
WS#<workspace> / TRASHED#<since>#<image>                   the trash as its workspace lists it
TRASH#<0..3>   / <end>#<workspace>#<image>                 the same for the clock, which deletes what has ended

The three are written in one transaction. `deletedAt` is set when the picture is deleted for good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from easel.clock import from_iso, to_iso
from easel.errors import EaselError, StaleWrite
from easel.ids import generation_of_image, image_id
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations import keys as generation_keys
from easel.repositories.generations.assembled import generation_of, keys_of_image
from easel.repositories.images import keys
from easel.repositories.keys import Key, workspace_partition
from easel.repositories.table import ConditionFailed, Query, Table, Values, interleaved
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write
from easel.services.ports.trash import InTrash, TrashRow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoTrash:
    """`ports.trash.TrashRecords`, `TrashLists` and `TrashEnds`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    # --- changes ------------------------------------------------------------------------------------------------------

    def read(self, workspace_id: str, image_ids: Sequence[str]) -> Mapping[str, InTrash | None]:
        pictures = {id_: key for id_ in image_ids if (key := _picture(workspace_id, id_)) is not None}
        found = self._table.get_all(list(pictures.values()), consistent=True)
        records = {id_: found.get((key["pk"], key["sk"])) for id_, key in pictures.items()}
        return {
            id_: _in_trash(workspace_id, id_, record)
            for id_, record in records.items()
            if record is not None and "stored" in record and "deletedAt" not in record
        }

    def entering(self, entry: InTrash) -> Sequence[Write]:
        marks = {":at": to_iso(entry.at), ":end": to_iso(entry.ends_at), ":one": 1}
        picture = {
            "UpdateExpression": "SET trashedAt = :at, trashEndsAt = :end ADD version :one",
            "ConditionExpression": "attribute_exists(#stored) AND attribute_not_exists(deletedAt)"
            " AND attribute_not_exists(trashedAt)",
            "ExpressionAttributeNames": {"#stored": "stored"},
            "ExpressionAttributeValues": to_item(marks),
        }
        listed, ends = _entries(entry)
        values = {"entity": "TRASHED", "schema": 1, "trashedAt": marks[":at"], "endsAt": marks[":end"]}
        names = {"workspaceId": entry.workspace_id, "imageId": entry.image_id}
        return [
            self._update("put image into the trash", entry, picture),
            self._table.putting("list image in the trash", {**listed, **values}),
            self._table.putting("note the end of its time", {**ends, **values, **names, "entity": "TRASH_END"}),
        ]

    def restoring(self, entry: InTrash) -> Sequence[Write]:
        picture = {
            "UpdateExpression": "REMOVE trashedAt, trashEndsAt ADD version :one",
            "ConditionExpression": "trashedAt = :at AND attribute_not_exists(deletedAt)",
            "ExpressionAttributeValues": to_item({":at": to_iso(entry.at), ":one": 1}),
        }
        return [self._update("restore image", entry, picture), *self.leaving(entry)]

    def leaving(self, entry: InTrash) -> Sequence[Write]:
        there = {"TableName": self._table.name, "ConditionExpression": "attribute_exists(pk)"}
        return [
            TransactionWrite("take image out of the trash", {"Delete": {**there, "Key": to_item(key)}}, _stale)
            for key in _entries(entry)
        ]

    def _update(self, description: str, entry: InTrash, action: Mapping[str, Any]) -> Write:
        key = _picture(entry.workspace_id, entry.image_id)
        update = {"TableName": self._table.name, "Key": to_item(key or {}), **action}
        return TransactionWrite(description, {"Update": update}, _stale)

    # --- lists --------------------------------------------------------------------------------------------------------

    def page(self, workspace_id: str, *, limit: int, after: str | None) -> Page[TrashRow]:
        partition = workspace_partition(workspace_id)
        query = Query.of(partition, keys.TRASHED_PREFIX, newest_first=True, consistent=False)
        entries, more = self._table.page(query, limit=limit, start={"pk": partition, "sk": after} if after else None)
        page = Page.of(entries, lambda entry: str(entry["sk"]), more=more)
        wanted = [key for entry in entries for key in keys_of_image(workspace_id, keys.image_of_trashed(entry))]
        found = self._table.get_all(list({(key["pk"], key["sk"]): key for key in wanted}.values()))
        return page.find(lambda entry: _row(workspace_id, keys.image_of_trashed(entry), found))

    def ended(self, before: datetime, limit: int) -> Sequence[InTrash]:
        shards = (
            self._table.page(Query.between(keys.trash_partition(shard), "0", to_iso(before)), limit=limit)[0]
            for shard in range(keys.TRASH_SHARDS)
        )
        return [
            InTrash(entry["workspaceId"], entry["imageId"], from_iso(entry["trashedAt"]), from_iso(entry["endsAt"]))
            for entry in interleaved(shards, limit)
        ]

    def drop(self, entry: InTrash) -> None:
        for key in _entries(entry):
            try:
                self._table.delete(key, "attribute_exists(pk)")
            except ConditionFailed:
                continue


def _entries(entry: InTrash) -> tuple[Key, Key]:
    return (
        keys.trashed_image(entry.workspace_id, to_iso(entry.at), entry.image_id),
        keys.trash_end(to_iso(entry.ends_at), entry.workspace_id, entry.image_id),
    )


def _picture(workspace_id: str, text: str) -> Key | None:
    """None for text that is not the id of an image, or not as ids are spelled: the records of the trash hold it."""
    origin = generation_of_image(text)
    return generation_keys.generation_image(workspace_id, *origin) if origin and image_id(*origin) == text else None


def _in_trash(workspace_id: str, image_id: str, record: Values) -> InTrash | None:
    if "trashedAt" not in record:
        return None
    return InTrash(workspace_id, image_id, from_iso(record["trashedAt"]), from_iso(record["trashEndsAt"]))


def _row(workspace_id: str, image_id: str, found: Mapping[tuple[str, str], Values]) -> TrashRow | None:
    origin = generation_of(workspace_id, image_id, found)
    if origin is None or origin[0].images[origin[1]].trashed is None:
        return None
    return TrashRow(*origin)


def _stale(_: dict[str, Any] | None) -> EaselError:
    return StaleWrite("The image was put into the trash, restored or deleted meanwhile.")
