"""Where generations are kept, found again by their owners, and told of to other systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.events import Event, deserialise_event
from easel.domain.generation import Generation, Outcome
from easel.domain.image import Status
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

    def creation(self, generation: Generation) -> Sequence[Write]:
        """Conflict: StaleWrite, an id that is taken."""
        ...

    def closing(self, generation: Generation, ended: Generation, outcome: Outcome) -> Write:
        """End a generation as `outcome` says; `ended` is what it then is. Conflict: StaleWrite, its status changed.

        Images that the outcome ends are ended by this write. A picture that comes for one of them all the same, even
        while this is written, is a late one.
        """
        ...

    def get(self, workspace_id: str, generation_id: str) -> Generation | None: ...

    def id_with_prefix(self, workspace_id: str, prefix: str) -> str | None:
        """The first id of a generation of this workspace that begins so."""
        ...

    def list(
        self, workspace_id: str, *, limit: int, after: str | None, status: Status | None, skip: int = 0
    ) -> Page[Generation]:
        """The newest generations, of one status or all, from behind `after` or without the first `skip`."""
        ...

    def overdue(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """(workspace id, generation id) of open generations whose time for attention has come."""
        ...

    def set_aside(self, workspace_id: str, generation_id: str, until: datetime) -> None:
        """Let an open generation have no attention before then. Nothing, for one that has ended."""
        ...


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
