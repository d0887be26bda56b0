"""Whom to ask for an image, and what to do when a provider did not deliver: pure rules over the journal of attempts.

The money rule behind them: a call whose outcome is unknown is never repeated at the same provider, and is tried at most
once elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.domain.attempt import Attempt
from easel.domain.catalogue import Candidate
from easel.domain.circuits import Circuits
from easel.domain.image import FAILURE_TEXTS, TIMED_OUT, Failure
from easel.errors import ProviderError, ProviderErrorClass

MAX_TRIES_PER_CANDIDATE: Final = 4
_BACKOFF_SECONDS: Final = (1.0, 3.0, 8.0)
_LONGEST_WISH_SECONDS: Final = 3_600.0
"""Beyond every deadline, so no wish is cut short that could be kept; it only keeps sums within a calendar's range."""
_PATIENCE: Final = timedelta(seconds=15)
"""A pause longer than this is not waited for while somebody else can be asked."""
_USABLE: Final = timedelta(seconds=2)
"""A try that could not get this much time before the deadline is not made."""

_CALLBACK_GRACE: Final = timedelta(seconds=20)
"""How long, after a submit whose outcome is unknown, a callback may still name its job before another vendor is asked.
Most models are done by then; a longer wait would cost every image that much while a vendor is down."""

_REFUSED: Final = frozenset({ProviderErrorClass.CALLER, ProviderErrorClass.CONTENT})
_NOTHING_STARTED: Final = frozenset(
    {ProviderErrorClass.RETRYABLE, ProviderErrorClass.QUOTA, ProviderErrorClass.AUTH, ProviderErrorClass.GONE}
)
"""Outcomes that cost nothing: the provider certainly made no picture."""
_OF_THE_PROVIDER: Final = frozenset({ProviderErrorClass.AMBIGUOUS, ProviderErrorClass.QUOTA, ProviderErrorClass.AUTH})
"""Outcomes after which no model of this provider is asked for this image again."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Ask this candidate (the same or the next) after a pause."""

    candidate: Candidate
    delay: timedelta


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further call makes sense: the image fails with this reason."""

    failure: Failure


def in_order(candidates: Sequence[Candidate], preferred: Sequence[str]) -> tuple[Candidate, ...]:
    """The candidates of each model, those of the preferred providers first; the order of the models stays."""
    models = list(dict.fromkeys(candidate.model for candidate in candidates))

    def rank(candidate: Candidate) -> tuple[int, int]:
        wanted = preferred.index(candidate.provider) if candidate.provider in preferred else len(preferred)
        return models.index(candidate.model), wanted

    return tuple(sorted(candidates, key=rank))


def may_attempt(candidate: Candidate, attempts: Sequence[Attempt]) -> bool:
    """Whether a call to `candidate` is allowed after these attempts: a stale message must not repeat a paid call."""
    tried = [one for one in attempts if _is_of(candidate, one)]
    if any(attempt.is_open for attempt in attempts) or len(tried) >= MAX_TRIES_PER_CANDIDATE:
        return False
    spent = any(one.provider == candidate.provider and one.outcome in _OF_THE_PROVIDER for one in attempts)
    return not spent and all(attempt.outcome == ProviderErrorClass.RETRYABLE for attempt in tried)


def choose(
    candidates: Sequence[Candidate],
    attempts: Sequence[Attempt],
    circuits: Circuits,
    *,
    now: datetime,
    deadline: datetime,
) -> TryAgain | None:
    """The first candidate that may be asked and whose circuit lets it be; else the one that will be so soonest.

    None when nobody can be asked in time.
    """
    possible = _askable(candidates, attempts)
    if not possible:
        return None
    soonest = min(possible, key=lambda candidate: circuits.wait(candidate, now))
    choice = TryAgain(soonest, circuits.wait(soonest, now))
    return choice if _is_in_time(choice, now, deadline) else None


def after_failure(
    error: ProviderError,
    attempts: Sequence[Attempt],
    candidates: Sequence[Candidate],
    circuits: Circuits,
    *,
    now: datetime,
    deadline: datetime,
    after_refusal: bool = False,
    jitter: random.Random | None = None,
) -> TryAgain | GiveUp:
    """Decide after an attempt that has ended (it is the last of `attempts`, with its outcome set).

    `deadline` is when the image must be there; a pause that reaches beyond it is pointless. What one vendor's policy
    refuses is taken to another one only when the caller has asked for it: `after_refusal`.
    """
    failure = _failure(error)
    if is_final(error, after_refusal=after_refusal):
        return GiveUp(failure)
    others = [candidate for candidate in candidates if not _is_of(candidate, attempts[-1])]
    elsewhere = choose(others, attempts, circuits, now=now, deadline=deadline)
    same = _same_again(error, attempts, candidates, circuits, now, jitter or random.Random())  # noqa: S311 - spreads load, keeps no secret
    if same and _is_in_time(same, now, deadline) and not (elsewhere and same.delay > max(_PATIENCE, elsewhere.delay)):
        return same
    if elsewhere:
        return elsewhere
    is_late = now + _USABLE >= deadline and _askable(others, attempts)
    return GiveUp(TIMED_OUT if is_late else failure)


def is_final(error: ProviderError, *, after_refusal: bool) -> bool:
    """Whether an image ends with this error, whoever else might be asked."""
    refused = error.error_class is ProviderErrorClass.CONTENT and not after_refusal
    return refused or error.error_class is ProviderErrorClass.CALLER


def _askable(candidates: Sequence[Candidate], attempts: Sequence[Attempt]) -> list[Candidate]:
    if _second_chance_is_used(attempts):
        return []
    return [candidate for candidate in candidates if may_attempt(candidate, attempts)]


def _same_again(
    error: ProviderError,
    attempts: Sequence[Attempt],
    candidates: Sequence[Candidate],
    circuits: Circuits,
    now: datetime,
    jitter: random.Random,
) -> TryAgain | None:
    """The same candidate after its pause, when its error was a passing one."""
    same = next((candidate for candidate in candidates if _is_of(candidate, attempts[-1])), None)
    if error.error_class is not ProviderErrorClass.RETRYABLE or same is None or not may_attempt(same, attempts):
        return None
    return TryAgain(same, max(_pause(error, attempts, jitter), circuits.wait(same, now)))


def _is_in_time(choice: TryAgain, now: datetime, deadline: datetime) -> bool:
    return now + choice.delay + _USABLE < deadline


def _is_of(candidate: Candidate, attempt: Attempt) -> bool:
    return candidate.key == (attempt.provider, attempt.model)


def callback_wait(error: ProviderError, attempts: Sequence[Attempt], *, now: datetime, deadline: datetime) -> timedelta:
    """How much longer to wait for the callback of a submit whose outcome is unknown, before anything else is done.

    The job, if there is one, is found by it and not paid for twice. Nothing, when there is no time left for others.
    """
    unknown = ProviderErrorClass.AMBIGUOUS
    ends = [
        attempt.ended_at
        for attempt in attempts
        if attempt.provider == error.provider and attempt.outcome == unknown and attempt.ended_at is not None
    ]
    if error.error_class is not unknown or not ends:
        return timedelta()
    until = max(ends) + _CALLBACK_GRACE
    in_time = until + _USABLE < deadline
    return max(timedelta(), until - now) if in_time else timedelta()


def _failure(error: ProviderError) -> Failure:
    known = FAILURE_TEXTS[error.error_class]
    if error.error_class in _REFUSED and error.message:
        return Failure(known.code, error.message, known.retryable)
    return known


def _second_chance_is_used(attempts: Sequence[Attempt]) -> bool:
    """Whether, after an attempt that we may have to pay for in vain, a further one may have cost something too."""
    outcomes = [attempt.outcome for attempt in attempts]
    if ProviderErrorClass.AMBIGUOUS not in outcomes:
        return False
    later = outcomes[outcomes.index(ProviderErrorClass.AMBIGUOUS) + 1 :]
    return any(outcome not in _NOTHING_STARTED for outcome in later)


def _pause(error: ProviderError, attempts: Sequence[Attempt], jitter: random.Random) -> timedelta:
    last = attempts[-1]
    tries = sum((one.provider, one.model) == (last.provider, last.model) for one in attempts)
    backoff = _BACKOFF_SECONDS[min(tries, len(_BACKOFF_SECONDS)) - 1] * jitter.uniform(0.5, 1.0)
    wished = min(error.retry_after or 0.0, _LONGEST_WISH_SECONDS)
    return timedelta(seconds=max(backoff, wished))
