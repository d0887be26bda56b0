"""Deliveries of events to the endpoints of a workspace: what became of each, and when a failed one is tried again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from easel.domain.events.event import milliseconds_of, without_provider_costs
from easel.domain.webhooks import REQUESTS
from easel.ids import derived_id

RETRY_DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After each failed attempt, as the specification has it: ten attempts within 75 hours and a half."""
LONGEST_RETRY_AFTER: Final = timedelta(hours=24)
"""What a receiver may ask for with `Retry-After`."""
_OVERDUE: Final = timedelta(minutes=1)
GIVEN_UP_AFTER: Final = timedelta(hours=80)
"""The age at which a delivery is over that a failing endpoint has kept waiting."""


class DeliveryStatus(StrEnum):
    """Where a delivery is. The values are stable."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Trigger(StrEnum):
    """Why there is a delivery. The values are stable."""

    EVENT = "event"
    RESEND = "resend"
    RECOVER = "recover"
    REPLAY = "replay"
    EXAMPLE = "example"
    VERIFICATION = "verification"
    """The code of a destination."""


class Outcome(StrEnum):
    """What became of an attempt. The values are stable."""

    DELIVERED = "delivered"
    REFUSED = "http_status"
    """A status that is not 2xx."""
    AWS_ERROR = "aws_error"
    """AWS refused it; `error_code` says why."""
    REDIRECT = "redirect"
    """Not followed."""
    GONE = "gone"
    """It answered 410, or the queue, bus or bucket does not exist."""
    TIMEOUT = "timeout"
    NOT_PUBLIC = "not_public"
    """The name leads into a private network."""
    TLS = "tls"
    UNREACHABLE = "unreachable"
    BAD_ADDRESS = "bad_address"
    DISABLED = "disabled"
    """The endpoint was disabled or deleted before."""
    EXPIRED = "expired"
    """A failing endpoint has kept it waiting for too long, or the event is no longer kept."""


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """An image that was copied to a bucket, under its key there."""

    image_id: str
    index: int
    key: str
    media_type: str
    byte_count: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST, or one call of AWS, whose error code is `error_code`.

    `response` is the beginning of what came back, cut with a marker; None where nothing did. `files` are what a bucket
    got.
    """

    number: int
    at: datetime
    took: timedelta
    outcome: Outcome
    status: int | None = None
    response: str | None = None
    retry_after: timedelta | None = None
    error_code: str | None = None
    files: tuple[DeliveredFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint. `attempts` counts those that have ended.

    `body` is the event itself where it is not in the log, which holds for examples. `target` is the address, as it is
    shown, of a request's own webhook; `sealed_target` the whole, encrypted.
    """

    id: str
    workspace_id: str
    endpoint_id: str
    event_id: str
    event_type: str
    created_at: datetime
    expires_at: datetime
    trigger: Trigger = Trigger.EVENT
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    next_attempt_at: datetime | None = None
    completed_at: datetime | None = None
    last_outcome: Outcome | None = None
    last_status: int | None = None
    leased_until: datetime | None = None
    replayed_from: str | None = None
    body: str | None = None
    target: str | None = None
    sealed_target: str | None = None

    def waits(self, now: datetime) -> bool:
        """Whether its next attempt, for which a message is queued, is due later."""
        is_later = self.next_attempt_at is not None and self.next_attempt_at > now
        return self.status is DeliveryStatus.PENDING and is_later

    def is_overdue(self, now: datetime) -> bool:
        """Whether its next attempt should have been made a while ago."""
        is_late = self.next_attempt_at is not None and self.next_attempt_at < now - _OVERDUE
        is_under_way = self.leased_until is not None and self.leased_until > now
        return self.status is DeliveryStatus.PENDING and is_late and not is_under_way

    def after(self, attempt: Attempt, now: datetime) -> Delivery:
        """What is left to do once this attempt has ended."""
        done = replace(
            self,
            attempts=attempt.number,
            last_outcome=attempt.outcome,
            last_status=attempt.status,
            leased_until=None,
            next_attempt_at=None,
        )
        if attempt.outcome is Outcome.DELIVERED:
            return replace(done, status=DeliveryStatus.DELIVERED, completed_at=now)
        delay = None if self.trigger is Trigger.EXAMPLE else retry_delay(attempt)
        if delay is None:
            return replace(done, status=DeliveryStatus.FAILED, completed_at=now)
        return replace(done, next_attempt_at=now + delay)

    def ended(self, outcome: Outcome, now: datetime) -> Delivery:
        """Given up without an attempt."""
        return replace(
            self,
            status=DeliveryStatus.FAILED,
            completed_at=now,
            last_outcome=outcome,
            next_attempt_at=None,
            leased_until=None,
        )


def health_of(delivery: Delivery) -> str:
    """Whose health an attempt tells of: its endpoint's, or that of the host which a request has named."""
    if delivery.target is None:
        return delivery.endpoint_id
    host = delivery.target.split("/", 3)[2]
    return f"{REQUESTS}.{hashlib.sha256(host.encode()).hexdigest()[:16]}"


def delivery_id(endpoint_id: str, event_id: str, occurred_at: datetime) -> str:
    """The id of the first delivery of an event to an endpoint: the same however often the event is published."""
    return derived_id(milliseconds_of(occurred_at), f"{endpoint_id} {event_id}")


def retry_delay(attempt: Attempt) -> timedelta | None:
    """How long to wait after a failed attempt; None where it was the last one."""
    if attempt.outcome is Outcome.GONE or attempt.number > len(RETRY_DELAYS):
        return None
    planned = RETRY_DELAYS[attempt.number - 1]
    wanted = min(attempt.retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return max(planned, wanted)


def outcome_of(status: int) -> Outcome:
    """What an answer with this status means."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome.DELIVERED
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Outcome.REDIRECT
    return Outcome.GONE if status == HTTPStatus.GONE else Outcome.REFUSED


def body_of(logged: str) -> str:
    """The body of a delivery, from the JSON of the log: the same bytes each time. Receivers see no vendors' costs."""
    event = json.loads(logged)
    event["data"] = without_provider_costs(event["data"])
    return json.dumps(event, ensure_ascii=True, separators=(",", ":"))
