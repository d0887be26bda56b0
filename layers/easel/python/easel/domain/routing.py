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
_MAX_RETRY_AFTER_SECONDS: Final = 120.0
_USABLE_SECONDS: Final = 2.0
"""A try that could not get this much time before the deadline is not made."""

_NEVER_ELSEWHERE: Final = frozenset({ProviderErrorClass.CALLER, ProviderErrorClass.CONTENT})


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
    if _unknown_outcomes(attempts) > 1:
        return GiveUp(failure)
    for candidate in candidates:
        if may_attempt(candidate.provider, attempts) and candidate.provider != error.provider:
            in_time = now + timedelta(seconds=_USABLE_SECONDS) < deadline
            return TryAgain(candidate.provider, timedelta()) if in_time else GiveUp(TIMED_OUT)
    return GiveUp(failure)


def _failure(error: ProviderError) -> Failure:
    known = FAILURE_TEXTS[error.error_class]
    if error.error_class in _NEVER_ELSEWHERE and error.message:
        return Failure(known.code, error.message, known.retryable)
    return known


def _unknown_outcomes(attempts: Sequence[Attempt]) -> int:
    return sum(attempt.outcome == ProviderErrorClass.AMBIGUOUS for attempt in attempts)


def _pause(error: ProviderError, attempts: Sequence[Attempt], jitter: random.Random) -> timedelta:
    tries = sum(attempt.provider == error.provider for attempt in attempts)
    backoff = _BACKOFF_SECONDS[min(tries, len(_BACKOFF_SECONDS)) - 1] * jitter.uniform(0.5, 1.0)
    wished = min(error.retry_after or 0.0, _MAX_RETRY_AFTER_SECONDS)
    return timedelta(seconds=max(backoff, wished))
