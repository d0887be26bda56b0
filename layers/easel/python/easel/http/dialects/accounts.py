"""People, workspaces and keys: requests to commands, domain to answers. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from easel.clock import to_iso
from easel.domain.access import MEMBER_ROLES, Role
from easel.domain.credits import MILLI, Wallet
from easel.domain.identities import (
    TELEGRAM_ID_LIMIT,
    TelegramProfile,
    is_telegram_id,
    personal_workspace,
    read_telegram_id,
)
from easel.errors import InvalidRequest
from easel.http.schemas.accounts import (
    ApiKeyBody,
    ApiKeyPage,
    CallerBody,
    CallerUser,
    IssuedApiKeyBody,
    MaskedUserBody,
    MaskedUserPage,
    MemberBody,
    MemberPage,
    MiniAppUserBody,
    NewApiKeyRequest,
    SyncedUserBody,
    SyncUserRequest,
    TelegramBalanceBody,
    TelegramSessionBody,
    TelegramTrialBody,
    TelegramUserBody,
    WorkspaceBody,
    WorkspacePage,
)
from easel.services.accounts.exchange_telegram import SignedIn
from easel.services.accounts.impersonation import no_telegram_user
from easel.services.accounts.manage_api_keys import (
    DEFAULT_OVERLAP,
    LONGEST_LIFETIME,
    LONGEST_OVERLAP,
    IssuedKey,
    NewApiKey,
)
from easel.services.accounts.principal import MINI_APP, SIGNED_IN, Principal
from easel.services.accounts.sync_users import SyncedUser, Trial, TrialStatus
from easel.services.ports.accounts import ApiKeyRecord, Membership, UserRecord, WorkspaceRecord

_LONGEST_NAME: Final = 100


# --- requests ---------------------------------------------------------------------------------------------------------


def name(text: str) -> str:
    """A name that people gave. Raises InvalidRequest."""
    given = text.strip()
    if not 0 < len(given) <= _LONGEST_NAME:
        limit = {"minLength": 1, "maxLength": _LONGEST_NAME}
        raise InvalidRequest.of("name", f"name must have 1 to {_LONGEST_NAME} characters.", limit)
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


def telegram_profile(request: SyncUserRequest) -> TelegramProfile:
    """The person. Raises InvalidRequest for an id that Telegram cannot have given."""
    if not is_telegram_id(request.telegram_id):
        limit = {"minimum": 1, "maximum": TELEGRAM_ID_LIMIT - 1}
        raise InvalidRequest.of("telegramId", "telegramId must be a positive number below 2^52.", limit)
    return TelegramProfile(
        telegram_id=request.telegram_id,
        username=request.username,
        first_name=request.first_name,
        last_name=request.last_name,
        language_code=request.language_code,
    )


def telegram_id(text: str) -> int:
    """The id in an address. Raises NotFound for one that Telegram cannot have given: there is nobody of that name."""
    number = read_telegram_id(text)
    if number is None:
        raise no_telegram_user(text)
    return number


# --- workspaces -------------------------------------------------------------------------------------------------------


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
            created_at=_moment(user.created_at if user else None),
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


def workspace_page(found: Sequence[tuple[WorkspaceRecord, str]], limit: int, next_cursor: str | None) -> WorkspacePage:
    """One page of workspaces."""
    return WorkspacePage(workspaces=[workspace_body(*entry) for entry in found], limit=limit, next_cursor=next_cursor)


def member_body(membership: Membership) -> MemberBody:
    """One member."""
    return MemberBody(user_id=membership.user_id, role=membership.role, added_at=to_iso(membership.added_at))


def member_page(found: Sequence[Membership], limit: int, next_cursor: str | None) -> MemberPage:
    """One page of members."""
    return MemberPage(members=[member_body(entry) for entry in found], limit=limit, next_cursor=next_cursor)


# --- API keys ---------------------------------------------------------------------------------------------------------


def api_key_body(record: ApiKeyRecord, now: datetime) -> ApiKeyBody:
    """A key without its secret."""
    return ApiKeyBody(**_api_key(record, now))


def issued_key_body(issued: IssuedKey, now: datetime) -> IssuedApiKeyBody:
    """A key with its secret, this once."""
    return IssuedApiKeyBody(**_api_key(issued.record, now), api_key=issued.api_key)


def api_key_page(found: Sequence[ApiKeyRecord], limit: int, next_cursor: str | None, now: datetime) -> ApiKeyPage:
    """One page of keys."""
    return ApiKeyPage(api_keys=[api_key_body(record, now) for record in found], limit=limit, next_cursor=next_cursor)


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
        "expires_at": _moment(record.valid_until),
        "revoked_at": _moment(record.revoked_at),
        "active": record.is_good(now),
    }


# --- Telegram ---------------------------------------------------------------------------------------------------------


def synced_user_body(synced: SyncedUser, number: int) -> SyncedUserBody:
    """A person after their bot told us of them."""
    profile = synced.user.profile or TelegramProfile(number)
    return SyncedUserBody(
        user=TelegramUserBody(
            id=synced.user.user_id,
            telegram_id=number,
            username=profile.username,
            first_name=profile.first_name,
            last_name=profile.last_name,
            language_code=profile.language_code,
            created_at=to_iso(synced.user.created_at),
            updated_at=_moment(synced.user.updated_at),
        ),
        created=synced.created,
        balance=balance_body(number, synced.wallet),
        trial=trial_body(number, synced.trial),
    )


def balance_body(number: int, wallet: Wallet) -> TelegramBalanceBody:
    """What a person has."""
    return TelegramBalanceBody(
        telegram_id=number,
        balance=wallet.available / MILLI,
        balance_milli_credits=wallet.available,
        held=wallet.held / MILLI,
        held_milli_credits=wallet.held,
    )


def trial_body(number: int, trial: Trial) -> TelegramTrialBody:
    """What has become of a person's trial."""
    return TelegramTrialBody(
        telegram_id=number,
        status=trial.status.value,
        available=trial.status is TrialStatus.AVAILABLE,
        used=trial.status is TrialStatus.USED,
        amount=None if trial.amount is None else trial.amount / MILLI,
        remaining=trial.remaining / MILLI,
        granted_at=_moment(trial.granted_at),
        expires_at=_moment(trial.expires_at),
    )


def session_body(signed_in: SignedIn, now: datetime) -> TelegramSessionBody:
    """The token."""
    user = signed_in.person.user
    profile = user.profile or TelegramProfile(0)
    return TelegramSessionBody(
        access_token=signed_in.token.token,
        token_type="Bearer",  # noqa: S106 - the name of a scheme
        expires_in=int((signed_in.token.expires_at - now).total_seconds()),
        expires_at=to_iso(signed_in.token.expires_at),
        user=MiniAppUserBody(
            id=user.user_id,
            workspace_id=personal_workspace(user.user_id),
            telegram_id=profile.telegram_id,
            username=profile.username,
            first_name=profile.first_name,
            last_name=profile.last_name,
            language_code=profile.language_code,
        ),
        created=signed_in.person.created,
    )


# --- for those who run the platform -----------------------------------------------------------------------------------


def masked_user_page(found: Sequence[UserRecord], limit: int, next_cursor: str | None) -> MaskedUserPage:
    """One page of users."""
    return MaskedUserPage(users=[masked_user_body(user) for user in found], limit=limit, next_cursor=next_cursor)


def masked_user_body(user: UserRecord) -> MaskedUserBody:
    """A user whom nobody can recognise from this answer alone."""
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
        updated_at=_moment(user.updated_at),
    )


def masked(text: str | None) -> str | None:
    """The first letter. How long the rest was is not told either."""
    return f"{text[0]}***" if text else None


def _full_name(profile: TelegramProfile) -> str | None:
    return " ".join(part for part in (profile.first_name, profile.last_name) if part) or None


def _moment(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None
