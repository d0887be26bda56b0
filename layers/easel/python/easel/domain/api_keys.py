"""The format of API keys: `ek_`, a label of 8 characters, 22 for the workspace id, 43 secret ones.

A key contains its workspace id so that one read answers both questions of a bot's request: whether the key is valid,
and whether its workspace knows the person that the bot acts for. The id is only a claim: the record stored under the
key's hash decides.
"""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

PREFIX: Final = "ek_"
"""Lets secret scanners recognize a leaked key."""

_LABEL_BYTES: Final = 6
_SECRET_BYTES: Final = 32
_SHAPE: Final = re.compile(r"ek_([A-Za-z0-9_-]{8})([A-Za-z0-9_-]{22})[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class KeyHint:
    """The part of a key that is shown after its creation: enough to recognize it, too little to guess it."""

    prefix: str
    last_four: str


def new_api_key(workspace_id: str) -> str:
    """A new key of this workspace, with 256 random bits."""
    workspace = base64.urlsafe_b64encode(UUID(workspace_id).bytes).rstrip(b"=").decode("ascii")
    return f"{PREFIX}{secrets.token_urlsafe(_LABEL_BYTES)}{workspace}{secrets.token_urlsafe(_SECRET_BYTES)}"


def claimed_workspace(api_key: str) -> str | None:
    """The workspace id in a key; None for a text that is not a key."""
    shape = _SHAPE.fullmatch(api_key)
    return str(UUID(bytes=base64.urlsafe_b64decode(shape[2] + "=="))) if shape else None


def hint_of(api_key: str) -> KeyHint:
    """The part of a key that may be stored and shown."""
    return KeyHint(api_key[: len(PREFIX) + 8], api_key[-4:])
