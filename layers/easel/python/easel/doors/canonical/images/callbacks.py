"""Callbacks of providers: how they are read, and the one answer to those that are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from easel.domain.provider import CallbackRequest
from easel.errors import PayloadTooLarge
from easel.http import bodies
from easel.http.failures import RouteNotFound

MAX_BODY_BYTES: Final = 64 * 1024
"""Of a callback. It only has to name a job by its id."""


def read(event: Mapping[str, Any]) -> CallbackRequest:
    """The callback as the provider sent it, for its adapter to check. Raises PayloadTooLarge."""
    if len(event.get("body") or "") > MAX_BODY_BYTES * 4 // 3 + 4:
        raise _too_large()
    body = bodies.raw(event)
    if len(body) > MAX_BODY_BYTES:
        raise _too_large()
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return CallbackRequest(headers, event.get("queryStringParameters") or {}, body)


def refusal() -> RouteNotFound:
    """The answer to every refused callback, forged or too old: the same as for an unknown address.

    A sender can tell nothing from it, and a provider whose settings are wrong notices: it would take a 204 for success.
    The few retries that it may send are cheap, as they are refused without a read.
    """
    return RouteNotFound("There is nothing at this address.")


def _too_large() -> PayloadTooLarge:
    return PayloadTooLarge(f"At most {MAX_BODY_BYTES} bytes are taken.")
