"""Callbacks of vendors, as HTTP has them: what comes in, and the one answer to whatever is not believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from easel.domain.provider import CallbackRequest
from easel.errors import PayloadTooLarge
from easel.http import bodies
from easel.http.failures import RouteNotFound

MAX_BODY_BYTES: Final = 64 * 1024
"""Of a callback: it tells of a job by its id, whatever else the vendor sends along."""


def check_size(event: Mapping[str, Any]) -> None:
    """Raises PayloadTooLarge, before anything is computed."""
    if len(event.get("body") or "") > MAX_BODY_BYTES * 4 // 3 + 4 or len(bodies.raw(event)) > MAX_BODY_BYTES:
        raise PayloadTooLarge(f"At most {MAX_BODY_BYTES} bytes are taken.")


def read(event: Mapping[str, Any]) -> CallbackRequest:
    """The callback as the vendor sent it, for its adapter to check."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return CallbackRequest(headers, event.get("queryStringParameters") or {}, bodies.raw(event))


def refusal() -> RouteNotFound:
    """What every callback is answered that does not count, forged or too old: the same as an unknown address.

    A sender can tell nothing from it, and a vendor whose settings are wrong hears of it: it would take a 204 for
    success. The few repetitions that it may send are cheap, as they are refused without a read.
    """
    return RouteNotFound("There is nothing at this address.")
