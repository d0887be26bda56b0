"""When a provider is asked for a job: limits that rendering, collecting and callbacks share."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from easel.domain.provider import Running
from easel.services.ports.providers import CallbackAddresses

FIRST_SAFETY_POLL: Final = timedelta(seconds=10)
"""When a job whose vendor calls back is first polled, in case it does not."""
LATE_GRACE: Final = timedelta(minutes=10)
"""How long after the deadline a job that was paid for is still polled."""
LONGEST_DELAY: Final = timedelta(minutes=15)
"""The longest delay that SQS allows."""


def first_poll(callbacks: CallbackAddresses, provider: str, state: Running) -> timedelta:
    """After which time a new job is polled, when the vendor has not called back."""
    requested = timedelta(seconds=state.poll_after)
    return max(requested, FIRST_SAFETY_POLL) if callbacks.expected_from(provider) else requested
