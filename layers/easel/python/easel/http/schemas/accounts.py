"""The shapes of people, workspaces and keys on the wire. By themselves, so that others need not load them.

Names of models are unique over both modules: the OpenAPI document is merged by them. The routes that bots call answer
in snake_case, as their front door was specified; all others in camelCase.
"""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from easel.domain.access import ALL_SCOPES, MEMBER_ROLES
from easel.http.schemas.base import AnswerModel, Moment, RequestModel, WholeNumber

_LONGEST_NAME: Final = 100
_NAME: Final[JsonDict] = {"minLength": 1, "maxLength": _LONGEST_NAME}
_ROLE: Final[JsonDict] = {"enum": [role.value for role in MEMBER_ROLES]}
_SCOPES: Final[JsonDict] = {"items": {"type": "string", "enum": [*sorted(ALL_SCOPES)]}}


class SnakeModel(BaseModel):
    """A part of an answer of the bots' front door."""

    model_config = ConfigDict(frozen=True, defer_build=True)


# --- workspaces and members -------------------------------------------------------------------------------------------


class WorkspaceRequest(RequestModel):
    """A workspace's name: for a new one, or instead of the old name."""

    name: str = Field(json_schema_extra=_NAME, examples=["Acme Studio"])


class NewMemberRequest(RequestModel):
    """Whom to take into a workspace, and as what."""

    user_id: str = Field(description="Their `user.id` in `GET /api/v1/me`.", json_schema_extra={"format": "uuid"})
    role: str = Field(json_schema_extra=_ROLE)


class MemberRoleRequest(RequestModel):
    """What a member shall be from now on."""

    role: str = Field(json_schema_extra=_ROLE)


class WorkspaceBody(AnswerModel):
    """A workspace as one of its people sees it."""

    id: str
    name: str
    role: str = Field(description="What the caller is there.")
    personal: bool = Field(description="The one that every user has.")
    plan: str
    created_at: Moment


class WorkspacePage(AnswerModel):
    """Workspaces that the caller may act in, by `X-Workspace-Id`."""

    workspaces: list[WorkspaceBody]
    limit: int
    next_cursor: str | None


class MemberBody(AnswerModel):
    """Somebody who belongs to a workspace."""

    user_id: str
    role: str
    added_at: Moment


class MemberPage(AnswerModel):
    """Who belongs to a workspace."""

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
    """Who the caller is, and where."""

    user: CallerUser
    workspace_id: str = Field(description="Where this request acts.")
    role: str
    scopes: list[str]
    channel: str
    plan: str
    key_id: str | None = Field(description="The API key that was used; null for somebody who signed in.")
    workspaces: list[WorkspaceBody] = Field(description="The first page of `GET /api/v1/workspaces`.")


# --- API keys ---------------------------------------------------------------------------------------------------------


class NewApiKeyRequest(RequestModel):
    """What a new key shall be."""

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


class ApiKeyBody(AnswerModel):
    """A key without its secret."""

    id: str
    name: str
    prefix: str = Field(description="How the key begins.", examples=["ek_3kF9sQ1z"])
    last_four: str = Field(description="How it ends.")
    scopes: list[str]
    service: bool
    user_id: str = Field(description="In whose name it was made.")
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


# --- Telegram ---------------------------------------------------------------------------------------------------------


class SyncUserRequest(RequestModel):
    """A person as Telegram describes them (Bot API, `User`). What is left out is forgotten."""

    telegram_id: WholeNumber = Field(json_schema_extra={"minimum": 1, "maximum": 2**52 - 1}, examples=[279058397])
    username: str | None = Field(default=None, max_length=256)
    first_name: str | None = Field(default=None, max_length=256)
    last_name: str | None = Field(default=None, max_length=256)
    language_code: str | None = Field(default=None, max_length=35)
    is_bot: bool | None = Field(default=None, description="Taken, and not kept.")
    is_premium: bool | None = Field(default=None, description="Taken, and not kept.")
    photo_url: str | None = Field(default=None, max_length=2048, description="Taken, and not kept.")


class TelegramUserBody(SnakeModel):
    """A person whom the bot brought."""

    id: str
    telegram_id: int
    username: str | None
    first_name: str | None
    last_name: str | None
    language_code: str | None
    created_at: Moment
    updated_at: Moment | None


class TelegramBalanceBody(SnakeModel):
    """What a person has, in credits and in thousandths of credits."""

    telegram_id: int
    balance: float = Field(description="Credits that can be spent.")
    balance_milli_credits: int
    held: float = Field(description="Credits set aside for generations that are running.")
    held_milli_credits: int


class TelegramTrialBody(SnakeModel):
    """What has become of a person's trial."""

    telegram_id: int
    status: str = Field(
        description="`none`: there is none.", json_schema_extra={"enum": ["available", "used", "expired", "none"]}
    )
    available: bool
    used: bool
    amount: float | None = Field(description="Credits that it was worth.")
    remaining: float = Field(description="Credits that are left of it.")
    granted_at: Moment | None
    expires_at: Moment | None


class SyncedUserBody(SnakeModel):
    """The person as we know them now."""

    user: TelegramUserBody
    created: bool = Field(description="Whether they are new to us.")
    balance: TelegramBalanceBody
    trial: TelegramTrialBody


class TelegramSignInRequest(RequestModel):
    """What a Mini App was opened with."""

    init_data: str = Field(description="`Telegram.WebApp.initData`, as it is.")


class MiniAppUserBody(AnswerModel):
    """Whom the token is for."""

    id: str
    workspace_id: str
    telegram_id: int
    username: str | None
    first_name: str | None
    last_name: str | None
    language_code: str | None


class TelegramSessionBody(AnswerModel):
    """A token to send as `Authorization: Bearer <token>`."""

    access_token: str
    token_type: str
    expires_in: int = Field(description="Seconds.")
    expires_at: Moment
    user: MiniAppUserBody
    created: bool = Field(description="Whether they are new to us.")


# --- for those who run the platform -----------------------------------------------------------------------------------


class MaskedUserBody(AnswerModel):
    """A user, with what is personal about them masked."""

    id: str
    kind: str = Field(description="How they came.", json_schema_extra={"enum": ["telegram", "account"]})
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
