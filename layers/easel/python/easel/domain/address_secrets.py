"""Secrets in web addresses: what is shown and stored of an address that carries one.

A secret is a bot token in the path, a login, a signature, a token or a key in the query. What cannot be told from an
ordinary parameter by its name is judged by its value: long, random-looking values are taken for secrets, ids are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

HIDDEN: Final = "***"

# None of these may take more than linear time: callers choose the text.
_ADDRESS: Final = re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s\"'<>]+")
_LOGIN: Final = re.compile(r"(?<=://)[^/?#\s]*@")
_BOT: Final = re.compile(r"(?i)(?<=/bot)\d+(?::|%(?:25)*3a)[^/?#]*")
_SIGNED_PATH: Final = re.compile(r"(?<=/)s--[\w-]{6,}--(?=/)")
_JWT: Final = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
_PARAMETER: Final = re.compile(r"(?P<before>[?&;#])(?P<name>[^=&;#?]*)=(?P<value>[^&;#]*)")

_SECRET_PARTS: Final = (
    "accesskey",
    "apikey",
    "authorization",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "policy",
    "secret",
    "session",
    "signature",
    "token",
)
_SECRET_NAMES: Final = frozenset(
    {"auth", "code", "hash", "hdnea", "hdnts", "hmac", "jwt", "key", "pass", "pwd", "sid", "sig", "sign", "tkn"}
)
_RANDOM: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/_=.~-]{32,}")
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_DEEPEST_ADDRESS: Final = 3
_DEEPEST_VALUE: Final = 30
"""How deep addresses within addresses, and values of a body, are looked into; what lies deeper is hidden."""

_TEXTS: Final = frozenset({"prompt", "template", "clientReference", "client_reference"})
"""Fields of a body whose text is the caller's own and stored as such."""


def hide_secrets(text: str) -> str:
    """The text with `***` in place of every secret of an address in it; unchanged where there is none."""
    return _hide(text, 0)


def without_secrets(body: Mapping[str, Any]) -> dict[str, Any]:
    """A request's body as it is stored and shown: `hide_secrets` in everything but the texts that callers write."""
    return {name: value if name in _TEXTS else _cleaned(value, 0) for name, value in body.items()}


def _cleaned(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return hide_secrets(value)
    if not isinstance(value, (Mapping, list, tuple)):
        return value
    if depth >= _DEEPEST_VALUE:
        return HIDDEN
    if isinstance(value, Mapping):
        return {name: _cleaned(inner, depth + 1) for name, inner in value.items()}
    return [_cleaned(inner, depth + 1) for inner in value]


def _hide(text: str, depth: int) -> str:
    return _ADDRESS.sub(lambda found: _hidden(found[0], depth), text)


def _hidden(address: str, depth: int) -> str:
    address = _LOGIN.sub(f"{HIDDEN}@", address)
    for pattern in (_BOT, _SIGNED_PATH, _JWT):
        address = pattern.sub(HIDDEN, address)
    return _PARAMETER.sub(lambda found: _parameter(found, depth), address)


def _parameter(found: re.Match[str], depth: int) -> str:
    name, value = _decoded(found["name"]), _decoded(found["value"])
    if not value or not (_is_secret_name(name) or _is_secret_value(value, depth)):
        return found[0]
    return f"{found['before']}{found['name']}={HIDDEN}"


def _is_secret_name(name: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return plain in _SECRET_NAMES or any(part in plain for part in _SECRET_PARTS)


def _is_secret_value(value: str, depth: int) -> bool:
    if "://" in value:
        # An address within an address, as proxies take them.
        return depth >= _DEEPEST_ADDRESS or _hide(value, depth + 1) != value
    return _RANDOM.fullmatch(value) is not None and _UUID.fullmatch(value) is None


def _decoded(text: str) -> str:
    """Without percent signs, as often as it may have been encoded."""
    for _ in range(3):
        text = unquote(text)
    return text
