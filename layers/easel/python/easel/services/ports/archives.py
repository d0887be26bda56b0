"""Archives: their records, their objects, and the queue of those to be built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.archive import ArchivePlan, ArchiveState


@dataclass(frozen=True, slots=True)
class ArchiveRef:
    """Names one archive: of a generation, with this content."""

    workspace_id: str
    generation_id: str
    digest: str

    @classmethod
    def of(cls, plan: ArchivePlan) -> ArchiveRef:
        return cls(plan.workspace_id, plan.generation_id, plan.digest)


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """How far an archive is. It counts until `until`: as queued or building then, or as offered."""

    ref: ArchiveRef
    state: ArchiveState
    bytes_done: int
    until: datetime


class ArchiveRecords(Protocol):
    """Where archives stand. Writes say whether they were made."""

    def get(self, ref: ArchiveRef) -> ArchiveRecord | None: ...

    def queue(self, ref: ArchiveRef, *, now: datetime, until: datetime) -> bool:
        """Note that it is to be built; False when a record that counts is there."""
        ...

    def begin(self, ref: ArchiveRef, builder: str, *, now: datetime, until: datetime) -> bool:
        """Take the building of it until then; False when it is ready, or another builder has it."""
        ...

    def progress(self, ref: ArchiveRef, builder: str, bytes_done: int) -> bool: ...

    def ready(self, ref: ArchiveRef, builder: str, *, bytes_done: int, until: datetime) -> bool: ...

    def release(self, ref: ArchiveRef, builder: str) -> None:
        """Give the building up, so that the next request starts it again."""
        ...


class ArchiveStore(Protocol):
    """The objects. Raises StorageUnavailable."""

    def build(self, key: str, plan: ArchivePlan, on_progress: Callable[[int], None]) -> None:
        """Write the ZIP file, whole or not at all; `on_progress` gets the bytes that are written."""
        ...

    def delete(self, key: str) -> None:
        """Delete it with every version; nothing where there is none."""
        ...


class ArchiveQueue(Protocol):
    """Archives to be built. Raises QueueUnavailable."""

    def build(self, ref: ArchiveRef, request_id: str) -> None: ...
