"""Events of a generation: what happens to it, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from easel.clock import to_iso
from easel.domain.events.event import Event, event_id
from easel.domain.events.types import COMPLETED, PROGRESS
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, ServedBy, Stage, Status
from easel.domain.price import Price
from easel.domain.request import Channel

_TYPES: Final[Mapping[Status, str]] = {
    Status.COMPLETED: COMPLETED,
    Status.FAILED: "generation.failed",
    Status.CANCELLED: "generation.cancelled",
}
ACCEPTED: Final = "generation.accepted"
STARTED: Final = "generation.started"
IMAGE_COMPLETED: Final = "generation.image_completed"
IMAGE_FAILED: Final = "generation.image_failed"
LIVE_TYPES: Final = (ACCEPTED, STARTED, PROGRESS, IMAGE_COMPLETED, IMAGE_FAILED)
"""Derived from changes of records: they cost the engine no write, so they exist only for workspaces with a listener."""

PermalinkOf = Callable[[Generation, Image], str]


def accepted(generation: Generation) -> Event:
    """A request was taken: validated, paid for by a hold, and queued."""
    return _live(generation, ACCEPTED, generation.created_at, Status.PENDING, ACCEPTED)


def started(generation: Generation) -> Event:
    """Work on it has begun. Raises ValueError for a generation that has not."""
    if generation.started_at is None:
        raise ValueError("a generation that has begun has started_at")
    return _live(generation, STARTED, generation.started_at, Status.PROCESSING, STARTED)


def progressed(generation: Generation, image: Image, stage: Stage, attempts: int, now: datetime) -> Event:
    """An image has reached a stage, with its first or a further attempt. `now` is when that was seen."""
    name = f"{PROGRESS} {image.index} {attempts} {stage}"
    progress = {"stage": stage.value, "percent": generation.progress, "imageIndex": image.index}
    return _live(generation, PROGRESS, now, Status.PROCESSING, name, progress=progress)


def image_ended(generation: Generation, image: Image, permalink_of: PermalinkOf) -> Event:
    """An image was delivered, or will not come. Raises ValueError for one that is still open."""
    if image.completed_at is None or image.status not in {Status.COMPLETED, Status.FAILED}:
        raise ValueError("an image that has ended has completed_at")
    event_type = IMAGE_COMPLETED if image.status is Status.COMPLETED else IMAGE_FAILED
    shown = _image(generation, image, permalink_of)
    name = f"{event_type} {image.index}"
    return _live(generation, event_type, image.completed_at, Status.PROCESSING, name, image=shown)


def _live(
    generation: Generation, event_type: str, moment: datetime, status: Status, name: str, **parts: Mapping[str, Any]
) -> Event:
    return Event(
        id=event_id(moment, f"{generation.id} {name}"),
        type=event_type,
        workspace_id=generation.workspace_id,
        occurred_at=moment,
        request_id=generation.request_id,
        ordering_key=generation.id,
        sequence=0 if event_type == ACCEPTED else _sequence(generation, moment),
        data={
            "id": generation.id,
            "generation": {
                "id": generation.id,
                "status": status.value,
                "model": generation.model,
                "mode": generation.mode.value,
                "userId": generation.user_id,
                "clientReference": generation.client_reference,
                "correlationId": generation.origin.correlation_id,
                "echo": _echo(generation),
                "createdAt": to_iso(generation.created_at),
                "imagesRequested": len(generation.images),
            },
            **parts,
        },
    )


def _sequence(generation: Generation, moment: datetime) -> int:
    """Milliseconds since the generation was taken, from 1: known without a counter that had to be written."""
    return max(1, round((moment - generation.created_at).total_seconds() * 1000) + 1)


def _echo(generation: Generation) -> dict[str, Any] | None:
    """What a bot sent along to find its message again (`doors/bot`); None for all others."""
    if generation.channel is not Channel.TELEGRAM or not generation.client_reference:
        return None
    try:
        found = json.loads(generation.client_reference)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def generation_ended(generation: Generation, permalink_of: PermalinkOf) -> Event:
    """The event for the end of a generation.

    Raises KeyError for a generation that has not ended.
    """
    event_type = _TYPES[generation.status]
    if generation.completed_at is None:
        raise ValueError("a generation that has ended has completed_at")
    named = generation.origin.webhook
    ends = [image.completed_at for image in generation.images if image.completed_at]
    last = max([generation.completed_at, *ends])
    return Event(
        id=event_id(generation.completed_at, f"{generation.id} {event_type}"),
        type=event_type,
        workspace_id=generation.workspace_id,
        occurred_at=generation.completed_at,
        request_id=generation.request_id,
        reply_to=generation.origin.reply_to,
        webhook=named if named and named.wants(event_type) else None,
        ordering_key=generation.id,
        sequence=_sequence(generation, last) + 1,
        data={
            "id": generation.id,
            "generation": {
                "id": generation.id,
                "status": generation.status.value,
                "model": generation.model,
                "mode": generation.mode.value,
                "userId": generation.user_id,
                "clientReference": generation.client_reference,
                "correlationId": generation.origin.correlation_id,
                "echo": _echo(generation),
                "createdAt": to_iso(generation.created_at),
                "completedAt": to_iso(generation.completed_at),
                "imagesCompleted": generation.images_completed,
                "imagesFailed": generation.images_failed,
                "price": _price(generation.price),
                "chargedMilliCredits": generation.charged or 0,
                "providerCostMicroUsd": generation.provider_cost_micro_usd,
                "error": _error(generation.failure),
                "images": [_image(generation, image, permalink_of) for image in generation.images],
            },
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


def _error(failure: Failure | None) -> dict[str, Any] | None:
    return {"code": failure.code, "message": failure.message, "retryable": failure.retryable} if failure else None
