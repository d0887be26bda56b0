"""A lock that prevents two commands from changing the same folder concurrently."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.failures import ToolError
from infra.local.places import relative

_POLL_SECONDS = 0.2


@contextmanager
def held(lock: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the lock file; the system releases it when the holder ends for any reason.

    Raises ToolError when another command holds it for longer than `wait_seconds`.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as file:
        deadline = time.monotonic() + wait_seconds
        while not _taken(file.fileno()):
            if time.monotonic() > deadline:
                raise ToolError(f"Another command is still at work (it holds {relative(lock)}). Let it end first.")
            time.sleep(_POLL_SECONDS)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
