"""Files of batches as OpenAI's clients know them: their records, and their contents in the bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from easel.domain.batch import BatchOrigin
from easel.domain.batch_file import BatchFile, FilePurpose
from easel.domain.generation import Generation


class FileRecords(Protocol):
    """What is known of the files."""

    def put(self, file: BatchFile) -> None:
        """Store a record, or the same one again."""
        ...

    def get(self, workspace_id: str, file_id: str) -> BatchFile | None: ...

    def list(
        self,
        workspace_id: str,
        *,
        purpose: FilePurpose | None,
        limit: int,
        after: str | None,
        newest_first: bool,
        now: datetime,
    ) -> tuple[Sequence[BatchFile], bool]:
        """Files after the id `after` that have not expired, and whether there are more."""
        ...

    def claim(self, file: BatchFile, batch_id: str, now: datetime) -> None:
        """Note the batch that is begun with a file. Raises NotFound: the file was deleted."""
        ...

    def delete(self, file: BatchFile) -> None:
        """Raises NotFound: it was deleted before."""
        ...


class FileContents(Protocol):
    """The files themselves. Each raises StorageUnavailable."""

    def put(self, workspace_id: str, file_id: str, data: bytes) -> None: ...

    def get(self, file: BatchFile) -> bytes | None:
        """None: there is none any more."""
        ...

    def link(self, file: BatchFile, expires_in: timedelta) -> str:
        """A link that needs no credential."""
        ...

    def delete(self, file: BatchFile) -> None:
        """No effect on a file that is not there."""
        ...


class OutputWords(Protocol):
    """How the door that a batch came through writes what became of its lines."""

    def answer(self, origin: BatchOrigin, generation: Generation) -> Mapping[str, Any]:
        """The body with which the line's route answers."""
        ...

    def line(self, batch_id: str, custom_id: str, generation_id: str | None, outcome: Mapping[str, Any]) -> bytes:
        """A line of one of the two files, the line feed included."""
        ...
