"""What happened to a generation, moment by moment, from what is stored of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from easel.domain.generation import Generation
from easel.domain.image import Image


class Happening(StrEnum):
    """Kinds of moments."""

    SUBMITTED = "submitted"
    STARTED = "started"
    ATTEMPT_STARTED = "attempt_started"
    ATTEMPT_ENDED = "attempt_ended"
    IMAGE_ENDED = "image_ended"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One moment. `outcome` is how what ended then ended, `error_code` why, where it failed."""

    at: datetime
    what: Happening
    image_index: int | None = None
    provider: str | None = None
    outcome: str | None = None
    error_code: str | None = None


def timeline_of(generation: Generation) -> tuple[TimelineEvent, ...]:
    """The moments of a generation, the first one first."""
    # Sorting keeps the order of what happened in the same moment.
    return tuple(sorted(_moments(generation), key=lambda event: event.at))


def _moments(generation: Generation) -> Iterator[TimelineEvent]:
    yield TimelineEvent(generation.created_at, Happening.SUBMITTED)
    if generation.started_at:
        yield TimelineEvent(generation.started_at, Happening.STARTED)
    for image in generation.images:
        yield from _of_image(image)
    if generation.completed_at:
        code = generation.failure.code if generation.failure else None
        status = generation.status.value
        yield TimelineEvent(generation.completed_at, Happening.ENDED, outcome=status, error_code=code)


def _of_image(image: Image) -> Iterator[TimelineEvent]:
    for attempt in image.attempts:
        yield TimelineEvent(attempt.started_at, Happening.ATTEMPT_STARTED, image.index, attempt.provider)
        if attempt.ended_at:
            yield TimelineEvent(
                attempt.ended_at,
                Happening.ATTEMPT_ENDED,
                image.index,
                attempt.provider,
                attempt.outcome,
                attempt.error_code,
            )
    if image.completed_at:
        code = image.failure.code if image.failure else None
        status = image.status.value
        yield TimelineEvent(image.completed_at, Happening.IMAGE_ENDED, image.index, outcome=status, error_code=code)
