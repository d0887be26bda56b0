"""Which provider to ask for an image, and what follows an attempt that failed: pure rules over the list of attempts.

The money rule behind them: a call whose outcome is unknown is never repeated at the same provider, and is tried at most
once elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from easel.domain.attempt import Attempt
from easel.domain.catalogue import Candidate
from easel.domain.circuits import Circuits
from easel.domain.image import FAILURE_TEXTS, INTERNAL_FAILURE, TIMED_OUT, Failure
from easel.errors import ProviderError, ProviderErrorClass

MAX_ATTEMPTS_PER_CANDIDATE: Final = 4
MAX_INTERNAL_FAILURES: Final = 3
"""Our own faults are mostly bugs, which a repetition does not mend; two repetitions are for those that pass."""
MAX_RETRY_AFTER_SECONDS: Final = 3_600.0
"""Caps a vendor's Retry-After. Longer than any deadline, so it only avoids overflow of dates."""
BACKOFF_SECONDS: Final = (1.0, 3.0, 8.0)
MAX_WAIT_BEFORE_FALLBACK: Final = timedelta(seconds=15)
"""A longer pause is not waited for while another candidate can be asked."""
MIN_ATTEMPT_TIME: Final = timedelta(seconds=2)
"""An attempt that would have less time than this before the deadline is not made."""
CALLBACK_GRACE: Final = timedelta(seconds=20)
"""How long, after a submit whose outcome is unknown, its callback is waited for before another vendor is asked.
Most models are done by then; a longer wait would cost every image that much while a vendor is down."""
INTERNAL_ERROR: Final = "internal_error"
"""The code of an attempt that ended in a fault of ours."""

_REFUSED: Final = frozenset({ProviderErrorClass.CALLER, ProviderErrorClass.CONTENT})
_REPEATABLE: Final = frozenset({ProviderErrorClass.RETRYABLE, ProviderErrorClass.INTERNAL})
"""Outcomes after which the same candidate may be asked again."""
_NOTHING_STARTED: Final = frozenset(
    {
        ProviderErrorClass.RETRYABLE,
        ProviderErrorClass.QUOTA,
        ProviderErrorClass.AUTH,
        ProviderErrorClass.GONE,
        ProviderErrorClass.INTERNAL,
    }
)
"""Outcomes that cost nothing: the provider certainly made no picture."""
_PROVIDER_WIDE: Final = frozenset({ProviderErrorClass.AMBIGUOUS, ProviderErrorClass.QUOTA, ProviderErrorClass.AUTH})
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
    if sum(attempt.outcome == ProviderErrorClass.INTERNAL for attempt in attempts) >= MAX_INTERNAL_FAILURES:
        return False
    tried = [one for one in attempts if _is_of(candidate, one)]
    if any(attempt.is_open for attempt in attempts) or len(tried) >= MAX_ATTEMPTS_PER_CANDIDATE:
        return False
    spent = any(one.provider == candidate.provider and one.outcome in _PROVIDER_WIDE for one in attempts)
    return not spent and all(attempt.outcome in _REPEATABLE for attempt in tried)


def choose(
    candidates: Sequence[Candidate],
    attempts: Sequence[Attempt],
    circuits: Circuits,
    *,
    now: datetime,
    deadline: datetime,
) -> TryAgain | None:
    """The first candidate that may be asked and whose circuit lets it be; else the one that will be so soonest.

    None when no provider can be asked in time.
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
    longest_wait = max(MAX_WAIT_BEFORE_FALLBACK, elsewhere.delay) if elsewhere else timedelta.max
    if same and _is_in_time(same, now, deadline) and same.delay <= longest_wait:
        return same
    if elsewhere:
        return elsewhere
    is_late = now + MIN_ATTEMPT_TIME >= deadline and _askable(others, attempts)
    return GiveUp(TIMED_OUT if is_late else failure)


def is_final(error: ProviderError, *, after_refusal: bool) -> bool:
    """Whether an image ends with this error, whichever other provider might be asked."""
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
    if error.error_class not in _REPEATABLE or same is None or not may_attempt(same, attempts):
        return None
    return TryAgain(same, max(_retry_delay(error, attempts, jitter), circuits.wait(same, now)))


def _is_in_time(choice: TryAgain, now: datetime, deadline: datetime) -> bool:
    return now + choice.delay + MIN_ATTEMPT_TIME < deadline


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
    until = max(ends) + CALLBACK_GRACE
    in_time = until + MIN_ATTEMPT_TIME < deadline
    return max(timedelta(), until - now) if in_time else timedelta()


def _failure(error: ProviderError) -> Failure:
    if error.provider_code == INTERNAL_ERROR:
        return INTERNAL_FAILURE
    text = FAILURE_TEXTS[error.error_class]
    if error.error_class in _REFUSED and error.message:
        return replace(text, message=error.message)
    return text


def _second_chance_is_used(attempts: Sequence[Attempt]) -> bool:
    """Whether, after an attempt that we may have to pay for in vain, a further one may have cost something too."""
    outcomes = [attempt.outcome for attempt in attempts]
    if ProviderErrorClass.AMBIGUOUS not in outcomes:
        return False
    later = outcomes[outcomes.index(ProviderErrorClass.AMBIGUOUS) + 1 :]
    return any(outcome not in _NOTHING_STARTED for outcome in later)


def poll_delay(retry_after: float | None, least: timedelta, jitter: random.Random | None = None) -> timedelta:
    """When a job is asked for again whose vendor failed to answer: after at least so long, spread at random."""
    wait = max(least, timedelta(seconds=min(retry_after or 0.0, MAX_RETRY_AFTER_SECONDS)))
    spread = (jitter or random.Random()).uniform(0.0, 0.5)  # noqa: S311 - spreads load, keeps no secret
    return wait + min(wait, timedelta(seconds=BACKOFF_SECONDS[-1])) * spread


def _retry_delay(error: ProviderError, attempts: Sequence[Attempt], jitter: random.Random) -> timedelta:
    """The backoff after so many attempts, or the vendor's Retry-After if that is longer. Both are spread at random."""
    last = attempts[-1]
    tries = sum((one.provider, one.model) == (last.provider, last.model) for one in attempts)
    backoff = BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS)) - 1]
    if not error.retry_after:
        return timedelta(seconds=backoff * jitter.uniform(0.5, 1.0))
    # All who were refused at the same moment would come back at the same moment.
    spread = jitter.uniform(0.0, min(backoff, error.retry_after))
    return timedelta(seconds=max(backoff * 0.5, min(error.retry_after, MAX_RETRY_AFTER_SECONDS)) + spread)
