"""Generations, idempotency claims, and the outbox of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from easel.domain.events import Event, deserialise_event
from easel.domain.generation import Generation, Outcome
from easel.domain.image import Status
from easel.domain.request import RequestWebhook
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class IdempotencyClaim:
    """A used `Idempotency-Key`: its hash, and the fingerprint of the request."""

    key_hash: str
    fingerprint: str
    expires_at: datetime


class IdempotencyClaims(Protocol):
    """`Idempotency-Key`s that were used."""

    def claim(self, workspace_id: str, claim: IdempotencyClaim, generation_id: str, now: datetime) -> Write:
        """Conflict: KeyAlreadyClaimed."""
        ...

    def find(self, workspace_id: str, key_hash: str, now: datetime) -> tuple[str, str] | None:
        """(generation id, fingerprint) of a used key that has not expired."""
        ...


class GenerationReader(Protocol):
    """Generations with their images, to be read."""

    def get(self, workspace_id: str, generation_id: str) -> Generation | None: ...

    def of_images(self, workspace_id: str, image_ids: Sequence[str]) -> Mapping[str, Generation]:
        """The generations of those images that there are, by image id, in one read for up to 33 images.

        Other images of a generation may be missing from it.
        """
        ...

    def id_with_prefix(self, workspace_id: str, prefix: str) -> str | None:
        """The first id of a generation of this workspace that begins so."""
        ...

    def list(
        self, workspace_id: str, *, limit: int, after: str | None, status: Status | None, skip: int = 0
    ) -> Page[Generation]:
        """The newest generations, of one status or all, after the id `after` or without the first `skip`."""
        ...


class GenerationStarts(Protocol):
    """The start of generations that were queued."""

    def begin(self, workspace_id: str, generation_id: str, now: datetime) -> bool:
        """Take a generation from PENDING to PROCESSING. True for one that has begun before, too.

        False for one that has ended, or does not exist.
        """
        ...


class GenerationRepository(GenerationReader, GenerationStarts, Protocol):
    """Generations from their creation to their end."""

    def creation(self, generation: Generation) -> Sequence[Write]:
        """Conflict: StaleWrite, when the id exists."""
        ...

    def closing(self, generation: Generation, ended: Generation, outcome: Outcome) -> Write:
        """End a generation with this outcome; `ended` is the result. Conflict: StaleWrite, when its status changed.

        Open images end with it. A picture that is delivered for one of them later, or at the same moment, is late.
        """
        ...

    def overdue(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """(workspace id, generation id) of open generations that the sweep has to check now."""
        ...

    def set_aside(self, workspace_id: str, generation_id: str, until: datetime) -> None:
        """Keep an open generation out of `overdue` until then. No effect on one that has ended."""
        ...


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """An event in the outbox, as it is stored."""

    event_id: str
    text: str
    reply_to: str | None = None
    webhook: str | None = None

    def read(self) -> Event:
        """Raises ValueError for text that is no event."""
        try:
            webhook = RequestWebhook.read(self.webhook)
            return replace(deserialise_event(self.text), reply_to=self.reply_to, webhook=webhook)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("An event in the outbox cannot be read.") from error


class WaitingEvents(Protocol):
    """Events in the outbox that were not published."""

    def waiting(self, saved_before: datetime, now: datetime, limit: int) -> Sequence[WaitingEvent]:
        """Events that were saved before this moment and are still there, without those that are set aside."""
        ...

    def set_aside(self, event_id: str, until: datetime) -> None:
        """Keep this event out of `waiting` until then."""
        ...


class Outbox(Protocol):
    """Events that are saved in the transaction of their cause, and published from there."""

    def adding(self, event: Event) -> Write:
        """Conflict: StaleWrite, when this event was added before."""
        ...
