"""Who is calling, as the authorizer found out. Fails closed: no word from the authorizer means not authenticated.

An HTTP API cannot shape its own 401, so the authorizer lets every request through and says what it found; the functions
behind it refuse. See `functions/api/authorize_request`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from easel.domain.generation import Channel
from easel.errors import Forbidden, StorageUnavailable, Unauthenticated
from easel.observability import bind
from easel.services.principal import Principal

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

Failure = Literal["missing", "invalid", "unavailable"]

READ: Final = "generations:read"
WRITE: Final = "generations:write"

PERMALINKS: Final = "/i/"

MISSING_TEXT: Final = "Authorization header required"
INVALID_TEXT: Final = "Invalid or expired token"


def bearer_token(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer …` header; empty for another scheme, None without a header."""
    if authorization is None or not authorization.strip():
        return None
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def found(principal: Principal) -> dict[str, str]:
    """The authorizer's context for a known caller."""
    return {"principal": to_json(principal)}


def not_found(failure: Failure) -> dict[str, str]:
    """The authorizer's context when it knows no caller, and why."""
    return {"failure": failure}


def require_principal(event: Mapping[str, Any]) -> Principal:
    """The caller of an HTTP API event.

    Raises:
        Unauthenticated: no credential, one that we do not accept, or no word from the authorizer.
        StorageUnavailable: the credential could not be checked.
    """
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    context = authorizer.get("lambda") or {}
    if context.get("failure") == "unavailable":
        raise StorageUnavailable("The credential could not be checked. Try again.")
    if context.get("failure") == "invalid":
        raise Unauthenticated(INVALID_TEXT)
    if "principal" not in context or "failure" in context:
        raise Unauthenticated(MISSING_TEXT)
    return from_json(context["principal"])


def require_principal_unless_permalink(event: Mapping[str, Any]) -> None:
    """`require_principal`, except for the addresses that work for everybody who has them."""
    if not str(event.get("rawPath", "")).startswith(PERMALINKS):
        require_principal(event)


def principal(app: APIGatewayHttpResolver, scope: str) -> Principal:
    """The caller of the request in hand, who must hold `scope`.

    Raises:
        Unauthenticated: as `require_principal`.
        Forbidden: without the scope.
    """
    caller = require_principal(app.current_event.raw_event)
    if scope not in caller.scopes:
        raise Forbidden(f"This credential lacks the scope {scope}.")
    bind(workspace_id=caller.workspace_id, key_id=caller.key_id)
    return caller


def to_json(caller: Principal) -> str:
    """A principal as the authorizer's context carries it."""
    return json.dumps(
        {
            "workspaceId": caller.workspace_id,
            "userId": caller.user_id,
            "roles": sorted(caller.roles),
            "scopes": sorted(caller.scopes),
            "channel": caller.channel.value,
            "keyId": caller.key_id,
        },
        separators=(",", ":"),
    )


def from_json(text: str) -> Principal:
    """The inverse of `to_json`.

    Raises:
        Unauthenticated: anything that `to_json` did not write.
    """
    try:
        said = json.loads(text)
        return Principal(
            workspace_id=_text(said["workspaceId"]),
            user_id=_text(said["userId"]),
            roles=frozenset(_text(role) for role in said["roles"]),
            scopes=frozenset(_text(scope) for scope in said["scopes"]),
            channel=Channel(said["channel"]),
            key_id=_text(said["keyId"]),
        )
    except (TypeError, ValueError, KeyError):
        raise Unauthenticated(INVALID_TEXT) from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a principal is made of texts")
    return value
