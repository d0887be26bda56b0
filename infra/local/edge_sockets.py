"""Passes WebSockets on to the emulated WebSocket API, so that they have the edge's address like everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import websockets
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect

_OPEN_SECONDS: Final = 60
"""The function behind `$connect` may have to start first."""
_TRY_AGAIN: Final = 1013
_NOT_ALLOWED: Final = 1008


def passing_on(url: Callable[[], str | None]) -> Callable[[WebSocket], Awaitable[None]]:
    """What answers at `REALTIME_PATH`. `url` gives the address of the WebSocket API; None while nothing is deployed."""

    async def pass_on(client: WebSocket) -> None:
        base = url()
        if base is None:
            await client.close(_TRY_AGAIN)
            return
        query = client.url.query
        try:
            # The emulator waits for its functions, and does not answer pings meanwhile.
            api = await connect(
                f"{base}?{query}", open_timeout=_OPEN_SECONDS, ping_interval=None, proxy=None, max_size=None
            )
        except (OSError, websockets.WebSocketException):
            # Not accepted yet, so that the client's handshake is refused.
            await client.close(_NOT_ALLOWED)
            return
        async with api:
            await client.accept()
            await _both_ways(client, api)

    return pass_on


async def _both_ways(client: WebSocket, api: ClientConnection) -> None:
    """Until either side ends it."""
    directions = [asyncio.create_task(_to_api(client, api)), asyncio.create_task(_to_client(client, api))]
    _, others = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    with suppress(RuntimeError):
        # The client may be gone.
        await client.close()


async def _to_api(client: WebSocket, api: ClientConnection) -> None:
    with suppress(WebSocketDisconnect, websockets.ConnectionClosed):
        while True:
            await api.send(await client.receive_text())


async def _to_client(client: WebSocket, api: ClientConnection) -> None:
    with suppress(websockets.ConnectionClosed, RuntimeError):
        async for message in api:
            await client.send_text(message if isinstance(message, str) else message.decode("utf-8"))
