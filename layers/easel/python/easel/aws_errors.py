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


_NO_OBJECT: Final = frozenset({"404", "NoSuchKey", "NotFound", "403", "AccessDenied", "Forbidden"})
"""Without the right to list the bucket, S3 answers 403 for an object that is not there. HEAD gives the status only."""


def code_of(error: Exception) -> str:
    """The AWS error code; empty for errors that are not answers of AWS."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def is_no_object(error: Exception) -> bool:
    """Whether S3 answered that there is no such object, to a role that may read all objects but not list them."""
    return code_of(error) in _NO_OBJECT


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
