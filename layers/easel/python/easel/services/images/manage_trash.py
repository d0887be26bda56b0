"""Put pictures into the trash, and restore them.

To all other use cases a picture in the trash is deleted: its addresses answer 404, and it is in no list. Its files stay
until its time is over or it is deleted for good.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.errors import EaselError, NotFound, StaleWrite
from easel.services.accounts.principal import Principal
from easel.services.ports.transactions import UnitOfWork, Write
from easel.services.ports.trash import InTrash, TrashRecords

MAX_IMAGES: Final = 100
"""Pictures of one request. Each is a transaction of its own, so that one failure does not undo the others."""
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class TrashResult:
    """What became of one picture: `error` is None where it is as it was asked for."""

    image_id: str
    error: EaselError | None = None


class ManageTrash:
    """A repeated request changes nothing, and answers as the first one did."""

    def __init__(self, *, records: TrashRecords, unit_of_work: UnitOfWork, kept: timedelta, clock: Clock) -> None:
        self._records = records
        self._unit_of_work = unit_of_work
        self._kept = kept
        self._clock = clock

    def put(self, principal: Principal, image_ids: Sequence[str]) -> list[TrashResult]:
        """Put these pictures into the trash, in the order of the argument.

        One read, and one transaction for each picture that is not in it. The error of one is NotFound (no picture of
        the caller's workspace) or StaleWrite (another caller keeps changing it).
        """
        now = self._clock()

        def writes(image_id: str, entry: InTrash | None) -> Sequence[Write]:
            wanted = InTrash(principal.workspace_id, image_id, now, now + self._kept)
            return self._records.entering(wanted) if entry is None else ()

        return self._change(principal.workspace_id, image_ids, writes)

    def restore(self, principal: Principal, image_ids: Sequence[str]) -> list[TrashResult]:
        """Take these pictures out of the trash, as `put` does. One that is not in it stays as it is."""

        def writes(_: str, entry: InTrash | None) -> Sequence[Write]:
            return self._records.restoring(entry) if entry is not None else ()

        return self._change(principal.workspace_id, image_ids, writes)

    def _change(
        self, workspace_id: str, image_ids: Sequence[str], writes: Callable[[str, InTrash | None], Sequence[Write]]
    ) -> list[TrashResult]:
        found = dict(self._records.read(workspace_id, image_ids))
        results: list[TrashResult] = []
        for image_id in image_ids:
            for tries_left in reversed(range(_TRIES)):
                if image_id not in found:
                    results.append(TrashResult(image_id, NotFound(f"There is no image {image_id}.")))
                    break
                try:
                    if changes := writes(image_id, found[image_id]):
                        self._unit_of_work.commit(*changes)
                except StaleWrite as error:
                    if not tries_left:
                        results.append(TrashResult(image_id, error))
                    found.pop(image_id)
                    found |= self._records.read(workspace_id, [image_id])
                else:
                    results.append(TrashResult(image_id))
                    break
        return results
