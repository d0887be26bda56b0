"""List the API keys of a workspace."""

from __future__ import annotations

from easel.services.accounts.principal import Principal
from easel.services.ports.accounts import ApiKeyRecord, ApiKeys
from easel.services.ports.pages import Page


class ReadApiKeys:
    """Works within the caller's workspace only."""

    def __init__(self, *, api_keys: ApiKeys) -> None:
        self._api_keys = api_keys

    def __call__(self, principal: Principal, *, limit: int, after: str | None) -> Page[ApiKeyRecord]:
        """The workspace's keys, newest first, including revoked and expired ones."""
        return self._api_keys.list(principal.workspace_id, limit=limit, after=after)
