"""Files for batches, as OpenAI's clients upload them: store, read, list and delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.batch import FILES_KEPT
from easel.domain.batch_file import BatchFile, FilePurpose
from easel.errors import NotFound
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.ports.batch_files import FileContents, FileRecords

LINK_LIFETIME: Final = timedelta(hours=1)


class ManageBatchFiles:
    """The content is stored before its record, and deleted after it: a record always has its content."""

    def __init__(self, *, records: FileRecords, contents: FileContents, clock: Clock) -> None:
        self._records = records
        self._contents = contents
        self._clock = clock

    def add(self, principal: Principal, name: str, data: bytes, kept: timedelta = FILES_KEPT) -> BatchFile:
        """Store a file of lines, which can be read for as long as `kept` says. Raises StorageUnavailable."""
        file = BatchFile(
            id=new_id(),
            workspace_id=principal.workspace_id,
            name=name,
            size=len(data),
            purpose=FilePurpose.BATCH,
            created_at=self._clock(),
            kept=kept,
        )
        self._contents.put(file.workspace_id, file.id, data)
        self._records.put(file)
        return file

    def get(self, principal: Principal, file_id: str) -> BatchFile:
        """Raises NotFound: none under this id in the caller's workspace."""
        file = self._records.get(principal.workspace_id, file_id)
        if file is None or file.expires_at <= self._clock():
            raise NotFound(f"There is no file {file_id}.")
        return file

    def list(
        self,
        principal: Principal,
        *,
        purpose: FilePurpose | None,
        limit: int,
        after: str | None,
        newest_first: bool,
    ) -> tuple[Sequence[BatchFile], bool]:
        """Files of the workspace after the id `after`, and whether there are more."""
        return self._records.list(
            principal.workspace_id,
            purpose=purpose,
            limit=limit,
            after=after,
            newest_first=newest_first,
            now=self._clock(),
        )

    def link(self, principal: Principal, file_id: str) -> str:
        """A link to the content, good for an hour. Raises NotFound, StorageUnavailable."""
        return self._contents.link(self.get(principal, file_id), LINK_LIFETIME)

    def delete(self, principal: Principal, file_id: str) -> None:
        """Delete a file. Batches that were made of it keep their lines. Raises NotFound, StorageUnavailable."""
        file = self.get(principal, file_id)
        self._records.delete(file)
        self._contents.delete(file)
