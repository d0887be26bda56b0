"""Events in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import InvalidRequest, NotFound
from easel.http.description import route

_TAG: Final = "Events"

LIST_EVENTS: Final = route(
    "listEvents",
    _TAG,
    "List events",
    "What has happened, oldest first, for 30 days: the events that webhooks get, about five seconds after they "
    "happened. Recording begins with the first request or the first webhook endpoint of a workspace, and ends 30 days "
    "after the last. Ask again with `after=nextAfter`; drop repeats by `id`. Members get the events of their own "
    "generations.",
    {200: "Some events, or none yet."},
    errors=(InvalidRequest,),
)

READ_EVENT: Final = route(
    "readEvent",
    _TAG,
    "Get an event",
    "One event by its id.",
    {200: "The event."},
    errors=(NotFound,),
)
