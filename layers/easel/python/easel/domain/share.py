"""Links that show a picture, or all pictures of a generation, to people without an account.

The token of a link has the ids of workspace and share, and a secret of 128 random bits: 48 bytes, base64url, 64
characters. Only the secret's hash is stored, so that a reader of the records cannot open the links. A password is
stored as scrypt makes it, with a salt of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from easel.ids import generation_of_image
from easel.signing import decode_base64url, encode_base64url

USUAL_LIFETIME: Final = timedelta(days=30)
SHORTEST_LIFETIME: Final = timedelta(minutes=1)
LONGEST_LIFETIME: Final = timedelta(days=365)
MAX_SHARES: Final = 10_000
"""Of a workspace. One that has ended counts until it is removed."""
SHORTEST_PASSWORD: Final = 6
LONGEST_PASSWORD: Final = 128
"""Characters."""
LONGEST_TITLE: Final = 200

_SECRET_BYTES: Final = 16
_TOKEN_BYTES: Final = 16 + 16 + _SECRET_BYTES
_SALT_BYTES: Final = 16
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**15, 8, 3
"""One of the settings that OWASP's password storage cheat sheet gives for scrypt: 32 MiB, a third of a second."""
_SCRYPT_MEMORY: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Share:
    """A link. `target_id` is the image or the generation that it shows; `title` stands in for that of the file."""

    id: str
    workspace_id: str
    target_id: str
    secret_hash: str
    created_at: datetime
    created_by: str
    ends_at: datetime
    hides_prompt: bool = False
    title: str | None = None
    password_hash: str | None = None
    views: int = 0
    last_viewed_at: datetime | None = None

    @property
    def generation_id(self) -> str:
        """The generation of what it shows."""
        origin = generation_of_image(self.target_id)
        return origin[0] if origin else self.target_id

    @property
    def image_index(self) -> int | None:
        """Which image of the generation it shows; None for all of them."""
        origin = generation_of_image(self.target_id)
        return origin[1] if origin else None

    def is_open(self, now: datetime) -> bool:
        return now < self.ends_at


@dataclass(frozen=True, slots=True)
class ShareToken:
    """The content of a token; `Share.secret_hash` verifies it."""

    workspace_id: str
    share_id: str
    secret: bytes

    def opens(self, share: Share) -> bool:
        return hmac.compare_digest(hash_of_secret(self.secret), share.secret_hash)

    def encode(self) -> str:
        return encode_base64url(UUID(self.workspace_id).bytes + UUID(self.share_id).bytes + self.secret)


def new_secret() -> bytes:
    """The secret of a new link."""
    return secrets.token_bytes(_SECRET_BYTES)


def hash_of_secret(secret: bytes) -> str:
    """A plain hash is enough: 128 random bits cannot be tried."""
    return hashlib.sha256(secret).hexdigest()


def decode_share_token(token: str) -> ShareToken | None:
    """Parse a token; None when it is malformed."""
    try:
        raw = decode_base64url(token)
    except ValueError:
        return None
    if len(raw) != _TOKEN_BYTES:
        return None
    return ShareToken(str(UUID(bytes=raw[:16])), str(UUID(bytes=raw[16:32])), raw[32:])


def hash_password(password: str) -> str:
    """A password as it is stored. Takes a third of a second, on purpose."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt${encode_base64url(salt)}${encode_base64url(_scrypt(password, salt))}"


def is_password(password: str, stored: str) -> bool:
    """Whether this is the password that `hash_password` has made `stored` of."""
    _, salt, digest = stored.split("$")
    return hmac.compare_digest(_scrypt(password, decode_base64url(salt)), decode_base64url(digest))


def _scrypt(password: str, salt: bytes) -> bytes:
    # The same characters may be typed in several ways, on other keyboards.
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    cost = {"n": _SCRYPT_N, "r": _SCRYPT_R, "p": _SCRYPT_P}
    return hashlib.scrypt(text, salt=salt, maxmem=_SCRYPT_MEMORY, **cost)
