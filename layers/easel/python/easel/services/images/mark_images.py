"""Mark pictures as favourites, and with tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from easel.domain.image_marks import MAX_TAGS, ImageMarks, MarkChange
from easel.errors import InvalidRequest, NotFound, StaleWrite
from easel.services.accounts.principal import Principal
from easel.services.ports.image_marks import ImageMarkRecords, MarkedImage
from easel.services.ports.transactions import UnitOfWork

MAX_IMAGES: Final = 25
"""Pictures of one request. Each is a transaction of its own, so that one conflict does not undo the others."""
_TRIES: Final = 5


class MarkImages:
    """A repeated change changes nothing."""

    def __init__(self, *, records: ImageMarkRecords, unit_of_work: UnitOfWork) -> None:
        self._records = records
        self._unit_of_work = unit_of_work

    def __call__(
        self, principal: Principal, image_ids: Sequence[str], change: MarkChange
    ) -> list[tuple[str, ImageMarks]]:
        """Change the marks of these pictures; gives them as they are then, in the order of the argument.

        One read, and one transaction for each picture whose marks change. Pictures and limits are checked before the
        first of them.

        Raises:
            NotFound: one of them is no picture of the caller's workspace.
            InvalidRequest: one of them would have too many tags.
            StaleWrite: somebody else keeps changing the same; the change may be repeated.
        """
        found = self._records.read(principal.workspace_id, image_ids)
        missing = next((one for one in image_ids if one not in found), None)
        if missing is not None:
            raise NotFound(f"There is no image {missing}.")
        for one in found.values():
            _checked(one, change)
        return [(image_id, self._change(found[image_id], change)) for image_id in image_ids]

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
