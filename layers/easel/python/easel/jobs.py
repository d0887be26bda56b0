"""Batch jobs over many records: one bad record is counted, logged and set aside, and never ends the job."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from easel.errors import Unavailable

logger = logging.getLogger(__name__)

_Record = TypeVar("_Record")
_OUTAGE: Final = 5
"""So many records in a row for which something did not answer: it will not for the next one either."""


@dataclass(frozen=True, slots=True)
class JobCounts:
    """`done`: records that were changed. `failed`: those that could not be handled. `left`: those not tried."""

    done: int = 0
    failed: int = 0
    left: int = 0

    def __add__(self, other: JobCounts) -> JobCounts:
        return JobCounts(self.done + other.done, self.failed + other.failed, self.left + other.left)


def for_each(
    records: Iterable[_Record],
    handle: Callable[[_Record], bool],
    *,
    kind: str,
    name: Callable[[_Record], str] = str,
    set_aside: Callable[[_Record], object] | None = None,
) -> JobCounts:
    """Handle each record by itself; `handle` says whether it changed anything.

    A record whose handling raises is set aside, so that it is not the first one of every later run too. When the reason
    is that something does not answer, the record is not to blame and stays where it is; after five such records in a
    row the rest is left for the next run.
    """
    done = failed = outage = 0
    pending = list(records)
    for number, record in enumerate(pending, start=1):
        try:
            done += bool(handle(record))
            outage = 0
        except Exception as error:  # noqa: BLE001 - a fault of one record stops no other
            failed += 1
            _report("record could not be handled", kind, name(record), error)
            outage = outage + 1 if isinstance(error, Unavailable) else 0
            if outage == _OUTAGE:
                return JobCounts(done, failed, len(pending) - number)
            if set_aside is not None and not outage:
                _try_to_set_aside(record, set_aside, kind, name)
    return JobCounts(done, failed)


def _try_to_set_aside(
    record: _Record, set_aside: Callable[[_Record], object], kind: str, name: Callable[[_Record], str]
) -> None:
    try:
        set_aside(record)
    except Exception as error:  # noqa: BLE001 - as above; the record then only comes first once more
        _report("record could not be set aside", kind, name(record), error)


def _report(message: str, kind: str, name: str, error: Exception) -> None:
    """One log line. Without the error's own text: some libraries quote what must not be logged."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    facts = {
        "record_kind": kind,
        "record": name,
        "error": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    logger.error(message, extra=facts)
