"""Users, workspaces, members, API keys and tokens.

Lists are read in pages (`ports/pages.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.api_keys import KeyHint
from easel.domain.identities import TelegramIdentity, TelegramProfile
from easel.domain.plans import DEFAULT_PLAN
from easel.domain.request import Channel
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user. `profile` is set for Telegram users."""

    user_id: str
    created_at: datetime
    name: str | None = None
    profile: TelegramProfile | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkspaceRecord:
    """A tenant."""

    workspace_id: str
    name: str
    created_at: datetime
    plan: str = DEFAULT_PLAN
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's membership in a workspace. It has the plan too, so that the authorizer needs one read."""

    workspace_id: str
    user_id: str
    role: str
    added_at: datetime
    plan: str = DEFAULT_PLAN
    keys_created: int = 0
    """Counts the member's personal keys, so that a change of the membership detects new ones."""


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """An API key; the key itself is stored only as a hash."""

    key_id: str
    key_hash: str
    hint: KeyHint
    name: str
    workspace_id: str
    user_id: str
    roles: frozenset[str]
    scopes: frozenset[str]
    channel: Channel
    created_at: datetime
    budget_keys: tuple[str, ...]
    """Ids of the keys whose budgets limit what this one spends. The first is this key, or the key that the chain of
    rotations began with; then come those that created it while they had a limit."""
    plan: str = DEFAULT_PLAN
    valid_until: datetime | None = None
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether the key is valid."""
        return self.revoked_at is None and (self.valid_until is None or now < self.valid_until)


class Users(Protocol):
    """Users and their Telegram identities."""

    def adding(self, user: UserRecord) -> Sequence[Write]:
        """Conflict: StaleWrite, when there is one under this id."""
        ...

    def existing(self, user_id: str) -> Write:
        """Check that the user exists. Conflict: NotFound."""
        ...

    def adding_telegram(self, identity: TelegramIdentity, now: datetime) -> Write:
        """Record a bot's user. Conflict: StaleWrite, when it exists."""
        ...

    def get(self, user_id: str) -> UserRecord | None: ...

    def update_profile(
        self, user_id: str, profile: TelegramProfile, now: datetime, *, unknown: Collection[str] = ()
    ) -> UserRecord | None:
        """Update the profile and return the user; None when there is no such user.

        Fields of the profile in `unknown` stay as they are; the others are replaced, by nothing too.
        """
        ...

    def knows_telegram(self, identity: TelegramIdentity) -> bool:
        """Whether this is a user of the bot."""
        ...

    def newest(self, *, limit: int, after: str | None) -> Page[UserRecord]:
        """All users of the system, newest first."""
        ...


class Workspaces(Protocol):
    """Workspaces and their members."""

    def adding(self, workspace: WorkspaceRecord) -> Write:
        """Create a workspace with one owner. Conflict: StaleWrite, when the id exists."""
        ...

    def adding_member(self, membership: Membership) -> Sequence[Write]:
        """Conflict: Conflict, when the person is a member already."""
        ...

    def changing_role(self, membership: Membership, role: str) -> Sequence[Write]:
        """Conflict: StaleWrite, when the role or the number of keys is no longer what was read."""
        ...

    def removing_member(self, membership: Membership) -> Sequence[Write]:
        """Conflict: StaleWrite, when the role or the number of keys is no longer what was read."""
        ...

    def still_member(self, workspace_id: str, user_id: str, roles: Sequence[str], scope: str) -> Write:
        """Check that a person has one of these roles. Conflict: NotFound without a membership, else Forbidden."""
        ...

    def existing(self, workspace_id: str) -> Write:
        """Check that the workspace exists; changes nothing. Conflict: NotFound."""
        ...

    def counting_key(self, membership: Membership) -> Write:
        """Count a personal key of this member. Conflict: StaleWrite, when the membership changed since it was read."""
        ...

    def counting_owners(self, workspace_id: str, change: int) -> Write:
        """Change the number of owners. Conflict: LastOwner, when none would be left."""
        ...

    def get(self, workspace_id: str) -> WorkspaceRecord | None: ...

    def renaming(self, workspace_id: str, name: str) -> Write:
        """Conflict: NotFound, when there is no such workspace."""
        ...

    def membership(self, workspace_id: str, user_id: str) -> Membership | None: ...

    def members(self, workspace_id: str, *, limit: int, after: str | None) -> Page[Membership]: ...

    def of_user(self, user_id: str, *, limit: int, after: str | None) -> Page[tuple[WorkspaceRecord, str]]:
        """The workspaces of a person, each with the role."""
        ...


class ApiKeys(Protocol):
    """API keys: found by hash for authentication, and by workspace for management."""

    def hash_of(self, api_key: str) -> str:
        """Store a key."""
        ...

    def find(self, api_key: str) -> ApiKeyRecord | None: ...

    def find_for_telegram(self, api_key: str, identity: TelegramIdentity) -> tuple[ApiKeyRecord | None, bool]:
        """The key, and whether the person is a user of the identity's bot, in one read."""
        ...

    def adding(self, record: ApiKeyRecord) -> Sequence[Write]:
        """Conflict: StaleWrite, when there is one under this id."""
        ...

    def ending(
        self, record: ApiKeyRecord, *, valid_until: datetime | None = None, revoked_at: datetime | None = None
    ) -> Sequence[Write]:
        """End a key then, or now. Conflict: StaleWrite, when it was revoked meanwhile."""
        ...

    def still_good(self, workspace_id: str, key_id: str, scope: str, now: datetime) -> Write:
        """Check that a key is valid and has the scope. Conflict: Unauthenticated; Forbidden without the scope."""
        ...

    def get(self, workspace_id: str, key_id: str) -> ApiKeyRecord | None: ...

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> Page[ApiKeyRecord]: ...


class InitDataClaims(Protocol):
    """Used Mini App sign-ins."""

    def first_use(self, digest: str, now: datetime, until: datetime) -> datetime:
        """The time of the first use of this sign-in; stored at least until `until`."""
        ...


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """The person in a verified token of an identity provider."""

    issuer: str
    subject: str
    is_operator: bool
    """Whether the provider lists them as an operator of the platform."""


@dataclass(frozen=True, slots=True)
class MiniAppUser:
    """The user in a token of our own, with the plan of the bot's workspace."""

    identity: TelegramIdentity
    plan: str


class TokenVerifier(Protocol):
    """Verifies signed bearer tokens of identity providers and our own."""

    def __call__(self, token: str) -> SignedInPerson | MiniAppUser | None:
        """The person of a token; None for an invalid one.

        Raises:
            IdentityUnavailable: the provider's keys cannot be fetched.
        """
        ...


@dataclass(frozen=True, slots=True)
class SessionToken:
    """A short-lived token of our own."""

    token: str
    expires_at: datetime


class BotKeyVerifier(Protocol):
    """Verifies the key that a bot derives from its token."""

    def __call__(self, key: str) -> str | None:
        """The workspace whose bot this is; None when the key is no bot's."""
        ...


class SessionSigner(Protocol):
    """Issues tokens that `TokenVerifier` accepts."""

    def __call__(self, user: MiniAppUser, session_id: str, issued_at: datetime) -> SessionToken:
        """The same arguments give the same token."""
        ...


@dataclass(frozen=True, slots=True)
class MiniAppSignIn:
    """A verified Mini App sign-in. `digest` identifies it; it expires at `expires_at`."""

    bot_workspace_id: str
    profile: TelegramProfile
    digest: str
    expires_at: datetime


class MiniAppVerifier(Protocol):
    """Verifies the `initData` of Telegram Mini Apps."""

    def __call__(self, init_data: str, now: datetime) -> MiniAppSignIn | None:
        """The sign-in; None when the signature is invalid or too old.

        Raises:
            NotFound: no bot is configured.
        """
        ...
