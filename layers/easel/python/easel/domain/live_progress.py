"""The progress of a generation as clients follow it: what has changed since a position, and what each event says.

A position is all that a client has to keep: when it was made, and where the generation and each of its images stood. So
a client that comes back with one gets exactly what has changed since, and nothing has to be stored for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from easel.clock import to_iso
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, Stage, Status

PROGRESS_PAUSE_SECONDS: Final = 3
"""At least this long lies between two events `progress` of one generation."""

PROGRESS: Final = "progress"

PermalinkOf = Callable[[Generation, Image], str]

_OF_STATUS: Final[Mapping[Status, str]] = {
    Status.PENDING: "n",
    Status.PROCESSING: "p",
    Status.COMPLETED: "c",
    Status.FAILED: "f",
    Status.CANCELLED: "x",
}
_OF_STAGE: Final[Mapping[Stage | None, str]] = {
    None: "p",
    Stage.QUEUED: "q",
    Stage.SUBMITTED: "s",
    Stage.GENERATING: "g",
    Stage.STORING: "t",
}
_ENDED: Final = frozenset("cfx")
_POSITION: Final = re.compile(r"([0-9]{1,12})\.([npcfx])\.([cfxpqsgt]{1,10})")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the events of one generation. `seconds` is Unix time; `state` and `images` have a letter each."""

    seconds: int
    state: str
    images: str

    @classmethod
    def of(cls, generation: Generation, now: datetime) -> Position:
        """Where the generation stands."""
        images = "".join(_letter(image) for image in generation.images)
        return cls(int(now.timestamp()), _OF_STATUS[generation.status], images)

    @classmethod
    def parse(cls, text: str) -> Position:
        """The inverse of `str`. Raises ValueError."""
        match = _POSITION.fullmatch(text)
        if match is None:
            raise ValueError("not a position")
        return cls(int(match[1]), match[2], match[3])

    def __str__(self) -> str:
        return f"{self.seconds}.{self.state}.{self.images}"

    @property
    def is_last(self) -> bool:
        """Whether nothing can follow it."""
        return self.state in _ENDED

    def differs_from(self, other: Position) -> bool:
        """Whether anything but the time has changed."""
        return (self.state, self.images) != (other.state, other.images)


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event: its type, and what it says. `position` is where a client is that has seen it."""

    position: Position
    type: str
    data: Mapping[str, Any]


def changes(
    generation: Generation, before: Position | None, permalink_of: PermalinkOf, now: datetime
) -> list[LiveEvent]:
    """What a client does not know yet that has seen `before`: ended images, then the progress or the end.

    Without a position it is told where the generation stands. Each event has a position of its own, so that a client
    that saw only some of them gets the others.
    """
    after = Position.of(generation, now)
    if before is not None and not after.differs_from(before):
        return []
    return list(_changes(generation, before, after, permalink_of))


def _changes(
    generation: Generation, before: Position | None, after: Position, permalink_of: PermalinkOf
) -> Iterator[LiveEvent]:
    seen = before.images if before and len(before.images) == len(after.images) else "n" * len(after.images)
    state = before.state if before else "n"
    if before is not None:
        for image in generation.images:
            letter = after.images[image.index]
            if letter in _ENDED and seen[image.index] not in _ENDED:
                seen = seen[: image.index] + letter + seen[image.index + 1 :]
                data = {"generationId": generation.id, "image": image_data(generation, image, permalink_of)}
                yield LiveEvent(Position(before.seconds, state, seen), f"image.{image.status.lower()}", data)
    kind = f"generation.{generation.status.lower()}" if generation.status.is_final else PROGRESS
    yield LiveEvent(after, kind, {"generation": generation_data(generation, permalink_of)})


def generation_data(generation: Generation, permalink_of: PermalinkOf) -> dict[str, Any]:
    """A generation as live events show it: pictures as permalinks, nothing about what providers take."""
    return {
        "id": generation.id,
        "status": generation.status.value,
        "stage": generation.stage.value if generation.stage else None,
        "progress": generation.progress,
        "model": generation.model,
        "userId": generation.user_id,
        "clientReference": generation.client_reference,
        "imagesCompleted": generation.images_completed,
        "imagesFailed": generation.images_failed,
        "chargedMilliCredits": generation.charged,
        "completedAt": to_iso(generation.completed_at) if generation.completed_at else None,
        "error": _failure(generation.failure),
        "images": [image_data(generation, image, permalink_of) for image in generation.images],
    }


def image_data(generation: Generation, image: Image, permalink_of: PermalinkOf) -> dict[str, Any]:
    """One image as live events show it."""
    return {
        "id": image.id,
        "index": image.index,
        "status": image.status.value,
        "stage": image.stage.value if image.stage else None,
        "permalink": permalink_of(generation, image),
        "width": image.stored.width if image.stored else None,
        "height": image.stored.height if image.stored else None,
        "error": _failure(image.failure),
    }


def _letter(image: Image) -> str:
    return _OF_STATUS[image.status] if image.status.is_final else _OF_STAGE[image.stage]


def _failure(failure: Failure | None) -> dict[str, Any] | None:
    return {"code": failure.code, "message": failure.message, "retryable": failure.retryable} if failure else None
