"""One sample of every error that an answer may carry, for the OpenAPI document's codes, statuses and examples."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from easel import errors
from easel.errors import EaselError, ProviderErrorClass
from easel.http.door import Door, Failure, WrittenFailure
from easel.http.failures import GenerationFailed, MethodNotAllowed, RefusedByPolicy, RefusedInput
from easel.http.problems import Kind, kind_of

_RUNNING: Final = "019a9f1c-5c00-7abc-8def-0123456789a0"
_WORKSPACE: Final = "019a9f1c-5c00-7abc-8def-0123456789b0"
_AT: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

_SAMPLES: Final[dict[type[EaselError], tuple[EaselError, ...]]] = {
    errors.InvalidRequest: (errors.InvalidRequest.of("n", "n must be from 1 to 10.", {"minimum": 1, "maximum": 10}),),
    errors.InsufficientCredits: (errors.InsufficientCredits(20_000, 4_500),),
    errors.BudgetExceeded: (errors.BudgetExceeded("workspace", limit=500_000, used=499_000, required=10_000),),
    errors.LimitReached: (
        errors.LimitReached("At most 500 generations a day.", kind="generations_per_day", limit=500, retry_after=3_600),
        errors.LimitReached("At most 1 generation at once.", kind="active_generations", limit=1, active_ids=[_RUNNING]),
    ),
    errors.RateLimited: (
        errors.RateLimited(
            "Too many requests: 60 per minute and user are allowed.", kind="user_per_minute", limit=60, retry_after=17
        ),
    ),
    errors.KeyAlreadyClaimed: (errors.KeyAlreadyClaimed(_RUNNING, "fingerprint"),),
    errors.ProviderError: (
        errors.ProviderError("It did not answer.", provider="google", error_class=ProviderErrorClass.RETRYABLE),
    ),
    errors.CallbackRefused: (errors.CallbackRefused("forged"),),
    GenerationFailed: (GenerationFailed("The provider was busy.", reason="provider_unavailable", retryable=True),),
    RefusedInput: (RefusedInput("The provider refused the parameters or pictures.", reason="provider_rejected_input"),),
    RefusedByPolicy: (RefusedByPolicy("The provider refused it.", reason="content_policy"),),
    MethodNotAllowed: (MethodNotAllowed("PUT", ["GET"]),),
}
"""Those that need more than a message, and those whose status depends on what they carry."""


def all_errors(base: type[EaselError] = EaselError) -> set[type[EaselError]]:
    """Every class of error that this release has, but for those that never leave their module."""
    known = {base}.union(*map(all_errors, base.__subclasses__()))
    return {error for error in known if error.__module__.startswith("easel.") and not error.__name__.startswith("_")}


def by_code() -> dict[str, type[EaselError]]:
    """The class of each code: of several with one code, the one that the others derive from."""
    return {error.code: error for error in all_errors() if "code" in vars(error)}


def samples(error: type[EaselError]) -> tuple[EaselError, ...]:
    """One instance for each status that errors of this class may have."""
    return _SAMPLES.get(error) or (error(f"{_kind(error).title}."),)


def by_status(declared: Iterable[type[EaselError]], door: Door) -> dict[int, list[EaselError]]:
    """Samples of these errors by the status that a door answers with, in the order of their codes."""
    grouped: dict[int, list[EaselError]] = {}
    for error in sorted(set(declared), key=lambda error: error.code):
        for sample in samples(error):
            grouped.setdefault(status_at(sample, door), []).append(sample)
    return grouped


def example(sample: EaselError, door: Door) -> Any:
    """The body that a door writes for this error."""
    return _written(sample, door).body


def code_at(sample: EaselError, door: Door) -> str:
    """The code that a door gives this error."""
    return code_in(example(sample, door))


def code_in(body: Any) -> str:
    """The code in a failure: within `error`, or beside it where a door's clients read `error` as a text."""
    code: str = body["error"]["code"] if isinstance(body["error"], dict) else body["code"]
    return code


def status_at(sample: EaselError, door: Door) -> int:
    """The status that a door answers this error with."""
    return _written(sample, door).status or kind_of(sample).status.value


def _written(sample: EaselError, door: Door) -> WrittenFailure:
    sent = {"x-workspace-id": _WORKSPACE}
    return door.write_failure(
        Failure(sample, kind_of(sample), "POST", "/api/v1/generations", "8d2f6a4c", _AT, headers=sent)
    )


def _kind(error: type[EaselError]) -> Kind:
    return kind_of(error.__new__(error))
