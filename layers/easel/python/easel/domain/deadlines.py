"""How long a request may take: the time that making an image may take, and the wait for a free worker before it.

The time for an image starts with its first attempt (`Generation.image_deadline`): a model's own limit says how long its
provider may need, not how busy we are. The overall deadline covers both, is stored at the submit and shown at once. The
state machine and the sweeper enforce the overall deadline, the workers both.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MAX_QUEUE_WAIT: Final = timedelta(minutes=10)
"""How long an image may wait for a free worker."""


def time_allowed(work_seconds: int, cancel_after: timedelta | None = None) -> timedelta:
    """From the submit to the overall deadline. `cancel_after` may shorten it; waiting in the queue counts then too."""
    longest = timedelta(seconds=work_seconds) + MAX_QUEUE_WAIT
    return longest if cancel_after is None else min(longest, cancel_after)
