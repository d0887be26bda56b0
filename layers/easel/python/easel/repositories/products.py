"""Products in DynamoDB.

WS#<workspace> / PRODUCT#<product>           one product; the ids order them by age
WS#<workspace> / DELETEDPRODUCT#<product>    one that was deleted, until its TTL
WS#<workspace> / PRODUCTS                    how many there are, changed in the transactions that create and delete
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.product import DELETED_LIFETIME, Product, ProductFacts, ProductPicture
from easel.errors import EaselError, StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.keys import Key, part, workspace_partition
from easel.repositories.records import Records
from easel.repositories.table import Query
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCHEMA: Final = 1

PRODUCT_PREFIX: Final = "PRODUCT#"


def product_key(workspace_id: str, product_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{PRODUCT_PREFIX}{part(product_id)}"}


def deleted_product_key(workspace_id: str, product_id: str) -> Key:
    """Outside of the prefix of those that are listed."""
    return {"pk": workspace_partition(workspace_id), "sk": f"DELETEDPRODUCT#{part(product_id)}"}


def product_count_key(workspace_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": "PRODUCTS"}


class DynamoProducts:
    """`ports.products.Products`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    # --- writes: parts of transactions --------------------------------------------------------------------------

    def creating(self, product: Product) -> Sequence[Write]:
        return [
            self._records.putting("put product", _item(product)),
            self._counting(product.workspace_id, 1),
        ]

    def replacing(self, product: Product, before: Product) -> Write:
        action = {"TableName": self._records.name, "Item": to_item(_item(product)), **_at_version(before)}
        return TransactionWrite("replace product", {"Put": action}, _stale)

    def deleting(self, product: Product, now: datetime) -> Sequence[Write]:
        key = product_key(product.workspace_id, product.id)
        deleted = {
            **_item(product),
            **deleted_product_key(product.workspace_id, product.id),
            "entity": "DELETED_PRODUCT",
            "deletedAt": to_iso(now),
            "expiresAt": int((now + DELETED_LIFETIME).timestamp()),
        }
        delete = {"TableName": self._records.name, "Key": to_item(key), **_at_version(product)}
        return [
            TransactionWrite("delete product", {"Delete": delete}, _stale),
            self._records.putting("keep deleted product", deleted),
            self._counting(product.workspace_id, -1),
        ]

    def _counting(self, workspace_id: str, change: int) -> Write:
        # A count that would fall below zero is a fault of ours: the transaction is refused and nothing is deleted.
        condition = {} if change > 0 else {"ConditionExpression": "#count > :none"}
        update = {
            "TableName": self._records.name,
            "Key": to_item(product_count_key(workspace_id)),
            "UpdateExpression": "ADD #count :change",
            "ExpressionAttributeNames": {"#count": "count"},
            "ExpressionAttributeValues": to_item({":change": change} | ({":none": 0} if condition else {})),
            **condition,
        }
        return TransactionWrite("count products", {"Update": update}, _stale)

    # --- reads ----------------------------------------------------------------------------------------------------

    def get(self, workspace_id: str, product_id: str) -> Product | None:
        values = self._records.get(product_key(workspace_id, product_id))
        return _product_from(values) if values else None

    def list(self, workspace_id: str, *, limit: int, after: str | None, skip: int = 0) -> Page[Product]:
        partition = workspace_partition(workspace_id)
        if skip:
            query = Query.of(partition, PRODUCT_PREFIX, newest_first=True).of_keys()
            passed, more = self._records.page(query, limit=skip, start=_position(partition, after))
            if not more:
                return Page((), (), None)
            after = passed[-1]["sk"]
        found = self._records.listed(partition, limit=limit, after=after, prefix=PRODUCT_PREFIX, newest_first=True)
        return found.map(_product_from)

    def total(self, workspace_id: str) -> int:
        values = self._records.get(product_count_key(workspace_id))
        return int(values["count"]) if values else 0


def _position(partition: str, after: str | None) -> Key | None:
    return None if after is None else {"pk": partition, "sk": after}


def _at_version(product: Product) -> dict[str, Any]:
    """The condition that the stored product has this version."""
    return {
        "ConditionExpression": "#version = :before",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": to_item({":before": product.version}),
    }


def _item(product: Product) -> dict[str, Any]:
    return {
        **product_key(product.workspace_id, product.id),
        "entity": "PRODUCT",
        "schema": _SCHEMA,
        "id": product.id,
        "workspaceId": product.workspace_id,
        "userId": product.user_id,
        **product.facts.as_values(),
        "pictures": [_picture_values(picture) for picture in product.pictures],
        "version": product.version,
        "createdAt": to_iso(product.created_at),
        "updatedAt": to_iso(product.updated_at),
    }


def _product_from(values: Mapping[str, Any]) -> Product:
    return Product(
        id=values["id"],
        workspace_id=values["workspaceId"],
        user_id=values["userId"],
        facts=ProductFacts(values["name"], values.get("color"), values.get("material")),
        created_at=from_iso(values["createdAt"]),
        updated_at=from_iso(values["updatedAt"]),
        pictures=tuple(_picture_from(entry) for entry in values["pictures"]),
        version=values["version"],
    )


def _picture_values(picture: ProductPicture) -> dict[str, Any]:
    return {
        "role": picture.role,
        "uploadId": picture.upload_id,
        "key": picture.key,
        "thumbnailKey": picture.thumbnail_key,
        "mediaType": picture.media_type,
        "width": picture.width,
        "height": picture.height,
    }


def _picture_from(values: Mapping[str, Any]) -> ProductPicture:
    return ProductPicture(
        role=values["role"],
        upload_id=values["uploadId"],
        key=values["key"],
        thumbnail_key=values["thumbnailKey"],
        media_type=values["mediaType"],
        width=values["width"],
        height=values["height"],
    )


def _stale(_: dict[str, Any] | None) -> EaselError:
    return StaleWrite("The product was changed since it was read.")
