"""Events that concern a workspace or the installation, and not one generation."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from easel.clock import to_iso
from easel.domain.events.event import INSTALLATION, Event, new_event
from easel.domain.generation import Generation
from easel.domain.image import Image

if TYPE_CHECKING:
    # Types only: other events do not need the catalogue.
    from easel.domain.catalogue.watch import Observation

_NAMESPACE: Final = UUID("5f0c7d52-8f2e-4a64-9c1a-0f6b1e3d7a10")
"""Of the ids of findings, which are the same on whichever run of the check they are made."""
_IMAGE_DELETED: Final = "image.deleted"
MODEL_RETIRING: Final = "model.retiring"


def image_deleted(generation: Generation, image: Image, request_id: str, now: datetime) -> Event:
    """The event for a picture that was deleted: one for each, however often its deletion is repeated."""
    data = {
        "id": image.id,
        "image": {
            "id": image.id,
            "index": image.index,
            "generationId": generation.id,
            "userId": generation.user_id,
            "clientReference": generation.client_reference,
            "deletedAt": to_iso(now),
        },
    }
    return new_event(
        _IMAGE_DELETED,
        generation.workspace_id,
        image.id,
        data,
        occurred_at=now,
        request_id=request_id,
        ordering_key=generation.id,
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
        data={"model": {**_model(seen), "provider": seen.provider, "upstreamModel": seen.upstream_model}},
    )


def model_retiring(workspace_id: str, seen: Observation, request_id: str, now: datetime) -> Event:
    """The event that tells a workspace of a model that ends soon."""
    name = f"{workspace_id} {seen.model.id} {MODEL_RETIRING} {seen.on} {seen.warning_days}"
    return Event(
        id=str(uuid5(_NAMESPACE, name)),
        type=MODEL_RETIRING,
        workspace_id=workspace_id,
        occurred_at=now,
        request_id=request_id,
        data={"model": _model(seen)},
    )


def _model(seen: Observation) -> dict[str, Any]:
    return {
        "id": seen.model.id,
        "status": seen.model.status.value,
        "endsOn": seen.ends_on.isoformat() if seen.ends_on else None,
        "daysLeft": seen.days_left,
        "successor": seen.model.life.successor,
        "equivalents": list(seen.model.equivalents),
    }
