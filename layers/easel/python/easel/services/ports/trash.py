"""The trash: pictures that can be restored for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.generation import Generation
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class InTrash:
    """A picture that was put into the trash at `at` and is deleted after `ends_at`."""

    workspace_id: str
    image_id: str
    at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class TrashRow:
    """A picture of the trash as its list shows it. Other images of the generation may be missing from it."""

    generation: Generation
    index: int


class TrashEntries(Protocol):
    """The entries of the trash."""

    def leaving(self, entry: InTrash) -> Sequence[Write]:
        """Takes an entry out. Conflict: StaleWrite, when it is not there."""
        ...


class TrashRecords(TrashEntries, Protocol):
    """Pictures that are put into the trash and restored."""

    def read(self, workspace_id: str, image_ids: Sequence[str]) -> Mapping[str, InTrash | None]:
        """Those pictures that are there: None for one that is not in the trash. One read for up to a hundred."""
        ...

    def entering(self, entry: InTrash) -> Sequence[Write]:
        """Conflict: StaleWrite, when the picture is gone or in the trash."""
        ...

    def restoring(self, entry: InTrash) -> Sequence[Write]:
        """Conflict: StaleWrite, when it is not in the trash since that moment, or was deleted."""
        ...


class TrashLists(Protocol):
    """The trash of a workspace."""

    def page(self, workspace_id: str, *, limit: int, after: str | None) -> Page[TrashRow]:
        """What was put into it last comes first. Two reads and more for a page of more than thirty."""
        ...


class TrashEnds(Protocol):
    """For the clock: pictures whose time in the trash is over."""

    def ended(self, before: datetime, limit: int) -> Sequence[InTrash]: ...

    def drop(self, entry: InTrash) -> None:
        """Take an entry out whose picture is gone."""
        ...
