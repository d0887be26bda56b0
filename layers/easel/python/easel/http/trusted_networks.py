"""Older programs in the team's own networks, which send no credential at all.

The authorizer lets them in at the few addresses that they know, from the networks that the deployment names.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from easel.http import events

_OPEN: Final = (
    # Seed 004's callers (FR-013): they send `Content-Type` and nothing else.
    ("POST", re.compile(r"/api/images(/generate)?|/generate")),
    ("DELETE", re.compile(r"/api/images/[^/]+(/[^/]+)?")),
    # The client of seed 001's bot sends no header with its uploads.
    ("POST", re.compile(r"/api/v1/media/upload")),
)


def is_from_networks(event: Mapping[str, Any], networks: Collection[str]) -> bool:
    """Whether a request without a credential came from one of these networks, to an address that is open to them."""
    if not networks:
        return False
    http = event.get("requestContext", {}).get("http", {})
    method, path = str(http.get("method", "")), str(event.get("rawPath", ""))
    if not any(method == one and pattern.fullmatch(path) for one, pattern in _OPEN):
        return False
    try:
        address = ipaddress.ip_address(events.source_address(event))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)
