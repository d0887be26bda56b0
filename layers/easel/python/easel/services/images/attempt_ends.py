"""How an attempt ends: its outcome, what it costs us, and its line in the logs."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from easel.domain.attempt import Attempt
from easel.domain.catalogue import Candidate, Cost
from easel.domain.image import FAILURE_TEXTS
from easel.domain.provider import BilledFailure, Charge, UpstreamParameters
from easel.domain.routing import INTERNAL_ERROR
from easel.errors import EaselError, ImageRejected, ProviderError, ProviderErrorClass
from easel.services.ports.image_tasks import ImageRef

logger = logging.getLogger(__name__)

DELIVERED: Final = "delivered"
SURPLUS: Final = "surplus"
"""The outcome of an attempt whose picture came when the image had one: paid for, and not used."""
WITHDRAWN: Final = "cancelled"
WORKER_LOST: Final = "worker_lost"

_FRAMES_LOGGED: Final = 12
_SUCCESSES: Final = frozenset({DELIVERED, SURPLUS, WITHDRAWN})


def ended(
    attempt: Attempt, now: datetime, *, outcome: str, cost: Cost | None = None, error_code: str | None = None
) -> Attempt:
    """The attempt with its end. Without a cost it was never called, or costs nothing."""
    cost = cost or Cost(0)
    return replace(
        attempt,
        ended_at=now,
        outcome=outcome,
        error_code=error_code,
        cost_micro_usd=cost.micro_usd,
        cost_uncertain=cost.uncertain,
    )


def failed(attempt: Attempt, now: datetime, error: ProviderError, cost: Cost) -> Attempt:
    """The attempt as an error ended it."""
    return ended(attempt, now, outcome=error.error_class.value, cost=cost, error_code=error.provider_code or error.code)


def cost_of_failure(
    attempt: Attempt,
    error: ProviderError,
    candidate: Candidate | None,
    upstream: UpstreamParameters,
    *,
    called: bool,
) -> Cost:
    """What an attempt without a picture costs: whatever its provider may bill, until we know better.

    Nothing where no request left us, where the provider refused it, or where its job failed: vendors take nothing for
    those. `candidate` is None when it has left the catalogue: the price that was noted at the start holds then.
    """
    if not called or not _may_be_billed(attempt, error):
        return Cost(0)
    charge = error.charge if isinstance(error, BilledFailure) else Charge()
    if candidate is None:
        return Cost(attempt.cost_micro_usd, uncertain=True)
    return candidate.cost_of_failure(charge, upstream)


def _may_be_billed(attempt: Attempt, error: ProviderError) -> bool:
    if isinstance(error, BilledFailure) or error.error_class is ProviderErrorClass.AMBIGUOUS:
        return True
    if error.provider_code == ImageRejected.code:
        return True
    # A job that was taken, and of which we do not know that it failed.
    return attempt.job_id is not None and not error.job_ended


def worker_lost(provider: str, *, called: bool) -> ProviderError:
    """For an attempt whose worker died: before its request was sent, or at a time that leaves the outcome open."""
    return _own_failure(provider, WORKER_LOST, called=called)


def unavailable(provider: str, error: EaselError, *, called: bool) -> ProviderError:
    """Something of ours that the call needs does not answer: a secret, the bucket, the database."""
    return _own_failure(provider, error.code, called=called)


def _always() -> bool:
    return True


@contextmanager
def own_failures(provider: str, called: Callable[[], bool] = _always) -> Iterator[None]:
    """Within, an unexpected exception becomes a failure of ours, so that it ends one attempt and no more.

    Raises:
        ProviderError: not `from_vendor`; ambiguous if, by then, the provider was `called`.
    """
    try:
        yield
    except EaselError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_LOGGED:]
        # Not its message: some libraries put the offending value there.
        logger.error(  # noqa: TRY400 - as above
            "unexpected failure in an attempt",
            extra={
                "provider": provider,
                "error": f"{type(error).__module__}.{type(error).__qualname__}",
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            },
        )
        raise _own_failure(provider, INTERNAL_ERROR, called=called()) from error


def not_a_picture(provider: str, error: ImageRejected, charge: Charge) -> BilledFailure:
    """What was delivered, and billed, is not a picture that we can deliver."""
    return BilledFailure(
        "The provider delivered something that is not a picture.",
        provider=provider,
        error_class=ProviderErrorClass.FAILED,
        provider_code=error.code,
        job_ended=True,
        charge=charge,
    )


def not_downloaded(error: ProviderError, charge: Charge, *, has_job: bool) -> ProviderError:
    """A picture that was made cannot be downloaded. The error stays as it is where the job can be polled again."""
    if has_job and error.error_class is ProviderErrorClass.RETRYABLE:
        return error
    return BilledFailure(
        error.message,
        provider=error.provider,
        error_class=ProviderErrorClass.FAILED
        if error.error_class is ProviderErrorClass.RETRYABLE
        else error.error_class,
        provider_code=error.provider_code,
        job_ended=error.job_ended,
        charge=charge,
    )


def _own_failure(provider: str, code: str, *, called: bool) -> ProviderError:
    error_class = ProviderErrorClass.AMBIGUOUS if called else ProviderErrorClass.INTERNAL
    message = FAILURE_TEXTS[error_class].message
    return ProviderError(message, provider=provider, error_class=error_class, provider_code=code, from_vendor=False)


def log_end(ref: ImageRef, attempt: Attempt) -> None:
    """One line for every attempt, however it ended. It names neither prompt nor key nor address."""
    duration = (attempt.ended_at or attempt.started_at) - attempt.started_at
    logger.log(
        logging.INFO if attempt.outcome in _SUCCESSES else logging.WARNING,
        "provider attempt ended",
        extra={
            "request_id": ref.request_id,
            "workspace_id": ref.workspace_id,
            "generation_id": ref.generation_id,
            "image_index": ref.index,
            "attempt_id": attempt.id,
            "job_id": attempt.job_id,
            "provider": attempt.provider,
            "model": attempt.model,
            "upstream_model": attempt.upstream_model,
            "duration_ms": max(0, duration // timedelta(milliseconds=1)),
            "outcome": attempt.outcome,
            "error_code": attempt.error_code,
            "cost_micro_usd": attempt.cost_micro_usd,
            "cost_uncertain": attempt.cost_uncertain,
        },
    )
