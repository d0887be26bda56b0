"""The `initData` of Telegram Mini Apps (core.telegram.org/bots/webapps, "Validating data received via the Mini App").

secret = HMAC-SHA256(key "WebAppData", message: the bot's token)
hash   = hex of HMAC-SHA256(secret, every field but `hash`, as name=value, sorted, joined by line feeds)

The same page, "Validating data for Third-Party Use", for those who have the bot's id and not its token:

signature = Telegram's Ed25519 signature, in base64url without padding, of `<bot id>:WebAppData` and every field but
            `hash` and `signature`, as above
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from easel.domain.identities import TelegramProfile, is_telegram_id, read_telegram_id
from easel.errors import NotFound
from easel.services.ports.accounts import MiniAppSignIn

SKEW: Final = timedelta(seconds=60)
"""How far Telegram's clock may be ahead of ours."""
MAX_LENGTH: Final = 4_096
TELEGRAM_KEY: Final = bytes.fromhex("e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d")
"""Telegram's public key for `signature`, of its production environment."""

_MAX_FIELDS: Final = 32
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_SIGNATURE: Final = re.compile(r"[A-Za-z0-9_-]{86}")
_SECONDS: Final = re.compile(r"[0-9]{1,11}")
_MAX_TEXT: Final = 256


@dataclass(frozen=True, slots=True)
class TelegramBot:
    """A bot and the workspace that owns it. Without its token, Telegram's own signature is verified by `number`."""

    token: str | None
    workspace_id: str
    number: str = ""
    """The bot's id; of no use beside a token, which begins with it."""

    @property
    def id(self) -> str:
        """The bot's id at Telegram."""
        return self.token.partition(":")[0] if self.token else self.number


def read_bot(secret: str) -> TelegramBot | None:
    """Read the bot's secret; None while it is not set.

    It is `{"token": ..., "workspaceId": ...}`; `botId` instead of `token` where the token is kept elsewhere.
    """
    try:
        bot = json.loads(secret)
        workspace_id = str(bot["workspaceId"])
        if "token" in bot:
            return TelegramBot(str(bot["token"]), workspace_id)
        number = str(bot["botId"])
        return TelegramBot(None, workspace_id, number) if read_telegram_id(number) else None
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
        if bot is None or bot.token is None:
            return None
        return bot.workspace_id if hmac.compare_digest(key, derived_key(bot.token)) else None


def derived_key(bot_token: str) -> str:
    """The key that a bot's own services send to each other, so that the token itself never travels."""
    return hmac.new(b"InternalApiKey", bot_token.encode("utf-8"), hashlib.sha256).hexdigest()


class MiniAppSignature:
    """`ports.accounts.MiniAppVerifier`."""

    def __init__(
        self, bot: Callable[[], TelegramBot | None], *, max_age: timedelta, telegram_key: bytes = TELEGRAM_KEY
    ) -> None:
        self._bot = bot
        self._max_age = max_age
        self._telegram_key = telegram_key

    def __call__(self, init_data: str, now: datetime) -> MiniAppSignIn | None:
        """The sign-in, if it is signed and recent enough. Raises NotFound without a bot.

        A `hash` counts wherever the bot's token is known: a wrong one is not made good by a `signature`.
        """
        bot = self._bot()
        if bot is None:
            raise NotFound("No Telegram bot is set up here.")
        fields = read_fields(init_data)
        digest = self._digest(fields, bot) if fields else None
        if fields is None or digest is None:
            return None
        signed_at = _moment(fields.get("auth_date", ""))
        profile = _profile(fields.get("user", ""))
        if signed_at is None or profile is None or not now - self._max_age <= signed_at <= now + SKEW:
            return None
        # A second longer than it is valid, so that it is not deleted before it has expired.
        return MiniAppSignIn(bot.workspace_id, profile, digest, signed_at + self._max_age + timedelta(seconds=1))

    def _digest(self, fields: Mapping[str, str], bot: TelegramBot) -> str | None:
        """What identifies a genuine sign-in, the same with and without its `hash`; None for one that is not genuine."""
        if bot.token is not None and "hash" in fields:
            return fields["hash"] if is_genuine(fields, bot.token) else None
        if not is_signed_by_telegram(fields, bot.id, self._telegram_key):
            return None
        if bot.token is not None:
            return _expected_hash(fields, bot.token)
        return hashlib.sha256(_signed_by_telegram(fields, bot.id)).hexdigest()


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
    return _HASH.fullmatch(claimed) is not None and hmac.compare_digest(claimed, _expected_hash(fields, bot_token))


def is_signed_by_telegram(fields: Mapping[str, str], bot_id: str, key: bytes = TELEGRAM_KEY) -> bool:
    """Whether Telegram signed exactly these fields for this bot: all but `hash` and `signature`."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow, and a sign-in with a hash needs it not
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - the same

    text = fields.get("signature", "")
    if not _SIGNATURE.fullmatch(text):
        return False
    signature = base64.urlsafe_b64decode(f"{text}==")
    if base64.urlsafe_b64encode(signature).rstrip(b"=") != text.encode("ascii"):
        # Another spelling of the same bytes would count as another sign-in.
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _signed_by_telegram(fields, bot_id))
    except InvalidSignature:
        return False
    return True


def _expected_hash(fields: Mapping[str, str], bot_token: str) -> str:
    secret = hmac.digest(b"WebAppData", bot_token.encode("utf-8"), hashlib.sha256)
    return hmac.new(secret, _lines(fields, {"hash"}).encode("utf-8"), hashlib.sha256).hexdigest()


def _signed_by_telegram(fields: Mapping[str, str], bot_id: str) -> bytes:
    return f"{bot_id}:WebAppData\n{_lines(fields, {'hash', 'signature'})}".encode()


def _lines(fields: Mapping[str, str], left_out: AbstractSet[str]) -> str:
    return "\n".join(f"{name}={value}" for name, value in sorted(fields.items()) if name not in left_out)


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
