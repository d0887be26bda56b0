"""What the server and a vendor say to each other: a request as it came in, and everything that may be done about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Header names are lower case; `origin` is how the caller reached us (`http://127.0.0.1:8081`)."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    origin: str

    def json_object(self) -> dict[str, Any] | None:
        """The body as a JSON object, None when it is anything else."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict) else None

    def parts(self) -> list[Part]:
        """The parts of a multipart/form-data body in their order (RFC 7578); none when it is another."""
        boundary = re.search(r'boundary="?([^";]+)"?', self.headers.get("content-type", ""))
        if boundary is None:
            return []
        return [_part(raw) for raw in self.body.split(b"--" + boundary[1].encode())[1:-1]]

    def file(self, name: str) -> Part | None:
        """The first part of this name in a multipart/form-data body."""
        return next((part for part in self.parts() if part.name == name), None)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form as it came in. A field has no filename."""

    name: str
    filename: str | None
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An ordinary answer."""

    status: int = 200
    body: bytes = b""
    media_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hang:
    """Take the request and never say anything."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Take the request and close the connection without a word."""


@dataclass(frozen=True, slots=True)
class Endless:
    """Answer with `opening` and then with more bytes for as long as the caller listens.

    With a pause, in seconds, it is one byte after each.
    """

    opening: bytes
    media_type: str
    pause: float = 0.0


Outcome = Reply | Hang | Drop | Endless


class Vendor(Protocol):
    """One simulated vendor. The server gives it every request whose path begins with `/<name>/`.

    The vendor's own SDK takes `/<name><base_path>` as its base. `faults` are those that a prompt may ask it for.
    """

    name: str
    base_path: str
    faults: frozenset[str]

    def answer(self, request: Request) -> Outcome:
        """What to do about a request; `path` has lost its `/<name>`."""
        ...

    def reset(self) -> None:
        """Forget everything."""
        ...


def json_reply(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in JSON."""
    return Reply(status, json.dumps(content).encode(), "application/json", headers or {})


def _part(raw: bytes) -> Part:
    head, _, data = raw.partition(b"\r\n\r\n")
    heading = head.decode("utf-8", "replace")
    name, filename = (re.search(rf'[;\s]{word}="([^"]*)"', heading) for word in ("name", "filename"))
    media_type = re.search(r"^content-type:\s*(\S+)", heading, re.IGNORECASE | re.MULTILINE)
    return Part(
        name[1] if name else "",
        filename[1] if filename else None,
        media_type[1] if media_type else "",
        data.removesuffix(b"\r\n"),
    )
