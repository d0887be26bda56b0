"""Permalinks: URLs of images that are known before the image exists and never change.

The token contains workspace id, image id and the generation's random secret: 42 bytes, base64url, 56 characters. One
read resolves it, and it cannot be guessed: the secret has 80 bits.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from easel.signing import decode_base64url, encode_base64url

_PATH = "/i/"
_SECRET_BYTES = 10
_TOKEN_BYTES = 16 + 16 + _SECRET_BYTES


@dataclass(frozen=True, slots=True)
class PermalinkToken:
    """The content of a token; `matches` verifies it."""

    workspace_id: str
    image_id: str
    secret: str

    def matches(self, permalink_secret: str) -> bool:
        return hmac.compare_digest(self.secret, permalink_secret)


def new_permalink_secret() -> str:
    """A new secret for the permalinks of one generation."""
    return secrets.token_bytes(_SECRET_BYTES).hex()


def encode_permalink(workspace_id: str, image_id: str, permalink_secret: str) -> str:
    """The token of one image. Both ids are UUIDs."""
    raw = UUID(workspace_id).bytes + UUID(image_id).bytes + bytes.fromhex(permalink_secret)
    return encode_base64url(raw)


def permalink_token(address: str, public_base_url: str) -> str | None:
    """What an address has for a token, valid or not, if permalinks of this deployment begin so; None for any other."""
    base = urlsplit(public_base_url.rstrip("/"))
    try:
        parts = urlsplit(address)
        same_place = (parts.scheme, parts.hostname, _port(parts)) == (base.scheme, base.hostname, _port(base))
    except ValueError:
        return None
    path = f"{base.path}{_PATH}"
    return parts.path.removeprefix(path) if same_place and parts.path.startswith(path) else None


def _port(parts: SplitResult) -> int | None:
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def decode_permalink(token: str) -> PermalinkToken | None:
    """Parse a token; None when it is malformed."""
    try:
        raw = decode_base64url(token)
    except ValueError:
        return None
    if len(raw) != _TOKEN_BYTES:
        return None
    return PermalinkToken(str(UUID(bytes=raw[:16])), str(UUID(bytes=raw[16:32])), raw[32:].hex())
