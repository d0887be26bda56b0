"""Events as the canonical door shows them: as every other receiver gets them, vendors' costs apart."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from easel.clock import to_iso
from easel.domain.events.event import without_provider_costs
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
    recording_since: Moment = Field(description="From when on the log is complete.")


def event_body(event: LoggedEvent, *, shows_costs: bool) -> EventBody:
    """One event. With `shows_costs` it tells what providers take, which is null otherwise."""
    content = json.loads(event.text)
    return EventBody.model_validate(content if shows_costs else without_provider_costs(content))


def event_page(page: EventPage, *, shows_costs: bool) -> EventPageBody:
    """A page of them."""
    return EventPageBody(
        events=[event_body(event, shows_costs=shows_costs) for event in page.events],
        next_after=page.position,
        has_more=page.more,
        recording_since=to_iso(page.recording_since),
    )
