"""Records of the files of batches. They end with the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from easel.clock import from_iso, to_iso
from easel.domain.batch import FILES_KEPT
from easel.domain.batch_file import BatchFile, FilePurpose
from easel.errors import NotFound
from easel.repositories.generations import keys
from easel.repositories.keys import workspace_partition
from easel.repositories.records import Records
from easel.repositories.table import ConditionFailed, Query

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_EXISTS = "attribute_exists(pk)"


class DynamoFileRecords:
    """`ports.batch_files.FileRecords`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    def put(self, file: BatchFile) -> None:
        self._records.put(
            {
                **keys.batch_file(file.workspace_id, file.id),
                "entity": "BATCH_FILE",
                "schema": 1,
                "name": file.name,
                "size": file.size,
                "purpose": file.purpose.value,
                "createdAt": to_iso(file.created_at),
                "keptSeconds": int(file.kept.total_seconds()),
                "expiresAt": int(file.expires_at.timestamp()),
            }
        )

    def get(self, workspace_id: str, file_id: str) -> BatchFile | None:
        values = self._records.get(keys.batch_file(workspace_id, file_id))
        return _file_from(values) if values else None

    def list(
        self,
        workspace_id: str,
        *,
        purpose: FilePurpose | None,
        limit: int,
        after: str | None,
        newest_first: bool,
        now: datetime,
    ) -> tuple[Sequence[BatchFile], bool]:
        start = keys.batch_file(workspace_id, after) if after else None
        query = Query.of(workspace_partition(workspace_id), keys.BATCH_FILE_PREFIX, newest_first=newest_first)
        files = map(_file_from, self._records.records(query, start=start))
        # DynamoDB deletes late.
        wanted = (file for file in files if purpose in {None, file.purpose} and file.expires_at > now)
        found = list(islice(wanted, limit + 1))
        return found[:limit], len(found) > limit

    def claim(self, file: BatchFile, batch_id: str, now: datetime) -> None:
        try:
            self._records.update(
                keys.batch_file(file.workspace_id, file.id),
                "SET claimedId = :id, claimedAt = :now",
                condition=_EXISTS,
                values={":id": batch_id, ":now": to_iso(now)},
            )
        except ConditionFailed:
            raise NotFound(f"There is no file {file.id}.") from None

    def delete(self, file: BatchFile) -> None:
        try:
            self._records.delete(keys.batch_file(file.workspace_id, file.id), _EXISTS)
        except ConditionFailed:
            raise NotFound(f"There is no file {file.id}.") from None


def _file_from(values: Mapping[str, Any]) -> BatchFile:
    claimed_at = values.get("claimedAt")
    return BatchFile(
        id=values["sk"].removeprefix(keys.BATCH_FILE_PREFIX),
        workspace_id=values["pk"].removeprefix("WS#"),
        name=values["name"],
        size=values["size"],
        purpose=FilePurpose(values["purpose"]),
        created_at=from_iso(values["createdAt"]),
        kept=timedelta(seconds=values.get("keptSeconds", FILES_KEPT.total_seconds())),
        claimed_id=values.get("claimedId"),
        claimed_at=from_iso(claimed_at) if claimed_at else None,
    )
