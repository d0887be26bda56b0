"""Deliveries of webhooks in DynamoDB, for thirty days.

DELIVERIES#<workspace>#<endpoint> / DELIVERY#<delivery>          a delivery
DELIVERIES#<workspace>#<endpoint> / ATTEMPT#<delivery>#<number>  what came of one attempt
DUE#<shard> / <time>#<delivery>#<attempt>                        an attempt that waits for its time
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.compression import compressed, decompressed
from easel.domain.deliveries import Attempt, Delivery, DeliveryStatus, Outcome, Trigger
from easel.domain.events.event import milliseconds_of
from easel.ids import moved_id
from easel.repositories.delivery import keys
from easel.repositories.keys import Key
from easel.repositories.records import Records
from easel.repositories.table import ConditionFailed, Query, interleaved
from easel.services.ports.pages import Page
from easel.services.ports.webhooks import DeliveryRef, DueDelivery

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCHEMA: Final = 1
_MILLISECOND: Final = timedelta(milliseconds=1)
_FIRST: Final = "00000000-0000-0000-0000-000000000000"
_LAST: Final = "ffffffff-ffff-ffff-ffff-ffffffffffff"
_END: Final = "~"
"""After every time."""


class DynamoDeliveries:
    """`ports.webhooks.Deliveries` and `ports.webhooks.DueDeliveries`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    def add(self, delivery: Delivery) -> bool:
        try:
            self._records.put(_item(delivery), "attribute_not_exists(pk)")
        except ConditionFailed:
            return False
        return True

    def get(self, workspace_id: str, endpoint_id: str, delivery_id: str) -> Delivery | None:
        values = self._records.get(keys.delivery(workspace_id, endpoint_id, delivery_id))
        return _delivery(values) if values else None

    def claim(self, delivery: Delivery, now: datetime, until: datetime) -> bool:
        try:
            self._records.update(
                _key(delivery),
                "SET leasedUntil = :until",
                condition="#status = :pending AND attempts = :attempts "
                "AND (attribute_not_exists(leasedUntil) OR leasedUntil <= :now)",
                names={"#status": "status"},
                values={
                    ":until": to_iso(until),
                    ":now": to_iso(now),
                    ":pending": DeliveryStatus.PENDING.value,
                    ":attempts": delivery.attempts,
                },
            )
        except ConditionFailed:
            return False
        return True

    def note(self, delivery: Delivery, attempt: Attempt | None) -> None:
        if attempt is not None:
            key = keys.delivery_attempt(delivery.workspace_id, delivery.endpoint_id, delivery.id, attempt.number)
            values = {**key, "entity": "DELIVERY_ATTEMPT", "schema": _SCHEMA, **_attempt_values(attempt)}
            with suppress(ConditionFailed):
                self._records.put(
                    values | {"expiresAt": int(delivery.expires_at.timestamp())}, "attribute_not_exists(pk)"
                )
        with suppress(ConditionFailed):
            # Another worker may have made the same attempt, when this one was taken for dead: the first end counts.
            self._records.put(
                _item(delivery),
                "#status = :pending AND attempts < :attempts" if attempt else "#status = :pending",
                {":pending": DeliveryStatus.PENDING.value} | ({":attempts": delivery.attempts} if attempt else {}),
                names={"#status": "status"},
            )

    def plan(self, delivery: Delivery, at: datetime) -> None:
        with suppress(ConditionFailed):
            self._records.update(
                _key(delivery),
                "SET nextAttemptAt = :at",
                condition="#status = :pending AND attempts = :attempts",
                names={"#status": "status"},
                values={
                    ":at": to_iso(at),
                    ":pending": DeliveryStatus.PENDING.value,
                    ":attempts": delivery.attempts,
                },
            )

    def attempts(self, delivery: Delivery) -> Sequence[Attempt]:
        partition = keys.deliveries_partition(delivery.workspace_id, delivery.endpoint_id)
        query = Query.of(partition, keys.delivery_attempts_prefix(delivery.id))
        return [_attempt(values) for values in self._records.records(query)]

    def list(self, workspace_id: str, endpoint_id: str, *, limit: int, after: str | None) -> Page[Delivery]:
        found = self._records.listed(
            keys.deliveries_partition(workspace_id, endpoint_id),
            limit=limit,
            after=after,
            prefix=keys.DELIVERY_PREFIX,
            newest_first=True,
        )
        return found.map(_delivery)

    def since(
        self, workspace_id: str, endpoint_id: str, moment: datetime, after: str | None, limit: int
    ) -> Sequence[Delivery]:
        low = after or moved_id(_FIRST, milliseconds_of(moment))
        first, last = (keys.delivery(workspace_id, endpoint_id, bound) for bound in (low, _LAST))
        query = Query.between(first["pk"], first["sk"], last["sk"])
        found = self._records.records(query, start=first if after else None, at_once=limit)
        return [_delivery(values) for values in islice(found, limit)]

    def succeed(self, delivery: Delivery, successor: str) -> str:
        stored = self._records.update(
            _key(delivery),
            "SET recoveredBy = if_not_exists(recoveredBy, :successor)",
            condition="attribute_exists(pk)",
            values={":successor": successor},
            returns="ALL_NEW",
        )
        return str(stored["recoveredBy"])

    def exist(self, workspace_id: str, endpoint_id: str, delivery_ids: Sequence[str]) -> frozenset[str]:
        wanted = [keys.delivery(workspace_id, endpoint_id, delivery_id) for delivery_id in delivery_ids]
        found = self._records.get_all(wanted, consistent=True)
        return frozenset(sort.removeprefix(keys.DELIVERY_PREFIX) for _, sort in found)

    # --- attempts that wait ---------------------------------------------------------------------------------------

    def wait(self, ref: DeliveryRef, until: datetime) -> None:
        values = {
            **keys.due_delivery(to_iso(until), ref.delivery_id, ref.attempt),
            "entity": "DUE_DELIVERY",
            "schema": _SCHEMA,
            "workspaceId": ref.workspace_id,
            "endpointId": ref.endpoint_id,
            "deliveryId": ref.delivery_id,
            "attempt": ref.attempt,
        }
        self._records.put(values)

    def due(self, now: datetime, limit: int) -> Sequence[DueDelivery]:
        shards = map(keys.due_partition, range(keys.DUE_SHARDS))
        return interleaved((self._due(shard, now, limit) for shard in shards), limit)

    def _due(self, partition: str, now: datetime, limit: int) -> Sequence[DueDelivery]:
        query = Query.between(partition, "0", f"{to_iso(now)}{_END}", consistent=False)
        return [_due_delivery(values) for values in islice(self._records.records(query, at_once=limit), limit)]

    def forget(self, due: DueDelivery) -> None:
        partition, sort = due.position
        with suppress(ConditionFailed):
            self._records.delete({"pk": partition, "sk": sort}, "attribute_exists(pk)")


def _key(delivery: Delivery) -> Key:
    return keys.delivery(delivery.workspace_id, delivery.endpoint_id, delivery.id)


def _item(delivery: Delivery) -> dict[str, Any]:
    return {
        **_key(delivery),
        "entity": "DELIVERY",
        "schema": _SCHEMA,
        "id": delivery.id,
        "workspaceId": delivery.workspace_id,
        "endpointId": delivery.endpoint_id,
        "eventId": delivery.event_id,
        "eventType": delivery.event_type,
        "trigger": delivery.trigger.value,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "createdAt": to_iso(delivery.created_at),
        "nextAttemptAt": _text(delivery.next_attempt_at),
        "completedAt": _text(delivery.completed_at),
        "lastOutcome": delivery.last_outcome.value if delivery.last_outcome else None,
        "lastStatus": delivery.last_status,
        "leasedUntil": _text(delivery.leased_until),
        "replayedFrom": delivery.replayed_from,
        "target": delivery.target,
        "sealedTarget": delivery.sealed_target,
        "body": compressed(delivery.body) if delivery.body is not None else None,
        "expiresAt": int(delivery.expires_at.timestamp()),
    }


def _delivery(values: Mapping[str, Any]) -> Delivery:
    outcome = values.get("lastOutcome")
    body = values.get("body")
    created_at = from_iso(values["createdAt"])
    return Delivery(
        id=values["id"],
        workspace_id=values["workspaceId"],
        endpoint_id=values["endpointId"],
        event_id=values["eventId"],
        event_type=values["eventType"],
        trigger=Trigger(values["trigger"]),
        status=DeliveryStatus(values["status"]),
        attempts=values["attempts"],
        created_at=created_at,
        expires_at=datetime.fromtimestamp(values["expiresAt"], created_at.tzinfo),
        next_attempt_at=_moment(values.get("nextAttemptAt")),
        completed_at=_moment(values.get("completedAt")),
        last_outcome=Outcome(outcome) if outcome else None,
        last_status=values.get("lastStatus"),
        leased_until=_moment(values.get("leasedUntil")),
        replayed_from=values.get("replayedFrom"),
        target=values.get("target"),
        sealed_target=values.get("sealedTarget"),
        body=decompressed(body) if body is not None else None,
    )


def _attempt_values(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "at": to_iso(attempt.at),
        "tookMs": attempt.took // _MILLISECOND,
        "outcome": attempt.outcome.value,
        "status": attempt.status,
        "response": attempt.response,
        "errorCode": attempt.error_code,
    }


def _attempt(values: Mapping[str, Any]) -> Attempt:
    return Attempt(
        number=values["number"],
        at=from_iso(values["at"]),
        took=timedelta(milliseconds=values["tookMs"]),
        outcome=Outcome(values["outcome"]),
        status=values.get("status"),
        response=values.get("response"),
        error_code=values.get("errorCode"),
    )


def _due_delivery(values: Mapping[str, Any]) -> DueDelivery:
    ref = DeliveryRef(values["workspaceId"], values["endpointId"], values["deliveryId"], values["attempt"])
    return DueDelivery((values["pk"], values["sk"]), ref)


def _text(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return from_iso(text) if text else None
