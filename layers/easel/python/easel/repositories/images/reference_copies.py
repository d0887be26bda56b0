"""Which references of a generation were copied, in the `ephemeral` table: one item per reference, kept for a day.

REFERENCES#<generation> / <number>
claim, claimedUntil     while a worker makes the copy
objectKey, mediaType    the copy
code, message           why there is none
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import to_iso
from easel.domain.limits import MESSAGE, shortened
from easel.ids import new_id
from easel.repositories.table import ConditionFailed, Table
from easel.services.ports.references import CopyClaim, CopyRefused, CopyState, ReferenceCopy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT: Final = timedelta(hours=20)
"""Less than the copies themselves, which a lifecycle rule deletes after a day."""
_MINE: Final = "claim = :claim"


class DynamoReferenceCopies:
    """`ports.references.ReferenceCopies`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def begin(self, generation_id: str, number: int, *, now: datetime, until: datetime) -> CopyState:
        token = new_id()
        try:
            self._table.update(
                _key(generation_id, number),
                "SET claim = :claim, claimedUntil = :until, expiresAt = :expires",
                condition="attribute_not_exists(pk) OR claimedUntil < :now",
                values={
                    ":claim": token,
                    ":until": to_iso(until),
                    ":now": to_iso(now),
                    ":expires": int((now + _KEPT).timestamp()),
                },
                on_failure="ALL_OLD",
            )
        except ConditionFailed as failed:
            return _state(failed.found or {})
        return CopyClaim(generation_id, number, token)

    def finish(self, claim: CopyClaim, copy: ReferenceCopy) -> None:
        self._end(claim, {"objectKey": copy.key, "mediaType": copy.media_type})

    def refuse(self, claim: CopyClaim, refusal: CopyRefused) -> None:
        self._end(claim, {"code": refusal.code, "message": shortened(refusal.message, MESSAGE)})

    def release(self, claim: CopyClaim) -> None:
        with suppress(ConditionFailed):
            self._table.delete(_key(claim.generation_id, claim.number), _MINE, {":claim": claim.token})

    def _end(self, claim: CopyClaim, values: Mapping[str, str]) -> None:
        with suppress(ConditionFailed):
            self._table.update(
                _key(claim.generation_id, claim.number),
                "SET " + ", ".join(f"#{name} = :{name}" for name in values) + " REMOVE claim, claimedUntil",
                condition=_MINE,
                names={f"#{name}": name for name in values},
                values={f":{name}": value for name, value in values.items()} | {":claim": claim.token},
            )


def _state(values: Mapping[str, Any]) -> CopyState:
    if "objectKey" in values:
        return ReferenceCopy(values["objectKey"], values["mediaType"])
    if "code" in values:
        return CopyRefused(values["code"], values["message"])
    return None


def _key(generation_id: str, number: int) -> dict[str, str]:
    return {"pk": f"REFERENCES#{generation_id}", "sk": str(number)}
