"""List what is in the trash."""

from __future__ import annotations

from easel.services.accounts.principal import Principal
from easel.services.ports.pages import Page
from easel.services.ports.trash import TrashLists, TrashRow


class ReadTrash:
    """Reads within the caller's workspace only."""

    def __init__(self, *, lists: TrashLists) -> None:
        self._lists = lists

    def __call__(self, principal: Principal, *, limit: int, after: str | None) -> Page[TrashRow]:
        """What was put into it last comes first."""
        return self._lists.page(principal.workspace_id, limit=limit, after=after)
