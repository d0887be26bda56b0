"""Published images in DynamoDB.

WS#<workspace> / PUBLICATION#<image>     that an image is published, or was taken down
PUBLIC         / <publication>           the public list; the ids order it by the time of publication
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.publication import Publication
from easel.errors import EaselError, StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations.assembled import generation_of, keys_of_image
from easel.repositories.images import keys
from easel.repositories.table import Query, Table, Values
from easel.services.ports.pages import Page
from easel.services.ports.publications import PublicImage
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCHEMA: Final = 1


class DynamoPublications:
    """`ports.publications.Publications` and `PublicLists`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def of_image(self, workspace_id: str, image_id: str) -> Publication | None:
        values = self._table.get(keys.publication(workspace_id, image_id))
        return _publication_from(values) if values else None

    def by_id(self, publication_id: str) -> Publication | None:
        values = self._table.get(keys.public_image(publication_id))
        return _publication_from(values) if values else None

    def publishing(self, publication: Publication) -> Sequence[Write]:
        values = {"schema": _SCHEMA, **_values(publication)}
        own = {**keys.publication(publication.workspace_id, publication.image_id), "entity": "PUBLICATION", **values}
        public = {**keys.public_image(publication.id), "entity": "PUBLIC_IMAGE", **values}
        return [self._table.putting("publish image", own), self._table.putting("list published image", public)]

    def withdrawing(self, publication: Publication, *, taken_down_at: datetime | None = None) -> Sequence[Write]:
        own = {"Key": to_item(keys.publication(publication.workspace_id, publication.image_id))}
        still: dict[str, Any] = {
            "TableName": self._table.name,
            "ConditionExpression": "id = :id AND attribute_not_exists(takenDownAt)",
            "ExpressionAttributeValues": to_item({":id": publication.id}),
        }
        if taken_down_at is None:
            change: dict[str, Any] = {"Delete": {**still, **own}}
        else:
            values = {**still["ExpressionAttributeValues"], **to_item({":at": to_iso(taken_down_at)})}
            update = {"UpdateExpression": "SET takenDownAt = :at", "ExpressionAttributeValues": values}
            change = {"Update": {**still, **own, **update}}
        listed = {"TableName": self._table.name, "Key": to_item(keys.public_image(publication.id))}
        return [
            TransactionWrite("withdraw image", change, _stale),
            TransactionWrite("list image no longer", {"Delete": listed}, _stale),
        ]

    def newest(self, *, limit: int, after: str | None) -> Page[PublicImage]:
        query = Query.of(keys.PUBLIC_PARTITION, newest_first=True, consistent=False)
        start = keys.public_image(after) if after else None
        records, more = self._table.page(query, limit=limit, start=start)
        page = Page.of(records, lambda record: str(record["sk"]), more=more).map(_publication_from)
        records_of = (keys_of_image(one.workspace_id, one.image_id) for one in page.items)
        wanted = {(key["pk"], key["sk"]): key for of_one in records_of for key in of_one}
        found = self._table.get_all(list(wanted.values()))
        return page.find(lambda one: _public_image(one, found))


def _public_image(publication: Publication, found: Mapping[tuple[str, str], Values]) -> PublicImage | None:
    """None for an image that was deleted."""
    origin = generation_of(publication.workspace_id, publication.image_id, found)
    if origin is None or origin[0].images[origin[1]].stored is None:
        return None
    return PublicImage(publication, *origin)


def _values(publication: Publication) -> dict[str, Any]:
    return {
        "id": publication.id,
        "workspaceId": publication.workspace_id,
        "imageId": publication.image_id,
        "publishedAt": to_iso(publication.published_at),
        "publishedBy": publication.published_by,
        "showsPrompt": publication.shows_prompt,
        "title": publication.title,
    }


def _publication_from(values: Mapping[str, Any]) -> Publication:
    return Publication(
        id=values["id"],
        workspace_id=values["workspaceId"],
        image_id=values["imageId"],
        published_at=from_iso(values["publishedAt"]),
        published_by=values["publishedBy"],
        shows_prompt=values["showsPrompt"],
        title=values.get("title"),
        taken_down_at=from_iso(values["takenDownAt"]) if "takenDownAt" in values else None,
    )


def _stale(_: dict[str, Any] | None) -> EaselError:
    return StaleWrite("The publication changed meanwhile.")
