"""Telegram for tests: `initData` as a Mini App gets it, signed with a bot's token."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

BOT_TOKEN: Final = "7654321:AA-test-token-of-no-bot"
TELEGRAM_ID: Final = 279058397


def init_data(*, signed_at: datetime | None = None, token: str = BOT_TOKEN, **fields: Any) -> str:
    """A sign-in that is good unless `fields` make it bad. A field that is None is left out."""
    moment = int((signed_at or datetime.now(UTC)).timestamp())
    user = {"id": TELEGRAM_ID, "first_name": "Ada", "last_name": "L", "username": "ada", "language_code": "en"}
    good = {
        "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
        "user": json.dumps(user, separators=(",", ":")),
        "auth_date": str(moment),
        "signature": "c2lnbmF0dXJlIG9mIGEgdGhpcmQgcGFydHk",
    }
    given = {name: value for name, value in {**good, **fields}.items() if value is not None}
    return urlencode({**given, "hash": signature(given, token)})


def signature(fields: dict[str, str], token: str) -> str:
    """As Telegram computes it: written here a second time, from its description."""
    lines = [f"{name}={fields[name]}" for name in sorted(fields) if name != "hash"]
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    return hmac.new(secret, "\n".join(lines).encode(), hashlib.sha256).hexdigest()
