"""What clients say through a WebSocket: that they are there, and that they want events."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from easel.clock import Clock
from easel.domain.live_connections import LARGEST_REQUEST, Subscription, pong, refusal
from easel.services.ports.realtime import Connections, Sockets

_LARGEST_SEQ: Final = 2**53


class _Ping(BaseModel):
    type: Literal["ping"]


class _Subscribe(BaseModel):
    type: Literal["subscribe"]
    after: Annotated[int, Field(strict=True, ge=0, lt=_LARGEST_SEQ)] | None = None


_MESSAGES: Final[TypeAdapter[_Ping | _Subscribe]] = TypeAdapter(
    Annotated[_Ping | _Subscribe, Field(discriminator="type")]
)
_EXPECTED: Final = (
    'Send {"type": "subscribe"}, with the largest "seq" that you have seen as "after", or {"type": "ping"}.'
)


class ReceiveMessage:
    """A subscription is queued behind the events so far: whoever sends those answers it, so that all come in order."""

    def __init__(self, *, connections: Connections, sockets: Sockets, clock: Clock) -> None:
        self._connections = connections
        self._sockets = sockets
        self._clock = clock

    def __call__(self, connection_id: str, body: str) -> None:
        """Answer a ping, queue a subscription, refuse anything else."""
        answer = self._answer(connection_id, body)
        if answer is not None and not self._sockets.send(connection_id, answer):
            self._connections.remove(connection_id)

    def _answer(self, connection_id: str, body: str) -> str | None:
        if len(body) > LARGEST_REQUEST:
            return refusal("invalid_message", f"A message may have {LARGEST_REQUEST} characters.")
        try:
            message = _MESSAGES.validate_json(body)
        except ValidationError:
            return refusal("invalid_message", _EXPECTED)
        if isinstance(message, _Ping):
            return pong()
        connection = self._connections.get(connection_id, self._clock())
        if connection is None:
            return refusal("unknown_connection", "Connect again, with a new ticket.")
        subscription = Subscription(connection.viewer.workspace_id, connection_id, message.after)
        if not self._connections.subscribe(subscription, self._clock()):
            return refusal("rate_limited", "One subscription in a second is enough.")
        return None
