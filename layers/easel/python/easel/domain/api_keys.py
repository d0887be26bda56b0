"""What an API key looks like: `ek_`, 8 characters to tell it by, 22 that name its workspace, 43 that are secret.

A key names its workspace so that one read answers both questions a bot's request raises: is this key good, and does its
workspace know the person that the bot acts for. The name is a claim only: what counts is what is stored under the key's
hash.
"""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

PREFIX: Final = "ek_"
"""Lets secret scanners recognise a leaked key."""

_LABEL_BYTES: Final = 6
_SECRET_BYTES: Final = 32
_SHAPE: Final = re.compile(r"ek_([A-Za-z0-9_-]{8})([A-Za-z0-9_-]{22})[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class KeyHint:
    """What is shown of a key after its first time: enough to tell it from others, too little to guess it."""

    prefix: str
    last_four: str


def new_api_key(workspace_id: str) -> str:
    """A fresh key of this workspace, with 256 random bits."""
    workspace = base64.urlsafe_b64encode(UUID(workspace_id).bytes).rstrip(b"=").decode("ascii")
    return f"{PREFIX}{secrets.token_urlsafe(_LABEL_BYTES)}{workspace}{secrets.token_urlsafe(_SECRET_BYTES)}"


def claimed_workspace(api_key: str) -> str | None:
    """The workspace that a key says it belongs to; None for a text that cannot be a key."""
    shape = _SHAPE.fullmatch(api_key)
    return str(UUID(bytes=base64.urlsafe_b64decode(shape[2] + "=="))) if shape else None


def hint_of(api_key: str) -> KeyHint:
    """The part of a key that may be kept and shown."""
    return KeyHint(api_key[: len(PREFIX) + 8], api_key[-4:])
