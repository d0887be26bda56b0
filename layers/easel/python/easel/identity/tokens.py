"""Bearer tokens (JWT, RFC 7519): which issuer a token is from, and whether that issuer really made it for us."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from easel.identity.jwks import ALGORITHMS, Fetch, KeySet, fetch_over_https
from easel.identity.sessions import ALGORITHM as SESSION_ALGORITHM
from easel.identity.sessions import AUDIENCE, ISSUER, Sessions, user_from
from easel.services.ports.accounts import MiniAppUser, SignedInPerson

SKEW_SECONDS: Final = 60
"""How far the issuer's clock may be from ours."""

_LONGEST_SUBJECT: Final = 255
_NEEDED: Final = ["exp", "iat", "iss", "sub"]
_REFUSED_HEADERS: Final = frozenset({"crit", "b64", "zip", "enc"})
"""They change what a signature covers. Those that bring a key of their own (`jwk`, `jku`, `x5c`) are not looked at."""


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An identity provider whose tokens we take, when they are made for one of these audiences.

    People in `operator_group`, by the claim `groups_claim`, run the platform; None where nobody does.
    """

    issuer: str
    audiences: frozenset[str]
    jwks_url: str
    groups_claim: str = "groups"
    operator_group: str | None = None


def trusted_issuers(text: str) -> list[TrustedIssuer]:
    """Read the setting: a JSON list of {issuer, audiences, jwksUrl, groupsClaim?, operatorGroup?}."""
    return [
        TrustedIssuer(
            issuer=entry["issuer"],
            audiences=frozenset(entry["audiences"]),
            jwks_url=entry["jwksUrl"],
            groups_claim=entry.get("groupsClaim") or "groups",
            operator_group=entry.get("operatorGroup") or None,
        )
        for entry in json.loads(text)
    ]


class Tokens:
    """`ports.accounts.TokenVerifier`."""

    def __init__(
        self, issuers: Sequence[TrustedIssuer], sessions: Sessions, *, fetch: Fetch = fetch_over_https
    ) -> None:
        self._sessions = sessions
        self._issuers = {issuer.issuer: (issuer, KeySet(issuer.jwks_url, fetch)) for issuer in issuers}

    def __call__(self, token: str) -> SignedInPerson | MiniAppUser | None:
        """Whom the token names; None for one that we do not accept. Raises IdentityUnavailable."""
        kid, issuer = _what_it_claims(token)
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


def _what_it_claims(token: str) -> tuple[str | None, str | None]:
    """(`kid`, issuer) as an unproven token gives them: they choose the key to prove it with, and nothing else."""
    import jwt  # noqa: PLC0415 - heavy, and only wanted by those who come with a token

    try:
        unproven = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError):
        return None, None
    header, claims = unproven["header"], unproven["payload"]
    kid, issuer = header.get("kid"), claims.get("iss")
    if _REFUSED_HEADERS & header.keys() or not isinstance(kid, str) or not isinstance(issuer, str):
        return None, None
    return kid or None, issuer


def _verified(token: str, find_key: Callable[[], Any], algorithms: Sequence[str], issuer: str) -> dict[str, Any] | None:
    """The claims of a token that this issuer signed and that is valid now; its audience is not looked at."""
    import jwt  # noqa: PLC0415 - as above

    key = find_key()
    if key is None:
        return None
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            # A `PyJWK` also refuses every algorithm but its own.
            algorithms=list(algorithms),
            issuer=issuer,
            leeway=SKEW_SECONDS,
            options={"require": _NEEDED, "verify_aud": False, "enforce_minimum_key_length": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        return None
    return claims


def _person(trusted: TrustedIssuer, claims: Mapping[str, Any] | None) -> SignedInPerson | None:
    if claims is None or not _is_for_us(trusted, claims):
        return None
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        return None
    groups = claims.get(trusted.groups_claim)
    is_operator = trusted.operator_group is not None and isinstance(groups, list) and trusted.operator_group in groups
    return SignedInPerson(trusted.issuer, subject, is_operator)


def _is_for_us(trusted: TrustedIssuer, claims: Mapping[str, Any]) -> bool:
    """By `aud`; Cognito's access tokens have none and name their client in `client_id` instead."""
    if claims.get("token_use") == "refresh":
        return False
    audience = claims.get("aud")
    if audience is None and claims.get("token_use") == "access":
        audience = claims.get("client_id")
    named = audience if isinstance(audience, list) else [audience]
    return any(isinstance(name, str) and name in trusted.audiences for name in named)
