"""An attempt that is a call of AWS: what its answer or its error means."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError, SSLError

from easel.aws_errors import code_of
from easel.clock import Clock, system_clock
from easel.domain.deliveries import Attempt, DeliveredFile, Outcome
from easel.outbound.webhooks import CUT, KEPT_BYTES

_GONE: Final = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "NoSuchBucket",
    }
)
"""A queue, a bus or a bucket that does not exist. Without its owner's permission AWS answers that access is denied."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What AWS has answered: its HTTP status, the id that it gave, and the files that a bucket got."""

    status: int
    text: str
    files: tuple[DeliveredFile, ...] = ()


class EntryRefused(Exception):
    """A bus has taken the call and refused the event in it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TooLateError(Exception):
    """The time of the attempt is over, and there is something left to do."""


class AwsAttempts:
    """Makes calls, and reports what became of them. Any failure is an outcome, as with other receivers."""

    def __init__(self, *, clock: Clock = system_clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.monotonic = monotonic

    def make(self, number: int, call: Callable[[], Accepted]) -> Attempt:
        at, began = self._clock(), self.monotonic()
        answer = _outcome(call)
        took = timedelta(seconds=max(0.0, self.monotonic() - began))
        return Attempt(number, at, took, **answer)


def _outcome(call: Callable[[], Accepted]) -> dict[str, Any]:
    """What the call has come to, as fields of an attempt."""
    try:
        accepted = call()
    except (TooLateError, ConnectTimeoutError, ReadTimeoutError):
        return {"outcome": Outcome.TIMEOUT}
    except EntryRefused as error:
        return _refused(error.code, str(error), None)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return _refused(code_of(error), error.response.get("Error", {}).get("Message", ""), status)
    except SSLError:
        return {"outcome": Outcome.TLS}
    except BotoCoreError as error:
        return {"outcome": Outcome.UNREACHABLE, "error_code": type(error).__name__}
    return {
        "outcome": Outcome.DELIVERED,
        "status": accepted.status,
        "response": _beginning(accepted.text),
        "files": accepted.files,
    }


def _refused(code: str, message: str, status: int | None) -> dict[str, Any]:
    return {
        "outcome": Outcome.GONE if code in _GONE else Outcome.AWS_ERROR,
        "status": status,
        "response": _beginning(message),
        "error_code": code[:100],
    }


def _beginning(text: str) -> str:
    return text if len(text) <= KEPT_BYTES else text[:KEPT_BYTES] + CUT
