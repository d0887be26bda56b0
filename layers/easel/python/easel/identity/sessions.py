"""Our own short-lived tokens for users of Telegram Mini Apps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from easel.domain.identities import TelegramIdentity, is_telegram_id
from easel.services.ports.accounts import MiniAppUser, SessionToken

ISSUER: Final = "urn:easel:sessions"
AUDIENCE: Final = "urn:easel:api"
ALGORITHM: Final = "HS256"
LIFETIME: Final = timedelta(hours=1)

_MINI_APP: Final = "telegram-mini-app"


class Sessions:
    """Signs and verifies session tokens.

    `secrets` gives the current secret first, and on demand others that are ours; it is called when a token is there.
    """

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self._secrets = secrets

    def sign(self, user: MiniAppUser, session_id: str, issued_at: datetime) -> SessionToken:
        """A token for this user; it cannot be revoked before it expires. The same arguments give the same token."""
        import jwt  # noqa: PLC0415 - slow to import, and only needed for tokens

        expires_at = issued_at.replace(microsecond=0) + LIFETIME
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user.identity.user_id,
            "iat": int(issued_at.timestamp()),
            "exp": int(expires_at.timestamp()),
            "jti": session_id,
            "use": _MINI_APP,
            "bot": user.identity.bot_workspace_id,
            "tg": user.identity.telegram_id,
            "plan": user.plan,
        }
        secret = next(iter(self._secrets()))
        return SessionToken(jwt.encode(claims, secret, ALGORITHM, headers={"kid": kid_of(secret)}), expires_at)

    def key(self, kid: str) -> str | None:
        """The secret that tokens with this `kid` are signed with; None for a replaced one."""
        return next((secret for secret in self._secrets() if kid == kid_of(secret)), None)


def kid_of(secret: str) -> str:
    """An id of a secret that does not reveal it, so that tokens signed with a replaced secret are recognized."""
    return hashlib.sha256(b"easel-session-kid:" + secret.encode("utf-8")).hexdigest()[:16]


def user_from(claims: Mapping[str, Any]) -> MiniAppUser | None:
    """The user of a verified token; None when it is not a Mini App token."""
    bot, telegram_id, plan = claims.get("bot"), claims.get("tg"), claims.get("plan")
    if claims.get("use") != _MINI_APP or not isinstance(bot, str) or not isinstance(plan, str):
        return None
    if not isinstance(telegram_id, int) or isinstance(telegram_id, bool) or not is_telegram_id(telegram_id):
        return None
    identity = TelegramIdentity(bot, telegram_id)
    return MiniAppUser(identity, plan) if claims.get("sub") == identity.user_id else None
