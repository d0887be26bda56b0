"""Circuit breakers: a provider that has failed often enough is not called for a while, and then probed with one call.

One circuit per provider and model, counting each class of error for itself; errors that are about our account hold for
all models of the provider (`ANY_MODEL`). Pure rules; `repositories/catalogue/circuits.py` stores the state.

    closed --enough failures of one class within its window--> open --its pause is over--> half open
    half open: one probe goes out; it succeeds: closed; it fails: open again, for twice as long

A failure may be the caller's doing although it looks like the provider's: a reference picture that the vendor cannot
fetch, a prompt that its error message quotes. So each failure is counted twice:

- in the circuit that all callers share, where one caller counts for at most a third of what opens it. Three callers at
  least have to fail, whatever one of them does; a caller that has used up its third changes nothing any more.
- in the caller's own circuit, which that caller's failures open alone, and which holds only that caller's calls back.
  A deployment with a single tenant is protected by it as well as one with many.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from easel.domain.catalogue import Candidate
from easel.errors import ProviderErrorClass

ANY_MODEL: Final = "*"
ALL_CALLERS: Final = ""
"""Stands for the caller in the name of a circuit that all callers share."""
MIN_CALLERS: Final = 3
"""How many callers must have failed before a shared circuit opens: two may be one person with two workspaces."""
PROBE_TIMEOUT: Final = timedelta(seconds=60)
"""How long a probe may take before another one goes out."""
MAX_PAUSE: Final = timedelta(hours=1)
_MAX_DOUBLINGS: Final = 10
_CALLER_KEY_LENGTH: Final = 12


class CircuitState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class CircuitRule:
    """So many images must fail within the window, none succeeding between them; then there are no calls for `pause`."""

    failures: int
    window: timedelta
    pause: timedelta

    @property
    def failures_per_caller(self) -> int:
        """What one caller counts for at most: so little that fewer than `MIN_CALLERS` are never enough."""
        return -(-self.failures // MIN_CALLERS)


RULES: Final[Mapping[ProviderErrorClass, CircuitRule]] = {
    ProviderErrorClass.RETRYABLE: CircuitRule(10, timedelta(minutes=1), timedelta(seconds=30)),
    ProviderErrorClass.AMBIGUOUS: CircuitRule(10, timedelta(minutes=2), timedelta(minutes=1)),
    ProviderErrorClass.FAILED: CircuitRule(20, timedelta(minutes=5), timedelta(minutes=1)),
    ProviderErrorClass.QUOTA: CircuitRule(5, timedelta(minutes=10), timedelta(minutes=5)),
    ProviderErrorClass.AUTH: CircuitRule(5, timedelta(minutes=10), timedelta(minutes=5)),
    ProviderErrorClass.GONE: CircuitRule(5, timedelta(minutes=10), timedelta(minutes=10)),
}
"""Requests that are wrong or refused by a policy, and faults of ours, say nothing about a provider: they have none."""

_ACCOUNT_CLASSES: Final = frozenset({ProviderErrorClass.QUOTA, ProviderErrorClass.AUTH})


class CircuitName(NamedTuple):
    """What a circuit is about: all callers of a provider's model, or one of them (`caller_key`)."""

    provider: str
    model: str
    caller: str = ALL_CALLERS


@dataclass(frozen=True, slots=True)
class Count:
    """Failures of one class, from `since` on.

    `callers` says how many of them each caller counts for, in a shared circuit. There are fewer callers than failures
    that open it, so the record stays small.
    """

    failures: int
    since: datetime
    callers: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Circuit:
    """The state of one circuit."""

    provider: str
    model: str
    caller: str = ALL_CALLERS
    counts: Mapping[ProviderErrorClass, Count] = field(default_factory=lambda: MappingProxyType({}))
    opened_by: ProviderErrorClass | None = None
    opened_at: datetime | None = None
    open_until: datetime | None = None
    openings: int = 0
    """How often in a row it opened without a success in between."""
    probe_until: datetime | None = None
    probed_by: str | None = None
    """Whose probe failed last."""
    version: int = 0

    @property
    def name(self) -> CircuitName:
        return CircuitName(self.provider, self.model, self.caller)

    @property
    def is_clean(self) -> bool:
        """Whether it has no failure on record."""
        return not self.counts and self.open_until is None

    def state(self, now: datetime) -> CircuitState:
        if self.open_until is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now < self.open_until else CircuitState.HALF_OPEN

    def wait(self, now: datetime, caller: str = ALL_CALLERS) -> timedelta:
        """How long until a call of this caller may go through; nothing when one may now.

        A caller whose probe has failed lets others probe first: it might fail for a reason of its own each time.
        """
        open_until = self.open_until
        if open_until is not None and caller != self.caller and caller == self.probed_by:
            open_until += PROBE_TIMEOUT
        times = [time for time in (open_until, self.probe_until) if time is not None and time > now]
        return max(times) - now if times else timedelta()

    def failed(
        self,
        error_class: ProviderErrorClass,
        now: datetime,
        retry_after: float | None = None,
        caller: str = ALL_CALLERS,
    ) -> Circuit:
        """After a failure. Calls that were under way when it opened change nothing any more."""
        rule = RULES.get(error_class)
        state = self.state(now)
        if rule is None or state is CircuitState.OPEN:
            return self
        if state is CircuitState.HALF_OPEN:
            return self._opened(error_class, rule, now, retry_after, caller)
        count = self._counted(self.counts.get(error_class), rule, now, caller)
        if count is None:
            return self
        if count.failures >= rule.failures:
            return self._opened(error_class, rule, now, retry_after)
        return replace(self, counts={**self.counts, error_class: count})

    def succeeded(self) -> Circuit:
        """After a success: as if nothing had been."""
        return Circuit(self.provider, self.model, self.caller, version=self.version)

    def probing(self, now: datetime) -> Circuit:
        """One call goes out to see whether the provider is back."""
        return replace(self, probe_until=now + PROBE_TIMEOUT)

    def _counted(self, before: Count | None, rule: CircuitRule, now: datetime, caller: str) -> Count | None:
        """The count with one failure more; None when this caller counts for no more."""
        if before is None or now - before.since > rule.window:
            before = Count(0, now)
        if self.caller != ALL_CALLERS:
            return Count(before.failures + 1, before.since)
        own = before.callers.get(caller, 0) + 1
        if own > rule.failures_per_caller:
            return None
        return Count(before.failures + 1, before.since, {**before.callers, caller: own})

    def _opened(
        self,
        error_class: ProviderErrorClass,
        rule: CircuitRule,
        now: datetime,
        retry_after: float | None,
        probed_by: str | None = None,
    ) -> Circuit:
        asked = timedelta(seconds=min(retry_after or 0.0, MAX_PAUSE.total_seconds()))
        pause = max(rule.pause * 2 ** min(self.openings, _MAX_DOUBLINGS), asked)
        return replace(
            self,
            counts={},
            opened_by=error_class,
            opened_at=now,
            open_until=now + min(pause, MAX_PAUSE),
            openings=self.openings + 1,
            probe_until=None,
            probed_by=probed_by,
        )


class Circuits:
    """The circuits that calls of one caller to some candidates go through, at one moment.

    A candidate without any record is well.
    """

    def __init__(self, known: Iterable[Circuit] = (), caller: str = ALL_CALLERS) -> None:
        self._known = {circuit.name: circuit for circuit in known}
        self._caller = caller

    def of(self, candidate: Candidate) -> tuple[Circuit, ...]:
        """Those that a call to this candidate goes through."""
        names = circuit_names(candidate, self._caller)
        return tuple(self._known.get(name) or Circuit(*name) for name in names)

    def wait(self, candidate: Candidate, now: datetime) -> timedelta:
        """How long until this candidate may be called."""
        return max(circuit.wait(now, self._caller) for circuit in self.of(candidate))

    def is_open_by(self, error_class: ProviderErrorClass, candidate: Candidate, now: datetime) -> bool:
        """Whether failures of this class have opened a circuit of this candidate, which still is."""
        return any(
            circuit.opened_by is error_class and circuit.wait(now, self._caller) > timedelta()
            for circuit in self.of(candidate)
        )


def caller_key(workspace_id: str) -> str:
    """How circuits name a tenant: short, and of no use to a reader."""
    return hashlib.sha256(workspace_id.encode()).hexdigest()[:_CALLER_KEY_LENGTH]


def circuit_names(candidate: Candidate, caller: str = ALL_CALLERS) -> tuple[CircuitName, ...]:
    """The circuits that a call to this candidate goes through: those that all share, and the caller's own."""
    models = (candidate.model, ANY_MODEL)
    callers = dict.fromkeys((ALL_CALLERS, caller))
    return tuple(CircuitName(candidate.provider, model, name) for name in callers for model in models)


def circuits_of_failure(
    candidate: Candidate, error_class: ProviderErrorClass, caller: str = ALL_CALLERS
) -> tuple[CircuitName, ...]:
    """The circuits that a failure counts for: that which all share, and the caller's own."""
    model = ANY_MODEL if error_class in _ACCOUNT_CLASSES else candidate.model
    return tuple(CircuitName(candidate.provider, model, name) for name in dict.fromkeys((ALL_CALLERS, caller)))
