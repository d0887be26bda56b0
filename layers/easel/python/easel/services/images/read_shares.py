"""The links of a workspace."""

from __future__ import annotations

from easel.domain.share import Share
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.pages import Page
from easel.services.ports.shares import Shares


class ReadShares:
    """Reads within the caller's workspace only."""

    def __init__(self, *, shares: Shares) -> None:
        self._shares = shares

    def get(self, principal: Principal, share_id: str) -> Share:
        """Raises NotFound."""
        share = self._shares.get(principal.workspace_id, share_id)
        if share is None:
            raise NotFound(f"There is no share {share_id}.")
        return share

    def page(self, principal: Principal, target_id: str | None, *, limit: int, after: str | None) -> Page[Share]:
        """The newest first: all, or those of one image or generation."""
        return self._shares.list(principal.workspace_id, target_id=target_id, limit=limit, after=after)
