"""Reading HTTP API events without the framework, so that the authorizer starts fast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from easel.observability import bind, bind_request_id, sane_request_id


def begin(event: Mapping[str, Any]) -> None:
    """Bind the request id: the caller's where it is valid. The gateway's own id is logged too, for the access log."""
    bind_request_id(sane_request_id(header(event, "x-request-id")))
    bind(gateway_request_id=event.get("requestContext", {}).get("requestId"))


def header(event: Mapping[str, Any], name: str) -> str | None:
    """A header of an event by its lower-case name, in any case."""
    headers: Mapping[str, str] = event.get("headers") or {}
    return next((value for key, value in headers.items() if key.lower() == name), None)


def source_address(event: Mapping[str, Any]) -> str:
    """The address that the request came from, as the gateway saw it; headers that a client could write do not count."""
    return str(event.get("requestContext", {}).get("http", {}).get("sourceIp", ""))
