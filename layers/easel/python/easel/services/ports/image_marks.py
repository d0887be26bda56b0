"""Favourites and tags of pictures, and the lists by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from easel.domain.generation import Generation
from easel.domain.image_marks import ImageMarks
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class MarkedImage:
    """The marks of a picture as they were read; `version` is 0 before the first change."""

    workspace_id: str
    image_id: str
    marks: ImageMarks = field(default_factory=ImageMarks)
    version: int = 0


@dataclass(frozen=True, slots=True)
class GalleryImage:
    """A picture of a list: its generation, which image of it, and its marks.

    Other images of the generation may be missing from it.
    """

    generation: Generation
    index: int
    marks: ImageMarks


class ImageMarkRecords(Protocol):
    """Changes of marks."""

    def read(self, workspace_id: str, image_ids: Sequence[str]) -> Mapping[str, MarkedImage]:
        """The marks of those pictures that are there. One read for up to fifty."""
        ...

    def changing(self, read: MarkedImage, marks: ImageMarks) -> Sequence[Write]:
        """Conflict: StaleWrite, when they changed since they were read, or the picture is gone."""
        ...

    def forgetting(self, workspace_id: str, image_ids: Sequence[str]) -> Sequence[Sequence[Write]]:
        """For each of these pictures that has marks: what removes them. Conflict: StaleWrite."""
        ...


class ImageMarkLists(Protocol):
    """Lists of pictures by their marks, newest first."""

    def favourites(self, workspace_id: str, *, limit: int, after: str | None) -> Page[GalleryImage]: ...

    def tagged(self, workspace_id: str, tag: str, *, limit: int, after: str | None) -> Page[GalleryImage]: ...

    def tags(self, workspace_id: str, *, limit: int, after: str | None) -> Page[tuple[str, int]]:
        """Tags with the number of their pictures, in alphabetical order."""
        ...
