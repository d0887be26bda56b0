"""The caller, as the authorizer identified them. Fails closed: without its context no request is authenticated.

An HTTP API cannot shape its own 401, so the authorizer lets every request through and puts its result into the context;
the functions behind it refuse. See `functions/api/accounts/authorize_request`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, Literal

from easel.domain.api_keys import PREFIX
from easel.domain.request import Channel
from easel.errors import (
    CredentialMissing,
    EaselError,
    Forbidden,
    InvalidRequest,
    NotFound,
    StorageUnavailable,
    Unauthenticated,
)
from easel.http import events, rates
from easel.services.accounts.principal import Credential, CredentialKind, Principal

Failure = Literal["missing", "invalid", "unavailable", "forbidden", "not_found"]

_REFUSALS: Final[Mapping[type[EaselError], Failure]] = {Forbidden: "forbidden", NotFound: "not_found"}

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")
_OTHER_CREDENTIALS: Final = (
    ("x-internal-api-key", CredentialKind.INTERNAL_KEY),
    ("x-telegram-init-data", CredentialKind.INIT_DATA),
)
"""Headers that the clients of a bot send instead of `Authorization`, which counts first."""

_KEY_SOMEWHERE: Final = re.compile(rf"(?<![A-Za-z0-9_-]){PREFIX}[A-Za-z0-9_-]{{20,}}")
"""Something like a key of ours, in whatever form it was sent."""

MISSING_TEXT: Final = "Authorization header required"
INVALID_TEXT: Final = "Invalid or expired token"


def bearer_token(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer …` header; None without a header, empty when it holds no token of ours."""
    if authorization is None or not authorization.strip():
        return None
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" and _TOKEN.fullmatch(token.strip()) else ""


def credential(event: Mapping[str, Any]) -> Credential | None:
    """The token of a request, with what `X-Workspace-Id` and `X-Act-As` add to it; None for a request without a token.

    Raises:
        Unauthenticated: not a bearer token, or a key with characters that no key has.
        NotFound: a workspace id that is not a UUID.
    """
    token, kind = _token(event)
    if token is None:
        return None
    if not token:
        raise Unauthenticated(INVALID_TEXT)
    workspace = (events.header(event, "x-workspace-id") or "").strip().lower()
    if workspace and not _UUID.fullmatch(workspace):
        raise NotFound(f"There is no workspace {workspace[:80]}.")
    person = (events.header(event, "x-act-as") or "").strip()
    return Credential(token, workspace or None, person or None, kind)


def _token(event: Mapping[str, Any]) -> tuple[str | None, CredentialKind]:
    """A token and where it was sent: None where there is none, empty for one that cannot be ours."""
    bearer = bearer_token(events.header(event, "authorization"))
    if bearer is not None:
        return bearer, CredentialKind.BEARER
    for header, kind in _OTHER_CREDENTIALS:
        text = (events.header(event, header) or "").strip()
        if text:
            return text if _TOKEN.fullmatch(text) else "", kind
    return None, CredentialKind.BEARER


def found(principal: Principal) -> dict[str, str]:
    """The authorizer's context for a known caller."""
    return {"principal": to_json(principal)}


def not_found(failure: Failure) -> dict[str, str]:
    """The authorizer's context without a caller, with the reason."""
    return {"failure": failure}


def refused(error: Unauthenticated | Forbidden | NotFound) -> dict[str, str]:
    """The authorizer's context for a refused credential."""
    failure = _REFUSALS.get(type(error))
    return {**not_found(failure), "detail": error.message} if failure else not_found("invalid")


def require_principal(event: Mapping[str, Any]) -> Principal:
    """The caller of an HTTP API event.

    Raises:
        Unauthenticated: no credential, an invalid one, or no context from the authorizer.
        Forbidden: a valid credential that may not act for others.
        NotFound: a workspace or person in the headers that this caller does not have.
        RateLimited: too many requests of this caller, or from this address.
        StorageUnavailable: the credential could not be checked.
    """
    rates.refuse_if_too_many(event)
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    context = authorizer.get("lambda") or {}
    if context.get("failure") == "unavailable":
        raise StorageUnavailable("The credential could not be checked. Try again.")
    if context.get("failure") == "invalid":
        raise Unauthenticated(INVALID_TEXT + _hint(event))
    for kind, failure in _REFUSALS.items():
        if context.get("failure") == failure:
            raise kind(str(context.get("detail", "")))
    if "principal" not in context or "failure" in context:
        raise CredentialMissing(MISSING_TEXT + _hint(event))
    return from_json(context["principal"])


def _hint(event: Mapping[str, Any]) -> str:
    """What to do for callers who sent a key of ours, but not as a bearer token; the key itself is never repeated."""
    if (bearer_token(events.header(event, "authorization")) or "").startswith(PREFIX):
        return ""
    values = (event.get("headers") or {}).values()
    bare = any(_KEY_SOMEWHERE.search(str(value)) for value in values)
    return f". Send the key as `Authorization: Bearer {PREFIX}...`." if bare else ""


def check_same_workspace(headers: Mapping[str, str], named: str | None, field: str = "workspaceId") -> None:
    """Refuse a request whose header and body (or query) name different workspaces.

    Raises:
        InvalidRequest: they differ.
    """
    header = headers.get("x-workspace-id", "").strip().lower()
    if header and named and header != named.strip().lower():
        raise InvalidRequest.of(field, f"{field} and the header X-Workspace-Id name different workspaces.")


def to_json(caller: Principal) -> str:
    """A principal as the authorizer's context carries it: field by field, collections as lists."""
    values = {field.name: getattr(caller, field.name) for field in fields(caller)}
    return json.dumps(
        {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()},
        separators=(",", ":"),
    )


def from_json(text: str) -> Principal:
    """The inverse of `to_json`.

    Raises:
        Unauthenticated: anything that `to_json` did not write; a field too few is as bad as none.
    """
    try:
        values = json.loads(text)
        return Principal(**{field.name: _READERS[str(field.type)](values[field.name]) for field in fields(Principal)})
    except (TypeError, ValueError, KeyError):
        raise Unauthenticated(INVALID_TEXT) from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a principal is made of texts")
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("a collection is written as a list")
    return [_text(entry) for entry in value]


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "str": _text,
    "str | None": lambda value: None if value is None else _text(value),
    "Channel": Channel,
    "frozenset[str]": lambda value: frozenset(_texts(value)),
    "tuple[str, ...]": lambda value: tuple(_texts(value)),
}
"""By the type of a field, so that a field that principals gain is carried without a change here."""
