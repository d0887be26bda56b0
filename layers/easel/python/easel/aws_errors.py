"""What AWS clients raise, in our words. Adapters of AWS services translate here; nothing of botocore passes them."""

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
    """AWS's name for an error; empty for one that did not come from AWS."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def may_pass(error: BotoCoreError | ClientError) -> bool:
    """Whether the same call may succeed later: no connection, no time, too much at once, a fault of AWS."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(error) in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return not isinstance(error, ParamValidationError)


@contextmanager
def raised_as(kind: Callable[[str], EaselError], message: str) -> Iterator[None]:
    """Within, whatever an AWS client raises leaves as this error of ours."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise kind(message) from error
