"""WebSockets of the deployed stack, with the client of the guide: it is cut off and comes back, and misses nothing."""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx
import pytest
import websockets
from infra.settings import REPOSITORY
from tests.e2e.conftest import Studio
from tests.support.cloud import wait_for
from websockets.sync.client import connect

GUIDE = REPOSITORY / "layers/documentation/python/easel_documentation/guides/67-realtime.md"
GENERATIONS = 6
CUTS = 20
"""After each of the first events. `tests/functions/api/test_websockets.py` has fifty generations."""


class Client:
    """The guide's client, whose connections this test can cut."""

    def __init__(self, studio: Studio) -> None:
        (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
        names: dict[str, Any] = {}
        exec(code, names)  # noqa: S102 - the guide's own code
        names["connect"] = self._connect
        self._connection: Any = None
        self.connections = 0
        self.events = names["events"](str(studio.api.base_url).rstrip("/"), studio.workspace.api_key, pause=0.05)

    def _connect(self, url: str) -> Any:
        self.connections += 1
        self._connection = connect(url, proxy=None)
        return self._connection

    def cut(self) -> None:
        """End the connection without a word. What has arrived may still be read, also after a second cut."""
        with suppress(OSError):
            self._connection.socket.shutdown(socket.SHUT_RDWR)


def logged(studio: Studio, wanted: set[str]) -> list[dict[str, Any]]:
    """The log's events of these generations."""
    events: list[dict[str, Any]] = []
    after = ""
    while True:
        query = {"limit": "100", **({"after": after} if after else {})}
        page = studio.api.get("/api/v1/events", params=query).json()
        events += page["events"]
        if not page["hasMore"]:
            return [event for event in events if event["data"]["id"] in wanted]
        after = page["nextAfter"]


@pytest.mark.requirement("M-8", "S000-48")
def test_a_client_that_is_cut_off_again_and_again_gets_every_event_once(own_studio: Studio) -> None:
    client = Client(own_studio)
    got: list[dict[str, Any]] = []
    finished = threading.Event()

    def follow() -> None:
        for event in client.events:
            assert event is not None, "nothing here is too old"
            got.append(event)
            if finished.is_set():
                return
            if len(got) <= CUTS:
                client.cut()

    with ThreadPoolExecutor(5) as pool:
        following = pool.submit(follow)
        wait_for(lambda: client.connections, within_seconds=30, what="the client is connected")
        body: dict[str, Any] = {"model": "sandbox", "prompt": "a red fox"}
        while not got and not following.done():
            # What happens before the subscription is not sent.
            own_studio.generate(**body)
        wanted = {made["id"] for made in pool.map(lambda _: own_studio.submit(**body), range(GENERATIONS))}

        def complete() -> list[dict[str, Any]] | None:
            found = logged(own_studio, wanted)
            ends = sum(event["type"] == "generation.completed" for event in found)
            arrived = {event["id"] for event in got}
            return found if ends == GENERATIONS and all(event["id"] in arrived for event in found) else None

        try:
            # Readers of the log get an event after some seconds.
            log = wait_for(complete, within_seconds=90, what="all events are in the log and with the client")
        finally:
            finished.set()
            own_studio.submit(**body)
        following.result(timeout=30)

    # How many there are depends on how fast events come: what has arrived before a cut may be read after it.
    assert client.connections > 1
    ids = Counter(event["id"] for event in got if event["data"]["id"] in wanted)
    assert ids == Counter(event["id"] for event in log)


def test_without_a_ticket_there_is_no_connection(own_studio: Studio) -> None:
    ticket = own_studio.api.post("/api/v1/realtime/tickets").json()
    url = ticket["webSocketUrl"]
    with connect(url, proxy=None) as open_connection:
        open_connection.send('{"type": "ping"}')
        assert open_connection.recv(timeout=30) == '{"type":"pong"}'
    for refused in (url, url.partition("?")[0]):
        with pytest.raises((websockets.InvalidStatus, httpx.HTTPError)):
            connect(refused, proxy=None)
