"""WebSockets: open and close them, take what clients say, send them events."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final

from botocore.config import Config

from easel.clock import system_clock
from easel.events.sockets import ApiGatewaySockets
from easel.repositories.delivery.listeners import DynamoListeners
from easel.repositories.realtime.connections import DynamoConnections
from easel.repositories.realtime.recent_events import DynamoRecentEvents
from easel.services.realtime.connect import Connect
from easel.services.realtime.disconnect import Disconnect
from easel.services.realtime.push_events import PushEvents
from easel.services.realtime.receive_message import ReceiveMessage
from easel.services.realtime.record_event import RecordEvent
from easel.wiring.aws import dynamodb
from easel.wiring.botocore_clients import session
from easel.wiring.env import CoreTable, EphemeralTable, WebSockets
from easel.wiring.realtime.tickets import TicketEnv, tickets

_AT_ONCE: Final = 10
_BOTO: Final = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=_AT_ONCE,
)


class ConnectEnv(TicketEnv, CoreTable):
    """Environment of the function that accepts WebSockets."""


class MessageEnv(EphemeralTable, WebSockets):
    """Environment of the function that takes what clients say."""


class PushEnv(EphemeralTable, CoreTable, WebSockets):
    """Environment of the function that sends events."""


def connect(env: ConnectEnv) -> Connect:
    """Accept a WebSocket."""
    return Connect(
        tickets=tickets(env),
        connections=_connections(env),
        listeners=DynamoListeners(dynamodb(), env.CORE_TABLE_NAME),
        clock=system_clock,
    )


def disconnect(env: EphemeralTable) -> Disconnect:
    """Forget a WebSocket."""
    return Disconnect(connections=_connections(env))


def receive_message(env: MessageEnv) -> ReceiveMessage:
    """Take what a client says."""
    return ReceiveMessage(connections=_connections(env), sockets=_sockets(env), clock=system_clock)


def record_event(env: EphemeralTable) -> RecordEvent:
    """Record events for those who follow them."""
    return RecordEvent(recent=_recent(env), clock=system_clock)


def push_events(env: PushEnv) -> PushEvents:
    """Send what was recorded."""
    return PushEvents(
        recent=_recent(env),
        connections=_connections(env),
        listeners=DynamoListeners(dynamodb(), env.CORE_TABLE_NAME),
        sockets=_sockets(env),
        together=_together,
        clock=system_clock,
    )


def _recent(env: EphemeralTable) -> DynamoRecentEvents:
    return DynamoRecentEvents(dynamodb(), env.EPHEMERAL_TABLE_NAME)


def _connections(env: EphemeralTable) -> DynamoConnections:
    return DynamoConnections(dynamodb(), env.EPHEMERAL_TABLE_NAME)


def _sockets(env: WebSockets) -> ApiGatewaySockets:
    return ApiGatewaySockets(lambda: _management_client(env.WEBSOCKETS_URL))


@cache
def _management_client(url: str) -> Any:
    # The emulator serves all APIs below one address, which only its functions know.
    whole = os.environ.get("AWS_ENDPOINT_URL", "") + url if url.startswith("/") else url
    return session().create_client("apigatewaymanagementapi", endpoint_url=whole, config=_BOTO)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=_AT_ONCE)


def _together(calls: Iterable[Callable[[], bool]]) -> Sequence[bool]:
    waiting = [_pool().submit(call) for call in calls]
    return [each.result() for each in waiting]
