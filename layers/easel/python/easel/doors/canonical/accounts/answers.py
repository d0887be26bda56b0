"""People, workspaces, members and API keys as the canonical door shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from easel.clock import to_iso
from easel.domain.access import Role
from easel.domain.identities import TelegramProfile, personal_workspace
from easel.http.models import AnswerModel, Moment, moment
from easel.http.pagination import Pages
from easel.services.accounts.manage_api_keys import IssuedKey
from easel.services.accounts.principal import MINI_APP, SIGNED_IN, Principal
from easel.services.ports.accounts import ApiKeyRecord, Membership, UserRecord, WorkspaceRecord
from easel.services.ports.pages import Page


class WorkspaceBody(AnswerModel):
    """A workspace as one of its people sees it."""

    id: str
    name: str
    role: str = Field(description="The caller's role there.")
    personal: bool = Field(description="The one that every user has.")
    plan: str
    created_at: Moment


class WorkspacePage(AnswerModel):
    """Workspaces that the caller may act in, by `X-Workspace-Id`."""

    workspaces: list[WorkspaceBody]
    limit: int
    next_cursor: str | None


class MemberBody(AnswerModel):
    """A member of a workspace."""

    user_id: str
    role: str
    added_at: Moment


class MemberPage(AnswerModel):
    """Members of a workspace."""

    members: list[MemberBody]
    limit: int
    next_cursor: str | None


class CallerUser(AnswerModel):
    """The person behind a request."""

    id: str
    name: str | None
    telegram_id: int | None
    created_at: Moment | None


class CallerBody(AnswerModel):
    """The caller, and the workspace of this request."""

    user: CallerUser
    workspace_id: str = Field(description="Where this request acts.")
    role: str
    scopes: list[str]
    channel: str
    plan: str
    key_id: str | None = Field(description="The API key that was used; null for a person who signed in.")
    workspaces: list[WorkspaceBody] = Field(description="The first page of `GET /api/v1/workspaces`.")


class ApiKeyBody(AnswerModel):
    """A key without its secret."""

    id: str
    name: str
    prefix: str = Field(description="How the key begins.", examples=["ek_3kF9sQ1z"])
    last_four: str = Field(description="How it ends.")
    scopes: list[str]
    service: bool
    user_id: str = Field(description="The user who created it.")
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    active: bool


class IssuedApiKeyBody(ApiKeyBody):
    """A key with its secret: keep it, it is not shown again."""

    api_key: str = Field(description="Send it as `Authorization: Bearer <key>`.")


class ApiKeyPage(AnswerModel):
    """The workspace's keys, newest first, those that have ended included."""

    api_keys: list[ApiKeyBody]
    limit: int
    next_cursor: str | None


class MaskedUserBody(AnswerModel):
    """A user with personal data masked."""

    id: str
    kind: str = Field(description="How they were created.", json_schema_extra={"enum": ["telegram", "account"]})
    name: str | None
    username: str | None
    telegram_id: str | None
    language_code: str | None
    workspace_id: str = Field(description="Where their personal workspace is, or would be.")
    created_at: Moment
    updated_at: Moment | None


class MaskedUserPage(AnswerModel):
    """All users of the system, newest first."""

    users: list[MaskedUserBody]
    limit: int
    next_cursor: str | None


def caller_body(
    caller: Principal, user: UserRecord | None, workspaces: Sequence[tuple[WorkspaceRecord, str]]
) -> CallerBody:
    """Who the caller is."""
    profile = user.profile if user else None
    return CallerBody(
        user=CallerUser(
            id=caller.user_id,
            name=(user.name if user else None) or (_full_name(profile) if profile else None),
            telegram_id=profile.telegram_id if profile else None,
            created_at=moment(user.created_at if user else None),
        ),
        workspace_id=caller.workspace_id,
        role=caller.role,
        scopes=sorted(caller.scopes),
        channel=caller.channel.value,
        plan=caller.plan,
        key_id=None if caller.key_id in {SIGNED_IN, MINI_APP} else caller.key_id,
        workspaces=[workspace_body(*entry) for entry in workspaces],
    )


def workspace_body(workspace: WorkspaceRecord, role: str) -> WorkspaceBody:
    """One workspace."""
    return WorkspaceBody(
        id=workspace.workspace_id,
        name=workspace.name,
        role=role,
        personal=workspace.personal,
        plan=workspace.plan,
        created_at=to_iso(workspace.created_at),
    )


def workspace_page(page: Page[tuple[WorkspaceRecord, str]], limit: int, pages: Pages) -> WorkspacePage:
    """One page of workspaces."""
    bodies, next_cursor = pages.fit(page, lambda entry: workspace_body(*entry))
    return WorkspacePage(workspaces=bodies, limit=limit, next_cursor=next_cursor)


def member_body(membership: Membership) -> MemberBody:
    """One member."""
    return MemberBody(user_id=membership.user_id, role=membership.role, added_at=to_iso(membership.added_at))


def member_page(page: Page[Membership], limit: int, pages: Pages) -> MemberPage:
    """One page of members."""
    bodies, next_cursor = pages.fit(page, member_body)
    return MemberPage(members=bodies, limit=limit, next_cursor=next_cursor)


def api_key_body(record: ApiKeyRecord, now: datetime) -> ApiKeyBody:
    """A key without its secret."""
    return ApiKeyBody(**_api_key(record, now))


def issued_key_body(issued: IssuedKey, now: datetime) -> IssuedApiKeyBody:
    """A key with its secret, this once."""
    return IssuedApiKeyBody(**_api_key(issued.record, now), api_key=issued.api_key)


def api_key_page(page: Page[ApiKeyRecord], limit: int, pages: Pages, now: datetime) -> ApiKeyPage:
    """One page of keys."""
    bodies, next_cursor = pages.fit(page, lambda record: api_key_body(record, now))
    return ApiKeyPage(api_keys=bodies, limit=limit, next_cursor=next_cursor)


def _api_key(record: ApiKeyRecord, now: datetime) -> dict[str, Any]:
    return {
        "id": record.key_id,
        "name": record.name,
        "prefix": record.hint.prefix,
        "last_four": record.hint.last_four,
        "scopes": sorted(record.scopes),
        "service": Role.SERVICE in record.roles,
        "user_id": record.user_id,
        "created_at": to_iso(record.created_at),
        "expires_at": moment(record.valid_until),
        "revoked_at": moment(record.revoked_at),
        "active": record.is_good(now),
    }


def masked_user_page(page: Page[UserRecord], limit: int, pages: Pages) -> MaskedUserPage:
    """One page of users."""
    bodies, next_cursor = pages.fit(page, masked_user_body)
    return MaskedUserPage(users=bodies, limit=limit, next_cursor=next_cursor)


def masked_user_body(user: UserRecord) -> MaskedUserBody:
    """A user, with personal data masked."""
    profile = user.profile
    return MaskedUserBody(
        id=user.user_id,
        kind="telegram" if profile else "account",
        name=masked(user.name or (_full_name(profile) if profile else None)),
        username=masked(profile.username if profile else None),
        telegram_id=f"***{profile.telegram_id % 100:02d}" if profile else None,
        language_code=profile.language_code if profile else None,
        workspace_id=personal_workspace(user.user_id),
        created_at=to_iso(user.created_at),
        updated_at=moment(user.updated_at),
    )


def masked(text: str | None) -> str | None:
    """The first letter only; the length is hidden too."""
    return f"{text[0]}***" if text else None


def _full_name(profile: TelegramProfile) -> str | None:
    return " ".join(part for part in (profile.first_name, profile.last_name) if part) or None
