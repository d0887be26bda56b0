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

    def file(self, name: str) -> UploadedFile | None:
        """The file in the part `name` of a multipart/form-data body (RFC 7578)."""
        boundary = re.search(r'boundary="?([^";]+)"?', self.headers.get("content-type", ""))
        if boundary is None:
            return None
        for part in self.body.split(b"--" + boundary[1].encode())[1:-1]:
            head, _, data = part.partition(b"\r\n\r\n")
            heading = head.decode("utf-8", "replace")
            if re.search(rf'\bname="{re.escape(name)}"', heading):
                filename = re.search(r'filename="([^"]*)"', heading)
                return UploadedFile(filename[1] if filename else "upload", data.removesuffix(b"\r\n"))
        return None


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came in."""

    filename: str
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
    """Answer with `opening` and then with more bytes for as long as the caller listens."""

    opening: bytes
    media_type: str


Outcome = Reply | Hang | Drop | Endless


class Vendor(Protocol):
    """One simulated vendor. The server gives it every request whose path begins with `/<name>/`."""

    name: str

    def answer(self, request: Request) -> Outcome:
        """What to do about a request; `path` has lost its `/<name>`."""
        ...

    def reset(self) -> None:
        """Forget everything."""
        ...


def json_reply(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in JSON."""
    return Reply(status, json.dumps(content).encode(), "application/json", headers or {})
