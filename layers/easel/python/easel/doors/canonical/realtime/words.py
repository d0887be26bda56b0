"""Real time in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import InvalidRequest, NotFound, SecretUnavailable
from easel.http.description import document, empty, route

_TAG: Final = "Real time"

CREATE_TICKET: Final = route(
    "createRealtimeTicket",
    _TAG,
    "Create a ticket",
    "For a WebSocket or an EventSource, which cannot send an `Authorization` header: good for a minute and for one "
    "connection, in the name of the caller.",
    {201: "The ticket."},
    errors=(SecretUnavailable,),
)

FOLLOW_GENERATION: Final = route(
    "followGeneration",
    _TAG,
    "Follow a generation",
    "Server-sent events: `progress` at most once in three seconds and only when something has changed, "
    "`image.completed`, `image.failed`, `image.cancelled`, and one of `generation.completed`, `generation.failed`, "
    "`generation.cancelled` at the end. An answer ends as soon as it has told something, or after 25 seconds; "
    "an EventSource connects again by itself, and says what it has seen. Without a header, a ticket in the address "
    "serves for the first connection only; ask for the next one with `after` and a new ticket.",
    {
        200: document("What has happened since.", "text/event-stream"),
        204: empty("The last event was seen; nothing more will come."),
    },
    errors=(InvalidRequest, NotFound, SecretUnavailable),
    or_ticket=True,
)
