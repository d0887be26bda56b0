"""Have the objects of a picture removed that was stored after its deletion, or after that of its generation."""

from __future__ import annotations

import logging

from easel.ids import image_id
from easel.services.ports.deletion import Deletion, DeletionQueue
from easel.services.ports.image_tasks import ImageRef

logger = logging.getLogger(__name__)


class RemoveLate:
    """For workers that find their image or its generation deleted.

    What they, or one before them that died, have stored could not be reached. The worker that removes looks itself at
    what is marked as deleted.
    """

    def __init__(self, *, queue: DeletionQueue) -> None:
        self._queue = queue

    def of(self, ref: ImageRef) -> None:
        """Raises QueueUnavailable: the message of the worker has to come again."""
        logger.info("a deleted image is removed again", extra={"generation_id": ref.generation_id})
        image = image_id(ref.generation_id, ref.index)
        self._queue.finish(Deletion(ref.workspace_id, ref.generation_id, (image,), ref.request_id))
