"""Events for other systems: versioned, with links and never bytes.

The schema, field by field, is in `events/README.md`; stored samples of every version are in `tests/unit/events/`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from easel.clock import from_iso, to_iso
from easel.domain.budgets import ALERT_PERCENT, Budget
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, ServedBy, Status
from easel.domain.price import Price

if TYPE_CHECKING:
    # Types only: other events do not need the catalogue.
    from easel.domain.catalogue.watch import Observation

EVENT_VERSION: Final = 1

_NAMESPACE: Final = UUID("5f0c7d52-8f2e-4a64-9c1a-0f6b1e3d7a10")
"""Namespace of event ids: they are derived, so that a repeated event has the same id."""

_TYPES: Final[Mapping[Status, str]] = {
    Status.COMPLETED: "generation.completed",
    Status.FAILED: "generation.failed",
    Status.CANCELLED: "generation.cancelled",
}

_BUDGET_ALERT: Final = "budget.alert"
_IMAGE_DELETED: Final = "image.deleted"

INSTALLATION: Final = "installation"
"""The workspace id of events that concern all workspaces."""

PermalinkOf = Callable[[Generation, Image], str]


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `id` is the same for every delivery, so that receivers can drop duplicates.

    `reply_to` is the URL of a queue that receives it as well: the one that a message in the intake has named.
    """

    id: str
    type: str
    workspace_id: str
    occurred_at: datetime
    data: Mapping[str, Any]
    request_id: str
    version: int = EVENT_VERSION
    reply_to: str | None = None


def generation_ended(generation: Generation, permalink_of: PermalinkOf) -> Event:
    """The event for the end of a generation.

    Raises KeyError for a generation that has not ended.
    """
    event_type = _TYPES[generation.status]
    if generation.completed_at is None:
        raise ValueError("a generation that has ended has completed_at")
    return Event(
        id=str(uuid5(_NAMESPACE, f"{generation.id} {event_type}")),
        type=event_type,
        workspace_id=generation.workspace_id,
        occurred_at=generation.completed_at,
        request_id=generation.request_id,
        reply_to=generation.origin.reply_to,
        data={
            "generation": {
                "id": generation.id,
                "status": generation.status.value,
                "model": generation.model,
                "mode": generation.mode.value,
                "userId": generation.user_id,
                "clientReference": generation.client_reference,
                "correlationId": generation.origin.correlation_id,
                "createdAt": to_iso(generation.created_at),
                "completedAt": to_iso(generation.completed_at),
                "imagesCompleted": generation.images_completed,
                "imagesFailed": generation.images_failed,
                "price": _price(generation.price),
                "chargedMilliCredits": generation.charged or 0,
                "providerCostMicroUsd": generation.provider_cost_micro_usd,
                "error": _error(generation.failure),
                "images": [_image(generation, image, permalink_of) for image in generation.images],
            }
        },
    )


def _image(generation: Generation, image: Image, permalink_of: PermalinkOf) -> dict[str, Any]:
    stored = image.stored
    return {
        "id": image.id,
        "index": image.index,
        "status": image.status.value,
        "permalink": permalink_of(generation, image),
        "width": stored.width if stored else None,
        "height": stored.height if stored else None,
        "mediaType": stored.media_type if stored else None,
        "byteCount": stored.byte_count if stored else None,
        "servedBy": _served_by(image.served_by),
        "priceMilliCredits": generation.price_of(image),
        "providerCostMicroUsd": image.provider_cost_micro_usd,
        "error": _error(image.failure),
    }


def _served_by(served_by: ServedBy | None) -> dict[str, Any] | None:
    return {"provider": served_by.provider, "model": served_by.model} if served_by else None


def _price(price: Price | None) -> dict[str, Any] | None:
    if price is None:
        return None
    return {
        "unit": price.unit.value,
        "plan": price.plan,
        "version": price.version,
        "milliCredits": price.total,
        "credits": price.total / 1000,
    }


def image_deleted(generation: Generation, image: Image, request_id: str, now: datetime) -> Event:
    """The event for a picture that was deleted: one for each, however often its deletion is repeated."""
    return Event(
        id=str(uuid5(_NAMESPACE, f"{image.id} {_IMAGE_DELETED}")),
        type=_IMAGE_DELETED,
        workspace_id=generation.workspace_id,
        occurred_at=now,
        request_id=request_id,
        data={
            "image": {
                "id": image.id,
                "index": image.index,
                "generationId": generation.id,
                "userId": generation.user_id,
                "clientReference": generation.client_reference,
                "deletedAt": to_iso(now),
            }
        },
    )


def budget_alert(budget: Budget, request_id: str, now: datetime) -> Event:
    """The event for a budget that has reached its alert threshold.

    Raises ValueError for a scope without a limit.
    """
    scope, remaining = budget.scope, budget.remaining
    if remaining is None:
        raise ValueError("a budget without a limit has no alert")
    # A changed limit has an alert of its own.
    name = f"{scope.workspace_id} {scope.key_id} {budget.month} {budget.limit} {_BUDGET_ALERT}"
    return Event(
        id=str(uuid5(_NAMESPACE, name)),
        type=_BUDGET_ALERT,
        workspace_id=scope.workspace_id,
        occurred_at=now,
        request_id=request_id,
        data={
            "budget": {
                "scope": scope.kind.value,
                "keyId": scope.key_id,
                "month": budget.month,
                "thresholdPercent": ALERT_PERCENT,
                "limitMilliCredits": budget.limit,
                "usedMilliCredits": budget.used,
                "remainingMilliCredits": remaining,
            }
        },
    )


def catalogue_event(seen: Observation, request_id: str, now: datetime) -> Event:
    """The event for a finding of the catalogue check. It belongs to no workspace."""
    event_type = f"catalogue.{seen.what}"
    # The same finding about the same day is the same event.
    name = f"{seen.model.id} {seen.provider} {seen.upstream_model} {event_type} {seen.on} {seen.warning_days}"
    return Event(
        id=str(uuid5(_NAMESPACE, name)),
        type=event_type,
        workspace_id=INSTALLATION,
        occurred_at=now,
        request_id=request_id,
        data={
            "model": {
                "id": seen.model.id,
                "provider": seen.provider,
                "upstreamModel": seen.upstream_model,
                "status": seen.model.status.value,
                "endsOn": seen.ends_on.isoformat() if seen.ends_on else None,
                "daysLeft": seen.days_left,
                "successor": seen.model.life.successor,
                "equivalents": list(seen.model.equivalents),
            }
        },
    )


def _error(failure: Failure | None) -> dict[str, Any] | None:
    return {"code": failure.code, "message": failure.message, "retryable": failure.retryable} if failure else None


def serialise_event(event: Event) -> str:
    """The event as JSON: the same bytes for every receiver and delivery."""
    body = {
        "id": event.id,
        "type": event.type,
        "version": event.version,
        "workspaceId": event.workspace_id,
        "occurredAt": to_iso(event.occurred_at),
        "requestId": event.request_id,
        "data": event.data,
    }
    return json.dumps(body, ensure_ascii=True, separators=(",", ":"))


def deserialise_event(text: str) -> Event:
    """The inverse of `serialise_event`."""
    body = json.loads(text)
    return Event(
        id=body["id"],
        type=body["type"],
        version=body["version"],
        workspace_id=body["workspaceId"],
        occurred_at=from_iso(body["occurredAt"]),
        request_id=body["requestId"],
        data=body["data"],
    )
