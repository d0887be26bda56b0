"""Uploads in DynamoDB.

WS#<workspace> / UPLOAD#<upload>      one upload

While nothing uses it, an upload is in the sparse index `uploads_by_expiry`. TTL is only a safety net behind the job
that removes ended uploads with their objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import to_iso
from easel.domain.upload import (
    GENERATIONS_ATTACHMENT,
    MAX_ATTACHMENTS,
    OPEN_STATES,
    AcceptedPicture,
    Upload,
    UploadRejection,
    UploadState,
)
from easel.errors import EaselError, NotFound, StaleWrite, TooManyAttachments, UploadNotReady
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.keys import workspace_partition
from easel.repositories.records import Records
from easel.repositories.table import Query, interleaved
from easel.repositories.uploads import keys
from easel.repositories.uploads.upload_items import accepted_values, rejection_values, upload_from, upload_values
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write
from easel.services.ports.uploads import EndedUpload

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_EXPIRY: Final = "uploads_by_expiry"
_TTL_GRACE: Final = timedelta(days=30)

_OPEN: Final = "#state IN (:awaiting, :processing) AND attribute_not_exists(removedAt)"
_OPEN_VALUES: Final = {":awaiting": OPEN_STATES[0].value, ":processing": OPEN_STATES[1].value}
_STATE: Final = {"#state": "state"}
_UNATTACHED: Final = "attribute_exists(pk) AND attribute_not_exists(attachedTo)"


class DynamoUploads:
    """`ports.uploads.Uploads`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    # --- the life of one upload -----------------------------------------------------------------------------------

    def add(self, upload: Upload) -> None:
        key = keys.upload(upload.workspace_id, upload.id)
        ending = _ending(upload.id, upload.expires_at) if upload.expires_at else {}
        self._records.put({**key, **upload_values(upload), **ending}, "attribute_not_exists(pk)")

    def begin(self, workspace_id: str, upload_id: str) -> Upload:
        return self._change(workspace_id, upload_id, {"state": UploadState.PROCESSING.value})

    def accept(self, workspace_id: str, upload_id: str, picture: AcceptedPicture) -> Upload:
        return self._change(workspace_id, upload_id, accepted_values(picture))

    def reject(self, workspace_id: str, upload_id: str, rejection: UploadRejection) -> Upload:
        return self._change(workspace_id, upload_id, rejection_values(rejection))

    def _change(self, workspace_id: str, upload_id: str, values: Mapping[str, Any]) -> Upload:
        """Set attributes of an open upload."""
        names = {f"#{name}": name for name in values}
        changed = self._records.update(
            keys.upload(workspace_id, upload_id),
            "SET " + ", ".join(f"#{name} = :{name}" for name in values),
            condition=_OPEN,
            names=names | _STATE,
            values={f":{name}": value for name, value in values.items()} | _OPEN_VALUES,
            returns="ALL_NEW",
        )
        return upload_from(changed)

    def note_check(self, workspace_id: str, upload_id: str, *, now: datetime, last_before: datetime) -> None:
        self._records.update(
            keys.upload(workspace_id, upload_id),
            "SET checkedAt = :now",
            condition=f"{_OPEN} AND (attribute_not_exists(checkedAt) OR checkedAt < :before)",
            names=_STATE,
            values={":now": to_iso(now), ":before": to_iso(last_before), **_OPEN_VALUES},
        )

    # --- uses: parts of transactions --------------------------------------------------------------------------------

    def attaching(self, upload: Upload, to: str) -> Write:
        return self._attaching(upload, to, "", {})

    def counting_use(self, upload: Upload) -> Write:
        return self._attaching(upload, GENERATIONS_ATTACHMENT, ", generationUses :use", {":use": 1})

    def _attaching(self, upload: Upload, to: str, count: str, values: Mapping[str, Any]) -> Write:
        update = {
            "TableName": self._records.name,
            "Key": to_item(keys.upload(upload.workspace_id, upload.id)),
            "UpdateExpression": f"ADD attachedTo :to{count} REMOVE uploadShard, uploadEndsAt, expiresAt",
            "ConditionExpression": "#state = :ready AND attribute_not_exists(removedAt) AND "
            "(attribute_not_exists(attachedTo) OR contains(attachedTo, :one) OR size(attachedTo) < :most)",
            "ExpressionAttributeNames": _STATE,
            "ExpressionAttributeValues": to_item(
                {":to": {to}, ":one": to, ":most": MAX_ATTACHMENTS, ":ready": UploadState.READY.value, **values}
            ),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return TransactionWrite("attach upload", {"Update": update}, lambda found: _not_attached(upload, found))

    def ending_use(self, upload: Upload, *, expires_at: datetime) -> Write:
        if upload.generation_uses <= 1:
            return self.detaching(upload, GENERATIONS_ATTACHMENT, expires_at=expires_at)
        update = {
            "TableName": self._records.name,
            "Key": to_item(keys.upload(upload.workspace_id, upload.id)),
            "UpdateExpression": "ADD generationUses :less",
            "ConditionExpression": "generationUses > :one",
            "ExpressionAttributeValues": to_item({":less": -1, ":one": 1}),
        }
        return TransactionWrite("end use of upload", {"Update": update}, lambda _: _uses_changed())

    def detaching(self, upload: Upload, from_: str, *, expires_at: datetime) -> Write:
        rest = upload.attached_to - {from_}
        ending = {} if rest else _ending(upload.id, expires_at)
        last_use = from_ == GENERATIONS_ATTACHMENT
        change = "DELETE attachedTo :from" + "".join(
            [" SET ", ", ".join(f"{name} = :{name}" for name in ending)] if ending else []
        )
        as_read = "attachedTo = :before"
        if last_use:
            change += " REMOVE generationUses"
            as_read += " AND (attribute_not_exists(generationUses) OR generationUses <= :one)"
        update = {
            "TableName": self._records.name,
            "Key": to_item(keys.upload(upload.workspace_id, upload.id)),
            "UpdateExpression": change,
            # As it was read: whether another use remains decides what is written.
            "ConditionExpression": as_read,
            "ExpressionAttributeValues": to_item(
                {":from": {from_}, ":before": set(upload.attached_to)}
                | ({":one": 1} if last_use else {})
                | {f":{name}": value for name, value in ending.items()}
            ),
        }
        return TransactionWrite("detach upload", {"Update": update}, lambda _: _uses_changed())

    # --- removal ----------------------------------------------------------------------------------------------------

    def retire(self, upload: Upload, now: datetime) -> None:
        self._records.update(
            keys.upload(upload.workspace_id, upload.id),
            "SET removedAt = if_not_exists(removedAt, :now), uploadShard = :shard, uploadEndsAt = :now "
            "REMOVE attachedTo",
            # Having been a reference keeps an upload from expiring, not its owner from deleting it.
            condition=f"{_UNATTACHED} OR attachedTo = :references",
            values={
                ":now": to_iso(now),
                ":shard": keys.upload_shard(upload.id),
                ":references": {GENERATIONS_ATTACHMENT},
            },
        )

    def retire_ended(self, ended: EndedUpload, before: datetime) -> None:
        self._records.update(
            keys.upload(ended.workspace_id, ended.upload_id),
            "SET removedAt = if_not_exists(removedAt, :before)",
            condition=f"{_UNATTACHED} AND (uploadEndsAt < :before OR attribute_exists(removedAt))",
            values={":before": to_iso(before)},
        )

    def set_aside(self, ended: EndedUpload, until: datetime) -> None:
        self._records.update(
            keys.upload(ended.workspace_id, ended.upload_id),
            "SET uploadEndsAt = :until",
            condition=_UNATTACHED,
            values={":until": to_iso(until)},
        )

    def remove(self, workspace_id: str, upload_id: str) -> None:
        self._records.delete(keys.upload(workspace_id, upload_id), "attribute_exists(removedAt)")

    def ended(self, before: datetime, limit: int) -> Sequence[EndedUpload]:
        return interleaved((self._ended_in(shard, before, limit) for shard in range(keys.UPLOAD_SHARDS)), limit)

    def _ended_in(self, shard: int, before: datetime, limit: int) -> Iterator[EndedUpload]:
        query = Query(
            "uploadShard = :shard AND uploadEndsAt < :before",
            {":shard": keys.upload_partition(shard), ":before": to_iso(before)},
            index=BY_EXPIRY,
            consistent=False,
            keys_only=True,
        )
        found, _ = self._records.page(query, limit=limit)
        return (EndedUpload(*keys.upload_id_of(key)) for key in found)

    # --- reads --------------------------------------------------------------------------------------------------------

    def get(self, workspace_id: str, upload_id: str) -> Upload | None:
        values = self._records.get(keys.upload(workspace_id, upload_id))
        return _shown(values)

    def get_all(self, workspace_id: str, upload_ids: Iterable[str]) -> Mapping[str, Upload]:
        wanted = [keys.upload(workspace_id, upload_id) for upload_id in dict.fromkeys(upload_ids)]
        uploads = map(_shown, self._records.get_all(wanted, consistent=True).values())
        return {upload.id: upload for upload in uploads if upload}

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> Page[Upload]:
        partition = workspace_partition(workspace_id)
        found = self._records.listed(partition, limit=limit, after=after, prefix=keys.UPLOAD_PREFIX, newest_first=True)
        return found.find(_shown)


def _ending(upload_id: str, ends_at: datetime) -> dict[str, Any]:
    """The attributes of an upload that ends: those of the index, and the TTL behind it."""
    return {
        "uploadShard": keys.upload_shard(upload_id),
        "uploadEndsAt": to_iso(ends_at),
        "expiresAt": int((ends_at + _TTL_GRACE).timestamp()),
    }


def _shown(values: Mapping[str, Any] | None) -> Upload | None:
    return None if values is None or "removedAt" in values else upload_from(values)


def _uses_changed() -> StaleWrite:
    return StaleWrite("The uses of the upload changed meanwhile.")


def _not_attached(upload: Upload, found: dict[str, Any] | None) -> EaselError:
    if found is None or "removedAt" in found:
        return NotFound(f"There is no upload {upload.id}.")
    if found["state"] != UploadState.READY.value:
        return UploadNotReady(f"The upload {upload.id} is {found['state']} and not READY.")
    return TooManyAttachments(f"An upload can be used {MAX_ATTACHMENTS} times; bring the picture again.")
