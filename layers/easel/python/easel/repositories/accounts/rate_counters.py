"""Request counters in DynamoDB, in the `ephemeral` table: one item per owner and hour, one update per request.

    RATE#<owner> / <hour>     `all`: requests of this hour; `<kind><subject>:<minute>`: those of one subject in a minute

A subject's counter of the previous minute is removed by its next request. A process also removes stale counters of
other subjects with later requests, so that the item stays small; after the hour TTL deletes the item.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.domain.rates import HOUR, Counter
from easel.repositories.table import ConditionFailed, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT: Final = timedelta(hours=2)
_REMOVED_AT_ONCE: Final = 20
_REMEMBERED_OWNERS: Final = 1_000


class DynamoRateCounters:
    """`rate_limits.RateCounters`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)
        self._stale = _StaleCounters()

    def count(self, owner: str, counters: Sequence[Counter], now: datetime) -> tuple[bool, Sequence[int]]:
        key = _key(owner, now)
        names = [_name(counter, now) for counter in counters]
        stale = [_name(counter, now - timedelta(minutes=1)) for counter in counters if counter.window.seconds < HOUR]
        stale += self._stale.take((key["pk"], key["sk"]), now)
        try:
            counted = self._table.update(
                key,
                returns="UPDATED_NEW",
                on_failure="ALL_OLD",
                **_expressions(counters, names, [name for name in dict.fromkeys(stale) if name not in names], now),
            )
        except ConditionFailed as full:
            return False, _counts(full.found or {}, names)
        self._stale.drop((key["pk"], key["sk"]), [name for name in names if ":" in name], now)
        return True, _counts(counted, names)


def _key(owner: str, now: datetime) -> dict[str, str]:
    kind, _, name = owner.partition("#")
    # IP addresses are personal data, and only needed as a hash.
    subject = _short(_network(name)) if kind == "ADDRESS" else name
    return {"pk": f"RATE#{kind}#{subject}", "sk": f"{now.astimezone(UTC):%Y-%m-%dT%H}"}


def _name(counter: Counter, now: datetime) -> str:
    if counter.window.seconds >= HOUR:
        return "all"
    subject = _short(_network(counter.subject)) if counter.window.name == "address" else _short(counter.subject)
    return f"{counter.window.name[0]}{subject}:{now.minute}"


def _network(address: str) -> str:
    """An IPv4 address unchanged; of an IPv6 address the /64 network, since a client can use all its addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))


def _short(subject: str) -> str:
    """Hash of a subject in twelve characters: there may be thousands in an item."""
    return hashlib.blake2b(subject.encode("utf-8"), digest_size=6).hexdigest() if subject else ""


def _expressions(
    counters: Sequence[Counter], names: Sequence[str], stale: Sequence[str], now: datetime
) -> dict[str, Any]:
    paths = {f"#n{position}": name for position, name in enumerate(names)}
    removed = {f"#o{position}": name for position, name in enumerate(stale)}
    limits = {f":l{position}": counter.window.limit for position, counter in enumerate(counters)}
    pairs = zip(paths, limits, strict=True)
    conditions = [f"(attribute_not_exists({path}) OR {path} < {limit})" for path, limit in pairs]
    update = f"ADD {', '.join(f'{path} :one' for path in paths)} SET expiresAt = :expires"
    return {
        "expression": update + (f" REMOVE {', '.join(removed)}" if removed else ""),
        "condition": " AND ".join(conditions),
        "names": paths | removed,
        "values": {**limits, ":one": 1, ":expires": int((now + _KEPT).timestamp())},
    }


def _counts(values: Mapping[str, Any], names: Sequence[str]) -> list[int]:
    return [values.get(name, 0) for name in names]


class _StaleCounters:
    """The stale counters of earlier minutes, by item."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, str], deque[tuple[int, str]]] = {}

    def take(self, item: tuple[str, str], now: datetime) -> list[str]:
        """Some of them, to be removed; oldest first, since minutes increase within an hour."""
        left = self._left.get(item, deque())
        taken: list[str] = []
        while left and left[0][0] < now.minute and len(taken) < _REMOVED_AT_ONCE:
            taken.append(left.popleft()[1])
        return taken

    def drop(self, item: tuple[str, str], names: Sequence[str], now: datetime) -> None:
        if item not in self._left and len(self._left) >= _REMEMBERED_OWNERS:
            self._left.clear()
        left = self._left.setdefault(item, deque())
        pending = {name for _, name in left}
        left.extend((now.minute, name) for name in names if name not in pending)
