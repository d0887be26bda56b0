"""Circuit breakers: when a provider has failed often enough, nobody asks it for a while, and then one asks first.

One circuit per provider and model, counting each class of error for itself; errors that are about our account hold for
all models of the provider (`ANY_MODEL`). Pure rules; `repositories/circuits.py` keeps the state that all workers share.

    closed --enough failures of one class within its window--> open --its pause is over--> half open
    half open: one probe goes out; it succeeds: closed; it fails: open again, for twice as long
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from easel.domain.catalogue import Candidate
from easel.errors import ProviderErrorClass

ANY_MODEL: Final = "*"
PROBE: Final = timedelta(seconds=60)
"""How long a probe may take before another one goes out."""
LONGEST_PAUSE: Final = timedelta(hours=1)


class CircuitState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class CircuitRule:
    """So many images must fail within the window, none succeeding between them; then nobody asks for `pause`."""

    failures: int
    window: timedelta
    pause: timedelta


RULES: Final[Mapping[ProviderErrorClass, CircuitRule]] = {
    ProviderErrorClass.RETRYABLE: CircuitRule(10, timedelta(minutes=1), timedelta(seconds=30)),
    ProviderErrorClass.AMBIGUOUS: CircuitRule(10, timedelta(minutes=2), timedelta(minutes=1)),
    ProviderErrorClass.FAILED: CircuitRule(20, timedelta(minutes=5), timedelta(minutes=1)),
    ProviderErrorClass.QUOTA: CircuitRule(5, timedelta(minutes=10), timedelta(minutes=5)),
    ProviderErrorClass.AUTH: CircuitRule(5, timedelta(minutes=10), timedelta(minutes=5)),
    ProviderErrorClass.GONE: CircuitRule(5, timedelta(minutes=10), timedelta(minutes=10)),
}
"""What callers got wrong, or a policy refused, says nothing about a provider's health: those classes are missing."""

_OF_THE_ACCOUNT: Final = frozenset({ProviderErrorClass.QUOTA, ProviderErrorClass.AUTH})


@dataclass(frozen=True, slots=True)
class Count:
    """Failures of one class, from `since` on."""

    failures: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Circuit:
    """What is known about a provider's health with one model."""

    provider: str
    model: str
    counts: Mapping[ProviderErrorClass, Count] = field(default_factory=lambda: MappingProxyType({}))
    opened_by: ProviderErrorClass | None = None
    opened_at: datetime | None = None
    open_until: datetime | None = None
    openings: int = 0
    """How often in a row it opened without a success in between."""
    probe_until: datetime | None = None
    version: int = 0

    @property
    def is_spotless(self) -> bool:
        return not self.counts and self.open_until is None

    def state(self, now: datetime) -> CircuitState:
        if self.open_until is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now < self.open_until else CircuitState.HALF_OPEN

    def wait(self, now: datetime) -> timedelta:
        """How long until a call may go through; nothing when one may now."""
        times = [time for time in (self.open_until, self.probe_until) if time is not None and time > now]
        return max(times) - now if times else timedelta()

    def failed(self, error_class: ProviderErrorClass, now: datetime, retry_after: float | None = None) -> Circuit:
        """After a failure. Calls that were under way when it opened change nothing any more."""
        rule = RULES.get(error_class)
        state = self.state(now)
        if rule is None or state is CircuitState.OPEN:
            return self
        if state is CircuitState.HALF_OPEN:
            return self._opened(error_class, rule, now, retry_after)
        known = self.counts.get(error_class)
        in_window = known is not None and now - known.since <= rule.window
        count = Count(known.failures + 1, known.since) if known and in_window else Count(1, now)
        if count.failures >= rule.failures:
            return self._opened(error_class, rule, now, retry_after)
        return replace(self, counts={**self.counts, error_class: count})

    def succeeded(self) -> Circuit:
        """After a success: as if nothing had been."""
        return Circuit(self.provider, self.model, version=self.version)

    def probing(self, now: datetime) -> Circuit:
        """One call goes out to see whether the provider is back."""
        return replace(self, probe_until=now + PROBE)

    def _opened(
        self, error_class: ProviderErrorClass, rule: CircuitRule, now: datetime, retry_after: float | None
    ) -> Circuit:
        pause = max(rule.pause * 2 ** min(self.openings, 10), timedelta(seconds=min(retry_after or 0, 86_400)))
        return replace(
            self,
            counts={},
            opened_by=error_class,
            opened_at=now,
            open_until=now + min(pause, LONGEST_PAUSE),
            openings=self.openings + 1,
            probe_until=None,
        )


class Circuits:
    """The circuits of some candidates, at one moment. A candidate without any record is well."""

    def __init__(self, known: Iterable[Circuit] = ()) -> None:
        self._known = {(circuit.provider, circuit.model): circuit for circuit in known}

    def of(self, candidate: Candidate) -> tuple[Circuit, ...]:
        """Those that a call to this candidate goes through."""
        names = circuit_names(candidate)
        return tuple(self._known.get(name) or Circuit(*name) for name in names)

    def wait(self, candidate: Candidate, now: datetime) -> timedelta:
        """How long until this candidate may be called."""
        return max(circuit.wait(now) for circuit in self.of(candidate))


def circuit_names(candidate: Candidate) -> tuple[tuple[str, str], ...]:
    """(provider, model) of each circuit that a call to this candidate goes through."""
    return (candidate.provider, candidate.model), (candidate.provider, ANY_MODEL)


def circuit_of(candidate: Candidate, error_class: ProviderErrorClass) -> tuple[str, str]:
    """(provider, model) of the circuit that an error counts for."""
    return candidate.provider, ANY_MODEL if error_class in _OF_THE_ACCOUNT else candidate.model
