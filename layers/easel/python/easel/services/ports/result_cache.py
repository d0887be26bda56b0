"""The cache of results of a workspace, and whether it uses one."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from easel.domain.result_cache import CachePolicy
from easel.services.ports.transactions import Write


class CachedResults(Protocol):
    """Generations by the fingerprint of their request."""

    def find(self, workspace_id: str, fingerprint: str, now: datetime) -> tuple[CachePolicy, str | None]:
        """The workspace's choice, and the id of the last generation of this request that has not expired."""
        ...

    def remember(self, workspace_id: str, fingerprint: str, generation_id: str, until: datetime) -> None:
        """The last one counts."""
        ...


class CachePolicies(Protocol):
    """What workspaces chose."""

    def policy(self, workspace_id: str) -> CachePolicy: ...

    def setting(self, workspace_id: str, policy: CachePolicy, now: datetime) -> Write:
        """Replace the choice; the last write wins."""
        ...
