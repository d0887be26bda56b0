"""Translates errors of AWS clients. Every adapter of an AWS service uses it, so no botocore error leaves them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from easel.errors import EaselError

_BUSY: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


def code_of(error: Exception) -> str:
    """The AWS error code; empty for errors that are not answers of AWS."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def may_pass(error: BotoCoreError | ClientError) -> bool:
    """Whether a retry may succeed: connection errors, timeouts, throttling, AWS server errors."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(error) in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return not isinstance(error, ParamValidationError)


@contextmanager
def raised_as(kind: Callable[[str], EaselError], message: str) -> Iterator[None]:
    """Inside the `with`, errors of AWS clients are raised as this error."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise kind(message) from error
