"""A host of AWS's JSON protocol that answers as a test says, and fails in the middle of it where the test says so."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from enum import Enum
from typing import Any


class Fault(Enum):
    """What happens instead of an answer."""

    CLOSED_WITHOUT_ANSWER = "closed without an answer"
    CLOSED_WITHIN_ANSWER = "closed within the answer"
    SILENCE = "no answer"


@dataclass(frozen=True)
class Says:
    """An answer. With `then_closes` the host closes the connection afterwards without having announced it."""

    status: int = 200
    content: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    then_closes: bool = False
    damaged: bool = False

    def bytes(self) -> bytes:
        body = self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()
        checksum = zlib.crc32(body) ^ self.damaged
        headers = {"Content-Length": str(len(body)), "x-amz-crc32": str(checksum), "x-amzn-RequestId": "R1"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**headers, **self.headers}.items())
        return f"HTTP/1.1 {self.status} Said\r\n{lines}\r\n".encode() + body


@dataclass(frozen=True)
class Raw:
    """These bytes, whatever they are, and the end of the connection."""

    content: bytes


Step = Says | Raw | Fault


@dataclass(frozen=True)
class Received:
    """A request: names of headers in lower case, and which connection it came by."""

    headers: Mapping[str, str]
    raw: bytes
    connection: int

    @property
    def body(self) -> Any:
        """The JSON value."""
        return json.loads(self.raw)


class Host:
    """Plays its steps, one for each request; the last one again and again."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.received: list[Received] = []
        self.closed = threading.Semaphore(0)
        """Released for every connection that the host has closed."""
        self.over = threading.Event()
        self.url = ""

    def serve(self, accepted: socket.socket, number: int, tls: ssl.SSLContext | None) -> None:
        """All requests of one connection, until a step closes it or the client does."""
        with suppress(OSError), tls.wrap_socket(accepted, server_side=True) if tls else accepted as connection:
            while (request := _request(connection)) is not None:
                headers, body = request
                self.received.append(Received(headers, body, number))
                step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
                if not self._play(step, connection):
                    break
        self.closed.release()

    def _play(self, step: Step, connection: socket.socket) -> bool:
        """Whether the connection stays open."""
        if isinstance(step, Says):
            connection.sendall(step.bytes())
            return not step.then_closes
        if isinstance(step, Raw):
            connection.sendall(step.content)
        if step is Fault.CLOSED_WITHIN_ANSWER:
            connection.sendall(Says(content={"Item": {"pk": {"S": "x" * 100}}}).bytes()[:-20])
        if step is Fault.SILENCE:
            self.over.wait(30)
        return False


@contextmanager
def running(*steps: Step, tls: ssl.SSLContext | None = None) -> Iterator[Host]:
    """The host on a port of its own."""
    host = Host(*steps)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        host.url = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"

        def accept() -> None:
            number = 0
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    number += 1
                    threading.Thread(target=host.serve, args=(connection, number, tls), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield host
        host.over.set()
        # Only this ends a waiting `accept`.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _request(connection: socket.socket) -> tuple[dict[str, str], bytes] | None:
    """The next request; None when the client closed the connection."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65_536)
        if not more:
            return None
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    headers = {name.lower(): value for name, value in message_from_bytes(head.partition(b"\r\n")[2]).items()}
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65_536)
    return headers, body
