"""What the use cases about people, workspaces and keys need from the outside. The rules of `ports` hold.

Pages are answered as (items, key to go on from); the key is None on the last page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.api_keys import KeyHint
from easel.domain.identities import TelegramIdentity, TelegramProfile
from easel.domain.plans import DEFAULT_PLAN
from easel.domain.request import Channel
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A person. `profile` is there for those whom a bot or Mini App brought."""

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
    """What a person is in a workspace. The plan is kept here too: the authorizer reads this and nothing else."""

    workspace_id: str
    user_id: str
    role: str
    added_at: datetime
    plan: str = DEFAULT_PLAN
    keys_created: int = 0
    """Counts the personal keys that this member was given here, so that a change of the membership sees new ones."""


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """What we know of an API key; the key itself is stored only as a hash."""

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
        """Whether it opens anything."""
        return self.revoked_at is None and (self.valid_until is None or now < self.valid_until)


class Users(Protocol):
    """People, and the names that bots know them by."""

    def adding(self, user: UserRecord) -> Sequence[Write]:
        """Conflict: StaleWrite, when there is one under this id."""
        ...

    def existing(self, user_id: str) -> Write:
        """Do nothing but insist that the user is there. Conflict: NotFound."""
        ...

    def adding_telegram(self, identity: TelegramIdentity, now: datetime) -> Write:
        """Note that a bot knows this person. Conflict: StaleWrite, when it did."""
        ...

    def get(self, user_id: str) -> UserRecord | None: ...

    def update_profile(self, user_id: str, profile: TelegramProfile, now: datetime) -> UserRecord | None:
        """The user with this profile; None when there is no such user."""
        ...

    def knows_telegram(self, identity: TelegramIdentity) -> bool:
        """Whether this bot brought the person."""
        ...

    def newest(self, *, limit: int, after: str | None) -> tuple[Sequence[UserRecord], str | None]:
        """All users of the system, newest first."""
        ...


class Workspaces(Protocol):
    """Tenants and who belongs to them."""

    def adding(self, workspace: WorkspaceRecord) -> Write:
        """Make it, to be owned by one. Conflict: StaleWrite, when there is one under this id."""
        ...

    def adding_member(self, membership: Membership) -> Sequence[Write]:
        """Conflict: Conflict, when the person belongs to it already."""
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

    def counting_key(self, membership: Membership) -> Write:
        """Count a personal key of this member. Conflict: StaleWrite, when the membership changed since it was read."""
        ...

    def counting_owners(self, workspace_id: str, change: int) -> Write:
        """One owner more or less. Conflict: LastOwner, when none would be left."""
        ...

    def get(self, workspace_id: str) -> WorkspaceRecord | None: ...

    def renaming(self, workspace_id: str, name: str) -> Write:
        """Conflict: NotFound, when there is no such workspace."""
        ...

    def membership(self, workspace_id: str, user_id: str) -> Membership | None: ...

    def members(
        self, workspace_id: str, *, limit: int, after: str | None
    ) -> tuple[Sequence[Membership], str | None]: ...

    def of_user(
        self, user_id: str, *, limit: int, after: str | None
    ) -> tuple[Sequence[tuple[WorkspaceRecord, str]], str | None]:
        """The workspaces that a person belongs to, each with the person's role."""
        ...


class ApiKeys(Protocol):
    """Keys, found by their hash when somebody comes with one and by their workspace when somebody manages them."""

    def hash_of(self, api_key: str) -> str:
        """How this key is stored."""
        ...

    def find(self, api_key: str) -> ApiKeyRecord | None: ...

    def find_for_telegram(self, api_key: str, identity: TelegramIdentity) -> tuple[ApiKeyRecord | None, bool]:
        """The key, and whether the identity's bot brought that person: both in one read."""
        ...

    def adding(self, record: ApiKeyRecord) -> Sequence[Write]:
        """Conflict: StaleWrite, when there is one under this id."""
        ...

    def ending(
        self, record: ApiKeyRecord, *, valid_until: datetime | None = None, revoked_at: datetime | None = None
    ) -> Sequence[Write]:
        """Let a key end then, or now. Conflict: StaleWrite, when it was revoked meanwhile."""
        ...

    def still_good(self, workspace_id: str, key_id: str, scope: str, now: datetime) -> Write:
        """Check that a key works and has the scope. Conflict: Unauthenticated; Forbidden without the scope."""
        ...

    def get(self, workspace_id: str, key_id: str) -> ApiKeyRecord | None: ...

    def list(
        self, workspace_id: str, *, limit: int, after: str | None
    ) -> tuple[Sequence[ApiKeyRecord], str | None]: ...


class InitDataClaims(Protocol):
    """Mini App sign-ins that were used."""

    def first_use(self, digest: str, now: datetime, until: datetime) -> datetime:
        """When this sign-in was first used: now, if it was not before. Remembered at least until then."""
        ...


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """What a token of an identity provider says, once it is proven."""

    issuer: str
    subject: str
    is_operator: bool
    """Whether the provider counts them among those who run the platform."""


@dataclass(frozen=True, slots=True)
class MiniAppUser:
    """What a token of our own says: who it is, and the plan of the bot's workspace."""

    identity: TelegramIdentity
    plan: str


class TokenVerifier(Protocol):
    """Reads bearer tokens that are signed: by identity providers, or by us for Mini App users."""

    def __call__(self, token: str) -> SignedInPerson | MiniAppUser | None:
        """Whom the token names; None for one that we do not accept.

        Raises:
            IdentityUnavailable: the provider's keys are not known and cannot be fetched now.
        """
        ...


@dataclass(frozen=True, slots=True)
class SessionToken:
    """A short-lived token of our own."""

    token: str
    expires_at: datetime


class SessionSigner(Protocol):
    """Makes tokens that `TokenVerifier` accepts."""

    def __call__(self, user: MiniAppUser, session_id: str, issued_at: datetime) -> SessionToken:
        """The same arguments give the same token."""
        ...


@dataclass(frozen=True, slots=True)
class MiniAppSignIn:
    """What a Mini App brings, once it is proven. `digest` names this very sign-in, which is stale at `expires_at`."""

    bot_workspace_id: str
    profile: TelegramProfile
    digest: str
    expires_at: datetime


class MiniAppVerifier(Protocol):
    """Reads the `initData` of Telegram Mini Apps."""

    def __call__(self, init_data: str, now: datetime) -> MiniAppSignIn | None:
        """What it says; None when it is not genuine or too old.

        Raises:
            NotFound: no bot is set up here.
        """
        ...
