"""Delete a picture, or an ended generation with all its pictures.

    message sent (late) -> marks and events, in one transaction -> objects removed

From the marks on, every read answers 404. A request that dies before them has deleted nothing, and the message finds no
mark; one that dies after them is finished by the message. What was charged stays charged: the ledger is not touched.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from easel.clock import Clock
from easel.domain.events import image_deleted
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.errors import Conflict, NotFound, StaleWrite, StorageUnavailable
from easel.ids import MAX_IMAGES, generation_of_image, image_id
from easel.services.accounts.principal import Principal
from easel.services.images.remove_files import remove
from easel.services.ports.deletion import Deletion, DeletionQueue, DeletionRecords, PictureFiles
from easel.services.ports.generations import GenerationRepository, Outbox
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.transactions import UnitOfWork, Write
from easel.services.ports.usage import GenerationCounts

logger = logging.getLogger(__name__)


class DeleteImages:
    """A repeated deletion answers as the first one did."""

    def __init__(
        self,
        *,
        generations: GenerationRepository,
        records: DeletionRecords,
        outbox: Outbox,
        counts: GenerationCounts,
        unit_of_work: UnitOfWork,
        files: PictureFiles,
        queue: DeletionQueue,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._records = records
        self._outbox = outbox
        self._counts = counts
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
        missing = NotFound(f"There is no image {identity}.")
        origin = generation_of_image(identity)
        if origin is None:
            raise missing
        generation_id, index = origin
        generation = self._generations.get(principal.workspace_id, generation_id)
        if generation is None:
            self._repeat(principal.workspace_id, generation_id, (identity,), request_id, missing)
            return
        image = generation.images[index] if index < len(generation.images) else None
        if image is None or (image.stored is None and image.deleted_at is None and image.status.is_final):
            raise missing
        if image.stored is None and image.deleted_at is None:
            raise Conflict(f"The image {identity} is being made. Cancel its generation first.")
        self._delete(generation, [image], request_id)

    def generation(self, principal: Principal, generation_id: str, request_id: str) -> None:
        """Delete an ended generation with all its pictures.

        Raises:
            NotFound: no such generation in the caller's workspace.
            Conflict: it has not ended.
            QueueUnavailable: nothing was deleted.
        """
        generation = self._generations.get(principal.workspace_id, generation_id)
        if generation is None:
            every = tuple(image_id(generation_id, index) for index in range(MAX_IMAGES))
            missing = NotFound(f"There is no generation {generation_id}.")
            self._repeat(principal.workspace_id, generation_id, every, request_id, missing)
            return
        if not generation.status.is_final:
            raise Conflict(f"The generation {generation_id} has not ended. Cancel it first, then delete it.")
        self._delete(generation, generation.images, request_id, whole=True)

    def _delete(self, generation: Generation, images: Sequence[Image], request_id: str, *, whole: bool = False) -> None:
        ids = tuple(image.id for image in images if image.stored is not None or image.deleted_at is not None)
        deletion = Deletion(generation.workspace_id, generation.id, ids, request_id)
        self._queue.finish(deletion)
        marks = self._marks(generation, images, request_id, whole=whole)
        try:
            if marks:
                self._unit_of_work.commit(*marks)
        except StaleWrite:
            # Somebody else deleted the same a moment before: their marks are as good.
            logger.info("marked as deleted before")
        self._remove(deletion)

    def _marks(self, generation: Generation, images: Sequence[Image], request_id: str, *, whole: bool) -> list[Write]:
        now = self._clock()
        writes: list[Write] = []
        if whole:
            writes.append(self._records.marking_generation(generation.workspace_id, generation.id, now))
            writes.append(self._counts.deleting(generation))
        for image in images:
            if image.stored is not None:
                ref = ImageRef(generation.workspace_id, generation.id, image.index, request_id)
                writes.append(self._records.marking_image(ref, now))
                writes.append(self._outbox.adding(image_deleted(generation, image, request_id, now)))
        return writes

    def _repeat(
        self, workspace_id: str, generation_id: str, ids: tuple[str, ...], request_id: str, missing: NotFound
    ) -> None:
        """Finish an earlier deletion of the whole generation, in case it was interrupted."""
        if not self._records.is_deleted(workspace_id, generation_id):
            raise missing
        self._remove(Deletion(workspace_id, generation_id, ids, request_id))

    def _remove(self, deletion: Deletion) -> None:
        """Best effort: the message has a worker do what fails here."""
        try:
            remove(self._files, deletion, deletion.image_ids)
        except StorageUnavailable as error:
            logger.warning("objects are left to the worker", extra={"code": error.code})
