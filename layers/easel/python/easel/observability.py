"""Logs, metrics and the request id, shared by every function.

A log line is an event with fields. Prompts, keys, links and image bytes are never logged, and neither are messages of
foreign errors: some libraries put the offending value there. `describe_error` enforces that.

`logger` is the parent of every `logging.getLogger("easel....")`, so modules without Powertools log through it too.
There is no Tracer: Lambda's own X-Ray tracing is on, and importing the SDK would double the cold start.
"""

from __future__ import annotations

import logging
import os
import re
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit, single_metric

from easel import start

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_NAMESPACE: Final = "Easel"
RECORDS_SET_ASIDE: Final = "RecordsSetAside"
"""The metric of batch jobs: records that could not be handled, so that they were left out."""

# Lambda ignores the level of a line whose time is in another format.
logger: Final = Logger(service="easel", utc=True, use_rfc3339=True)
# Powertools prefers Lambda's own level, which has to let metrics through and is therefore never above INFO.
logging.getLogger(logger.name).setLevel(os.environ.get("LOG_LEVEL", "INFO"))
metrics: Final = Metrics(namespace=_NAMESPACE)

_Answer = TypeVar("_Answer")
_Handler = Callable[[dict[str, Any], "LambdaContext"], _Answer]

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/+=@~-]{1,128}")
_request_id: ContextVar[str] = ContextVar("easel_request_id", default="")

_FRAMES_LOGGED: Final = 12


def instrumented(handler: _Handler[_Answer], prepare: Callable[[], object] | None = None) -> _Handler[_Answer]:
    """Decorate a Lambda entry point: log lines carry its context, and fields of the previous invocation are cleared.

    It is the last thing that a function's module does, so the start of the process is completed here, by `prepare`.
    """

    @logger.inject_lambda_context(log_event=False, clear_state=True)
    @wraps(handler)
    def entry(event: dict[str, Any], context: LambdaContext) -> _Answer:
        try:
            return handler(event, context)
        finally:
            # Powertools warns when there is nothing to flush, and most invocations record nothing.
            if metrics.metric_set:
                metrics.flush_metrics()

    start.complete(prepare)
    return entry


def bind(**fields: object) -> None:
    """Add these fields to every log line until the invocation ends."""
    logger.append_keys(**fields)


def count(
    metric: str,
    value: int = 1,
    *,
    provider: str | None = None,
    outcome: str | None = None,
    status: str | None = None,
    finding: str | None = None,
    replayed: bool | None = None,
) -> None:
    """Add to a metric.

    Every combination of dimensions is a metric that is billed by the month, so there are only these, each with few
    values. What has many, such as a model, belongs in a log line.
    """
    dimensions = {
        "provider": provider,
        "outcome": outcome,
        "status": status,
        "finding": finding,
        "replayed": None if replayed is None else str(replayed).lower(),
    }
    # One record per call: dimensions of the shared record would spread to all its other metrics.
    with single_metric(metric, MetricUnit.Count, value, namespace=_NAMESPACE) as record:
        for name, dimension in dimensions.items():
            if dimension is not None:
                record.add_dimension(name, dimension)


def sane_request_id(offered: str | None) -> str:
    """The caller's request id if it is short and harmless enough to log and echo, else a new one."""
    if offered and _REQUEST_ID.fullmatch(offered.strip()):
        return offered.strip()
    return str(uuid.uuid4())


def bind_request_id(value: str) -> None:
    """Set the request id for log lines and for `request_id()`."""
    _request_id.set(value)
    bind(request_id=value)


def request_id() -> str:
    """The id of the current request; empty outside of a request."""
    return _request_id.get()


def describe_error(error: BaseException) -> Mapping[str, Any]:
    """What may be logged about an unexpected error: type, causes and stack frames.

    Messages are left out, except for classes with `loggable = True`. AWS errors are logged with code and operation.
    """
    return {
        "error": [_kind(link) for link in _chain(error)],
        "frames": [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-_FRAMES_LOGGED:]
        ],
    }


def _chain(error: BaseException) -> list[BaseException]:
    """The error and its causes, without cycles."""
    links: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in links:
        links.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return links


def _kind(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if getattr(error, "loggable", False):
        return f"{kind}: {error}"
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping) or not isinstance(response.get("Error"), Mapping):
        return kind
    return f"{kind} ({response['Error'].get('Code')} from {getattr(error, 'operation_name', 'an operation')})"


def uptime_seconds() -> float:
    """How long this process has been answering."""
    return max(0.0, round(time.monotonic() - _first_seen(), 3))


@cache
def _first_seen() -> float:
    # At the first request and not at import: a snapshot of an imported process would freeze the time for all.
    return time.monotonic()
