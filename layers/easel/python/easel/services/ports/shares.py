"""Links that show pictures to people without an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from easel.domain.share import Share
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


class Shares(Protocol):
    """The links of all workspaces."""

    def adding(self, share: Share) -> Sequence[Write]:
        """Conflict: TooManyShares."""
        ...

    def removing(self, share: Share) -> Sequence[Write]:
        """Conflict: StaleWrite, when it is not there."""
        ...

    def get(self, workspace_id: str, share_id: str) -> Share | None: ...

    def list(self, workspace_id: str, *, target_id: str | None, limit: int, after: str | None) -> Page[Share]:
        """The newest first: all, or those of one image or generation."""
        ...

    def note_view(self, share: Share, at: datetime) -> None:
        """Count a view, while it is there."""
        ...
