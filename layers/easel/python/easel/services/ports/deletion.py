"""Deletion of pictures: the marks in the records, the objects, and the queue that finishes what was begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class Deletion:
    """Pictures of one generation that are deleted together."""

    workspace_id: str
    generation_id: str
    image_ids: tuple[str, ...]
    request_id: str


class DeletionRecords(Protocol):
    """What is marked as deleted. A mark is never taken back."""

    def marking_image(self, ref: ImageRef, at: datetime, trashed_at: datetime | None = None) -> Write:
        """`trashed_at`: since when it is in the trash.

        Conflict: StaleWrite, when it has no picture, is marked, or was put into the trash or restored meanwhile.
        """
        ...

    def marking_generation(self, workspace_id: str, generation_id: str, at: datetime) -> Write:
        """Conflict: StaleWrite, when it has not ended or is marked."""
        ...

    def is_deleted(self, workspace_id: str, generation_id: str) -> bool:
        """Whether the generation was there and is marked."""
        ...


class PictureFiles(Protocol):
    """The objects of pictures. Raises StorageUnavailable; every method may be repeated."""

    def delete_picture(self, workspace_id: str, generation_id: str, image_id: str) -> None:
        """Original, variants and the unmarked original of every attempt, with every version."""
        ...

    def delete_archives(self, workspace_id: str, generation_id: str) -> None: ...

    def delete_references(self, workspace_id: str, generation_id: str) -> None:
        """The cleaned copies of its reference pictures."""
        ...


class DeletionQueue(Protocol):
    """Deletions to be finished. Raises QueueUnavailable."""

    def finish(self, deletion: Deletion) -> None:
        """Have a worker look, after the request is over, whether something is left."""
        ...
