"""Telegram's file ids of pictures, in DynamoDB.

WS#<workspace of a bot's user> / TGFILE#<image id>
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from easel.repositories.images import keys
from easel.repositories.keys import workspace_partition
from easel.repositories.table import Query, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoTelegramFiles:
    """`services.images.keep_telegram_file.TelegramFiles`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def put(self, workspace_id: str, image_id: str, file_id: str) -> None:
        key = keys.telegram_file(workspace_id, image_id)
        values = {**key, "entity": "TELEGRAM_FILE", "imageId": image_id, "fileId": file_id}
        # A later file id replaces an earlier one of the same picture.
        self._table.put(values, "attribute_not_exists(pk) OR imageId = :image", {":image": image_id})

    def of_generation(self, workspace_id: str, generation_id: str) -> Mapping[str, str]:
        query = Query.of(workspace_partition(workspace_id), keys.telegram_files_prefix(generation_id))
        return {values["imageId"]: values["fileId"] for values in self._table.records(query)}
