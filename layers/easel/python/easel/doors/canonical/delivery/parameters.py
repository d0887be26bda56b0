"""Query parameters and addresses of the routes about events."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from easel.domain.events.types import EVENT_TYPES
from easel.errors import InvalidRequest
from easel.http.models import WholeNumberParameter
from easel.http.pagination import Listing
from easel.http.parse import is_id

LISTING: Final = Listing(default=50, maximum=100)
_LONGEST: Final = 1_000

EventId = Annotated[str, Path(alias="eventId", json_schema_extra={"format": "uuid"})]
Limit = Annotated[WholeNumberParameter | None, LISTING.limit_parameter()]
After = Annotated[
    str | None,
    Query(
        description="The id of an event, from wherever you have it, or `nextAfter` of the answer before: events after "
        "it. The oldest events when left out.",
        json_schema_extra={"format": "uuid"},
    ),
]
Types = Annotated[
    str | None,
    Query(description=f"Only events of these types, separated by commas: {', '.join(EVENT_TYPES)}."),
]


def position_after(text: str | None) -> str | None:
    """Read `after`. Raises InvalidRequest: no id."""
    if text is None or is_id(text):
        return text
    raise InvalidRequest.of("after", "after is the id of an event, or nextAfter of an answer.", "a UUID")


def event_types(text: str | None) -> frozenset[str]:
    """Read `types`; empty for all. Raises InvalidRequest: a type that there is not."""
    names = [name.strip() for name in (text or "")[:_LONGEST].split(",") if name.strip()]
    unknown = [name for name in names if name not in EVENT_TYPES]
    if unknown:
        raise InvalidRequest.of("types", f"There is no event type {unknown[0][:80]!r}.", sorted(EVENT_TYPES))
    if text is not None and not names:
        raise InvalidRequest.of("types", "types names at least one event type.", sorted(EVENT_TYPES))
    return frozenset(names)
