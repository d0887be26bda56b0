"""What to do when a provider did not deliver: pure rules over the journal of attempts.

The money rule behind them: a call whose outcome is unknown is never repeated at the same provider, and is tried at most
once elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.domain.catalogue import Candidate
from easel.domain.generation import FAILURE_TEXTS, TIMED_OUT, Attempt, Failure
from easel.errors import ProviderError, ProviderErrorClass

MAX_TRIES_PER_PROVIDER: Final = 4
_BACKOFF_SECONDS: Final = (1.0, 3.0, 8.0)
_LONGEST_WISH_SECONDS: Final = 3_600.0
"""Beyond every deadline, so no wish is cut short that could be kept; it only keeps sums within a calendar's range."""
_USABLE_SECONDS: Final = 2.0
"""A try that could not get this much time before the deadline is not made."""

_CALLBACK_GRACE: Final = timedelta(seconds=20)
"""How long, after a submit whose outcome is unknown, a callback may still name its job before another vendor is asked.
Most models are done by then; a longer wait would cost every image that much while a vendor is down."""

_NEVER_ELSEWHERE: Final = frozenset({ProviderErrorClass.CALLER, ProviderErrorClass.CONTENT})
_NOTHING_STARTED: Final = frozenset(
    {ProviderErrorClass.RETRYABLE, ProviderErrorClass.QUOTA, ProviderErrorClass.AUTH, ProviderErrorClass.GONE}
)
"""Outcomes that cost nothing: the provider certainly made no picture."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Ask this provider (the same or the next) after a pause."""

    provider: str
    delay: timedelta


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further call makes sense: the image fails with this reason."""

    failure: Failure


def may_attempt(provider: str, attempts: Sequence[Attempt]) -> bool:
    """Whether a call to `provider` is allowed after these attempts: a stale message must not repeat a paid call."""
    tried = [attempt for attempt in attempts if attempt.provider == provider]
    if any(attempt.is_open for attempt in attempts) or len(tried) >= MAX_TRIES_PER_PROVIDER:
        return False
    return all(attempt.outcome == ProviderErrorClass.RETRYABLE for attempt in tried)


def after_failure(
    error: ProviderError,
    attempts: Sequence[Attempt],
    candidates: Sequence[Candidate],
    *,
    now: datetime,
    deadline: datetime,
    jitter: random.Random | None = None,
) -> TryAgain | GiveUp:
    """Decide after an attempt that has ended (it is the last of `attempts`, with its outcome set).

    `deadline` is when the image must be there; a pause that reaches beyond it is pointless.
    """
    failure = _failure(error)
    if error.error_class in _NEVER_ELSEWHERE:
        return GiveUp(failure)
    if error.error_class is ProviderErrorClass.RETRYABLE and may_attempt(error.provider, attempts):
        delay = _pause(error, attempts, jitter or random.Random())  # noqa: S311 - spreads load, keeps no secret
        if now + delay + timedelta(seconds=_USABLE_SECONDS) < deadline:
            return TryAgain(error.provider, delay)
    if _second_chance_is_used(attempts):
        return GiveUp(failure)
    for candidate in candidates:
        if may_attempt(candidate.provider, attempts) and candidate.provider != error.provider:
            in_time = now + timedelta(seconds=_USABLE_SECONDS) < deadline
            return TryAgain(candidate.provider, timedelta()) if in_time else GiveUp(TIMED_OUT)
    return GiveUp(failure)


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
    in_time = until + timedelta(seconds=_USABLE_SECONDS) < deadline
    return max(timedelta(), until - now) if in_time else timedelta()


def _failure(error: ProviderError) -> Failure:
    known = FAILURE_TEXTS[error.error_class]
    if error.error_class in _NEVER_ELSEWHERE and error.message:
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
    tries = sum(attempt.provider == error.provider for attempt in attempts)
    backoff = _BACKOFF_SECONDS[min(tries, len(_BACKOFF_SECONDS)) - 1] * jitter.uniform(0.5, 1.0)
    wished = min(error.retry_after or 0.0, _LONGEST_WISH_SECONDS)
    return timedelta(seconds=max(backoff, wished))
