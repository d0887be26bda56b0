"""One event for other systems: versioned, with links and never bytes, and its form as JSON.

The schema, field by field, is in `events/README.md`; stored samples of every version are in `tests/unit/events/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.request import RequestWebhook
from easel.ids import derived_id

EVENT_VERSION: Final = 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

INSTALLATION: Final = "installation"
"""The workspace id of events that concern all workspaces."""

_PROVIDER_COST: Final = "providerCostMicroUsd"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `id` is the same for every delivery, so that receivers can drop duplicates.

    Events of one `ordering_key` (a generation's id) happened in the order of `sequence`, which has gaps. `reply_to` is
    the URL of a queue that receives it as well: the one that a message in the intake has named. `webhook` is what the
    request has named.
    """

    id: str
    type: str
    workspace_id: str
    occurred_at: datetime
    data: Mapping[str, Any]
    request_id: str
    version: int = EVENT_VERSION
    ordering_key: str | None = None
    sequence: int = 0
    reply_to: str | None = None
    webhook: RequestWebhook | None = None

    @property
    def user_id(self) -> str | None:
        """Whose it is; None for an event that concerns the whole workspace."""
        for about in ("generation", "image", "batch"):
            owner = self.data.get(about, {}).get("userId")
            if owner is not None:
                return str(owner)
        return None


def event_id(occurred_at: datetime, name: str) -> str:
    """Derived, so that a repeated event has the same id; ids sort by time."""
    return derived_id(milliseconds_of(occurred_at), name)


def new_event(
    event_type: str,
    workspace_id: str,
    subject: str,
    data: Mapping[str, Any],
    *,
    occurred_at: datetime,
    request_id: str,
    ordering_key: str | None = None,
    sequence: int | None = None,
) -> Event:
    """An event with a derived id. `subject` and the type tell it from all others of that moment.

    With an `ordering_key` and no `sequence` it is ordered by its time.
    """
    if ordering_key is not None and sequence is None:
        sequence = milliseconds_of(occurred_at)
    return Event(
        id=event_id(occurred_at, f"{subject} {event_type}"),
        type=event_type,
        workspace_id=workspace_id,
        occurred_at=occurred_at,
        request_id=request_id,
        data=data,
        ordering_key=ordering_key,
        sequence=sequence or 0,
    )


def milliseconds_of(moment: datetime) -> int:
    """Since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def serialise_event(event: Event) -> str:
    """The event as JSON: the same bytes for every receiver and delivery.

    `object`, `created_at` and `timestamp` are what libraries for Standard Webhooks and OpenAI's clients read.
    """
    body = {
        "id": event.id,
        "object": "event",
        "type": event.type,
        "version": event.version,
        "workspaceId": event.workspace_id,
        "occurredAt": to_iso(event.occurred_at),
        "timestamp": to_iso(event.occurred_at),
        "created_at": milliseconds_of(event.occurred_at) // 1000,
        "requestId": event.request_id,
        "orderingKey": event.ordering_key,
        "sequence": event.sequence,
        "data": event.data,
    }
    return json.dumps(body, ensure_ascii=True, separators=(",", ":"))


def deserialise_event(text: str) -> Event:
    """The inverse of `serialise_event`; also reads events of before there was an order."""
    body = json.loads(text)
    return Event(
        id=body["id"],
        type=body["type"],
        version=body["version"],
        workspace_id=body["workspaceId"],
        occurred_at=from_iso(body["occurredAt"]),
        request_id=body["requestId"],
        data=body["data"],
        ordering_key=body.get("orderingKey"),
        sequence=body.get("sequence", 0),
    )


def without_provider_costs(part: Any) -> Any:
    """The content of an event, or a part of it, for receivers to whom it is not told what providers take."""
    if isinstance(part, list):
        return [without_provider_costs(entry) for entry in part]
    if not isinstance(part, Mapping):
        return part
    return {name: None if name == _PROVIDER_COST else without_provider_costs(value) for name, value in part.items()}
