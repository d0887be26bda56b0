"""The data of releases in DynamoDB.

DATA#<name> / VERSION#<version>   the set as JSON, compressed, and its digest
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from easel.repositories.keys import Key, part
from easel.repositories.table import ConditionFailed, Table
from easel.services.ports.data_versions import DataSet

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def _key(name: str, version: str) -> Key:
    return {"pk": f"DATA#{part(name)}", "sk": f"VERSION#{part(version)}"}


class DynamoDataVersions:
    """`ports.data_versions.DataVersions`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def add(self, data: DataSet, now: str) -> str | None:
        record = {
            **_key(data.name, data.version),
            "entity": "DATA_VERSION",
            "schema": 1,
            "digest": data.digest,
            "text": zlib.compress(data.text.encode("utf-8")),
            "laidDownAt": now,
        }
        try:
            self._table.put(record, "attribute_not_exists(pk)")
        except ConditionFailed:
            found = self._table.get(_key(data.name, data.version))
            return str(found["digest"]) if found else ""
        return None
