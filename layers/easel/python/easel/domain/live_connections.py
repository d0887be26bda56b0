"""WebSocket connections: who follows a workspace live, from where, and what they are sent.

Every event of a workspace has a `seq` while a client follows it, one more than that of the event before. A client keeps
the largest that it has seen and names it when it comes back, so that it is sent exactly what it has missed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from easel.domain.deliveries import body_of
from easel.domain.events.event import Event, milliseconds_of, serialise_event

EVENTS_KEPT: Final = timedelta(hours=24)
"""How long a client may be away and still be sent what it has missed."""
CONNECTED_FOR: Final = timedelta(hours=2, minutes=10)
"""API Gateway ends a connection after two hours; a record that outlives its connection goes soon after."""
LISTENING: Final = timedelta(hours=52)
"""Events are recorded for half of this at least after a client has connected: for its two hours and the day after."""
MAX_CONNECTIONS: Final = 50
"""Of a workspace: each event is posted to each of them."""
MOST_MISSED: Final = 500
"""Events that are sent to a client that comes back; one that has missed more fetches what it needs."""
SUBSCRIBE_PAUSE: Final = timedelta(seconds=1)
"""Between two subscriptions of one connection."""
LARGEST_MESSAGE: Final = 32 * 1024
"""Bytes of a message that we send: one frame of API Gateway."""
LARGEST_REQUEST: Final = 1024
"""Bytes of a message that a client sends."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who follows: a person or key in one workspace. `sees_all` of its generations, or their own only."""

    workspace_id: str
    user_id: str
    sees_all: bool

    def sees(self, user_id: str | None) -> bool:
        """Whether something of this person is shown; None for what concerns the workspace as a whole."""
        return self.sees_all or user_id == self.user_id


@dataclass(frozen=True, slots=True)
class Connection:
    """An open WebSocket. It is sent nothing before it has subscribed; then what comes after `seen`."""

    id: str
    viewer: Viewer
    connected_at: datetime
    seen: int | None = None

    @property
    def expires_at(self) -> datetime:
        return self.connected_at + CONNECTED_FOR

    def gets(self, event: RecordedEvent) -> bool:
        """Whether this event is sent to it now."""
        return self.seen is not None and event.seq > self.seen and self.viewer.sees(event.user_id)

    def since(self, seq: int) -> Connection:
        """Subscribed: with everything up to this."""
        return replace(self, seen=seq)


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it is sent. `text` is its JSON, without `seq`."""

    seq: int
    workspace_id: str
    user_id: str | None
    text: str

    @property
    def message(self) -> str:
        """What goes through the WebSocket."""
        return f'{{"type":"event","seq":{self.seq},"event":{self.text}}}'


@dataclass(frozen=True, slots=True)
class Subscription:
    """A client wants events: those after `after`, or from now on."""

    workspace_id: str
    connection_id: str
    after: int | None


def text_of(event: Event) -> str:
    """The JSON of an event for WebSockets: that of webhooks. One that is too large has only its ids."""
    text = body_of(serialise_event(event))
    # `seq` and the names around the event.
    if len(text) + 64 <= LARGEST_MESSAGE:
        return text
    short = {**json.loads(text), "data": {"id": event.data.get("id"), "truncated": True}}
    return json.dumps(short, ensure_ascii=True, separators=(",", ":"))


def first_seq(since: datetime) -> int:
    """Where counting begins when a workspace gets its first follower. All numbers of earlier times are smaller.

    In milliseconds since 1970: no workspace has an event each millisecond, and JavaScript keeps such integers.
    """
    return milliseconds_of(since)


def hello(seq: int, *, resumed: bool) -> str:
    """The answer to a subscription: what follows comes after this `seq`."""
    return _message("hello", seq=seq, resumed=resumed)


def resync(seq: int) -> str:
    """Some of what was missed is no longer kept: the client has to fetch what it shows."""
    return _message("resync", seq=seq)


def ready(seq: int) -> str:
    """All that was missed has been sent; events come as they happen."""
    return _message("ready", seq=seq)


def pong() -> str:
    """The answer to `ping`."""
    return _message("pong")


def refusal(code: str, message: str) -> str:
    """Why a client's message was not accepted."""
    return _message("error", code=code, message=message)


def _message(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))
