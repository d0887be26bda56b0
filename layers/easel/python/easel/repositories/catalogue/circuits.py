"""Circuit breakers in DynamoDB, in the `ephemeral` table: one small item per provider and model, written on failures.

    CIRCUIT / <provider>#<model>     what `domain.circuits.Circuit` says, with a version that each change names

All lie in one partition: a status page reads them with one query, and they are written only while something is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.catalogue import Candidate
from easel.domain.circuits import LONGEST_PAUSE, Circuit, Circuits, Count, circuit_names
from easel.errors import DatabaseRefused, DatabaseUnavailable, ProviderErrorClass
from easel.repositories.table import ConditionFailed, Query, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = logging.getLogger(__name__)

_PARTITION: Final = "CIRCUIT"
_KEPT: Final = LONGEST_PAUSE * 3
_MAX_TRIES: Final = 5


class DynamoProviderHealth:
    """`routes.ProviderHealth`. When its table does not answer, calls go out as if there were no breaker."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def circuits(self, candidates: Collection[Candidate]) -> Circuits:
        names = list(dict.fromkeys(name for candidate in candidates for name in circuit_names(candidate)))
        return Circuits(self._read(names))

    def failed(
        self, circuit: tuple[str, str], error_class: ProviderErrorClass, now: datetime, retry_after: float | None
    ) -> None:
        self._change(circuit, now, lambda known: known.failed(error_class, now, retry_after))

    def succeeded(self, circuits: Circuits, candidate: Candidate) -> None:
        for known in circuits.of(candidate):
            if not known.is_spotless:
                self._forget(known)

    def begin_probe(self, circuits: Circuits, candidate: Candidate, now: datetime) -> bool:
        held = [circuit for circuit in circuits.of(candidate) if circuit.open_until is not None]
        return all(self._write(circuit.probing(now), now) for circuit in held)

    def all(self) -> Sequence[Circuit]:
        """Every circuit that something is held against. Raises DatabaseUnavailable."""
        return [_circuit(values) for values in self._table.records(Query.of(_PARTITION, consistent=False))]

    def _read(self, names: Sequence[tuple[str, str]]) -> list[Circuit]:
        if not names:
            return []
        try:
            found = self._table.get_all([_key(name) for name in names], consistent=True)
        except (DatabaseUnavailable, DatabaseRefused):
            logger.warning("circuits could not be read", exc_info=True)
            return []
        return [_circuit(values) for values in found.values()]

    def _change(self, name: tuple[str, str], now: datetime, change: Callable[[Circuit], Circuit]) -> None:
        for _ in range(_MAX_TRIES):
            known = next(iter(self._read([name])), Circuit(*name))
            changed = change(known)
            if changed is known or self._write(changed, now):
                return
        logger.warning("circuit kept changing; one sign is lost", extra={"provider": name[0], "served_model": name[1]})

    def _write(self, circuit: Circuit, now: datetime) -> bool:
        """Store it if nobody has changed it since it was read."""
        values = {**_values(circuit), "version": circuit.version + 1, "expiresAt": int((now + _KEPT).timestamp())}
        name = (circuit.provider, circuit.model)
        try:
            self._table.put(
                {**_key(name), **values},
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
        name = (circuit.provider, circuit.model)
        try:
            self._table.delete(_key(name), "version = :version", {":version": circuit.version})
        except (ConditionFailed, DatabaseUnavailable, DatabaseRefused):
            # Somebody has noted something new meanwhile; the next success is not far.
            logger.info("circuit was not closed")


def _key(name: tuple[str, str]) -> dict[str, str]:
    return {"pk": _PARTITION, "sk": "#".join(name)}


def _values(circuit: Circuit) -> dict[str, Any]:
    counts = {
        error_class.value: {"failures": count.failures, "since": to_iso(count.since)}
        for error_class, count in circuit.counts.items()
    }
    return {
        "provider": circuit.provider,
        "model": circuit.model,
        "counts": counts,
        "openedBy": circuit.opened_by.value if circuit.opened_by else None,
        "openedAt": _iso(circuit.opened_at),
        "openUntil": _iso(circuit.open_until),
        "openings": circuit.openings,
        "probeUntil": _iso(circuit.probe_until),
    }


def _circuit(values: Mapping[str, Any]) -> Circuit:
    opened_by = values.get("openedBy")
    return Circuit(
        provider=values["provider"],
        model=values["model"],
        counts={
            ProviderErrorClass(name): Count(count["failures"], from_iso(count["since"]))
            for name, count in values["counts"].items()
        },
        opened_by=ProviderErrorClass(opened_by) if opened_by else None,
        opened_at=_moment(values.get("openedAt")),
        open_until=_moment(values.get("openUntil")),
        openings=values["openings"],
        probe_until=_moment(values.get("probeUntil")),
        version=values["version"],
    )


def _iso(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return from_iso(text) if text else None
