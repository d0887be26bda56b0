"""What a bot sends along so that it need not remember anything: where its status message is, and in which language.

It comes back unchanged in every answer about the generation, and as `clientReference` (JSON) in events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from easel.doors.bot.models import BotAnswer
from easel.doors.bot.texts import language_of

_NAMES: Final = {
    "chat_id": "chatId",
    "message_id": "messageId",
    "prompt_message_id": "promptMessageId",
    "language": "language",
}


class Echo(BotAnswer):
    """The fields as they were sent; null where they were left out."""

    chat_id: int | str | None = None
    message_id: int | str | None = None
    prompt_message_id: int | str | None = None
    language: str | None = None


def echo_of(input_params: Mapping[str, Any]) -> Echo:
    """The fields of a stored request. Another door's may have anything under these names."""
    sent = {name: input_params.get(name, input_params.get(camel)) for name, camel in _NAMES.items()}
    found = {name: int(value) if _is_whole(value) else value for name, value in sent.items()}
    return Echo(**{name: value for name, value in found.items() if _is_plain(value, text=name == "language")})


def client_reference(echo: Echo) -> str | None:
    """The same as JSON, for events; None where there is nothing to send back."""
    sent = echo.model_dump(exclude_none=True)
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":")) if sent else None


def spoken(input_params: Mapping[str, Any]) -> str:
    """The language of a stored request's texts."""
    return language_of(echo_of(input_params).language)


def _is_whole(value: object) -> bool:
    """Whether it is an integer that was written as `7.0` or `1e5`."""
    return isinstance(value, float) and value.is_integer()


def _is_plain(value: object, *, text: bool) -> bool:
    return isinstance(value, str) or (not text and isinstance(value, int) and not isinstance(value, bool))
