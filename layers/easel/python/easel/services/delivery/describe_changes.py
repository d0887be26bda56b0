"""The events that changes of a generation's records stand for. They cost the engine no writes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from easel.domain.events import Event, generations
from easel.domain.events.generations import PermalinkOf
from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.services.ports.events import Change, ChangeKind, EventLog
from easel.services.ports.generations import GenerationReader

PROGRESS_PAUSE: Final = timedelta(seconds=3)
"""Between two events of progress of one generation: a bot that edits a message for each may do so 20 times a minute."""


class DescribeChanges:
    """From a change to its event; the same change always makes the event of the same id."""

    def __init__(self, *, generations: GenerationReader, log: EventLog, permalink_of: PermalinkOf) -> None:
        self._generations = generations
        self._log = log
        self._permalink_of = permalink_of

    def __call__(self, change: Change) -> Event | None:
        """None for a generation that was deleted, an image that has no end, and progress that comes too soon."""
        generation = self._generations.get(change.workspace_id, change.generation_id)
        if generation is None:
            return None
        if change.kind is ChangeKind.ACCEPTED:
            return generations.accepted(generation)
        if change.kind is ChangeKind.STARTED:
            return generations.started(generation) if generation.started_at else None
        image = generation.images[change.index]
        if change.kind is ChangeKind.IMAGE_ENDED:
            return self._ended(generation, image)
        return self._progressed(generation, image, change)

    def _ended(self, generation: Generation, image: Image) -> Event | None:
        if image.completed_at is None or image.status not in {Status.COMPLETED, Status.FAILED}:
            return None
        return generations.image_ended(generation, image, self._permalink_of)

    def _progressed(self, generation: Generation, image: Image, change: Change) -> Event | None:
        if generation.status.is_final:
            return None
        moment = _moment(generation, image, change)
        event = generations.progressed(generation, image, change.stage, change.attempts, moment)
        return event if self._log.admit_progress(event, PROGRESS_PAUSE) else None


def _moment(generation: Generation, image: Image, change: Change) -> datetime:
    """When it happened: a stream knows the second only, so it may not lie before what led to it."""
    begun = image.attempts[change.attempts - 1].started_at if 0 < change.attempts <= len(image.attempts) else None
    causes = [moment for moment in (generation.started_at, begun) if moment is not None]
    return max([change.seen_at, *(cause + timedelta(milliseconds=1) for cause in causes)])
