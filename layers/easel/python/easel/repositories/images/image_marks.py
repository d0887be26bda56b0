"""Favourites and tags of pictures in DynamoDB.

WS#<workspace> / MARKS#<image>            the marks of a picture, with a version
WS#<workspace> / FAVOURITE#<image>        it is a favourite
WS#<workspace> / TAGGED#<tag>#<image>     it has this tag
WS#<workspace> / TAG#<tag>                how many pictures have it

They are written when somebody marks a picture, in one transaction, and never while it is made. Ids of images sort by
time, so the lists are in the order in which pictures were made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from easel.domain.image_marks import ImageMarks
from easel.errors import EaselError, StaleWrite
from easel.ids import generation_of_image
from easel.repositories import keys
from easel.repositories.dynamodb import TransactionWrite, to_item
from easel.repositories.generations.assembled import generation_from
from easel.repositories.table import Query, Table, Values
from easel.services.ports.image_marks import GalleryImage, MarkedImage
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ABSENT: Final = "attribute_not_exists(pk)"
_THERE: Final = "attribute_exists(pk)"


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
        there = {"ConditionExpression": "attribute_exists(#stored) AND attribute_not_exists(deletedAt)"}
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

    def _entry(self, entity: str, key: keys.Key, *, listed: bool) -> Write:
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
    """`ports.image_marks.ImageMarkLists`. One query, then the records of the page: four for each picture."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def favourites(self, workspace_id: str, *, limit: int, after: str | None) -> Page[GalleryImage]:
        return self._listed(workspace_id, keys.FAVOURITE_PREFIX, limit, after)

    def tagged(self, workspace_id: str, tag: str, *, limit: int, after: str | None) -> Page[GalleryImage]:
        return self._listed(workspace_id, keys.tagged_images_prefix(tag), limit, after)

    def tags(self, workspace_id: str, *, limit: int, after: str | None) -> Page[tuple[str, int]]:
        partition = keys.workspace_partition(workspace_id)
        query = Query.of(partition, keys.TAG_PREFIX, consistent=False)
        start = {"pk": partition, "sk": after} if after else None
        found, more = self._table.page(query, limit=limit, start=start)
        page = Page.of(found, lambda record: str(record["sk"]), more=more)
        return page.find(lambda record: (record["name"], record["images"]) if record["images"] > 0 else None)

    def _listed(self, workspace_id: str, prefix: str, limit: int, after: str | None) -> Page[GalleryImage]:
        partition = keys.workspace_partition(workspace_id)
        query = Query.of(partition, prefix, newest_first=True, consistent=False)
        start = {"pk": partition, "sk": f"{prefix}{after}"} if after else None
        entries, more = self._table.page(query, limit=limit, start=start)
        page = Page.of(entries, lambda entry: str(entry["sk"]).removeprefix(prefix), more=more)
        found = self._table.get_all(
            list({key["sk"]: key for id_ in page.positions for key in _records_of(workspace_id, id_)}.values())
        )
        ids = Page(page.positions, page.positions, page.next_after)
        return ids.find(lambda id_: _gallery_image(workspace_id, id_, found))


def _records_of(workspace_id: str, image_id: str) -> list[keys.Key]:
    """What a picture of a list is read from: its request, its generation's state, its own record, its marks."""
    origin = generation_of_image(image_id)
    if origin is None:
        return []
    generation_id, index = origin
    return [
        keys.generation_request(workspace_id, generation_id),
        keys.generation_state(workspace_id, generation_id),
        keys.generation_image(workspace_id, generation_id, index),
        keys.image_marks(workspace_id, image_id),
    ]


def _gallery_image(workspace_id: str, image_id: str, found: Mapping[tuple[str, str], Values]) -> GalleryImage | None:
    """None for a picture that was deleted, or that lost its marks meanwhile."""
    origin = generation_of_image(image_id)
    records = [found.get((key["pk"], key["sk"])) for key in _records_of(workspace_id, image_id)]
    if origin is None or any(record is None for record in records):
        return None
    *parts, marks = (record for record in records if record is not None)
    generation = generation_from(parts)
    if generation is None or generation.images[origin[1]].stored is None:
        return None
    return GalleryImage(generation, origin[1], _marks_from(marks))


def _picture(workspace_id: str, image_id: str) -> keys.Key | None:
    origin = generation_of_image(image_id)
    return keys.generation_image(workspace_id, *origin) if origin else None


def _is_there(record: Values | None) -> bool:
    return record is not None and "stored" in record and "deletedAt" not in record


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
