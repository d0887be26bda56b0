"""Someone whom vendors call back."""

from __future__ import annotations

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlsplit

from easel.domain.provider import CallbackRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class Receiver:
    """A small HTTP server that keeps the callbacks it gets. A context manager.

    `statuses` are answered in their order, then 204 for ever; `on_callback` runs before the answer.
    """

    def __init__(self) -> None:
        self.received: queue.Queue[CallbackRequest] = queue.Queue()
        self.statuses: list[int] = []
        self.on_callback: Callable[[CallbackRequest], None] | None = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(urlsplit(self.path).query))
                receiver.take(CallbackRequest(headers, query, self.rfile.read(int(headers["content-length"]))))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.send_header("Location", f"{receiver.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST  # noqa: N815 - the name that the base class looks up

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def callback_url(self) -> str:
        """An address as the engine gives it: with whatever the callback is to bring back."""
        return f"{self.url}/callbacks?attempt=attempt-1&token=t"

    def take(self, request: CallbackRequest) -> None:
        if self.on_callback:
            self.on_callback(request)
        self.received.put(request)

    def next(self) -> CallbackRequest:
        """The next callback; fails the test when none comes."""
        return self.received.get(timeout=20)

    def all(self) -> list[CallbackRequest]:
        """Those that have come so far."""
        return [self.received.get_nowait() for _ in range(self.received.qsize())]
