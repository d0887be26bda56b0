"""Make a workspace with its owner and a first API key: the operator's way in to a fresh deployment."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from easel.clock import Clock
from easel.domain.credits import DEFAULT_PRIORITIES, MILLI, Grant, GrantKind
from easel.domain.generation import Channel
from easel.domain.plans import DEFAULT_PLAN
from easel.ids import new_id
from easel.services.ports import Accounts, ApiKeyRecord, Ledger, UnitOfWork

API_KEY_PREFIX: Final = "ek_"
"""Lets secret scanners recognise a leaked key."""


@dataclass(frozen=True, slots=True)
class ProvisionedWorkspace:
    """The new ids, and the key: it is shown here once and never again."""

    workspace_id: str
    user_id: str
    api_key: str


class ProvisionWorkspace:
    """One transaction: workspace, user, membership, key, and a wallet with its first credits."""

    def __init__(self, *, accounts: Accounts, ledger: Ledger, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._accounts = accounts
        self._ledger = ledger
        self._unit_of_work = unit_of_work
        self._clock = clock

    def __call__(
        self, *, workspace_name: str, owner_name: str, key_name: str, credits: int = 0, plan: str = DEFAULT_PLAN
    ) -> ProvisionedWorkspace:
        """Make them. `credits` are whole credits, given as an adjustment that does not expire."""
        now = self._clock()
        workspace_id, user_id = new_id(), new_id()
        api_key = API_KEY_PREFIX + secrets.token_urlsafe(32)
        record = ApiKeyRecord(
            key_id=new_id(),
            name=key_name,
            workspace_id=workspace_id,
            user_id=user_id,
            roles=frozenset({"owner"}),
            scopes=frozenset({"generations:read", "generations:write"}),
            channel=Channel.API,
            plan=plan,
        )
        grant = Grant(
            id=new_id(),
            kind=GrantKind.ADJUSTMENT,
            amount=credits * MILLI,
            priority=DEFAULT_PRIORITIES[GrantKind.ADJUSTMENT],
        )
        self._unit_of_work.commit(
            self._accounts.adding_workspace(workspace_id, workspace_name, now),
            self._accounts.adding_user(user_id, owner_name, now),
            self._accounts.adding_member(workspace_id, user_id, "owner", now),
            self._accounts.adding_api_key(api_key, record, now),
            *self._ledger.opening(workspace_id, now, grant if credits else None),
        )
        return ProvisionedWorkspace(workspace_id, user_id, api_key)
