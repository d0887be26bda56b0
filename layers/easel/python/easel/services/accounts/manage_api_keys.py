"""Workspace API keys: make, list, revoke, rotate. A key is shown once, when it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.access import ACT_AS_TELEGRAM, ALL_SCOPES, DEFAULT_KEY_SCOPES, Role
from easel.domain.api_keys import hint_of, new_api_key
from easel.domain.plans import DEFAULT_PLAN
from easel.domain.request import Channel
from easel.errors import Conflict, Forbidden, InvalidRequest, NotFound
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.ports.accounts import ApiKeyRecord, ApiKeys
from easel.services.ports.transactions import UnitOfWork

DEFAULT_OVERLAP: Final = timedelta(hours=24)
LONGEST_OVERLAP: Final = timedelta(days=30)
LONGEST_LIFETIME: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """What a key shall be. `service` makes it a machine's, which outlives the membership of whoever made it."""

    name: str
    scopes: frozenset[str] | None = None
    lifetime: timedelta | None = None
    service: bool = False


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key with its text: the one moment when both are together."""

    api_key: str
    record: ApiKeyRecord


class ManageApiKeys:
    """What whoever holds `keys:write` may do with the keys of their workspace."""

    def __init__(self, *, api_keys: ApiKeys, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._api_keys = api_keys
        self._unit_of_work = unit_of_work
        self._clock = clock

    def create(self, principal: Principal, wanted: NewApiKey) -> IssuedKey:
        """A new key, with no scope that its maker lacks.

        Raises:
            InvalidRequest: a scope that does not exist, or none at all.
            Forbidden: a scope that the caller does not have.
        """
        scopes = DEFAULT_KEY_SCOPES & principal.scopes if wanted.scopes is None else wanted.scopes
        _check_scopes(scopes)
        _check_has_all(principal, scopes)
        now = self._clock()
        issued = issue(
            self._api_keys,
            name=wanted.name,
            workspace_id=principal.workspace_id,
            user_id=principal.user_id,
            role=Role.SERVICE if wanted.service else principal.role,
            scopes=scopes,
            plan=principal.plan,
            now=now,
            valid_until=now + wanted.lifetime if wanted.lifetime else None,
        )
        self._unit_of_work.commit(*self._api_keys.adding(issued.record))
        return issued

    def list(self, principal: Principal, *, limit: int, after: str | None) -> tuple[Sequence[ApiKeyRecord], str | None]:
        """The workspace's keys, newest first, those that have ended included."""
        return self._api_keys.list(principal.workspace_id, limit=limit, after=after)

    def revoke(self, principal: Principal, key_id: str) -> ApiKeyRecord:
        """End a key now; warm processes may take it for 30 seconds more. Twice is the same as once.

        Raises:
            NotFound: no such key in the caller's workspace.
        """
        record = self._find(principal, key_id)
        if record.revoked_at is None:
            self._unit_of_work.commit(*self._api_keys.ending(record, revoked_at=self._clock()))
        return self._find(principal, key_id)

    def rotate(self, principal: Principal, key_id: str, overlap: timedelta = DEFAULT_OVERLAP) -> IssuedKey:
        """A new key in place of this one, which goes on working for the overlap and no longer.

        Raises:
            NotFound: no such key in the caller's workspace.
            Forbidden: somebody else's personal key, or one that may do more than the caller.
            Conflict: a key that has ended.
        """
        old, now = self._find(principal, key_id), self._clock()
        if old.user_id != principal.user_id and Role.SERVICE not in old.roles:
            raise Forbidden("This is the personal key of somebody else. Revoke it, or let them rotate it.")
        _check_has_all(principal, old.scopes)
        if not old.is_good(now):
            raise Conflict("This key has ended. Make a new one.")
        ends = min(now + overlap, old.valid_until or now + overlap)
        successor = succeed(self._api_keys, old, now)
        self._unit_of_work.commit(
            *self._api_keys.ending(old, valid_until=ends), *self._api_keys.adding(successor.record)
        )
        return successor

    def _find(self, principal: Principal, key_id: str) -> ApiKeyRecord:
        found = self._api_keys.get(principal.workspace_id, key_id)
        if found is None:
            raise NotFound(f"There is no API key {key_id}.")
        return found


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
) -> IssuedKey:
    """A key that is not stored yet."""
    api_key = new_api_key(workspace_id)
    record = ApiKeyRecord(
        key_id=new_id(),
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
    )
    return IssuedKey(api_key, record)


def succeed(api_keys: ApiKeys, old: ApiKeyRecord, now: datetime) -> IssuedKey:
    """A key that may do the same as an old one, for as long as that one was made for."""
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
