"""Archives in DynamoDB: who builds one, how far it is, and until when it is offered.

WS#<workspace> / ARCHIVE#<generation>#<digest>   state, builder, bytesDone, until; expiresAt (TTL)
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.archive import ArchiveState
from easel.repositories.images import keys
from easel.repositories.keys import Key
from easel.repositories.table import ConditionFailed, Table
from easel.services.ports.archives import ArchiveRecord, ArchiveRef

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_FOR: Final = timedelta(days=2)
_NOBODY: Final = "-"
_IS_OVER: Final = "attribute_not_exists(pk) OR #until < :now"
_SETS: Final = (
    "SET entity = :entity, #state = :state, builder = :builder, bytesDone = :done, #until = :until, expiresAt = :gone"
)
_NAMES: Final = {"#state": "state", "#until": "until"}


class DynamoArchives:
    """`ports.archives.ArchiveRecords`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def get(self, ref: ArchiveRef) -> ArchiveRecord | None:
        values = self._table.get(_key(ref))
        if values is None:
            return None
        return ArchiveRecord(ref, ArchiveState(values["state"]), values["bytesDone"], from_iso(values["until"]))

    def queue(self, ref: ArchiveRef, *, now: datetime, until: datetime) -> bool:
        values = _values(ArchiveState.QUEUED, _NOBODY, 0, until) | {":now": to_iso(now)}
        return self._set(ref, _SETS, _IS_OVER, values)

    def begin(self, ref: ArchiveRef, builder: str, *, now: datetime, until: datetime) -> bool:
        values = _values(ArchiveState.BUILDING, builder, 0, until)
        values |= {":now": to_iso(now), ":queued": ArchiveState.QUEUED.value}
        return self._set(ref, _SETS, f"{_IS_OVER} OR #state = :queued", values)

    def progress(self, ref: ArchiveRef, builder: str, bytes_done: int) -> bool:
        sets, is_ours = "SET bytesDone = :done", "builder = :builder"
        return self._set(ref, sets, is_ours, {":done": bytes_done, ":builder": builder}, names={})

    def ready(self, ref: ArchiveRef, builder: str, *, bytes_done: int, until: datetime) -> bool:
        return self._set(ref, _SETS, "builder = :builder", _values(ArchiveState.READY, builder, bytes_done, until))

    def release(self, ref: ArchiveRef, builder: str) -> None:
        with suppress(ConditionFailed):
            self._table.delete(_key(ref), "builder = :builder", {":builder": builder})

    def _set(
        self, ref: ArchiveRef, sets: str, condition: str, values: dict[str, Any], names: dict[str, str] = _NAMES
    ) -> bool:
        try:
            self._table.update(_key(ref), sets, condition=condition, names=names, values=values)
        except ConditionFailed:
            return False
        return True


def _key(ref: ArchiveRef) -> Key:
    return keys.archive(ref.workspace_id, ref.generation_id, ref.digest)


def _values(state: ArchiveState, builder: str, bytes_done: int, until: datetime) -> dict[str, Any]:
    return {
        ":entity": "ARCHIVE",
        ":state": state.value,
        ":builder": builder,
        ":done": bytes_done,
        ":until": to_iso(until),
        ":gone": int((until + _KEPT_FOR).timestamp()),
    }
