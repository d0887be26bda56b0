"""The `initData` of Telegram Mini Apps (core.telegram.org/bots/webapps, "Validating data received via the Mini App").

secret = HMAC-SHA256(key "WebAppData", message: the bot's token)
hash   = hex of HMAC-SHA256(secret, every field but `hash`, as name=value, sorted, joined by line feeds)
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from easel.domain.identities import TelegramProfile, is_telegram_id
from easel.errors import NotFound
from easel.services.ports.accounts import MiniAppSignIn

SKEW: Final = timedelta(seconds=60)
"""How far Telegram's clock may be ahead of ours."""
MAX_LENGTH: Final = 4_096

_MAX_FIELDS: Final = 32
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_SECONDS: Final = re.compile(r"[0-9]{1,11}")
_MAX_TEXT: Final = 256


@dataclass(frozen=True, slots=True)
class TelegramBot:
    """A bot and the workspace that owns it."""

    token: str
    workspace_id: str


def read_bot(secret: str) -> TelegramBot | None:
    """Read the bot's secret, `{"token": ..., "workspaceId": ...}`; None while it is not set."""
    try:
        bot = json.loads(secret)
        return TelegramBot(str(bot["token"]), str(bot["workspaceId"]))
    except (ValueError, KeyError, TypeError):
        return None


class BotKey:
    """`ports.accounts.BotKeyVerifier`: hex of HMAC-SHA256(key "InternalApiKey", message: the bot's token)."""

    def __init__(self, bot: Callable[[], TelegramBot | None]) -> None:
        self._bot = bot

    def __call__(self, key: str) -> str | None:
        if not _HASH.fullmatch(key):
            return None
        bot = self._bot()
        return bot.workspace_id if bot and hmac.compare_digest(key, derived_key(bot.token)) else None


def derived_key(bot_token: str) -> str:
    """The key that a bot's own services send to each other, so that the token itself never travels."""
    return hmac.new(b"InternalApiKey", bot_token.encode("utf-8"), hashlib.sha256).hexdigest()


class MiniAppSignature:
    """`ports.accounts.MiniAppVerifier`."""

    def __init__(self, bot: Callable[[], TelegramBot | None], *, max_age: timedelta) -> None:
        self._bot = bot
        self._max_age = max_age

    def __call__(self, init_data: str, now: datetime) -> MiniAppSignIn | None:
        """The sign-in, if the bot's token signed it and it is recent enough. Raises NotFound without a bot."""
        bot = self._bot()
        if bot is None:
            raise NotFound("No Telegram bot is set up here.")
        fields = read_fields(init_data)
        if fields is None or not is_genuine(fields, bot.token):
            return None
        signed_at = _moment(fields.get("auth_date", ""))
        profile = _profile(fields.get("user", ""))
        if signed_at is None or profile is None or not now - self._max_age <= signed_at <= now + SKEW:
            return None
        # A second longer than it is valid, so that it is not deleted before it has expired.
        return MiniAppSignIn(
            bot.workspace_id, profile, fields["hash"], signed_at + self._max_age + timedelta(seconds=1)
        )


def read_fields(init_data: str) -> Mapping[str, str] | None:
    """The fields of a query string; None when it is malformed, too long, or repeats a field."""
    if len(init_data) > MAX_LENGTH:
        return None
    try:
        pairs = parse_qsl(
            init_data, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        return None
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else None


def is_genuine(fields: Mapping[str, str], bot_token: str) -> bool:
    """Whether the bot's token signed exactly these fields: all but `hash`, `signature` included."""
    claimed = fields.get("hash", "")
    signed = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()) if name != "hash")
    secret = hmac.digest(b"WebAppData", bot_token.encode("utf-8"), hashlib.sha256)
    expected = hmac.new(secret, signed.encode("utf-8"), hashlib.sha256).hexdigest()
    return _HASH.fullmatch(claimed) is not None and hmac.compare_digest(claimed, expected)


def _moment(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if _SECONDS.fullmatch(text) else None


def _profile(text: str) -> TelegramProfile | None:
    """Parse the field `user`, which is JSON (Bot API, `WebAppUser`)."""
    try:
        user = json.loads(text)
    except (ValueError, RecursionError):
        return None
    telegram_id = user.get("id") if isinstance(user, dict) else None
    if not isinstance(telegram_id, int) or isinstance(telegram_id, bool) or not is_telegram_id(telegram_id):
        return None
    return TelegramProfile(
        telegram_id=telegram_id,
        username=_text(user, "username"),
        first_name=_text(user, "first_name"),
        last_name=_text(user, "last_name"),
        language_code=_text(user, "language_code"),
    )


def _text(user: Mapping[str, Any], name: str) -> str | None:
    value = user.get(name)
    if not isinstance(value, str):
        return None
    # JSON can contain lone surrogates, which cannot be stored.
    return value[:_MAX_TEXT].encode("utf-8", "ignore").decode("utf-8") or None
