"""Favourites and tags of images: how they are changed, and the tags that there are."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from easel.domain.image_marks import LONGEST_TAG, MAX_TAGS, MarkChange, read_tag, read_tags
from easel.errors import InvalidRequest
from easel.http.models import AnswerModel, RequestModel
from easel.http.pagination import Pages
from easel.services.images.mark_images import MAX_IMAGES, MarkResult
from easel.services.ports.pages import Page

_TAG: Final = {"minLength": 1, "maxLength": LONGEST_TAG}
_LONGEST_SHOWN: Final = 80
"""Characters of what is named: an id has 36."""


class MarkImagesRequest(RequestModel):
    """A change of marks, for one image or several."""

    image_ids: list[str] = Field(json_schema_extra={"minItems": 1, "maxItems": MAX_IMAGES})
    favourite: bool | None = Field(default=None, description="Stays as it is when left out.")
    add_tags: list[str] = Field(
        default=[], description="Kept in lower case.", json_schema_extra={"maxItems": MAX_TAGS}, examples=[["fox"]]
    )
    remove_tags: list[str] = Field(default=[], description="Those that an image does not have are ignored.")


class MarkedImageBody(AnswerModel):
    """The marks of one image."""

    id: str
    favourite: bool
    tags: list[str] = Field(description="In alphabetical order.")


class MarkErrorBody(AnswerModel):
    """Why the marks of an image stay as they were."""

    code: str
    message: str


class UnmarkedImageBody(AnswerModel):
    """An image whose marks stay as they were."""

    id: str
    error: MarkErrorBody


class MarkedImagesBody(AnswerModel):
    """What became of the images of the request, in its order."""

    images: list[MarkedImageBody] = Field(description="Those that are marked as was asked.")
    failed: list[UnmarkedImageBody] = Field(description="The others. Where none could be marked, the request fails.")


class TagBody(AnswerModel):
    """A tag, and how many images have it."""

    tag: str
    images: int


class TagPageBody(AnswerModel):
    """Tags in alphabetical order."""

    tags: list[TagBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


def marked_ids(body: MarkImagesRequest) -> list[str]:
    """The images of a change, each once. Text that cannot be an id is no image either. Raises InvalidRequest."""
    ids = list(dict.fromkeys(text.strip().lower()[:_LONGEST_SHOWN] for text in body.image_ids))
    if not 1 <= len(ids) <= MAX_IMAGES:
        allowed = {"minItems": 1, "maxItems": MAX_IMAGES}
        raise InvalidRequest.of("imageIds", f"imageIds must name 1 to {MAX_IMAGES} images.", allowed)
    return ids


def mark_change(body: MarkImagesRequest) -> MarkChange:
    """The change itself. Raises InvalidRequest: no tag, or nothing to change."""
    change = MarkChange(body.favourite, _tags("addTags", body.add_tags), _tags("removeTags", body.remove_tags))
    if change == MarkChange():
        fields = ["favourite", "addTags", "removeTags"]
        raise InvalidRequest.of("favourite", f"Give at least one of {', '.join(fields)}.", fields)
    return change


def marked_images(results: list[MarkResult]) -> MarkedImagesBody:
    """The marks after a change."""
    return MarkedImagesBody(
        images=[
            MarkedImageBody(id=one.image_id, favourite=one.marks.favourite, tags=list(one.marks.tags))
            for one in results
            if one.marks
        ],
        failed=[
            UnmarkedImageBody(id=one.image_id, error=MarkErrorBody(code=one.error.code, message=one.error.message))
            for one in results
            if one.error
        ],
    )


def tag_page(page: Page[tuple[str, int]], limit: int, pages: Pages) -> TagPageBody:
    """One page of the tags."""
    bodies, cursor = pages.fit(page, lambda one: TagBody(tag=one[0], images=one[1]))
    return TagPageBody(tags=bodies, limit=limit, next_cursor=cursor)


def tag_of(field: str, text: str) -> str:
    """A tag as it is kept. Raises InvalidRequest, which names `field`."""
    try:
        return read_tag(text)
    except ValueError:
        raise _no_tag(field) from None


def _tags(field: str, texts: list[str]) -> frozenset[str]:
    if len(texts) > MAX_TAGS:
        raise InvalidRequest.of(field, f"{field} may have at most {MAX_TAGS} tags.", {"maxItems": MAX_TAGS})
    try:
        return read_tags(texts)
    except ValueError:
        raise _no_tag(field) from None


def _no_tag(field: str) -> InvalidRequest:
    return InvalidRequest.of(field, f"A tag must have 1 to {LONGEST_TAG} visible characters.", _TAG)
