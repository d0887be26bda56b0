"""Events that concern a workspace or the installation, and not one generation."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from easel.clock import to_iso
from easel.domain.budgets import ALERT_PERCENT, Budget
from easel.domain.events.event import INSTALLATION, Event, event_id, milliseconds_of
from easel.domain.generation import Generation
from easel.domain.image import Image

if TYPE_CHECKING:
    # Types only: other events do not need the catalogue.
    from easel.domain.catalogue.watch import Observation

_NAMESPACE: Final = UUID("5f0c7d52-8f2e-4a64-9c1a-0f6b1e3d7a10")
"""Of the ids of findings, which are the same on whichever run of the check they are made."""
_BUDGET_ALERT: Final = "budget.alert"
_IMAGE_DELETED: Final = "image.deleted"


def image_deleted(generation: Generation, image: Image, request_id: str, now: datetime) -> Event:
    """The event for a picture that was deleted: one for each, however often its deletion is repeated."""
    return Event(
        id=event_id(now, f"{image.id} {_IMAGE_DELETED}"),
        type=_IMAGE_DELETED,
        workspace_id=generation.workspace_id,
        occurred_at=now,
        request_id=request_id,
        ordering_key=generation.id,
        sequence=milliseconds_of(now),
        data={
            "id": image.id,
            "image": {
                "id": image.id,
                "index": image.index,
                "generationId": generation.id,
                "userId": generation.user_id,
                "clientReference": generation.client_reference,
                "deletedAt": to_iso(now),
            },
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
        id=event_id(now, name),
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
