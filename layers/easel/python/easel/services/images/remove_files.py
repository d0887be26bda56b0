"""Remove the objects, favourites and tags of pictures that are marked as deleted. Every step may be repeated."""

from __future__ import annotations

import logging

from easel.domain.generation import Generation
from easel.services.ports.deletion import Deletion, DeletionRecords, PictureFiles
from easel.services.ports.generations import GenerationReader
from easel.services.ports.image_marks import ImageMarkRecords
from easel.services.ports.transactions import UnitOfWork

logger = logging.getLogger(__name__)


class RemoveFiles:
    """For the worker that finishes deletions. What is not marked is left alone: the request ended before its mark."""

    def __init__(
        self,
        *,
        generations: GenerationReader,
        records: DeletionRecords,
        files: PictureFiles,
        marks: ImageMarkRecords,
        unit_of_work: UnitOfWork,
    ) -> None:
        self._generations = generations
        self._records = records
        self._files = files
        self._marks = marks
        self._unit_of_work = unit_of_work

    def __call__(self, deletion: Deletion) -> None:
        """Remove what is marked as deleted. Raises StorageUnavailable, StaleWrite: something may be left."""
        generation = self._generations.get(deletion.workspace_id, deletion.generation_id)
        marked = self._marked(deletion, generation)
        if not marked:
            logger.info("nothing to remove", extra={"generation_id": deletion.generation_id})
            return
        remove(self._files, deletion, marked, whole=generation is None)
        forget_marks(self._marks, self._unit_of_work, deletion.workspace_id, marked)

    def _marked(self, deletion: Deletion, generation: Generation | None) -> tuple[str, ...]:
        if generation is None:
            deleted = self._records.is_deleted(deletion.workspace_id, deletion.generation_id)
            return deletion.image_ids if deleted else ()
        marked = {image.id for image in generation.images if image.deleted_at is not None}
        return tuple(one for one in deletion.image_ids if one in marked)


def remove(files: PictureFiles, deletion: Deletion, image_ids: tuple[str, ...], *, whole: bool) -> None:
    """Remove the objects of these pictures, and the archives that contain them; `whole` for those of the generation.

    Copies of reference pictures are the generation's: its other images may still need them.

    Raises:
        StorageUnavailable: something may be left.
    """
    for image_id in image_ids:
        files.delete_picture(deletion.workspace_id, deletion.generation_id, image_id)
    files.delete_archives(deletion.workspace_id, deletion.generation_id)
    if whole:
        files.delete_references(deletion.workspace_id, deletion.generation_id)


def forget_marks(
    marks: ImageMarkRecords, unit_of_work: UnitOfWork, workspace_id: str, image_ids: tuple[str, ...]
) -> None:
    """Remove the favourites and tags of these pictures: one read, and a transaction for each that has some.

    Raises:
        StaleWrite, DatabaseUnavailable: something may be left.
    """
    for writes in marks.forgetting(workspace_id, image_ids):
        unit_of_work.commit(*writes)
