"""What requests about workspaces, members and API keys may say, and the commands that they become."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from unicodedata import category

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field
from pydantic.config import JsonDict

from easel.domain.access import ALL_SCOPES, MEMBER_ROLES
from easel.domain.text import is_blank
from easel.errors import InvalidRequest
from easel.http.models import RequestModel, WholeNumber
from easel.services.accounts.manage_api_keys import DEFAULT_OVERLAP, LONGEST_LIFETIME, LONGEST_OVERLAP, NewApiKey

WorkspaceId = Annotated[str, Path(alias="workspaceId", json_schema_extra={"format": "uuid"})]
UserId = Annotated[str, Path(alias="userId", json_schema_extra={"format": "uuid"})]
KeyId = Annotated[str, Path(alias="keyId", json_schema_extra={"format": "uuid"})]

_CONTROL: Final = "Cc"
"""Unicode's category of control characters, NUL and line breaks among them."""
_LONGEST_NAME: Final = 100
_NAME: Final[JsonDict] = {"minLength": 1, "maxLength": _LONGEST_NAME, "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$"}
_ROLE: Final[JsonDict] = {"enum": [role.value for role in MEMBER_ROLES]}
_SCOPES: Final[JsonDict] = {"minItems": 1, "items": {"type": "string", "enum": [*sorted(ALL_SCOPES)]}}


class WorkspaceRequest(RequestModel):
    """A workspace's name: for a new one, or instead of the old name."""

    name: str = Field(json_schema_extra=_NAME, examples=["Acme Studio"])


class NewMemberRequest(RequestModel):
    """A new member and their role."""

    user_id: str = Field(description="Their `user.id` in `GET /api/v1/me`.", json_schema_extra={"format": "uuid"})
    role: str = Field(json_schema_extra=_ROLE)


class MemberRoleRequest(RequestModel):
    """The new role of a member."""

    role: str = Field(json_schema_extra=_ROLE)


class NewApiKeyRequest(RequestModel):
    """A new API key."""

    name: str = Field(json_schema_extra=_NAME, examples=["web shop"])
    scopes: list[str] | None = Field(
        default=None,
        description="What it may do, at most what you may. To make and see images and the balance when left out.",
        json_schema_extra=_SCOPES,
    )
    expires_in_days: WholeNumber | None = Field(
        default=None,
        description="How long it works; until it is revoked when left out.",
        json_schema_extra={"minimum": 1, "maximum": 3650},
    )
    service: bool = Field(
        default=False,
        description="A machine's key: it stays when you leave the workspace, and is limited with the workspace alone.",
    )


class RotateApiKeyRequest(RequestModel):
    """How long the old key goes on working beside the new one."""

    overlap_seconds: WholeNumber | None = Field(
        default=None, description="A day when left out.", json_schema_extra={"minimum": 0, "maximum": 2_592_000}
    )


def name(text: str) -> str:
    """A name of a workspace or a key. Raises InvalidRequest."""
    given = text.strip()
    if is_blank(given) or len(given) > _LONGEST_NAME or any(category(character) == _CONTROL for character in given):
        limit = {"minLength": 1, "maxLength": _LONGEST_NAME}
        words = f"name must have 1 to {_LONGEST_NAME} characters, none of them a control character."
        raise InvalidRequest.of("name", words, limit)
    return given


def member_role(text: str) -> str:
    """A role that a person can have. Raises InvalidRequest."""
    roles = [role.value for role in MEMBER_ROLES]
    if text not in roles:
        raise InvalidRequest.of("role", f"role must be one of {', '.join(roles)}.", roles)
    return text


def new_api_key(request: NewApiKeyRequest) -> NewApiKey:
    """The command. Raises InvalidRequest."""
    days, longest = request.expires_in_days, LONGEST_LIFETIME.days
    if days is not None and not 1 <= days <= longest:
        limit = {"minimum": 1, "maximum": longest}
        raise InvalidRequest.of("expiresInDays", f"expiresInDays must be from 1 to {longest}.", limit)
    return NewApiKey(
        name=name(request.name),
        scopes=None if request.scopes is None else frozenset(request.scopes),
        lifetime=timedelta(days=days) if days else None,
        service=request.service,
    )


def overlap(seconds: int | None) -> timedelta:
    """How long an old key goes on. Raises InvalidRequest."""
    longest = int(LONGEST_OVERLAP.total_seconds())
    if seconds is not None and not 0 <= seconds <= longest:
        limit = {"minimum": 0, "maximum": longest}
        raise InvalidRequest.of("overlapSeconds", f"overlapSeconds must be from 0 to {longest}.", limit)
    return DEFAULT_OVERLAP if seconds is None else timedelta(seconds=seconds)
