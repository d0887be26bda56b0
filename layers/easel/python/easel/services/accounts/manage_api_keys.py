"""Create, revoke and rotate API keys of a workspace. A key is shown once, when it is created."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.access import ACT_AS_TELEGRAM, ALL_SCOPES, DEFAULT_KEY_SCOPES, KEYS_WRITE, Role, scopes_of
from easel.domain.api_keys import hint_of, new_api_key
from easel.domain.budgets import MAX_BUDGET_KEYS
from easel.domain.plans import DEFAULT_PLAN
from easel.domain.request import Channel
from easel.errors import Conflict, Contended, Forbidden, InvalidRequest, NotFound, StaleWrite
from easel.ids import new_id
from easel.services.accounts.caller_budgets import is_limited
from easel.services.accounts.principal import SIGNED_IN, Principal
from easel.services.accounts.standing import Standing
from easel.services.ports.accounts import ApiKeyRecord, ApiKeys, Membership, Workspaces
from easel.services.ports.money import Budgets
from easel.services.ports.transactions import UnitOfWork, Write

_MAX_TRIES: Final = 5

DEFAULT_OVERLAP: Final = timedelta(hours=24)
LONGEST_OVERLAP: Final = timedelta(days=30)
LONGEST_LIFETIME: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """The request for a key. A `service` key is a machine's and outlives the membership of its creator."""

    name: str
    scopes: frozenset[str] | None = None
    lifetime: timedelta | None = None
    service: bool = False


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key with its text, which is not stored."""

    api_key: str
    record: ApiKeyRecord


class ManageApiKeys:
    """Management of a workspace's keys, for callers with `keys:write`."""

    def __init__(
        self,
        *,
        api_keys: ApiKeys,
        workspaces: Workspaces,
        budgets: Budgets,
        standing: Standing,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._api_keys = api_keys
        self._budgets = budgets
        self._workspaces = workspaces
        self._standing = standing
        self._unit_of_work = unit_of_work
        self._clock = clock

    def create(self, principal: Principal, request: NewApiKey) -> IssuedKey:
        """Create a key, with no scope that its creator lacks.

        Raises:
            InvalidRequest: an unknown scope, or no scope.
            Forbidden: a scope that the caller does not have.
            Conflict: too many keys with a budget, each created by the one before.
            Unauthenticated, NotFound, Contended: the caller's own key or membership ended or changed meanwhile.
        """
        scopes = DEFAULT_KEY_SCOPES & principal.scopes if request.scopes is None else request.scopes
        _check_scopes(scopes)
        _check_has_all(principal, scopes)
        now = self._clock()
        issued = issue(
            self._api_keys,
            name=request.name,
            workspace_id=principal.workspace_id,
            user_id=principal.user_id,
            role=Role.SERVICE if request.service else principal.role,
            scopes=scopes,
            plan=principal.plan,
            now=now,
            valid_until=now + request.lifetime if request.lifetime else None,
            created_within=principal.budget_keys if is_limited(self._budgets, principal, now) else (),
        )
        self._commit_creation(principal, issued.record)
        return issued

    def revoke(self, principal: Principal, key_id: str) -> ApiKeyRecord:
        """Revoke a key; cached identities may remain valid for 30 seconds. Idempotent.

        Raises:
            NotFound: no such key in the caller's workspace.
        """
        record = self._find(principal, key_id)
        if record.revoked_at is None:
            checks = self._caller_checks(principal, ending=record)
            self._unit_of_work.commit(*checks, *self._api_keys.ending(record, revoked_at=self._clock()))
        return self._find(principal, key_id)

    def rotate(self, principal: Principal, key_id: str, overlap: timedelta = DEFAULT_OVERLAP) -> IssuedKey:
        """Replace a key with a new one; the old one remains valid for the overlap.

        Raises:
            NotFound: no such key in the caller's workspace.
            Forbidden: another member's personal key, or one with more scopes or budget than the caller.
            Conflict: a key that has been revoked or has expired.
        """
        old, now = self._find(principal, key_id), self._clock()
        if old.user_id != principal.user_id and Role.SERVICE not in old.roles:
            raise Forbidden("This is the personal key of another member. Revoke it, or let them rotate it.")
        _check_has_all(principal, old.scopes)
        if not old.is_good(now):
            raise Conflict("This key has ended. Make a new one.")
        if is_limited(self._budgets, principal, now) and not set(principal.budget_keys) <= set(old.budget_keys):
            raise Forbidden("Your key has a budget that this one is not part of, so it cannot rotate it.")
        ends = min(now + overlap, old.valid_until or now + overlap)
        successor = succeed(self._api_keys, old, now)
        self._commit_creation(principal, successor.record, replacing=old, ends=ends)
        return successor

    def _commit_creation(
        self,
        principal: Principal,
        record: ApiKeyRecord,
        *,
        replacing: ApiKeyRecord | None = None,
        ends: datetime | None = None,
    ) -> None:
        """Store a new key, and the end of the one it replaces.

        A personal key is counted in its owner's membership, so that a concurrent removal of that member either sees and
        ends the key, or makes this transaction fail.
        """
        ending = self._api_keys.ending(replacing, valid_until=ends) if replacing else ()
        for _ in range(_MAX_TRIES):
            membership = self._membership_of(record)
            counted = [self._workspaces.counting_key(membership)] if membership else []
            checks = self._caller_checks(principal, ending=replacing, counted=membership)
            try:
                self._unit_of_work.commit(*checks, *counted, *ending, *self._api_keys.adding(record))
            except StaleWrite:
                if replacing and self._find(principal, replacing.key_id).revoked_at is not None:
                    raise
                continue
            return
        raise Contended("The membership kept changing; nothing was written, please try again.")

    def _membership_of(self, record: ApiKeyRecord) -> Membership | None:
        if Role.SERVICE in record.roles:
            return None
        return self._workspaces.membership(record.workspace_id, record.user_id)

    def _caller_checks(
        self, principal: Principal, *, ending: ApiKeyRecord | None = None, counted: Membership | None = None
    ) -> list[Write]:
        """Checks of the caller, except on items that the transaction changes: it can name an item only once."""
        if ending is not None and ending.key_id == principal.key_id:
            return []
        if principal.key_id == SIGNED_IN and counted is not None and counted.user_id == principal.user_id:
            if KEYS_WRITE not in scopes_of(counted.role):
                raise Forbidden(f"This needs the scope {KEYS_WRITE} in workspace {counted.workspace_id}.")
            return []
        return self._standing(principal, principal.workspace_id, KEYS_WRITE)

    def _find(self, principal: Principal, key_id: str) -> ApiKeyRecord:
        record = self._api_keys.get(principal.workspace_id, key_id)
        if record is None:
            raise NotFound(f"There is no API key {key_id}.")
        return record


def issue(
    api_keys: ApiKeys,
    *,
    name: str,
    workspace_id: str,
    user_id: str,
    role: str,
    scopes: frozenset[str],
    now: datetime,
    plan: str = DEFAULT_PLAN,
    valid_until: datetime | None = None,
    created_within: tuple[str, ...] = (),
    continues: tuple[str, ...] = (),
) -> IssuedKey:
    """Build a key; it is not stored yet.

    It has a budget of its own and counts against those of `created_within`; or it `continues` the budgets of the key
    it replaces.

    Raises:
        Conflict: it would count against more budgets than a request can.
    """
    api_key, key_id = new_api_key(workspace_id), new_id()
    budget_keys = continues or (key_id, *created_within)
    if len(budget_keys) > MAX_BUDGET_KEYS:
        raise Conflict(f"A key counts against at most {MAX_BUDGET_KEYS} budgets; create it with another key.")
    record = ApiKeyRecord(
        key_id=key_id,
        key_hash=api_keys.hash_of(api_key),
        hint=hint_of(api_key),
        name=name,
        workspace_id=workspace_id,
        user_id=user_id,
        roles=frozenset({role}),
        scopes=scopes,
        channel=Channel.TELEGRAM if ACT_AS_TELEGRAM in scopes else Channel.API,
        created_at=now,
        plan=plan,
        valid_until=valid_until,
        budget_keys=budget_keys,
    )
    return IssuedKey(api_key, record)


def succeed(api_keys: ApiKeys, old: ApiKeyRecord, now: datetime) -> IssuedKey:
    """A key with the scopes and the lifetime of an old one."""
    lifetime = old.valid_until - old.created_at if old.valid_until else None
    (role,) = old.roles
    return issue(
        api_keys,
        name=old.name,
        workspace_id=old.workspace_id,
        user_id=old.user_id,
        role=role,
        scopes=old.scopes,
        plan=old.plan,
        now=now,
        valid_until=now + lifetime if lifetime else None,
        continues=old.budget_keys,
    )


def _check_scopes(scopes: frozenset[str]) -> None:
    unknown = sorted(scopes - ALL_SCOPES)
    if unknown or not scopes:
        message = f"There is no scope {unknown[0][:80]!r}." if unknown else "scopes must name at least one scope."
        raise InvalidRequest.of("scopes", message, sorted(ALL_SCOPES))


def _check_has_all(principal: Principal, scopes: frozenset[str]) -> None:
    missing = sorted(scopes - principal.scopes)
    if missing:
        raise Forbidden(f"You cannot give what you do not have: {', '.join(missing)}.")
