"""Favourites and tags of pictures in DynamoDB.

WS#<workspace> / MARKS#<image>            the marks of a picture, with a version
WS#<workspace> / FAVOURITE#<image>        it is a favourite
WS#<workspace> / TAGGED#<tag>#<image>     it has this tag
WS#<workspace> / TAG#<tag>                how many pictures have it

They are written when a user marks a picture, in one transaction, and never while it is made. Ids of images sort by
time, so the lists are in the order in which pictures were made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from easel.domain.image_marks import ImageMarks
from easel.errors import EaselError, StaleWrite
from easel.ids import generation_of_image
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations import keys as generation_keys
from easel.repositories.images import keys
from easel.repositories.keys import Key, workspace_partition
from easel.repositories.table import Query, Table, Values
from easel.services.ports.image_marks import MarkedImage
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ABSENT: Final = "attribute_not_exists(pk)"
_THERE: Final = "attribute_exists(pk)"
_MARKABLE: Final = "attribute_exists(#stored) AND attribute_not_exists(deletedAt) AND attribute_not_exists(trashedAt)"


class DynamoImageMarks:
    """`ports.image_marks.ImageMarkRecords`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def read(self, workspace_id: str, image_ids: Sequence[str]) -> Mapping[str, MarkedImage]:
        pictures = {id_: key for id_ in dict.fromkeys(image_ids) if (key := _picture(workspace_id, id_)) is not None}
        marks = [keys.image_marks(workspace_id, id_) for id_ in pictures]
        found = self._table.get_all([*pictures.values(), *marks], consistent=True)
        return {
            id_: _marked(workspace_id, id_, found.get((marks_key["pk"], marks_key["sk"])))
            for (id_, key), marks_key in zip(pictures.items(), marks, strict=True)
            if _is_there(found.get((key["pk"], key["sk"])))
        }

    def changing(self, read: MarkedImage, marks: ImageMarks) -> Sequence[Write]:
        key = _picture(read.workspace_id, read.image_id)
        there = {"ConditionExpression": _MARKABLE}
        names = {"ExpressionAttributeNames": {"#stored": "stored"}}
        values = {
            **keys.image_marks(read.workspace_id, read.image_id),
            "entity": "IMAGE_MARKS",
            "schema": 1,
            "favourite": marks.favourite,
            "tags": list(marks.tags),
            "version": read.version + 1,
        }
        return [
            self._write("marked picture", "ConditionCheck", {"Key": to_item(key or {}), **there, **names}),
            self._write("put marks", "Put", {"Item": to_item(values), **_at_version(read.version)}),
            *self._lists(read, marks),
        ]

    def forgetting(self, workspace_id: str, image_ids: Sequence[str]) -> Sequence[Sequence[Write]]:
        marks = {id_: keys.image_marks(workspace_id, id_) for id_ in image_ids}
        found = self._table.get_all(list(marks.values()), consistent=True)
        read = [
            _marked(workspace_id, id_, found[key["pk"], key["sk"]])
            for id_, key in marks.items()
            if (key["pk"], key["sk"]) in found
        ]
        return [
            [
                self._write(
                    "delete marks",
                    "Delete",
                    {"Key": to_item(marks[one.image_id]), **_at_version(one.version)},
                ),
                *self._lists(one, ImageMarks()),
            ]
            for one in read
        ]

    def _lists(self, read: MarkedImage, marks: ImageMarks) -> list[Write]:
        """What makes the lists agree with the new marks."""
        writes: list[Write] = []
        if marks.favourite != read.marks.favourite:
            favourite = keys.favourite_image(read.workspace_id, read.image_id)
            writes.append(self._entry("FAVOURITE", favourite, listed=marks.favourite))
        for name in sorted({*marks.tags} ^ {*read.marks.tags}):
            listed = name in marks.tags
            entry = keys.tagged_image(read.workspace_id, name, read.image_id)
            writes.append(self._entry("TAGGED", entry, listed=listed))
            writes.append(self._count(read.workspace_id, name, 1 if listed else -1))
        return writes

    def _entry(self, entity: str, key: Key, *, listed: bool) -> Write:
        if listed:
            item = to_item({**key, "entity": entity})
            return self._write("list picture", "Put", {"Item": item, "ConditionExpression": _ABSENT})
        return self._write("list picture no longer", "Delete", {"Key": to_item(key), "ConditionExpression": _THERE})

    def _count(self, workspace_id: str, name: str, change: int) -> Write:
        action = {
            "Key": to_item(keys.tag(workspace_id, name)),
            "UpdateExpression": "SET entity = :entity, #name = :name ADD images :change",
            "ExpressionAttributeNames": {"#name": "name"},
            "ExpressionAttributeValues": to_item({":entity": "TAG", ":name": name, ":change": change}),
        }
        if change < 0:
            action["ConditionExpression"] = _THERE
        return self._write("count tagged picture", "Update", action)

    def _write(self, description: str, kind: str, action: Mapping[str, Any]) -> Write:
        return TransactionWrite(description, {kind: {"TableName": self._table.name, **action}}, _stale)


class DynamoImageMarkLists:
    """`ports.image_marks.ImageMarkLists`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def tags(self, workspace_id: str, *, limit: int, after: str | None) -> Page[tuple[str, int]]:
        partition = workspace_partition(workspace_id)
        query = Query.of(partition, keys.TAG_PREFIX, consistent=False)
        start = {"pk": partition, "sk": after} if after else None
        found, more = self._table.page(query, limit=limit, start=start)
        page = Page.of(found, lambda record: str(record["sk"]), more=more)
        return page.find(lambda record: (record["name"], record["images"]) if record["images"] > 0 else None)


def _picture(workspace_id: str, image_id: str) -> Key | None:
    origin = generation_of_image(image_id)
    return generation_keys.generation_image(workspace_id, *origin) if origin else None


def _is_there(record: Values | None) -> bool:
    return record is not None and "stored" in record and not record.keys() & {"deletedAt", "trashedAt"}


def _marked(workspace_id: str, image_id: str, record: Values | None) -> MarkedImage:
    if record is None:
        return MarkedImage(workspace_id, image_id)
    return MarkedImage(workspace_id, image_id, _marks_from(record), record["version"])


def _marks_from(record: Values) -> ImageMarks:
    return ImageMarks(record["favourite"], tuple(record["tags"]))


def _at_version(version: int) -> dict[str, Any]:
    if not version:
        return {"ConditionExpression": _ABSENT}
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": to_item({":version": version}),
    }


def _stale(_: dict[str, Any] | None) -> EaselError:
    return StaleWrite("The marks of this image changed since they were read.")
