"""A person as the bot describes them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from easel.domain.identities import TelegramProfile
from easel.doors.bot.models import BotRequest
from easel.doors.bot.people import TelegramIdInBody

_LONGEST_TEXT = 256


class BotSyncRequest(BotRequest):
    """A person as Telegram (Bot API, `User`) or as the bot's client describes them.

    What is left out stays as it is; null clears it.

    Telegram adds fields to its objects whenever it likes, so those that we do not know are ignored here.
    """

    model_config = ConfigDict(extra="ignore")

    telegram_id: TelegramIdInBody = Field(description="Also as `id`, which is its name in Telegram's own objects.")
    username: str | None = Field(default=None, max_length=_LONGEST_TEXT)
    first_name: str | None = Field(default=None, max_length=_LONGEST_TEXT)
    last_name: str | None = Field(default=None, max_length=_LONGEST_TEXT)
    language_code: str | None = Field(default=None, max_length=35)

    @model_validator(mode="before")
    @classmethod
    def _telegrams_name(cls, value: Any) -> Any:
        if isinstance(value, dict) and "id" in value and not {"telegram_id", "telegramId"} & value.keys():
            return {**value, "telegram_id": value["id"]}
        return value


def telegram_profile(request: BotSyncRequest, telegram_id: int) -> TelegramProfile:
    """The person."""
    return TelegramProfile(
        telegram_id=telegram_id,
        username=request.username,
        first_name=request.first_name,
        last_name=request.last_name,
        language_code=request.language_code,
    )


def not_said(request: BotSyncRequest) -> frozenset[str]:
    """The fields of the profile that the request leaves out."""
    return frozenset(field.name for field in fields(TelegramProfile)) - request.model_fields_set
