"""The public gallery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.generation import Generation
from easel.domain.publication import Publication
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class PublicImage:
    """A published image as its list shows it. Other images of the generation may be missing from it."""

    publication: Publication
    generation: Generation
    index: int


class Publications(Protocol):
    """Published images of all workspaces."""

    def of_image(self, workspace_id: str, image_id: str) -> Publication | None:
        """The publication of an image, also one that was taken down."""
        ...

    def by_id(self, publication_id: str) -> Publication | None:
        """One that the public sees."""
        ...

    def publishing(self, publication: Publication) -> Sequence[Write]:
        """Conflict: StaleWrite, when the image is published."""
        ...

    def withdrawing(self, publication: Publication, *, taken_down_at: datetime | None = None) -> Sequence[Write]:
        """Take it out of the public list; with a time, keep it as taken down. Conflict: StaleWrite, when it is gone."""
        ...


class PublicLists(Protocol):
    """What the public sees."""

    def newest(self, *, limit: int, after: str | None) -> Page[PublicImage]:
        """Two reads and more for a page of more than thirty."""
        ...
