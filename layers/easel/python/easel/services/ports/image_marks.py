"""Favourites and tags of pictures, and the lists by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from easel.domain.gallery import GallerySearch
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


@dataclass(frozen=True, slots=True)
class PopularPrompt:
    """A prompt that was used several times: `images` were made of it in so many generations, `newest` the last."""

    prompt: str
    generations: int
    images: int
    newest: str


@dataclass(frozen=True, slots=True)
class PopularPrompts:
    """The prompts that were used most among the last `looked_at` generations; `complete`: there are no others."""

    prompts: Sequence[PopularPrompt]
    looked_at: int
    complete: bool


class GallerySearches(Protocol):
    """Search of a workspace's pictures."""

    def popular(self, workspace_id: str, search: GallerySearch, *, limit: int) -> PopularPrompts:
        """Of the generations that the search finds. Prompts with the same words count as one. Two reads."""
        ...

    def search(self, workspace_id: str, search: GallerySearch, *, limit: int, after: str | None) -> Page[GalleryImage]:
        """A page may have fewer than `limit`, even none, and not be the last one."""
        ...


class ImageMarkLists(Protocol):
    """The tags of a workspace."""

    def tags(self, workspace_id: str, *, limit: int, after: str | None) -> Page[tuple[str, int]]:
        """Tags with the number of their pictures, in alphabetical order."""
        ...
