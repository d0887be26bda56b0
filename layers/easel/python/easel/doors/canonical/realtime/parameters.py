"""How a client says which events it has seen, and with which ticket it comes."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from easel.domain.live_progress import Position
from easel.errors import InvalidRequest

After = Annotated[str | None, Query(description="`id` of the last event that was seen; counts before the header.")]
LastEventId = Annotated[
    str | None, Header(alias="Last-Event-ID", description="The same, as EventSource sends it by itself.")
]
TicketText = Annotated[
    str | None,
    Query(alias="ticket", description="From `POST /api/v1/realtime/tickets`, where no header can be sent."),
]


def position(after: str | None, last_event_id: str | None) -> Position | None:
    """The last event that was seen; None for none. Raises InvalidRequest."""
    field, text = ("after", after) if after is not None else ("Last-Event-ID", last_event_id)
    if not text:
        return None
    try:
        return Position.parse(text)
    except ValueError:
        raise InvalidRequest.of(field, f"{field} must be the id of an event of this generation.") from None
