"""Events of a generation while it is made, and of deleted images, as models: see `schema.py`."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from easel.events.schema import EventEcho, EventEnvelope, EventImage, EventPart, Moment, schema_of

LIVE_SCHEMA_ID: Final = "easel/live-generation.v1"
IMAGE_SCHEMA_ID: Final = "easel/image.v1"


class LiveGeneration(EventPart):
    """The generation that the event is about. Its status is that at the time of the event."""

    id: str
    status: Literal["PENDING", "PROCESSING"]
    model: str
    mode: Literal["text-to-image", "image-to-image"]
    user_id: str
    client_reference: str | None
    correlation_id: str | None = None
    echo: EventEcho | None
    created_at: Moment
    images_requested: int = Field(ge=1)


class EventProgress(EventPart):
    """How far it is."""

    stage: Literal["queued", "submitted", "generating", "storing"]
    percent: int = Field(ge=0, le=100, description="Of all images together; it never decreases.")
    image_index: int = Field(ge=0, description="The image that has reached the stage.")


class LiveEventData(EventPart):
    """The body of the event."""

    id: str = Field(description="The generation's id.")
    generation: LiveGeneration
    progress: EventProgress | None = Field(None, description="Only with generation.progress.")
    image: EventImage | None = Field(None, description="Only with the end of an image.")


class LiveGenerationEvent(EventEnvelope):
    """Something happened to a generation that has not ended. Delivered at least once; drop duplicates by `id`."""

    type: Literal[
        "generation.accepted",
        "generation.started",
        "generation.progress",
        "generation.image_completed",
        "generation.image_failed",
    ]
    version: Literal[1]
    workspace_id: str
    request_id: str
    data: LiveEventData


class DeletedImage(EventPart):
    """A picture that is gone."""

    id: str
    index: int = Field(ge=0)
    generation_id: str
    user_id: str
    client_reference: str | None
    deleted_at: Moment


class ImageEventData(EventPart):
    """The body of the event."""

    id: str | None = Field(None, description="The image's id.")
    image: DeletedImage


class ImageEvent(EventEnvelope):
    """A picture and everything made of it was deleted. Delivered at least once; drop duplicates by `id`."""

    type: Literal["image.deleted"]
    version: Literal[1]
    workspace_id: str
    request_id: str
    data: ImageEventData


def live_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of the events of a generation that has not ended."""
    return schema_of(LIVE_SCHEMA_ID, LiveGenerationEvent)


def image_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of an image's events."""
    return schema_of(IMAGE_SCHEMA_ID, ImageEvent)
