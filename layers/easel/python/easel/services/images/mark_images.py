"""Mark pictures as favourites, and with tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from easel.domain.image_marks import MAX_TAGS, ImageMarks, MarkChange
from easel.errors import EaselError, InvalidRequest, NotFound, StaleWrite
from easel.services.accounts.principal import Principal
from easel.services.ports.image_marks import ImageMarkRecords, MarkedImage
from easel.services.ports.transactions import UnitOfWork

MAX_IMAGES: Final = 25
"""Pictures of one request. Each is a transaction of its own, so that one conflict does not undo the others."""
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class MarkResult:
    """What became of one picture: its marks, or the error because of which they stay as they were."""

    image_id: str
    marks: ImageMarks | None = None
    error: EaselError | None = None


class MarkImages:
    """A repeated change changes nothing."""

    def __init__(self, *, records: ImageMarkRecords, unit_of_work: UnitOfWork) -> None:
        self._records = records
        self._unit_of_work = unit_of_work

    def __call__(self, principal: Principal, image_ids: Sequence[str], change: MarkChange) -> list[MarkResult]:
        """Change the marks of these pictures, in the order of the argument.

        One read, and one transaction for each picture whose marks change. The error of one is NotFound (no picture of
        the caller's workspace), InvalidRequest (it would have too many tags) or StaleWrite (another caller keeps
        changing the same).

        Raises: the error of the first where none of them could be changed.
        """
        found = self._records.read(principal.workspace_id, image_ids)
        results = [self._result(image_id, found.get(image_id), change) for image_id in image_ids]
        first = results[0].error if results else None
        if first is not None and all(one.error for one in results):
            raise first
        return results

    def _result(self, image_id: str, read: MarkedImage | None, change: MarkChange) -> MarkResult:
        if read is None:
            return MarkResult(image_id, error=NotFound(f"There is no image {image_id}."))
        try:
            return MarkResult(image_id, self._change(read, change))
        except (NotFound, InvalidRequest, StaleWrite) as error:
            return MarkResult(image_id, error=error)

    def _change(self, read: MarkedImage, change: MarkChange) -> ImageMarks:
        for _ in range(_TRIES):
            marks = _checked(read, change)
            if marks == read.marks:
                return marks
            try:
                self._unit_of_work.commit(*self._records.changing(read, marks))
            except StaleWrite:
                again = self._records.read(read.workspace_id, [read.image_id]).get(read.image_id)
                if again is None:
                    raise NotFound(f"There is no image {read.image_id}.") from None
                read = again
            else:
                return marks
        raise StaleWrite(f"The marks of image {read.image_id} keep changing. Please try again.")


def _checked(read: MarkedImage, change: MarkChange) -> ImageMarks:
    marks = change.of(read.marks)
    # What had more before, if the limit is lowered one day, may still lose some.
    if len(marks.tags) > max(MAX_TAGS, len(read.marks.tags)):
        message = f"Image {read.image_id} would have {len(marks.tags)} tags; at most {MAX_TAGS} are kept."
        raise InvalidRequest.of("addTags", message, {"maximum": MAX_TAGS})
    return marks
