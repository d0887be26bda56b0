"""Webhook endpoints and deliveries as the canonical door shows them. A secret is shown once, when it is made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from easel.clock import to_iso
from easel.domain.deliveries import Attempt, Delivery, DeliveryStatus, Outcome, Trigger
from easel.domain.destinations import Deliverer, DestinationType, policy_for
from easel.domain.webhooks import MAX_ENDPOINTS, DisabledReason, Endpoint, Health
from easel.http.models import AnswerModel, Moment, moment
from easel.http.pagination import Pages
from easel.services.delivery.manage_webhooks import IssuedSecret
from easel.services.delivery.read_webhooks import EndpointState
from easel.services.delivery.resend_webhooks import Resent
from easel.services.ports.pages import Page

_MILLISECOND: Final = timedelta(milliseconds=1)


class WebhookBody(AnswerModel):
    """An address, or a destination in AWS, that events of the workspace go to."""

    id: str
    type: str = Field(json_schema_extra={"enum": [*map(str, DestinationType)]})
    url: str = Field(
        description="With `***` in place of every secret in it. Empty for `requests`, and for destinations in AWS."
    )
    arn: str | None = Field(description="Of the queue, bus or bucket.")
    account_id: str | None
    region: str | None
    prefix: str | None = Field(description="Of the keys in a bucket.")
    policy: dict[str, Any] | None = Field(
        description="The resource policy to attach to the queue, bus or bucket, so that Easel may deliver there."
    )
    verified_at: Moment | None = Field(description="When its code came back; before, it gets nothing.")
    code_expires_at: Moment | None = Field(description="Until when the code that was sent may come back.")
    description: str
    event_types: list[str] = Field(description="Empty for all but `generation.progress`.")
    metadata: dict[str, str]
    enabled: bool = Field(description="Whether it gets events. One that is not verified yet gets none.")
    disabled_reason: str | None = Field(json_schema_extra={"enum": [*map(str, DisabledReason), None]})
    disabled_at: Moment | None
    previous_secret_ends_at: Moment | None = Field(
        description="Until then deliveries are signed with the secret before as well."
    )
    failing: bool = Field(description="Whether its last four attempts failed. One is made at a time then.")
    failures: int = Field(description="Failed attempts since the last success.")
    failing_since: Moment | None
    created_at: Moment
    updated_at: Moment


class WebhookSecretBody(WebhookBody):
    """The endpoint with its secret, this once."""

    secret: str = Field(description="What deliveries are signed with: `whsec_` and base64.", examples=["whsec_..."])


class WebhooksBody(AnswerModel):
    """Every endpoint of the workspace."""

    webhooks: list[WebhookBody]
    limit: int = Field(description="How many a workspace may have.")


class DeliveryBody(AnswerModel):
    """An event on its way to an endpoint."""

    id: str
    webhook_id: str
    url: str | None = Field(description="Of a webhook that a request has named, with `***` in place of secrets.")
    event_id: str = Field(description="The `webhook-id` of each attempt, and the event's id.")
    event_type: str
    status: str = Field(json_schema_extra={"enum": [*map(str, DeliveryStatus)]})
    trigger: str = Field(json_schema_extra={"enum": [*map(str, Trigger)]})
    attempts: int = Field(description="Attempts that have ended.")
    last_outcome: str | None = Field(json_schema_extra={"enum": [*map(str, Outcome), None]})
    last_status_code: int | None
    created_at: Moment
    next_attempt_at: Moment | None = Field(description="At the earliest.")
    completed_at: Moment | None
    replayed_from: str | None = Field(description="The delivery that this one repeats.")


class DeliveryPageBody(AnswerModel):
    """Some deliveries, newest first."""

    deliveries: list[DeliveryBody]
    limit: int
    next_cursor: str | None


class DeliveryAttemptBody(AnswerModel):
    """One POST, or one call of AWS."""

    number: int
    at: Moment
    duration_ms: int
    outcome: str = Field(json_schema_extra={"enum": [*map(str, Outcome)]})
    status_code: int | None
    error_code: str | None = Field(description="Of AWS, such as `AccessDenied`.")
    response_body: str | None = Field(description="Its first 2 KiB. A longer one ends in `… [cut]`.")


class DeliveryWithAttemptsBody(DeliveryBody):
    """A delivery with what came of each attempt."""

    attempt_log: list[DeliveryAttemptBody] = Field(description="Oldest first.")


class ResentBody(AnswerModel):
    """What was queued."""

    queued: int
    next_after: str | None = Field(description="`after` of the next request.")
    has_more: bool = Field(description="Whether to ask again.")


def resent_body(resent: Resent) -> ResentBody:
    """What was queued."""
    return ResentBody(queued=resent.queued, next_after=resent.position, has_more=resent.more)


def webhook_body(state: EndpointState, by: Deliverer, now: datetime) -> WebhookBody:
    """An endpoint without its secret."""
    return WebhookBody(**_webhook(state.endpoint, state.health, by, now))


def webhooks_body(states: Sequence[EndpointState], by: Deliverer, now: datetime) -> WebhooksBody:
    """All endpoints, without their secrets."""
    return WebhooksBody(webhooks=[webhook_body(state, by, now) for state in states], limit=MAX_ENDPOINTS)


def webhook_secret_body(issued: IssuedSecret, by: Deliverer, now: datetime) -> WebhookSecretBody:
    """An endpoint with its new secret."""
    return WebhookSecretBody(**_webhook(issued.endpoint, Health(), by, now), secret=issued.secret)


def delivery_body(delivery: Delivery) -> DeliveryBody:
    """One delivery."""
    return DeliveryBody(**_delivery(delivery))


def delivery_page(page: Page[Delivery], limit: int, pages: Pages) -> DeliveryPageBody:
    """One page of deliveries."""
    bodies, next_cursor = pages.fit(page, delivery_body)
    return DeliveryPageBody(deliveries=bodies, limit=limit, next_cursor=next_cursor)


def delivery_with_attempts(delivery: Delivery, attempts: Sequence[Attempt]) -> DeliveryWithAttemptsBody:
    """One delivery, whole."""
    return DeliveryWithAttemptsBody(**_delivery(delivery), attempt_log=[_attempt(attempt) for attempt in attempts])


def _webhook(endpoint: Endpoint, health: Health, by: Deliverer, now: datetime) -> dict[str, Any]:
    ends_at, named, sent = endpoint.secret.previous_ends_at, endpoint.destination, endpoint.verification
    return {
        "id": endpoint.id,
        "type": endpoint.type,
        "url": "" if named else endpoint.url,
        "arn": named.arn if named else None,
        "account_id": named.account_id if named else None,
        "region": named.region if named else None,
        "prefix": named.prefix if named and named.type is DestinationType.S3 else None,
        "policy": policy_for(named, by) if named else None,
        "verified_at": moment(endpoint.verified_at),
        "code_expires_at": moment(sent.expires_at) if sent and sent.is_open(now) else None,
        "description": endpoint.description,
        "event_types": list(endpoint.event_types),
        "metadata": dict(endpoint.metadata),
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason,
        "disabled_at": moment(endpoint.disabled_at),
        "previous_secret_ends_at": moment(ends_at) if ends_at and ends_at > now else None,
        "failing": health.is_failing,
        "failures": health.failures,
        "failing_since": moment(health.failing_since),
        "created_at": to_iso(endpoint.created_at),
        "updated_at": to_iso(endpoint.updated_at),
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "webhook_id": delivery.endpoint_id,
        "url": delivery.target,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "status": delivery.status,
        "trigger": delivery.trigger,
        "attempts": delivery.attempts,
        "last_outcome": delivery.last_outcome,
        "last_status_code": delivery.last_status,
        "created_at": to_iso(delivery.created_at),
        "next_attempt_at": moment(delivery.next_attempt_at),
        "completed_at": moment(delivery.completed_at),
        "replayed_from": delivery.replayed_from,
    }


def _attempt(attempt: Attempt) -> DeliveryAttemptBody:
    return DeliveryAttemptBody(
        number=attempt.number,
        at=to_iso(attempt.at),
        duration_ms=attempt.took // _MILLISECOND,
        outcome=attempt.outcome,
        status_code=attempt.status,
        error_code=attempt.error_code,
        response_body=attempt.response,
    )
