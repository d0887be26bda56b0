"""Tickets as JSON, and events as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.live_progress import LiveEvent
from easel.http.models import AnswerModel, Moment
from easel.services.realtime.create_ticket import Ticket

EVENT_STREAM: Final = "text/event-stream"
RETRY_MILLISECONDS: Final = 1000


class TicketBody(AnswerModel):
    """A ticket for one connection."""

    ticket: str = Field(description="Goes into the address as `?ticket=...`; good once.")
    expires_at: Moment = Field(description="A connection that is open by then stays open.")
    web_socket_url: str = Field(description="Where to open a WebSocket, with the ticket.")


def ticket_body(ticket: Ticket, realtime_url: str) -> TicketBody:
    """The answer with a new ticket."""
    return TicketBody(
        ticket=ticket.text,
        expires_at=to_iso(ticket.expires_at),
        web_socket_url=f"{realtime_url}?ticket={quote(ticket.text, safe='')}",
    )


def stream(events: Sequence[LiveEvent]) -> Response[Any]:
    """One slice of the stream. Without events a comment keeps the client waiting; it connects again by itself."""
    parts = [f"retry: {RETRY_MILLISECONDS}\n\n"]
    parts += [_event(event) for event in events] or [": nothing has changed\n\n"]
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(200, content_type=EVENT_STREAM, body="".join(parts), headers=headers)


def nothing_more() -> Response[Any]:
    """204, on which an EventSource stops connecting again."""
    return Response(204, headers={"Cache-Control": "no-store"})


def _event(event: LiveEvent) -> str:
    # JSON has no raw line breaks, so one line of data is enough.
    data = json.dumps(event.data, separators=(",", ":"))
    return f"id: {event.position}\nevent: {event.type}\ndata: {data}\n\n"
