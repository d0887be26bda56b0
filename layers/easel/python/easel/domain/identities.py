"""Names of persons, and the ids that follow from them.

The ids of a person and of their personal workspace are computed from what an identity provider or a bot calls them.
Nobody has to look them up, and the same person is the same user wherever and how often they appear first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

# Made once for this purpose and never to be changed: every id below rests on them.
_TOKEN_USERS: Final = UUID("6f0f2c4e-3f0b-4d7a-9c1e-52c3f6b8a4d1")
_TELEGRAM_USERS: Final = UUID("b5a1c9d2-8e47-4f36-a0cb-1d9e7c25f083")
_PERSONAL_WORKSPACES: Final = UUID("0d8e5b7c-64fa-4b19-8f3d-c7a2e1906b5e")

TELEGRAM_ID_LIMIT: Final = 2**52
"""Telegram's ids are positive and have at most 52 significant bits (Bot API, `User.id`)."""

_TELEGRAM_ID: Final = re.compile(r"[1-9][0-9]{0,15}")
_TELEGRAM_ALIAS: Final = "telegram:"


@dataclass(frozen=True, slots=True)
class TelegramProfile:
    """What Telegram says about a person. Everything but the id can change or be absent."""

    telegram_id: int
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True)
class TelegramIdentity:
    """A person as one bot knows them: the bot's workspace, and the id within Telegram."""

    bot_workspace_id: str
    telegram_id: int

    @property
    def user_id(self) -> str:
        """Another one per bot: what a person does with one bot is no business of another."""
        return str(uuid5(_TELEGRAM_USERS, f"{self.bot_workspace_id}|{self.telegram_id}"))

    @property
    def workspace_id(self) -> str:
        """The person's own workspace, which pays for what they do with this bot."""
        return personal_workspace(self.user_id)

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the person. The Telegram id is the same for all bots, so that a trial is given once."""
        return names_of(self.user_id, self.telegram_id)


def user_of_token(issuer: str, subject: str) -> str:
    """The user whom an identity provider calls `subject`."""
    return str(uuid5(_TOKEN_USERS, f"{issuer}|{subject}"))


def personal_workspace(user_id: str) -> str:
    """The workspace that every user has without asking."""
    return str(uuid5(_PERSONAL_WORKSPACES, user_id))


def names_of(user_id: str, telegram_id: int | None = None) -> tuple[str, ...]:
    """All names of a person, for what is given once per person."""
    return (f"user:{user_id}", *([f"{_TELEGRAM_ALIAS}{telegram_id}"] if telegram_id else []))


def user_among(names: tuple[str, ...]) -> str | None:
    """The user id in what `names_of` made."""
    return next((name.removeprefix("user:") for name in names if name.startswith("user:")), None)


def is_telegram_id(number: int) -> bool:
    """Whether Telegram can have given this id."""
    return 0 < number < TELEGRAM_ID_LIMIT


def read_telegram_id(text: str) -> int | None:
    """A Telegram id as it stands in an address; None when it cannot be one. There is one spelling only."""
    if not _TELEGRAM_ID.fullmatch(text) or not is_telegram_id(int(text)):
        return None
    return int(text)


def read_telegram_alias(text: str) -> int | None:
    """The id in `telegram:<id>`, the way a bot names the person it acts for; None when it is no such name."""
    return read_telegram_id(text.removeprefix(_TELEGRAM_ALIAS)) if text.startswith(_TELEGRAM_ALIAS) else None
