"""Our own short-lived tokens for people who came through a Telegram Mini App."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
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
    """Signs and reads them. The secret is asked for when the first token is there."""

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret

    def sign(self, user: MiniAppUser, session_id: str, issued_at: datetime) -> SessionToken:
        """A token for this person; it cannot be revoked before it expires. The same arguments give the same token."""
        import jwt  # noqa: PLC0415 - heavy, and only wanted by those who come with a token

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
        secret = self._secret()
        return SessionToken(jwt.encode(claims, secret, ALGORITHM, headers={"kid": kid_of(secret)}), expires_at)

    def key(self, kid: str) -> str | None:
        """The secret that tokens of this `kid` are signed with; None for one that is no longer ours."""
        secret = self._secret()
        return secret if kid == kid_of(secret) else None


def kid_of(secret: str) -> str:
    """Names a secret without telling it, so that tokens of a replaced one are known as such."""
    return hashlib.sha256(b"easel-session-kid:" + secret.encode("utf-8")).hexdigest()[:16]


def user_from(claims: Mapping[str, Any]) -> MiniAppUser | None:
    """Whom a verified token names; None when it is not one of a Mini App user."""
    bot, telegram_id, plan = claims.get("bot"), claims.get("tg"), claims.get("plan")
    if claims.get("use") != _MINI_APP or not isinstance(bot, str) or not isinstance(plan, str):
        return None
    if not isinstance(telegram_id, int) or isinstance(telegram_id, bool) or not is_telegram_id(telegram_id):
        return None
    identity = TelegramIdentity(bot, telegram_id)
    return MiniAppUser(identity, plan) if claims.get("sub") == identity.user_id else None
