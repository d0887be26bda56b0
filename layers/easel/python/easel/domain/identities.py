"""External identities of people, and the ids derived from them.

The ids of a user and of their personal workspace are computed from the id that an identity provider or a bot gives.
No look-up is needed, and concurrent first requests of a person get the same user.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

# Namespaces; never change them: every derived id depends on them.
_TOKEN_USERS: Final = UUID("6f0f2c4e-3f0b-4d7a-9c1e-52c3f6b8a4d1")
_TELEGRAM_USERS: Final = UUID("b5a1c9d2-8e47-4f36-a0cb-1d9e7c25f083")
_TELEGRAM_BOTS: Final = UUID("e4c2b7a9-15d3-4e68-9b0a-6f8d2c71a5e4")
_PERSONAL_WORKSPACES: Final = UUID("0d8e5b7c-64fa-4b19-8f3d-c7a2e1906b5e")

TELEGRAM_ID_LIMIT: Final = 2**52
"""Telegram's ids are positive and have at most 52 significant bits (Bot API, `User.id`)."""

_TELEGRAM_ID: Final = re.compile(r"[1-9][0-9]{0,15}")
_TELEGRAM_ALIAS: Final = "telegram:"


@dataclass(frozen=True, slots=True)
class TelegramProfile:
    """A Telegram profile. Everything but the id can change or be absent."""

    telegram_id: int
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True)
class TelegramIdentity:
    """A Telegram user of one bot: the bot's workspace and the Telegram id."""

    bot_workspace_id: str
    telegram_id: int

    @property
    def user_id(self) -> str:
        """Differs per bot, so that bots cannot see each other's data of a person."""
        return str(uuid5(_TELEGRAM_USERS, f"{self.bot_workspace_id}|{self.telegram_id}"))

    @property
    def workspace_id(self) -> str:
        """The person's own workspace, which pays for their generations through this bot."""
        return personal_workspace(self.user_id)

    @property
    def names(self) -> tuple[str, ...]:
        """All identities of the person. The Telegram id is the same for all bots, so that a trial is given once."""
        return names_of(self.user_id, self.telegram_id)


def user_of_token(issuer: str, subject: str) -> str:
    """The user id of an identity provider's `subject`."""
    return str(uuid5(_TOKEN_USERS, f"{issuer}|{subject}"))


def user_of_bot(workspace_id: str) -> str:
    """The user id of a workspace's bot itself. It owns nothing."""
    return str(uuid5(_TELEGRAM_BOTS, workspace_id))


def personal_workspace(user_id: str) -> str:
    """The id of a user's personal workspace."""
    return str(uuid5(_PERSONAL_WORKSPACES, user_id))


def names_of(user_id: str, telegram_id: int | None = None) -> tuple[str, ...]:
    """All identities of a person, for what is given once per person."""
    return (f"user:{user_id}", *([f"{_TELEGRAM_ALIAS}{telegram_id}"] if telegram_id else []))


def user_among(names: tuple[str, ...]) -> str | None:
    """The user id in the result of `names_of`."""
    return next((name.removeprefix("user:") for name in names if name.startswith("user:")), None)


def telegram_id_among(names: tuple[str, ...]) -> int | None:
    """The Telegram id in the result of `names_of`."""
    return next((number for name in names if (number := read_telegram_alias(name)) is not None), None)


def is_telegram_id(number: int) -> bool:
    """Whether this can be a Telegram id."""
    return 0 < number < TELEGRAM_ID_LIMIT


def read_telegram_id(text: str) -> int | None:
    """Parse a Telegram id in a URL; None when it is not one. Only the canonical spelling is accepted."""
    if not _TELEGRAM_ID.fullmatch(text) or not is_telegram_id(int(text)):
        return None
    return int(text)


def read_telegram_alias(text: str) -> int | None:
    """Parse `telegram:<id>`, which names the person a bot acts for; None for anything else."""
    return read_telegram_id(text.removeprefix(_TELEGRAM_ALIAS)) if text.startswith(_TELEGRAM_ALIAS) else None
