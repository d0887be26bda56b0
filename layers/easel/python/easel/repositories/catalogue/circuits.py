"""Circuit breakers in DynamoDB, in the `ephemeral` table: one small item per circuit, written on failures.

    CIRCUIT          / <provider>#<model>     a `domain.circuits.Circuit`, with a version for optimistic locking
    CIRCUIT#<caller> / <provider>#<model>     the same for the failures of one caller alone

Shared circuits are in one partition, so that the status page reads them with one query. Items are only written after
failures, and expire.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.catalogue import Candidate
from easel.domain.circuits import (
    ALL_CALLERS,
    MAX_PAUSE,
    Circuit,
    CircuitName,
    Circuits,
    Count,
    circuit_names,
    circuits_of_failure,
)
from easel.errors import DatabaseRefused, DatabaseUnavailable, ProviderErrorClass
from easel.repositories.dynamodb import full_jitter
from easel.repositories.table import ConditionFailed, Query, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = logging.getLogger(__name__)

_PARTITION: Final = "CIRCUIT"
_KEPT: Final = MAX_PAUSE * 3
_MAX_TRIES: Final = 5
_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.2
"""Seconds between retries of a write that lost against other writers."""


class DynamoProviderHealth:
    """`choose_provider.ProviderHealth`. Fails open: when the table does not answer, calls are made."""

    def __init__(self, client: DynamoDBClient, table_name: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._table = Table(client, table_name)
        self._sleep = sleep

    def circuits(self, candidates: Collection[Candidate], caller: str) -> Circuits:
        names = dict.fromkeys(name for candidate in candidates for name in circuit_names(candidate, caller))
        return Circuits(self._read(list(names)), caller)

    def failed(
        self,
        candidate: Candidate,
        error_class: ProviderErrorClass,
        now: datetime,
        *,
        caller: str,
        retry_after: float | None = None,
    ) -> None:
        for name in circuits_of_failure(candidate, error_class, caller):
            self._change(name, now, lambda circuit: circuit.failed(error_class, now, retry_after, caller))

    def succeeded(self, circuits: Circuits, candidate: Candidate) -> None:
        for circuit in circuits.of(candidate):
            if not circuit.is_clean:
                self._forget(circuit)

    def begin_probe(self, circuits: Circuits, candidate: Candidate, now: datetime) -> bool:
        held = [circuit for circuit in circuits.of(candidate) if circuit.open_until is not None]
        return all(self._write(circuit.probing(now), now) for circuit in held)

    def all(self) -> Sequence[Circuit]:
        """Every shared circuit with recorded failures. Raises DatabaseUnavailable."""
        return [_circuit(values) for values in self._table.records(Query.of(_PARTITION, consistent=False))]

    def _read(self, names: Sequence[CircuitName]) -> list[Circuit]:
        if not names:
            return []
        try:
            found = self._table.get_all([_key(name) for name in names], consistent=True)
        except (DatabaseUnavailable, DatabaseRefused):
            logger.warning("circuits could not be read", exc_info=True)
            return []
        return [_circuit(values) for values in found.values()]

    def _change(self, name: CircuitName, now: datetime, change: Callable[[Circuit], Circuit]) -> None:
        for attempt in range(_MAX_TRIES):
            before = next(iter(self._read([name])), Circuit(*name))
            after = change(before)
            if after is before or self._write(after, now):
                return
            self._sleep(full_jitter(attempt, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE))
        logger.warning("circuit kept changing; one failure is not counted", extra=_described(name))

    def _write(self, circuit: Circuit, now: datetime) -> bool:
        """Store it if it has not changed since it was read."""
        values = {**_values(circuit), "version": circuit.version + 1, "expiresAt": int((now + _KEPT).timestamp())}
        try:
            self._table.put(
                {**_key(circuit.name), **values},
                "attribute_not_exists(pk) OR version = :version",
                {":version": circuit.version},
            )
        except ConditionFailed:
            return False
        except (DatabaseUnavailable, DatabaseRefused):
            logger.warning("circuit could not be written", exc_info=True)
            return False
        return True

    def _forget(self, circuit: Circuit) -> None:
        try:
            self._table.delete(_key(circuit.name), "version = :version", {":version": circuit.version})
        except (ConditionFailed, DatabaseUnavailable, DatabaseRefused):
            # It was changed concurrently; the next success will close it.
            logger.info("circuit was not closed")


def _described(name: CircuitName) -> dict[str, str]:
    return {"provider": name.provider, "served_model": name.model, "caller": name.caller}


def _key(name: CircuitName) -> dict[str, str]:
    partition = _PARTITION if name.caller == ALL_CALLERS else f"{_PARTITION}#{name.caller}"
    return {"pk": partition, "sk": f"{name.provider}#{name.model}"}


def _values(circuit: Circuit) -> dict[str, Any]:
    counts = {
        error_class.value: {
            "failures": count.failures,
            "since": to_iso(count.since),
            "callers": dict(count.callers),
        }
        for error_class, count in circuit.counts.items()
    }
    return {
        "provider": circuit.provider,
        "model": circuit.model,
        "caller": circuit.caller,
        "counts": counts,
        "openedBy": circuit.opened_by.value if circuit.opened_by else None,
        "openedAt": _iso(circuit.opened_at),
        "openUntil": _iso(circuit.open_until),
        "openings": circuit.openings,
        "probeUntil": _iso(circuit.probe_until),
        "probedBy": circuit.probed_by,
    }


def _circuit(values: Mapping[str, Any]) -> Circuit:
    opened_by = values.get("openedBy")
    return Circuit(
        provider=values["provider"],
        model=values["model"],
        caller=values["caller"],
        counts={
            ProviderErrorClass(name): Count(count["failures"], from_iso(count["since"]), count["callers"])
            for name, count in values["counts"].items()
        },
        opened_by=ProviderErrorClass(opened_by) if opened_by else None,
        opened_at=_moment(values.get("openedAt")),
        open_until=_moment(values.get("openUntil")),
        openings=values["openings"],
        probe_until=_moment(values.get("probeUntil")),
        probed_by=values.get("probedBy"),
        version=values["version"],
    )


def _iso(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return from_iso(text) if text else None
