"""People, workspaces, API keys and Telegram users in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import (
    Conflict,
    Contended,
    DatabaseRefused,
    DatabaseUnavailable,
    Forbidden,
    InvalidRequest,
    LastOwner,
    NotFound,
    SecretUnavailable,
    StaleWrite,
    StorageUnavailable,
    Unauthenticated,
    WalletMissing,
)
from easel.http.description import empty, route

_WORKSPACES: Final = "Workspaces"
_KEYS: Final = "API keys"
_TELEGRAM: Final = "Telegram"

ME: Final = route(
    "readCaller",
    _WORKSPACES,
    "Get the current user",
    "The person or key behind the credential, what it may do, and the workspaces that it may act in.",
    {200: "You."},
)

CREATE_WORKSPACE: Final = route(
    "createWorkspace",
    _WORKSPACES,
    "Create a workspace",
    "You own it. Act in it by sending its id as `X-Workspace-Id`. Only people who signed in create workspaces.",
    {201: "Created."},
    errors=(InvalidRequest, Forbidden, Contended),
)

LIST_WORKSPACES: Final = route(
    "listWorkspaces", _WORKSPACES, "List your workspaces", "Follow `nextCursor`.", {200: "One page."}
)

READ_WORKSPACE: Final = route(
    "readWorkspace",
    _WORKSPACES,
    "Get a workspace",
    "One that you belong to.",
    {200: "The workspace."},
    errors=(NotFound,),
)

RENAME_WORKSPACE: Final = route(
    "renameWorkspace",
    _WORKSPACES,
    "Rename a workspace",
    "For its owners and admins.",
    {200: "Renamed."},
    errors=(InvalidRequest, Forbidden, NotFound, Contended),
)

ADD_MEMBER: Final = route(
    "addMember",
    _WORKSPACES,
    "Add a member",
    "For owners and admins; only owners make owners. Not into a personal workspace.",
    {201: "Added."},
    errors=(InvalidRequest, Forbidden, NotFound, Conflict, Contended),
)

LIST_MEMBERS: Final = route(
    "listMembers", _WORKSPACES, "List members", "Follow `nextCursor`.", {200: "One page."}, errors=(NotFound,)
)

CHANGE_MEMBER: Final = route(
    "changeMember",
    _WORKSPACES,
    "Change a member's role",
    "Their personal keys that may do more than the new role are revoked. A workspace always keeps an owner.",
    {200: "Changed."},
    errors=(InvalidRequest, Forbidden, NotFound, Conflict, LastOwner, Contended),
)

REMOVE_MEMBER: Final = route(
    "removeMember",
    _WORKSPACES,
    "Remove a member",
    "Their personal keys are revoked; keys of services stay. Requests under way, and those of the next 30 seconds, may "
    "still be accepted. Anyone may leave by removing themselves; the last owner may not.",
    {204: empty("Removed.")},
    errors=(Forbidden, NotFound, Conflict, LastOwner, Contended),
)

CREATE_API_KEY: Final = route(
    "createApiKey",
    _KEYS,
    "Create an API key",
    "For the workspace that you act in. The key is shown in this answer and never again.",
    {201: "The key."},
    errors=(InvalidRequest, Forbidden, Contended, Conflict),
)

LIST_API_KEYS: Final = route(
    "listApiKeys", _KEYS, "List API keys", "Without their secrets. Follow `nextCursor`.", {200: "One page."}
)

REVOKE_API_KEY: Final = route(
    "revokeApiKey",
    _KEYS,
    "Revoke an API key",
    "It stops working within 30 seconds, everywhere. Revoking twice is the same as once.",
    {200: "Revoked."},
    errors=(Forbidden, NotFound, StaleWrite, Contended),
)

ROTATE_API_KEY: Final = route(
    "rotateApiKey",
    _KEYS,
    "Rotate an API key",
    "Answers with a new key that may do the same. The old one goes on working for the overlap, a day unless set "
    "otherwise.",
    {201: "The new key."},
    errors=(InvalidRequest, Forbidden, NotFound, Conflict, Contended),
)

SYNC_USER: Final = route(
    "syncTelegramUser",
    _TELEGRAM,
    "Sync a Telegram user",
    "For bots. Creates the person with a wallet and a trial, or updates what has changed. Safe to repeat.",
    {200: "The person as we know them now."},
    errors=(InvalidRequest, NotFound, Contended),
)

READ_USER_BALANCE: Final = route(
    "readTelegramBalance",
    _TELEGRAM,
    "Get a Telegram user's balance",
    "For bots, about users that they synced.",
    {200: "The balance."},
    errors=(NotFound, WalletMissing, Contended),
)

READ_USER_TRIAL: Final = route(
    "readTelegramTrial",
    _TELEGRAM,
    "Get a Telegram user's trial",
    "For bots, about users that they synced.",
    {200: "The trial."},
    errors=(NotFound,),
)

SIGN_IN_WITH_TELEGRAM: Final = route(
    "signInWithTelegram",
    _TELEGRAM,
    "Sign in with Telegram",
    "For Mini Apps: exchanges their `initData` for a token that works for an hour. Sent again while it is valid, the "
    "same `initData` gets the same token.",
    {200: "The token."},
    errors=(
        Unauthenticated,
        NotFound,
        StorageUnavailable,
        Contended,
        DatabaseUnavailable,
        DatabaseRefused,
        SecretUnavailable,
    ),
    public=True,
)

LIST_DEBUG_USERS: Final = route(
    "listUsers",
    "Operations",
    "List users",
    "All users of the platform, for those who run it. Personal data is masked. Off in production unless enabled.",
    {200: "One page."},
    errors=(NotFound,),
)
