"""Favourites and tags of images: what is asked and answered, and the rows of lists by them."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from easel.clock import to_iso
from easel.domain.image import Status
from easel.domain.image_marks import LONGEST_TAG, MAX_TAGS, ImageMarks, MarkChange, read_tag, read_tags
from easel.doors.canonical.images.answers import milliseconds
from easel.errors import InvalidRequest
from easel.http import parse
from easel.http.models import AnswerModel, Moment, RequestModel, WholeNumberParameter
from easel.http.pagination import Listing, Pages, cursor_parameter
from easel.services.images.links import permalink
from easel.services.images.mark_images import MAX_IMAGES
from easel.services.ports.image_marks import GalleryImage
from easel.services.ports.pages import Page

LISTING: Final = Listing(default=25, maximum=100)
_TAG: Final = {"minLength": 1, "maxLength": LONGEST_TAG}

Limit = Annotated[WholeNumberParameter | None, LISTING.limit_parameter()]
CursorText = Annotated[str | None, cursor_parameter()]
Favourite = Annotated[
    str | None,
    Query(
        alias="favourite",
        description="`true` for the favourites. Give either this or `tag`.",
        json_schema_extra={"enum": ["true", "false", None]},
    ),
]
TagName = Annotated[
    str | None, Query(alias="tag", description="Images with this tag; upper and lower case are the same.")
]


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


class MarkedImagesBody(AnswerModel):
    """The marks of the images of the request, in its order."""

    images: list[MarkedImageBody]


class GalleryImageBody(MarkedImageBody):
    """An image of a list: all that a card or a viewer shows."""

    generation_id: str
    status: Status
    prompt: str
    model: str
    permalink: str = Field(description="Never changes, and works without credentials.")
    thumbnail_url: str = Field(description="The permalink of its thumbnail.")
    width: int | None
    height: int | None
    blurhash: str | None
    price_milli_credits: int
    duration_ms: int | None = Field(description="From the request to the finished image.")
    created_at: Moment


class GalleryPageBody(AnswerModel):
    """The newest images first."""

    images: list[GalleryImageBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


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
    """The images of a change, each once. Raises InvalidRequest."""
    ids = list(dict.fromkeys(parse.id_in_body("imageIds", text, "image") for text in body.image_ids))
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


def wanted_tag(favourite: str | None, tag: str | None) -> str | None:
    """Which list is asked for: that of a tag, or the favourites as None. Raises InvalidRequest."""
    favourites = parse.flag("favourite", favourite)
    if favourites == (tag is not None):
        raise InvalidRequest.of("favourite", "Give either favourite=true or tag.", ["favourite=true", "tag"])
    return None if tag is None else _tag("tag", tag)


def list_name(tag: str | None) -> str:
    """Name of the list that a cursor belongs to."""
    return "favourites" if tag is None else f"tagged:{tag}"


def marked_images(marked: list[tuple[str, ImageMarks]]) -> MarkedImagesBody:
    """The marks after a change."""
    return MarkedImagesBody(
        images=[MarkedImageBody(id=id_, favourite=marks.favourite, tags=list(marks.tags)) for id_, marks in marked]
    )


def gallery_page(page: Page[GalleryImage], limit: int, pages: Pages, base_url: str) -> GalleryPageBody:
    """One page of a list."""
    bodies, cursor = pages.fit(page, lambda one: _image(one, base_url))
    return GalleryPageBody(images=bodies, limit=limit, next_cursor=cursor)


def tag_page(page: Page[tuple[str, int]], limit: int, pages: Pages) -> TagPageBody:
    """One page of the tags."""
    bodies, cursor = pages.fit(page, lambda one: TagBody(tag=one[0], images=one[1]))
    return TagPageBody(tags=bodies, limit=limit, next_cursor=cursor)


def _image(one: GalleryImage, base_url: str) -> GalleryImageBody:
    generation, image = one.generation, one.generation.images[one.index]
    address = permalink(base_url, generation.workspace_id, image.id, generation.permalink_secret)
    stored = image.stored
    return GalleryImageBody(
        id=image.id,
        favourite=one.marks.favourite,
        tags=list(one.marks.tags),
        generation_id=generation.id,
        status=image.status,
        prompt=generation.prompt_of(image),
        model=generation.model,
        permalink=address,
        thumbnail_url=f"{address}?variant=thumbnail",
        width=stored.width if stored else None,
        height=stored.height if stored else None,
        blurhash=stored.blurhash if stored else None,
        price_milli_credits=generation.price_of(image),
        duration_ms=milliseconds(generation.created_at, image.completed_at),
        created_at=to_iso(generation.created_at),
    )


def _tags(field: str, texts: list[str]) -> frozenset[str]:
    if len(texts) > MAX_TAGS:
        raise InvalidRequest.of(field, f"{field} may have at most {MAX_TAGS} tags.", {"maxItems": MAX_TAGS})
    try:
        return read_tags(texts)
    except ValueError:
        raise _no_tag(field) from None


def _tag(field: str, text: str) -> str:
    try:
        return read_tag(text)
    except ValueError:
        raise _no_tag(field) from None


def _no_tag(field: str) -> InvalidRequest:
    return InvalidRequest.of(field, f"A tag must have 1 to {LONGEST_TAG} visible characters.", _TAG)
