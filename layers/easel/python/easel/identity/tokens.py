"""Verifies bearer tokens (JWT, RFC 7519): which issuer a token names, and whether that issuer signed it for us."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from easel.identity.jwks import ALGORITHMS, Fetch, KeySet, fetch_over_https
from easel.identity.sessions import ALGORITHM as SESSION_ALGORITHM
from easel.identity.sessions import AUDIENCE, ISSUER, Sessions, user_from
from easel.services.ports.accounts import MiniAppUser, SignedInPerson

SKEW_SECONDS: Final = 60
"""How far the issuer's clock may be from ours."""

_MAX_SUBJECT: Final = 255
_REQUIRED_CLAIMS: Final = ["exp", "iat", "iss", "sub"]
_REFUSED_HEADERS: Final = frozenset({"crit", "b64", "zip", "enc"})
"""They change what a signature covers. Headers that carry a key (`jwk`, `jku`, `x5c`) are ignored."""


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An identity provider whose tokens are accepted for these audiences.

    Members of `operator_group`, by the claim `groups_claim`, are operators of the platform; None for no operators.
    """

    issuer: str
    audiences: frozenset[str]
    jwks_url: str
    groups_claim: str = "groups"
    operator_group: str | None = None


class Tokens:
    """`ports.accounts.TokenVerifier`."""

    def __init__(
        self, issuers: Sequence[TrustedIssuer], sessions: Sessions, *, fetch: Fetch = fetch_over_https
    ) -> None:
        self._sessions = sessions
        self._issuers = {issuer.issuer: (issuer, KeySet(issuer.jwks_url, fetch)) for issuer in issuers}

    def __call__(self, token: str) -> SignedInPerson | MiniAppUser | None:
        """The person a token belongs to; None for a token that is not accepted. Raises IdentityUnavailable."""
        kid, issuer = _unverified_claims(token)
        if kid is None or issuer is None:
            return None
        if issuer == ISSUER:
            return self._mini_app_user(token, kid)
        if issuer not in self._issuers:
            return None
        trusted, keys = self._issuers[issuer]
        return _person(trusted, _verified(token, lambda: keys.key(kid), ALGORITHMS, issuer))

    def _mini_app_user(self, token: str, kid: str) -> MiniAppUser | None:
        claims = _verified(token, lambda: self._sessions.key(kid), [SESSION_ALGORITHM], ISSUER)
        return user_from(claims) if claims and claims.get("aud") == AUDIENCE else None


def _unverified_claims(token: str) -> tuple[str | None, str | None]:
    """(`kid`, issuer) of an unverified token: used to choose the key to verify it with, and for nothing else."""
    import jwt  # noqa: PLC0415 - slow to import, and only needed for tokens

    try:
        unverified = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError):
        return None, None
    header, claims = unverified["header"], unverified["payload"]
    kid, issuer = header.get("kid"), claims.get("iss")
    if _REFUSED_HEADERS & header.keys() or not isinstance(kid, str) or not isinstance(issuer, str):
        return None, None
    return kid or None, issuer


def _verified(token: str, find_key: Callable[[], Any], algorithms: Sequence[str], issuer: str) -> dict[str, Any] | None:
    """The claims of a token that this issuer signed and that is valid now; the audience is not checked."""
    import jwt  # noqa: PLC0415 - as above

    key = find_key()
    if key is None:
        return None
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            # A `PyJWK` accepts its own algorithm only.
            algorithms=list(algorithms),
            issuer=issuer,
            leeway=SKEW_SECONDS,
            options={"require": _REQUIRED_CLAIMS, "verify_aud": False, "enforce_minimum_key_length": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        return None
    return claims


def _person(trusted: TrustedIssuer, claims: Mapping[str, Any] | None) -> SignedInPerson | None:
    if claims is None or not _is_for_us(trusted, claims):
        return None
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
        return None
    groups = claims.get(trusted.groups_claim)
    is_operator = trusted.operator_group is not None and isinstance(groups, list) and trusted.operator_group in groups
    return SignedInPerson(trusted.issuer, subject, is_operator)


def _is_for_us(trusted: TrustedIssuer, claims: Mapping[str, Any]) -> bool:
    """Check the audience: `aud`, or `client_id` in Cognito's access tokens, which have no `aud`."""
    if claims.get("token_use") == "refresh":
        return False
    audience = claims.get("aud")
    if audience is None and claims.get("token_use") == "access":
        audience = claims.get("client_id")
    named = audience if isinstance(audience, list) else [audience]
    return any(isinstance(name, str) and name in trusted.audiences for name in named)
