"""Events for other systems: what happened, versioned, with links and never bytes. Schema: `events/README.md`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

EVENT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. `id` stays the same however often the event is delivered: receivers drop doubles by it."""

    id: str
    type: str
    workspace_id: str
    occurred_at: datetime
    data: Mapping[str, Any]
    request_id: str
    version: int = EVENT_VERSION
