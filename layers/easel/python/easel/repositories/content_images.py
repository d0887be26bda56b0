"""Versions of content items in DynamoDB.

WS#<workspace> / CONTENT#<item>#<generation>   one version, in time order
WS#<workspace> / CONTENTITEM#<item>            number of versions, the last one, and the current one where it was chosen
MEDIA#<item>/<file name> / MEDIA               the same version by its public address
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from easel.clock import from_iso, to_iso
from easel.domain.content_item import ContentImage, ContentItem, ContentVariant
from easel.errors import EaselError, NotFound, StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.keys import Key, part, workspace_partition
from easel.repositories.records import Records
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCHEMA: Final = 1

CONTENT_PREFIX: Final = "CONTENT#"


def content_images_prefix(item_id: str) -> str:
    """Sort keys of the versions of a content item begin with this. An item's id may have any character."""
    return f"{CONTENT_PREFIX}{quote(item_id, safe='')}#"


def content_image_key(workspace_id: str, item_id: str, generation_id: str) -> Key:
    sort = f"{content_images_prefix(item_id)}{part(generation_id)}"
    return {"pk": workspace_partition(workspace_id), "sk": sort}


def content_item_key(workspace_id: str, item_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"CONTENTITEM#{quote(item_id, safe='')}"}


def media_key(item_id: str, file_name: str) -> Key:
    """A version of a content item by its public address, which names no workspace."""
    return {"pk": f"MEDIA#{quote(item_id, safe='')}/{part(file_name)}", "sk": "MEDIA"}


class DynamoContentImages:
    """`ports.content.ContentImages`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    def item(self, workspace_id: str, item_id: str) -> ContentItem:
        values = self._records.get(content_item_key(workspace_id, item_id))
        if values is None:
            return ContentItem()
        return ContentItem(
            versions=values.get("versions", 0),
            latest=values.get("latest"),
            latest_fingerprint=values.get("fingerprint"),
            latest_at=from_iso(values["latestAt"]) if "latestAt" in values else None,
            chosen=values.get("chosen"),
        )

    # --- writes: parts of transactions --------------------------------------------------------------------------

    def adding(self, image: ContentImage) -> Sequence[Write]:
        values = {"schema": _SCHEMA, **_values(image)}
        return [
            self._records.putting("put content image", {**key, **values, "entity": entity})
            for key, entity in ((_version_key(image), "CONTENT_IMAGE"), (_media_key(image), "MEDIA"))
        ]

    def counting(self, image: ContentImage, before: ContentItem, fingerprint: str) -> Write:
        values = {
            ":next": before.versions + 1,
            ":latest": image.generation_id,
            ":fingerprint": fingerprint,
            ":at": to_iso(image.created_at),
            ":entity": "CONTENT_ITEM",
            ":schema": _SCHEMA,
        }
        unchanged = "versions = :before" if before.versions else "attribute_not_exists(versions)"
        update = {
            "TableName": self._records.name,
            "Key": to_item(content_item_key(image.workspace_id, image.item_id)),
            "UpdateExpression": "SET versions = :next, latest = :latest, fingerprint = :fingerprint, latestAt = :at, "
            "entity = :entity, #schema = :schema",
            "ConditionExpression": unchanged,
            "ExpressionAttributeNames": {"#schema": "schema"},
            "ExpressionAttributeValues": to_item(values | ({":before": before.versions} if before.versions else {})),
        }
        return TransactionWrite("count content image", {"Update": update}, _another_version)

    def describing(self, image: ContentImage) -> Sequence[Write]:
        texts = {"title": image.title, "alt": image.alt, "caption": image.caption}
        kept = [f"{name} = :{name}" for name, text in texts.items() if text is not None]
        gone = [name for name, text in texts.items() if text is None]
        update = {
            "UpdateExpression": f"SET {', '.join(kept)}" + (f" REMOVE {', '.join(gone)}" if gone else ""),
            "ConditionExpression": "generationId = :generation",
            "ExpressionAttributeValues": to_item(
                {f":{name}": text for name, text in texts.items()} | {":generation": image.generation_id}
            ),
        }
        return [
            TransactionWrite(
                "describe content image",
                {"Update": {"TableName": self._records.name, "Key": to_item(key), **update}},
                _not_there,
            )
            for key in (_version_key(image), _media_key(image))
        ]

    def removing(self, image: ContentImage) -> Sequence[Write]:
        return [
            TransactionWrite(
                "remove content image",
                {
                    "Delete": {
                        "TableName": self._records.name,
                        "Key": to_item(key),
                        "ConditionExpression": "generationId = :generation",
                        "ExpressionAttributeValues": to_item({":generation": image.generation_id}),
                    }
                },
                _not_there,
            )
            for key in (_version_key(image), _media_key(image))
        ]

    def choose(self, image: ContentImage, now: datetime) -> None:
        self._records.update(
            content_item_key(image.workspace_id, image.item_id),
            "SET chosen = :chosen, chosenAt = :now",
            condition="attribute_exists(pk)",
            values={":chosen": image.generation_id, ":now": to_iso(now)},
        )

    # --- reads ----------------------------------------------------------------------------------------------------

    def at(self, item_id: str, file_name: str) -> ContentImage | None:
        values = self._records.get(media_key(item_id, file_name))
        return _image_from(values) if values else None

    def get(self, workspace_id: str, item_id: str, generation_id: str) -> ContentImage | None:
        values = self._records.get(content_image_key(workspace_id, item_id, generation_id))
        return _image_from(values) if values else None

    def list(self, workspace_id: str, item_id: str, *, limit: int, after: str | None) -> Page[ContentImage]:
        found = self._records.listed(
            workspace_partition(workspace_id),
            limit=limit,
            after=after,
            prefix=content_images_prefix(item_id),
            newest_first=True,
        )
        return found.map(_image_from)


def _version_key(image: ContentImage) -> Key:
    return content_image_key(image.workspace_id, image.item_id, image.generation_id)


def _media_key(image: ContentImage) -> Key:
    return media_key(image.item_id, image.file_name)


def _values(image: ContentImage) -> dict[str, Any]:
    return {
        "workspaceId": image.workspace_id,
        "itemId": image.item_id,
        "fileName": image.file_name,
        "variant": image.variant.value,
        "title": image.title,
        "generationId": image.generation_id,
        "imageId": image.image_id,
        "createdAt": to_iso(image.created_at),
        "createdBy": image.created_by,
        "number": image.number,
        **{name: text for name, text in (("alt", image.alt), ("caption", image.caption)) if text is not None},
    }


def _image_from(values: Mapping[str, Any]) -> ContentImage:
    return ContentImage(
        workspace_id=values["workspaceId"],
        item_id=values["itemId"],
        file_name=values["fileName"],
        variant=ContentVariant(values["variant"]),
        title=values["title"],
        generation_id=values["generationId"],
        image_id=values["imageId"],
        created_at=from_iso(values["createdAt"]),
        created_by=values["createdBy"],
        number=values.get("number"),
        alt=values.get("alt"),
        caption=values.get("caption"),
    )


def _another_version(_: dict[str, Any] | None) -> EaselError:
    return StaleWrite("The content item has a newer version.")


def _not_there(_: dict[str, Any] | None) -> EaselError:
    return NotFound("Image not found")
