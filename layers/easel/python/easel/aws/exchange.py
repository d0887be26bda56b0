"""A request over a connected socket, and its answer: what HTTP/1.1 needs of a client that sends one kind of request.

http.client reads the headers of an answer as those of an e-mail: with it the authorizer takes a fifth more processor
time, and reading a generation a twelfth.
The format: https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, Final

_STATUS_LINE: Final = re.compile(r"HTTP/1\.([01]) ([1-5][0-9]{2})(?: .*)?")
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_CHUNK: Final = re.compile(r"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")
_LONGEST_LINE: Final = 65_536
_MOST_HEADERS: Final = 100


class BadAnswer(Exception):
    """What came back is no answer of HTTP/1.1, or not all of one."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers with names in lower case, body. `keeps` says whether the connection may serve another request."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    keeps: bool


def post(connected: socket.socket, host: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
    """Send a body to `/` and read the answer.

    Raises:
        BadAnswer, OSError: the host may have done what was asked. The connection is of no further use.
    """
    sent = {"Host": host, "Accept-Encoding": "identity", "Content-Length": str(len(body)), **headers}
    lines = ["POST / HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header of a request has one line")
    connected.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
    # A reader of its own, so that nothing left over of this answer is taken for the beginning of the next one.
    with connected.makefile("rb") as reader:
        return _answer(reader)


def _answer(reader: BinaryIO) -> HttpAnswer:
    while True:
        line = _STATUS_LINE.fullmatch(_line(reader))
        if line is None:
            raise BadAnswer("the answer has no status")
        status, headers = int(line[2]), _headers(reader)
        # What is only on its way says so with a status of its own, before the answer.
        if status >= HTTPStatus.OK:
            break
    closes = line[1] == "0" or "close" in headers.get("connection", "").lower()
    if status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        return HttpAnswer(status, headers, b"", not closes)
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return HttpAnswer(status, headers, _chunks(reader), not closes)
    if "content-length" in headers:
        return HttpAnswer(status, headers, _bytes(reader, _number(_LENGTH, headers["content-length"], 10)), not closes)
    return HttpAnswer(status, headers, reader.read(), keeps=False)


def _headers(reader: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        line = _line(reader)
        if not line:
            return headers
        name, colon, value = line.partition(":")
        if not colon:
            raise BadAnswer("a header of the answer has no name")
        headers[name.lower()] = value.strip()
    raise BadAnswer("the answer has too many headers")


def _line(reader: BinaryIO) -> str:
    line = reader.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise BadAnswer("the connection was closed within the answer" if line else "closed without an answer")
    return line.rstrip(b"\r\n").decode("latin-1")


def _chunks(reader: BinaryIO) -> bytes:
    """A body in parts, each after its length. Headers may follow, which say nothing that is needed here."""
    body = b""
    while length := _number(_CHUNK, _line(reader), 16):
        body += _bytes(reader, length)
        _line(reader)
    _headers(reader)
    return body


def _number(form: re.Pattern[str], text: str, base: int) -> int:
    match = form.fullmatch(text)
    if match is None:
        raise BadAnswer("the length of the answer is no number")
    return int(match[match.lastindex or 0], base)


def _bytes(reader: BinaryIO, length: int) -> bytes:
    found = reader.read(length)
    if len(found) < length:
        raise BadAnswer("the connection was closed within the answer")
    return found
