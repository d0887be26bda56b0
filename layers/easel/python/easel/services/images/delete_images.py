"""Delete a picture, or an ended generation with all its pictures.

    message sent (late) -> marks and events, in one transaction -> favourites, tags and objects removed

From the marks on, every read answers 404. A request that dies before them has deleted nothing, and the message finds no
mark; one that dies after them is finished by the message. What was charged stays charged: the ledger is not touched.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from easel.clock import Clock
from easel.domain.events import image_deleted
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.domain.upload import GENERATIONS_ATTACHMENT
from easel.errors import Conflict, DatabaseUnavailable, NotFound, StaleWrite, StorageUnavailable
from easel.ids import MAX_IMAGES, generation_of_image, image_id
from easel.services.accounts.principal import Principal
from easel.services.images.remove_files import forget_marks, remove
from easel.services.ports.deletion import Deletion, DeletionQueue, DeletionRecords, PictureFiles
from easel.services.ports.generations import GenerationReader, Outbox
from easel.services.ports.image_marks import ImageMarkRecords
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.transactions import UnitOfWork, Write
from easel.services.ports.trash import InTrash, TrashEntries
from easel.services.ports.uploads import Uploads
from easel.services.ports.usage import GenerationCounts

logger = logging.getLogger(__name__)

_TRIES: Final = MAX_IMAGES + 3
"""One for each picture that others may delete at the same moment, one for an upload whose uses change, and the last."""


@dataclass(frozen=True, slots=True)
class _Target:
    """What is to be deleted, as it was read: images of a generation, or `whole` of it."""

    generation: Generation
    images: Sequence[Image]
    whole: bool = False


class DeleteImages:
    """A repeated deletion answers as the first one did."""

    def __init__(
        self,
        *,
        generations: GenerationReader,
        records: DeletionRecords,
        outbox: Outbox,
        counts: GenerationCounts,
        trash: TrashEntries,
        uploads: Uploads,
        image_marks: ImageMarkRecords,
        unit_of_work: UnitOfWork,
        files: PictureFiles,
        queue: DeletionQueue,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._records = records
        self._outbox = outbox
        self._counts = counts
        self._trash = trash
        self._uploads = uploads
        self._image_marks = image_marks
        self._unit_of_work = unit_of_work
        self._files = files
        self._queue = queue
        self._clock = clock

    def image(self, principal: Principal, identity: str, request_id: str) -> None:
        """Delete one picture.

        Raises:
            NotFound: no such picture in the caller's workspace.
            Conflict: it is being made.
            QueueUnavailable: nothing was deleted.
        """
        self._image(principal.workspace_id, identity, request_id)

    def from_trash(self, entry: InTrash, request_id: str) -> None:
        """Delete a picture whose time in the trash is over.

        Raises:
            NotFound: it was deleted, or is not in the trash since that moment; nothing was changed.
            QueueUnavailable: nothing was deleted.
        """
        self._image(entry.workspace_id, entry.image_id, request_id, trashed_at=entry.at)

    def _image(self, workspace_id: str, identity: str, request_id: str, trashed_at: datetime | None = None) -> None:
        missing = NotFound(f"There is no image {identity}.")
        origin = generation_of_image(identity)
        if origin is None:
            raise missing
        generation_id, index = origin

        def find() -> _Target | None:
            generation = self._generations.get(workspace_id, generation_id)
            if generation is None:
                return None
            image = generation.images[index] if index < len(generation.images) else None
            if image is None or (not image.was_delivered and image.status.is_final):
                raise missing
            if trashed_at is not None and (image.trashed is None or image.trashed.at != trashed_at):
                raise missing
            if not image.was_delivered:
                raise Conflict(f"The image {identity} is being made. Cancel its generation first.")
            return _Target(generation, [image])

        self._delete(find, Deletion(workspace_id, generation_id, (identity,), request_id), missing)

    def generation(self, principal: Principal, generation_id: str, request_id: str) -> None:
        """Delete an ended generation with all its pictures. Uploads that nothing else uses end with it.

        Raises:
            NotFound: no such generation in the caller's workspace.
            Conflict: it has not ended.
            QueueUnavailable: nothing was deleted.
        """

        def find() -> _Target | None:
            generation = self._generations.get(principal.workspace_id, generation_id)
            if generation is None:
                return None
            if not generation.status.is_final:
                raise Conflict(f"The generation {generation_id} has not ended. Cancel it first, then delete it.")
            return _Target(generation, generation.images, whole=True)

        every = tuple(image_id(generation_id, index) for index in range(MAX_IMAGES))
        missing = NotFound(f"There is no generation {generation_id}.")
        self._delete(find, Deletion(principal.workspace_id, generation_id, every, request_id), missing)

    def _delete(self, find: Callable[[], _Target | None], deletion: Deletion, missing: NotFound) -> None:
        """Mark what `find` reads and remove its objects.

        Marks that meet another caller's are made again on what is there then: one picture that is deleted at the same
        moment must not keep its generation.
        """
        target = find()
        if target is not None:
            deletion = replace(deletion, image_ids=tuple(image.id for image in target.images))
            self._queue.finish(deletion)
        for tries_left in reversed(range(_TRIES)):
            if target is None:
                self._check_deleted(deletion, missing)
                break
            try:
                if marks := self._marks(target, deletion.request_id):
                    self._unit_of_work.commit(*marks)
                break
            except StaleWrite:
                if not tries_left:
                    raise
            target = find()
        self._remove(deletion, whole=target is None or target.whole)

    def _marks(self, target: _Target, request_id: str) -> list[Write]:
        now, generation = self._clock(), target.generation
        writes: list[Write] = []
        if target.whole:
            writes.append(self._records.marking_generation(generation.workspace_id, generation.id, now))
            writes.append(self._counts.deleting(generation))
            writes += self._ends_of_uses(generation, now)
        for image in target.images:
            if image.stored is not None or image.trashed is not None:
                ref = ImageRef(generation.workspace_id, generation.id, image.index, request_id)
                trashed = image.trashed
                writes.append(self._records.marking_image(ref, now, trashed.at if trashed else None))
                if trashed is not None:
                    entry = InTrash(generation.workspace_id, image.id, trashed.at, trashed.ends_at)
                    writes += self._trash.leaving(entry)
                writes.append(self._outbox.adding(image_deleted(generation, image, request_id, now)))
        return writes

    def _ends_of_uses(self, generation: Generation, now: datetime) -> list[Write]:
        ids = generation.upload_ids
        found = self._uploads.get_all(generation.workspace_id, ids) if ids else {}
        used = [found[one] for one in ids if one in found and GENERATIONS_ATTACHMENT in found[one].attached_to]
        return [self._uploads.ending_use(upload, expires_at=now) for upload in used]

    def _check_deleted(self, deletion: Deletion, missing: NotFound) -> None:
        """A deletion of the whole generation may have been interrupted: it is finished. Raises `missing`."""
        if not self._records.is_deleted(deletion.workspace_id, deletion.generation_id):
            raise missing

    def _remove(self, deletion: Deletion, *, whole: bool) -> None:
        """Best effort: the message has a worker do what fails here."""
        try:
            forget_marks(self._image_marks, self._unit_of_work, deletion.workspace_id, deletion.image_ids)
            remove(self._files, deletion, deletion.image_ids, whole=whole)
        except (StaleWrite, DatabaseUnavailable, StorageUnavailable) as error:
            logger.warning("the rest is left to the worker", extra={"code": error.code})
