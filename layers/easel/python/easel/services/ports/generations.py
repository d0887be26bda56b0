"""Where generations are kept, found again by their owners, and told of to other systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.events import Event, deserialise_event
from easel.domain.generation import Generation, Outcome
from easel.domain.image import Image, Stage, Status
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class IdempotencyClaim:
    """An `Idempotency-Key` as it is stored: hashed key, who used it, fingerprint of the body that came with it."""

    key_hash: str
    fingerprint: str
    expires_at: datetime


class IdempotencyClaims(Protocol):
    """`Idempotency-Key`s that were used."""

    def claim(self, workspace_id: str, claim: IdempotencyClaim, generation_id: str, now: datetime) -> Write:
        """Conflict: KeyAlreadyClaimed."""
        ...

    def find(self, workspace_id: str, key_hash: str, now: datetime) -> tuple[str, str] | None:
        """(generation id, fingerprint) of a key that was used and still counts."""
        ...


class GenerationRepository(Protocol):
    """Generations with their images."""

    def creation(self, generation: Generation) -> Write:
        """Conflict: StaleWrite, an id that is taken."""
        ...

    def closing(self, generation: Generation, outcome: Outcome, now: datetime) -> Write:
        """End a generation as `outcome` says. Conflict: StaleWrite, when it or an image changed since it was read."""
        ...

    def image_outcome(self, ref: ImageRef, image: Image) -> Write:
        """Set an open image of a running generation to its end. Conflict: StaleWrite, when either had ended."""
        ...

    def late_image(self, ref: ImageRef, image: Image) -> Write:
        """Attach a picture that came after the end. Conflict: StaleWrite, when there is one already."""
        ...

    def get(self, workspace_id: str, generation_id: str) -> Generation | None: ...

    def list(
        self, workspace_id: str, *, limit: int, after: str | None, status: Status | None, skip: int = 0
    ) -> Page[Generation]:
        """The newest generations, of one status or all, from behind `after` or without the first `skip`."""
        ...

    def set_stage(self, ref: ImageRef, stage: Stage) -> bool:
        """Note progress of an open image of a running generation; False when either has ended."""
        ...

    def begin_call(self, ref: ImageRef, attempt_id: str) -> bool:
        """Note that the request of this attempt is about to be sent; False when the image or the generation has ended.

        Until then the attempt costs nothing, and its provider has nothing to do with how it ends.
        """
        ...

    def overdue(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """(workspace id, generation id) of open generations whose time for attention has come."""
        ...

    def set_aside(self, workspace_id: str, generation_id: str, until: datetime) -> None:
        """Let an open generation have no attention before then. Nothing, for one that has ended."""
        ...


@dataclass(frozen=True, slots=True)
class GalleryImage:
    """A delivered picture as its owner finds it again: independent of the generation's further life."""

    workspace_id: str
    generation_id: str
    user_id: str
    model: str
    prompt: str
    permalink_secret: str
    image: Image
    price_milli_credits: int = 0


class Gallery(Protocol):
    """Delivered pictures of a workspace."""

    def adding(self, entry: GalleryImage) -> Write:
        """Conflict: StaleWrite, when it is there."""
        ...

    def get(self, workspace_id: str, image_id: str) -> GalleryImage | None: ...


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """An event in the outbox, as it is stored."""

    event_id: str
    text: str

    def read(self) -> Event:
        """Raises ValueError: nobody can read it."""
        try:
            return deserialise_event(self.text)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("An event in the outbox cannot be read.") from error


class WaitingEvents(Protocol):
    """The other end of the outbox: what was not sent."""

    def waiting(self, saved_before: datetime, now: datetime, limit: int) -> Sequence[WaitingEvent]:
        """Events that were saved before a moment and are still there, but for those that are set aside now."""
        ...

    def set_aside(self, event_id: str, until: datetime) -> None:
        """Do not name this event before then."""
        ...


class Outbox(Protocol):
    """Events that are saved with the change they tell of, and sent from there."""

    def adding(self, event: Event) -> Write:
        """Conflict: StaleWrite, when this event was told before."""
        ...
