"""The gallery: what a search asks for, the rows of its pages, and the prompts that were used most."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from easel.clock import to_iso
from easel.domain.gallery import LONGEST_SEARCH, MAX_WORDS, RATIOS, GallerySearch, words_of
from easel.domain.image import Status
from easel.domain.parsing import end_of, parse_day, parse_time, start_of
from easel.doors.canonical.images.answers import milliseconds
from easel.doors.canonical.images.marks import MarkedImageBody, tag_of
from easel.errors import InvalidRequest
from easel.http import parse
from easel.http.models import AnswerModel, Moment, WholeNumberParameter
from easel.http.pagination import Listing, Pages, cursor_parameter
from easel.services.images.links import permalink
from easel.services.ports.image_marks import GalleryImage, PopularPrompts
from easel.services.ports.pages import Page

LISTING: Final = Listing(default=25, maximum=100)
PROMPTS: Final = Listing(default=10, maximum=20)
ENDED: Final = tuple(status.value for status in (Status.COMPLETED, Status.FAILED, Status.CANCELLED))

PromptLimit = Annotated[WholeNumberParameter | None, PROMPTS.limit_parameter()]
Limit = Annotated[WholeNumberParameter | None, LISTING.limit_parameter()]
CursorText = Annotated[str | None, cursor_parameter()]
_FLAG: Final = {"enum": ["true", "false", None]}
Favourite = Annotated[
    str | None, Query(alias="favourite", description="`true` for favourites only.", json_schema_extra=dict(_FLAG))
]
Mine = Annotated[
    str | None,
    Query(alias="mine", description="`true` for what the caller had made only.", json_schema_extra=dict(_FLAG)),
]
Words = Annotated[
    str | None,
    Query(
        alias="q",
        description=f"Words of the prompt, at most {MAX_WORDS}: images whose prompt has a word that begins with each. "
        "Of very long prompts the first fifty words or so are searched.",
        json_schema_extra={"maxLength": LONGEST_SEARCH},
    ),
]
ModelName = Annotated[str | None, Query(alias="model", description="The model that was asked for.")]
Ratio = Annotated[
    str | None,
    Query(
        alias="ratio",
        description="Images whose sides are nearest to this ratio.",
        json_schema_extra={"enum": [*RATIOS, None]},
    ),
]
EndedStatus = Annotated[
    str | None,
    Query(
        alias="status",
        description="How their generation ended. When left out: every image that was made, also those of generations "
        "that were cancelled after it.",
        json_schema_extra={"enum": [*ENDED, None]},
    ),
]
Since = Annotated[
    str | None, Query(alias="from", description="A day such as 2026-11-29 (UTC), included, or an RFC 3339 time.")
]
Before = Annotated[
    str | None, Query(alias="to", description="A day, included, or an RFC 3339 time, which is not included.")
]
Sort = Annotated[
    str | None,
    Query(
        alias="sort",
        description="`newest` (when left out) or `oldest` first.",
        json_schema_extra={"enum": ["newest", "oldest", None]},
    ),
]
TagName = Annotated[
    str | None, Query(alias="tag", description="Images with this tag; upper and lower case are the same.")
]


@dataclass(frozen=True, slots=True)
class GalleryQuery:
    """The query parameters of a search, as they were sent."""

    words: str | None = None
    model: str | None = None
    ratio: str | None = None
    mine: str | None = None
    status: str | None = None
    favourite: str | None = None
    tag: str | None = None
    since: str | None = None
    before: str | None = None
    sort: str | None = None


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
    """Images in the order that was asked for."""

    images: list[GalleryImageBody]
    limit: int
    next_cursor: str | None = Field(
        description="Send it back as `cursor`; null on the last page. A page may be shorter than `limit`, even empty, "
        "and not be the last one: a search looks through some thousands of images for each."
    )


class PopularPromptBody(AnswerModel):
    """A prompt, and how often it was used."""

    prompt: str
    generations: int
    images: int
    last_generation_id: str


class PopularPromptsBody(AnswerModel):
    """The prompts that were used most."""

    prompts: list[PopularPromptBody]
    looked_at: int = Field(description="Of so many generations, the newest ones.")
    complete: bool = Field(description="There are no others in this period.")


def wanted_images(asked: GalleryQuery, user_id: str) -> GallerySearch:
    """What is asked for. Raises InvalidRequest."""
    since, before = _moment("from", asked.since, of_end=False), _moment("to", asked.before, of_end=True)
    if since is not None and before is not None and since >= before:
        raise InvalidRequest.of("to", "to must not be before from.")
    return GallerySearch(
        words=_words(asked.words),
        model=_model(asked.model),
        ratio=None if asked.ratio is None else parse.choice("ratio", asked.ratio, RATIOS),
        user_id=user_id if parse.flag("mine", asked.mine) else None,
        status=None if asked.status is None else Status(parse.choice("status", asked.status, ENDED)),
        favourite=parse.flag("favourite", asked.favourite),
        tag=None if asked.tag is None else tag_of("tag", asked.tag),
        since=since,
        before=before,
        oldest_first=parse.choice("sort", asked.sort or "newest", ("newest", "oldest")) == "oldest",
    )


def list_name(search: GallerySearch) -> str:
    """Name of the list that a cursor belongs to."""
    return f"gallery:{search!r}"


def gallery_page(page: Page[GalleryImage], limit: int, pages: Pages, base_url: str) -> GalleryPageBody:
    """One page of a list."""
    bodies, cursor = pages.fit(page, lambda one: _image(one, base_url))
    return GalleryPageBody(images=bodies, limit=limit, next_cursor=cursor)


def popular_prompts(found: PopularPrompts) -> PopularPromptsBody:
    """The prompts that were used most."""
    bodies = [
        PopularPromptBody(
            prompt=one.prompt, generations=one.generations, images=one.images, last_generation_id=one.newest
        )
        for one in found.prompts
    ]
    return PopularPromptsBody(prompts=bodies, looked_at=found.looked_at, complete=found.complete)


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


def _words(text: str | None) -> tuple[str, ...]:
    words = words_of((text or "")[: LONGEST_SEARCH + 1])
    if text is not None and (len(text) > LONGEST_SEARCH or not 1 <= len(words) <= MAX_WORDS):
        allowed = {"maxLength": LONGEST_SEARCH, "minWords": 1, "maxWords": MAX_WORDS}
        message = f"q must have 1 to {MAX_WORDS} words, and at most {LONGEST_SEARCH} characters."
        raise InvalidRequest.of("q", message, allowed)
    return words


def _model(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise InvalidRequest.of("model", "model must be the name of a model.", {"maxLength": 64})
    return text


def _moment(field: str, text: str | None, *, of_end: bool) -> datetime | None:
    if text is None:
        return None
    try:
        if "T" in text.upper():
            return parse_time(text)
        return end_of(parse_day(text)) if of_end else start_of(parse_day(text))
    except ValueError:
        message = f"{field} must be a day such as 2026-11-29, or a time such as 2026-11-29T10:00:00Z."
        raise InvalidRequest.of(field, message, {"format": "date or date-time"}) from None
