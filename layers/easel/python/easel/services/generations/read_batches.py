"""Read batches and where their results are."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from easel.domain.batch import Batch, LineRecord
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.batches import Batches, BatchFiles
from easel.services.ports.pages import Page

LINK_LIFETIME: Final = timedelta(hours=1)


class ReadBatches:
    """One read each."""

    def __init__(self, *, batches: Batches, files: BatchFiles) -> None:
        self._batches = batches
        self._files = files

    def get(self, principal: Principal, batch_id: str) -> Batch:
        """Raises NotFound: none under this id in the caller's workspace."""
        batch = self._batches.get(principal.workspace_id, batch_id)
        if batch is None:
            raise NotFound(f"There is no batch {batch_id}.")
        return batch

    def list(self, principal: Principal, *, limit: int, after: str | None) -> Page[Batch]:
        """The newest batches of the workspace first."""
        return self._batches.list(principal.workspace_id, limit=limit, after=after)

    def list_after(self, principal: Principal, *, limit: int, batch_id: str | None) -> Page[Batch]:
        """Those that are older than a batch, whether it is there or not; the newest first."""
        return self._batches.list_after(principal.workspace_id, limit=limit, batch_id=batch_id)

    def results(self, principal: Principal, batch_id: str, *, limit: int, after: str | None) -> Page[LineRecord]:
        """What became of the lines that have begun, in their order, while the batch runs too. Raises NotFound."""
        return self._batches.records_after(self.get(principal, batch_id), limit=limit, after=after)

    def results_url(self, batch: Batch) -> str | None:
        """A link to the results so far, good for an hour; None before there are any. Raises StorageUnavailable."""
        if batch.closed_chunks == 0:
            return None
        return self._files.results_link(batch, batch.closed_chunks, LINK_LIFETIME)
