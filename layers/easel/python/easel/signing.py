"""Signed tokens: what we hand out, and recognize as ours when it comes back.

A token is `base64url(version, expiry, payload, HMAC-SHA256)`. It is signed for a purpose and for a context (an owner, a
vendor, a list): a token of one purpose or context is forged in every other. The payload can be read by anybody.

Keys come newest first. The first one signs and all of them verify, so that a key can be replaced while tokens of the
one before are still in use. The list is read only as far as it is needed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from easel.clock import Clock, system_clock

Keys = Callable[[], Iterable[bytes]]

MAX_TOKEN_LENGTH: Final = 2048

_HEADER: Final = struct.Struct(">BQ")
_VERSION: Final = 1
_NEVER: Final = 0
_MAC_BYTES: Final = 32


class ForgedToken(ValueError):
    """Not a token that we signed for this purpose and context."""


class ExpiredToken(ValueError):
    """A token of ours whose time is over."""


class Signer:
    """Signs and verifies the tokens of one purpose."""

    def __init__(self, purpose: str, keys: Keys, clock: Clock = system_clock) -> None:
        self._purpose = purpose
        self._keys = keys
        self._clock = clock

    def sign(self, payload: bytes, *context: str, expires_at: datetime | None) -> str:
        """A token that is good until then, to the second; None where only a change of keys ends it."""
        expiry = _NEVER if expires_at is None else int(expires_at.timestamp())
        body = _HEADER.pack(_VERSION, expiry) + payload
        return encode_base64url(body + self._mac(next(iter(self._keys())), context, body))

    def verify(self, token: str, *context: str) -> bytes:
        """The payload.

        Raises:
            ForgedToken: not signed by us, altered, or signed for another purpose or context.
            ExpiredToken: its time is over.
        """
        try:
            raw = decode_base64url(token[: MAX_TOKEN_LENGTH + 1])
        except ValueError:
            raise ForgedToken from None
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(token) > MAX_TOKEN_LENGTH or len(body) < _HEADER.size:
            raise ForgedToken
        if not any(hmac.compare_digest(mac, self._mac(key, context, body)) for key in self._keys()):
            raise ForgedToken
        version, expiry = _HEADER.unpack_from(body)
        if version != _VERSION:
            raise ForgedToken
        if expiry != _NEVER and self._clock().timestamp() >= expiry:
            raise ExpiredToken
        return body[_HEADER.size :]

    def _mac(self, key: bytes, context: tuple[str, ...], body: bytes) -> bytes:
        # JSON has one reading and no raw line break, so no two contexts and bodies give the same bytes.
        bound_to = json.dumps(["easel", self._purpose, *context]).encode("ascii")
        return hmac.digest(key, bound_to + b"\n" + body, hashlib.sha256)


def encode_base64url(data: bytes) -> str:
    """Base64 for URLs (RFC 4648, section 5), without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """The bytes of a text that `encode_base64url` could have made. Raises ValueError for any other spelling."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    # Base64 has several spellings for some bytes; only the one that we write counts.
    if encode_base64url(data) != text:
        raise ValueError("not the canonical spelling")
    return data
