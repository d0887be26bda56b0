"""When a request is sent again: botocore's standard mode, with the same codes, pauses and limits.

Retrying is safe where the first try may have been done: writes to DynamoDB are conditional or carry a token of their
request, and messages may come twice.
"""

from __future__ import annotations

import random
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.retries.quota import RetryQuota

MAX_ATTEMPTS: Final = 4
TRANSIENT_CODES: Final = frozenset({"PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException"})
TRANSIENT_STATUSES: Final = frozenset({500, 502, 503, 504})
THROTTLED_CODES: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
MODELED_CODES: Final = frozenset({"ReplicatedWriteConflictException"})
"""What the description of DynamoDB calls retryable."""

LONGEST_PAUSE: Final = 20.0
_COST: Final = 5
_COST_OF_TIMEOUT: Final = 10
_EARNED_BY_SUCCESS: Final = 1


class Attempts:
    """The attempts of one request. `quota` is that of its client: a service in trouble is not asked over and over."""

    def __init__(self, quota: RetryQuota) -> None:
        self._quota = quota
        self._made = 0
        self._paid = 0

    def pause_after(self, error: Exception) -> float | None:
        """Seconds until the next attempt, with full jitter; None when there is none."""
        self._made += 1
        if self._made >= MAX_ATTEMPTS or not is_retryable(error):
            return None
        cost = _COST_OF_TIMEOUT if isinstance(error, ConnectTimeoutError | ReadTimeoutError) else _COST
        if not self._quota.acquire(cost):
            return None
        self._paid = cost
        return random.uniform(0, min(2.0 ** (self._made - 1), LONGEST_PAUSE))  # noqa: S311 - spreads load, keeps no secret

    def succeeded(self) -> None:
        """Give back what the last retry took, or a little where there was none."""
        self._quota.release(self._paid or _EARNED_BY_SUCCESS)


def is_retryable(error: Exception) -> bool:
    """Whether botocore's standard mode would send the request again."""
    if not isinstance(error, ClientError):
        return isinstance(error, BotoCoreError)
    code = error.response["Error"]["Code"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return code in TRANSIENT_CODES | THROTTLED_CODES | MODELED_CODES or status in TRANSIENT_STATUSES
