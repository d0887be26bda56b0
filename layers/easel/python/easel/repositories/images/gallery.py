"""Delivered images in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from easel.domain.image import Image
from easel.errors import StaleWrite
from easel.repositories import keys
from easel.repositories.generations.generation_items import image_from, image_values
from easel.repositories.table import Table
from easel.services.ports.generations import GalleryImage
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoGallery:
    """`ports.generations.Gallery`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def adding(self, entry: GalleryImage) -> Write:
        image: Image = entry.image
        values = {
            **keys.image(entry.workspace_id, image.id),
            "entity": "IMAGE",
            "schema": 1,
            "workspaceId": entry.workspace_id,
            "generationId": entry.generation_id,
            "userId": entry.user_id,
            "model": entry.model,
            "prompt": entry.prompt,
            "permalinkSecret": entry.permalink_secret,
            "index": image.index,
            "image": image_values(image),
            "priceMilliCredits": entry.price_milli_credits,
        }
        return self._table.putting(
            "put gallery image", values, lambda _: StaleWrite(f"Image {image.id} is in the gallery already.")
        )

    def get(self, workspace_id: str, image_id: str) -> GalleryImage | None:
        values = self._table.get(keys.image(workspace_id, image_id))
        if values is None:
            return None
        return GalleryImage(
            workspace_id=values["workspaceId"],
            generation_id=values["generationId"],
            user_id=values["userId"],
            model=values["model"],
            prompt=values["prompt"],
            permalink_secret=values["permalinkSecret"],
            image=image_from(values["index"], values["image"]),
            price_milli_credits=values["priceMilliCredits"],
        )
