"""Read the log of events: what webhooks are sent, for those who would rather ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.access import WORKSPACE_ADMIN, Role
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.events import HOLD_BACK, KEPT, EventLog, ListenerKind, Listeners, LoggedEvent

_LISTENING: Final = timedelta(days=30)
"""For how long a workspace's events are logged after they were last asked for."""
_MAX_READS: Final = 5
"""Reads for one page whose caller sees few of the events."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events. `position` is where to go on, also when there are none.

    From `recording_since` on the log is complete: since then there has been a listener, and what is older has expired.
    """

    events: Sequence[LoggedEvent]
    position: str | None
    more: bool
    recording_since: datetime


class ReadEvents:
    """The events of a workspace, oldest first."""

    def __init__(self, *, log: EventLog, listeners: Listeners, clock: Clock) -> None:
        self._log = log
        self._listeners = listeners
        self._clock = clock

    def page(self, caller: Principal, *, after: str | None, types: Collection[str], limit: int) -> EventPage:
        """A page after the event with the id `after`, of these types or all.

        Members see the events of their own generations; who manages the workspace, and its keys, sees all.
        """
        now = self._clock()
        since = self._listeners.listen(caller.workspace_id, ListenerKind.POLL, now, _LISTENING).since
        since = max(since, now - KEPT)
        position = self._log.position_of(caller.workspace_id, after) if after else None
        found: list[LoggedEvent] = []
        for _ in range(_MAX_READS):
            read = self._log.read(caller.workspace_id, position, now - HOLD_BACK, limit)
            for event in read:
                position = event.position
                if _sees(caller, event) and (not types or event.type in types):
                    found.append(event)
                if len(found) == limit:
                    return EventPage(found, position, more=True, recording_since=since)
            if len(read) < limit:
                return EventPage(found, position or after, more=False, recording_since=since)
        return EventPage(found, position, more=True, recording_since=since)

    def get(self, caller: Principal, event_id: str) -> LoggedEvent:
        """One event. Raises NotFound, also for an event of another user that the caller may not see."""
        event = self._log.find(caller.workspace_id, event_id)
        if event is None or not _sees(caller, event):
            raise NotFound(f"There is no event {event_id}.")
        return event


def _sees(caller: Principal, event: LoggedEvent) -> bool:
    return sees_all(caller) or event.user_id == caller.user_id


def sees_all(caller: Principal) -> bool:
    """Whether they get the events of all users of the workspace."""
    return WORKSPACE_ADMIN in caller.scopes or bool(caller.roles & {Role.OWNER, Role.ADMIN, Role.SERVICE})
