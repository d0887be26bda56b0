"""Webhook endpoints: where a workspace's events go, how an endpoint answers, and when that ends.

Deliveries follow Standard Webhooks (standardwebhooks.com): over https, signed, at least once, with the event's id as
`webhook-id`.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

from easel.domain.destinations import CODE_PAUSE, Destination, DestinationType, Verification
from easel.domain.events.types import COMPLETED, PROGRESS
from easel.errors import InvalidRequest

UNASKED: Final = frozenset({PROGRESS})
"""Types that an endpoint gets only where it names them: there are many such events."""
RESULT_TYPES: Final = (COMPLETED,)
"""What an endpoint with a bucket gets: the event with whose delivery the results are copied."""
REQUESTS: Final = "requests"
"""The endpoint that stands for the webhooks that requests name: it has no address, but a secret and a log."""
MAX_ENDPOINTS: Final = 10
"""Of a workspace: each event is posted to each of them."""
SECRET_BYTES: Final = 32
"""The specification wants 24 to 64."""
OVERLAP: Final = timedelta(hours=24)
"""How long the secret before still signs after a rotation."""

QUICK_SECONDS: Final = 3.0
SLOW_SECONDS: Final = 15.0
"""How long an attempt may take, by lane."""
QUICK_SLOTS: Final = 5
"""Workers of the quick lane that one endpoint may have at a time; what is more comes again in a second."""
QUICK_ANSWER: Final = timedelta(seconds=1)
"""Endpoints that answer so soon are in the quick lane, until an attempt fails or takes longer than twice that."""

FAILING_FROM: Final = 4
"""Failed attempts in a row after which an endpoint is failing: from then on one attempt at a time is made."""
DISABLED_AFTER: Final = timedelta(days=5)
"""Of failures without one success."""
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(minutes=15)
_DOUBLINGS: Final = 10


@dataclass(frozen=True, slots=True)
class Secret:
    """What deliveries are signed with, encrypted. `previous` signs as well until `previous_ends_at`."""

    current: str
    previous: str | None = None
    previous_ends_at: datetime | None = None

    def rotated(self, new: str, now: datetime) -> Secret:
        """With a new current secret."""
        return Secret(new, self.current, now + OVERLAP)

    def in_use(self, now: datetime) -> tuple[str, ...]:
        """Those that sign now, the current one first."""
        if self.previous is None or self.previous_ends_at is None or self.previous_ends_at <= now:
            return (self.current,)
        return self.current, self.previous


def for_requests(workspace_id: str, sealed_secret: str, now: datetime) -> Endpoint:
    """What stands for the webhooks that requests name."""
    return Endpoint(REQUESTS, workspace_id, "", "", Secret(sealed_secret), now, now)


def types_for(destination: Destination | None, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The types that an endpoint gets of those that were chosen. A bucket gets results. Raises InvalidRequest."""
    if destination is None or destination.type is not DestinationType.S3:
        return chosen
    if not set(chosen) <= set(RESULT_TYPES):
        raise InvalidRequest.of("eventTypes", "A bucket gets the results of generations only.", list(RESULT_TYPES))
    return RESULT_TYPES


def new_secret(random_bytes: bytes | None = None) -> str:
    """A secret as receivers write it into their configuration."""
    return "whsec_" + base64.b64encode(random_bytes or secrets.token_bytes(SECRET_BYTES)).decode("ascii")


class DisabledReason(StrEnum):
    """Why nothing is posted to an endpoint. The values are stable."""

    BY_REQUEST = "by_request"
    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """Every attempt of five days failed."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address or a destination in AWS that a workspace's events go to.

    `url` is what is shown of an address, without secrets, and `sealed_url` the whole, encrypted; of a `destination` it
    is the ARN. `event_types` empty means all but those of `UNASKED`. A destination gets nothing before `verified_at`.
    """

    id: str
    workspace_id: str
    url: str
    sealed_url: str
    secret: Secret
    created_at: datetime
    updated_at: datetime
    version: int = 1
    description: str = ""
    event_types: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    disabled_reason: DisabledReason | None = None
    disabled_at: datetime | None = None
    destination: Destination | None = None
    verification: Verification | None = None
    verified_at: datetime | None = None

    @property
    def type(self) -> DestinationType:
        return self.destination.type if self.destination else DestinationType.HTTPS

    @property
    def pending(self) -> bool:
        """Whether it has still to be shown that the destination is the workspace's."""
        return self.destination is not None and self.verified_at is None

    @property
    def enabled(self) -> bool:
        return self.disabled_reason is None and not self.pending

    @property
    def may_be_quick(self) -> bool:
        """Whether it may be in the quick lane. Ten pictures take longer to copy than an attempt there may last."""
        return self.type is not DestinationType.S3

    def expects(self, delivery_id: str, now: datetime) -> bool:
        """Whether this delivery has the code that may come back now."""
        sent = self.verification
        return self.pending and sent is not None and sent.delivery_id == delivery_id and sent.is_open(now)

    def seconds_to_next_code(self, now: datetime) -> int:
        """Until another code may be sent; 0 when it may be now."""
        if self.verification is None:
            return 0
        return max(0, ceil((self.verification.sent_at + CODE_PAUSE - now).total_seconds()))

    def wants(self, event_type: str, about: str | None = None) -> bool:
        """Whether events of this type are posted to it. One about an endpoint's own failures goes to the others."""
        chosen = event_type in self.event_types if self.event_types else event_type not in UNASKED
        return self.enabled and about != self.id and chosen

    def disabled(self, reason: DisabledReason, now: datetime) -> Endpoint:
        """Without deliveries from now on."""
        return replace(self, disabled_reason=reason, disabled_at=now, updated_at=now)


@dataclass(frozen=True, slots=True)
class Health:
    """How the last attempts at an endpoint went. `probes_at` is when the next one may be made while it is failing."""

    failures: int = 0
    failing_since: datetime | None = None
    probes_at: datetime | None = None
    quick: bool = False
    version: int = 0

    @property
    def is_failing(self) -> bool:
        return self.failures >= FAILING_FROM

    def waits_until(self, now: datetime) -> datetime | None:
        """When to try again an endpoint that is failing; None where an attempt may be made now."""
        return self.probes_at if self.is_failing and self.probes_at and self.probes_at > now else None

    def probing(self, now: datetime) -> Health:
        """With one attempt under way: others wait for its end."""
        return replace(self, probes_at=now + timedelta(seconds=2 * SLOW_SECONDS))

    def without_pause(self, now: datetime) -> Health:
        """With an attempt allowed now."""
        return replace(self, probes_at=now)

    def after_failure(self, now: datetime) -> Health:
        """One more failure. Each doubles the pause."""
        failures = self.failures + 1
        doublings = min(max(0, failures - FAILING_FROM), _DOUBLINGS)
        pause = min(_FIRST_PAUSE * 2**doublings, _LONGEST_PAUSE)
        return replace(
            self,
            failures=failures,
            failing_since=self.failing_since or now,
            probes_at=now + pause if failures >= FAILING_FROM else None,
            quick=False,
        )

    def after_success(self, took: timedelta) -> Health:
        """All is well again."""
        quick = took <= QUICK_ANSWER or (self.quick and self.failures == 0 and took <= 2 * QUICK_ANSWER)
        return Health(quick=quick, version=self.version)

    def is_given_up(self, now: datetime) -> bool:
        """Whether it has failed for so long that it is disabled."""
        return self.failing_since is not None and self.is_failing and now - self.failing_since >= DISABLED_AFTER
