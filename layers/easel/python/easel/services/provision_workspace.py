"""Make a workspace with its owner and a first API key: the operator's way in to a fresh deployment."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from easel.clock import Clock
from easel.domain.generation import Channel
from easel.ids import new_id
from easel.services.ports import Accounts, ApiKeyRecord, UnitOfWork

API_KEY_PREFIX: Final = "ek_"
"""Lets secret scanners recognise a leaked key."""


@dataclass(frozen=True, slots=True)
class ProvisionedWorkspace:
    """The new ids, and the key: it is shown here once and never again."""

    workspace_id: str
    user_id: str
    api_key: str


class ProvisionWorkspace:
    """One transaction: workspace, user, membership, key."""

    def __init__(self, *, accounts: Accounts, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._accounts = accounts
        self._unit_of_work = unit_of_work
        self._clock = clock

    def __call__(self, *, workspace_name: str, owner_name: str, key_name: str) -> ProvisionedWorkspace:
        """Make them."""
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
        )
        self._unit_of_work.commit(
            self._accounts.adding_workspace(workspace_id, workspace_name, now),
            self._accounts.adding_user(user_id, owner_name, now),
            self._accounts.adding_member(workspace_id, user_id, "owner", now),
            self._accounts.adding_api_key(api_key, record, now),
        )
        return ProvisionedWorkspace(workspace_id, user_id, api_key)
