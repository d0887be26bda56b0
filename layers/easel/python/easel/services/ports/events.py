"""The log of events, and who listens to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from easel.domain.events import Event
from easel.domain.image import Stage

KEPT: Final = timedelta(days=30)
"""How long the log keeps an event."""
HOLD_BACK: Final = timedelta(seconds=5)
"""How old an event is before readers of the log get it.

An event that is logged later than `LATE` after it happened takes the place of the moment at which it is logged. So no
event appears before one that a reader may have seen.
"""
LATE: Final = timedelta(seconds=3)


class ListenerKind(StrEnum):
    """Who listens: readers of the log, connections in real time, webhook endpoints."""

    POLL = "poll"
    REALTIME = "realtime"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener for the events of a workspace; None for `until` means for good."""

    kind: ListenerKind
    since: datetime
    until: datetime | None = None


class ChangeKind(StrEnum):
    """What a changed record of a generation says."""

    ACCEPTED = "accepted"
    STARTED = "started"
    PROGRESSED = "progressed"
    IMAGE_ENDED = "image-ended"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one record of a generation. `index`, `stage` and `attempts` are those of an image."""

    kind: ChangeKind
    workspace_id: str
    generation_id: str
    seen_at: datetime
    index: int = 0
    stage: Stage = Stage.QUEUED
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event and its place in the log. `text` is the JSON that every receiver gets."""

    position: str
    type: str
    user_id: str | None
    text: str


class EventLog(Protocol):
    """The events of workspaces, in the order in which they were logged, for 30 days."""

    def append(self, event: Event, now: datetime) -> None:
        """Log an event; one that is logged already stays where it is."""
        ...

    def read(self, workspace_id: str, after: str | None, until: datetime, limit: int) -> Sequence[LoggedEvent]:
        """Events after this position that were logged until then, oldest first; from the oldest where it is None."""
        ...

    def find(self, workspace_id: str, event_id: str) -> LoggedEvent | None:
        """One event by its id."""
        ...

    def position_of(self, workspace_id: str, event_id: str) -> str:
        """Where an event is, or would be, in the log."""
        ...

    def admit_progress(self, event: Event, pause: timedelta) -> bool:
        """Whether this event of a generation's progress is due: the last one happened a pause ago, or is this one."""
        ...


class Listeners(Protocol):
    """Who listens to the events of a workspace. Without a listener nothing is logged."""

    def of(self, workspace_id: str, now: datetime) -> Sequence[Listener]:
        """All listeners of now."""
        ...

    def listen(self, workspace_id: str, kind: ListenerKind, now: datetime, lasting: timedelta) -> Listener:
        """Listen for this long at least. It writes only when less than half of the time is left.

        A reader of the log that begins has listened since the earliest of the others that listen, who had it written.
        """
        ...
