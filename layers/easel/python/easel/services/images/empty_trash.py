"""Delete pictures whose time in the trash is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from easel.clock import Clock
from easel.errors import NotFound
from easel.jobs import JobCounts, for_each
from easel.services.ports.trash import InTrash, TrashEnds

_BATCH: Final = 300


class EmptyTrash:
    """Runs each hour, with the removal of uploads. `delete` is `DeleteImages.from_trash`."""

    def __init__(self, *, ends: TrashEnds, delete: Callable[[InTrash, str], None], clock: Clock) -> None:
        self._ends = ends
        self._delete = delete
        self._clock = clock

    def __call__(self, request_id: str) -> JobCounts:
        """Delete what has ended; an entry without its picture is dropped."""

        def handle(entry: InTrash) -> bool:
            try:
                self._delete(entry, request_id)
            except NotFound:
                self._ends.drop(entry)
                return False
            return True

        return for_each(
            self._ends.ended(self._clock(), _BATCH), handle, kind="image in the trash", name=lambda one: one.image_id
        )
