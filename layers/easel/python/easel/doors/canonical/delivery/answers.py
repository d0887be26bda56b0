"""Events as the canonical door shows them: as every other receiver gets them."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from easel.clock import to_iso
from easel.http.models import AnswerModel, Moment
from easel.services.delivery.read_events import EventPage
from easel.services.ports.events import LoggedEvent


class EventBody(AnswerModel):
    """An event. The JSON Schemas of `data` are in `events/` of the shared code."""

    id: str = Field(description="The same each time this event is delivered, on every way.")
    object: str = Field(description="Always `event`.")
    type: str
    version: int
    workspace_id: str
    occurred_at: Moment
    timestamp: Moment = Field(description="The same, by its name in Standard Webhooks.")
    created_at: int = Field(alias="created_at", description="The same in seconds since 1970.")
    request_id: str
    ordering_key: str | None = Field(description="Events with the same key are ordered by `sequence`.")
    sequence: int = Field(description="Increases within an `orderingKey`, with gaps.")
    data: dict[str, Any]


class EventPageBody(AnswerModel):
    """Some events, oldest first."""

    events: list[EventBody]
    next_after: str | None = Field(description="`after` of the next request; the same again while there is no more.")
    has_more: bool = Field(description="Whether to ask again at once.")
    recording_since: Moment = Field(description="When recording of this workspace's events began.")


def event_body(event: LoggedEvent) -> EventBody:
    """One event."""
    return EventBody.model_validate(json.loads(event.text))


def event_page(page: EventPage) -> EventPageBody:
    """A page of them."""
    return EventPageBody(
        events=[event_body(event) for event in page.events],
        next_after=page.position,
        has_more=page.more,
        recording_since=to_iso(page.recording_since),
    )
