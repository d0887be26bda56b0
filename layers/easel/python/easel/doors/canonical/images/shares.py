"""Shares: what is asked and answered by their workspace, and what is shown to anyone with the link."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from easel.clock import to_iso
from easel.domain.file_names import picture_name
from easel.domain.image import Image
from easel.domain.parsing import parse_time
from easel.domain.share import (
    LONGEST_LIFETIME,
    LONGEST_PASSWORD,
    LONGEST_TITLE,
    SHORTEST_LIFETIME,
    SHORTEST_PASSWORD,
    USUAL_LIFETIME,
    Share,
)
from easel.domain.text import is_blank
from easel.errors import InvalidRequest
from easel.http import parse
from easel.http.models import AnswerModel, Moment, RequestModel, WholeNumber, WholeNumberParameter, moment
from easel.http.pagination import Listing, Pages, cursor_parameter
from easel.ids import generation_of_image
from easel.services.images.links import LinkMaker, LinkOptions
from easel.services.images.manage_shares import ShareOrder
from easel.services.images.open_share import SharedPictures
from easel.services.ports.pages import Page

LISTING: Final = Listing(default=25, maximum=100)
_TARGETS: Final = ["imageId", "generationId"]
_PASSWORD: Final = {"minLength": SHORTEST_PASSWORD, "maxLength": LONGEST_PASSWORD}

Limit = Annotated[WholeNumberParameter | None, LISTING.limit_parameter()]
CursorText = Annotated[str | None, cursor_parameter()]
ShareId = Annotated[str, Path(alias="shareId", json_schema_extra={"format": "uuid"})]
Token = Annotated[str, Path()]
OfImage = Annotated[str | None, Query(alias="imageId", description="Only those of this image.")]
OfGeneration = Annotated[str | None, Query(alias="generationId", description="Only those of this generation.")]


class CreateShareRequest(RequestModel):
    """A link to an image, or to all images of a generation."""

    image_id: str | None = Field(default=None, description="Give either this or `generationId`.")
    generation_id: str | None = Field(default=None, description="All its images, those that come later included.")
    expires_in_days: WholeNumber | None = Field(
        default=None,
        description=f"{USUAL_LIFETIME.days} when neither this nor `expiresAt` is given.",
        json_schema_extra={"minimum": 1, "maximum": LONGEST_LIFETIME.days},
    )
    expires_at: str | None = Field(
        default=None,
        description=f"RFC 3339; from a minute to {LONGEST_LIFETIME.days} days from now.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-12-24T18:00:00Z"],
    )
    password: str | None = Field(default=None, json_schema_extra=dict(_PASSWORD))
    hide_prompt: bool = False
    title: str | None = Field(
        default=None,
        description="Shown above the images; otherwise the beginning of the prompt, unless it is hidden.",
        json_schema_extra={"minLength": 1, "maxLength": LONGEST_TITLE},
    )


class OpenShareRequest(RequestModel):
    """The password of a link."""

    password: str = Field(json_schema_extra={"maxLength": LONGEST_PASSWORD})


class ShareBody(AnswerModel):
    """A link, without its address, of which only a hash is kept."""

    id: str
    kind: Literal["image", "generation"]
    image_id: str | None
    generation_id: str
    title: str | None
    hide_prompt: bool
    has_password: bool
    views: int
    last_viewed_at: Moment | None
    created_at: Moment
    created_by: str
    expires_at: Moment
    expired: bool


class NewShareBody(ShareBody):
    """A new link. Its address is not shown again."""

    token: str
    url: str


class SharePageBody(AnswerModel):
    """The newest first."""

    shares: list[ShareBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


class SharedImageBody(AnswerModel):
    """An image behind a link. Its addresses work without credentials until `urlExpiresAt`."""

    index: int
    url: str
    preview_url: str
    thumbnail_url: str
    download_url: str
    url_expires_at: Moment
    prompt: str | None = Field(description="Null where the prompt is hidden.")
    width: int
    height: int
    media_type: str
    byte_count: int
    blurhash: str


class SharedBody(AnswerModel):
    """What a link shows."""

    kind: Literal["image", "generation"]
    title: str | None
    prompt: str | None = Field(description="Null where it is hidden.")
    model: str
    made_with_ai: Literal[True] = Field(description="The files say so too.")
    created_at: Moment
    expires_at: Moment
    images: list[SharedImageBody]


def share_order(body: CreateShareRequest, now: datetime) -> ShareOrder:
    """What is asked for. Raises InvalidRequest."""
    return ShareOrder(
        target_id=_target(body),
        ends_at=_end(body, now),
        password=_password(body.password),
        hides_prompt=body.hide_prompt,
        title=_title(body.title),
    )


def wanted_target(image_id: str | None, generation_id: str | None) -> str | None:
    """Whose links are asked for; None for all. Raises InvalidRequest."""
    if image_id is not None and generation_id is not None:
        raise InvalidRequest.of("generationId", "Give either imageId or generationId, not both.", _TARGETS)
    if image_id is not None:
        return parse.id_in_body("imageId", image_id, "image")
    return None if generation_id is None else parse.id_in_body("generationId", generation_id, "generation")


def list_name(target: str | None) -> str:
    """Name of the list that a cursor belongs to."""
    return f"shares:{target or ''}"


def share_body(share: Share, now: datetime) -> ShareBody:
    """A link as its workspace sees it."""
    return ShareBody(**_fields(share, now))


def new_share(share: Share, token: str, base_url: str, now: datetime) -> NewShareBody:
    """A link that was just made."""
    return NewShareBody(**_fields(share, now), token=token, url=f"{base_url.rstrip('/')}/s/{token}")


def share_page(page: Page[Share], limit: int, pages: Pages, now: datetime) -> SharePageBody:
    """One page of links."""
    bodies, cursor = pages.fit(page, lambda share: share_body(share, now))
    return SharePageBody(shares=bodies, limit=limit, next_cursor=cursor)


def shared(shown: SharedPictures, links: LinkMaker) -> SharedBody:
    """What is shown to anyone with the link."""
    share, generation = shown.share, shown.generation
    hidden = share.hides_prompt
    # What files are named after is mostly the beginning of the prompt.
    title = share.title or (None if hidden else generation.file_title)
    return SharedBody(
        kind=_kind(share),
        title=title,
        prompt=None if hidden else generation.prompt,
        model=generation.model,
        made_with_ai=True,
        created_at=to_iso(generation.created_at),
        expires_at=to_iso(share.ends_at),
        images=[body for image in shown.images if (body := _image(image, shown, title, links)) is not None],
    )


def _image(image: Image, shown: SharedPictures, title: str | None, links: LinkMaker) -> SharedImageBody | None:
    picture = image.stored
    if picture is None:
        return None
    urls = links.links_of(picture)
    number = image.index + 1
    name = LinkOptions(filename=picture_name(title or "", None, number, picture.original_key))
    return SharedImageBody(
        index=image.index,
        url=urls.url,
        preview_url=urls.preview_url,
        thumbnail_url=urls.thumbnail_url,
        download_url=links.download_url(image, "original", name) or urls.url,
        url_expires_at=to_iso(urls.expires_at),
        prompt=None if shown.share.hides_prompt else shown.generation.prompt_of(image),
        width=picture.width,
        height=picture.height,
        media_type=picture.media_type,
        byte_count=picture.byte_count,
        blurhash=picture.blurhash,
    )


def _fields(share: Share, now: datetime) -> dict[str, object]:
    return {
        "id": share.id,
        "kind": _kind(share),
        "image_id": None if share.image_index is None else share.target_id,
        "generation_id": share.generation_id,
        "title": share.title,
        "hide_prompt": share.hides_prompt,
        "has_password": share.password_hash is not None,
        "views": share.views,
        "last_viewed_at": moment(share.last_viewed_at),
        "created_at": to_iso(share.created_at),
        "created_by": share.created_by,
        "expires_at": to_iso(share.ends_at),
        "expired": not share.is_open(now),
    }


def _kind(share: Share) -> Literal["image", "generation"]:
    return "generation" if share.image_index is None else "image"


def _target(body: CreateShareRequest) -> str:
    if (body.image_id is None) == (body.generation_id is None):
        raise InvalidRequest.of("imageId", "Give either imageId or generationId.", _TARGETS)
    if body.generation_id is not None:
        target = parse.id_in_body("generationId", body.generation_id, "generation")
        if generation_of_image(target) is not None:
            raise InvalidRequest.of("generationId", "generationId names an image; give it as imageId.", _TARGETS)
        return target
    target = parse.id_in_body("imageId", body.image_id or "", "image")
    if generation_of_image(target) is None:
        raise InvalidRequest.of("imageId", "imageId names no image.", _TARGETS)
    return target


def _end(body: CreateShareRequest, now: datetime) -> datetime | None:
    if body.expires_at is not None and body.expires_in_days is not None:
        raise InvalidRequest.of("expiresAt", "Give either expiresInDays or expiresAt, not both.")
    if body.expires_in_days is not None:
        if not 1 <= body.expires_in_days <= LONGEST_LIFETIME.days:
            allowed = {"minimum": 1, "maximum": LONGEST_LIFETIME.days}
            message = f"expiresInDays must be from 1 to {LONGEST_LIFETIME.days}."
            raise InvalidRequest.of("expiresInDays", message, allowed)
        return now + timedelta(days=body.expires_in_days)
    return None if body.expires_at is None else _moment_of_end(body.expires_at, now)


def _moment_of_end(text: str, now: datetime) -> datetime:
    first, last = now + SHORTEST_LIFETIME, now + LONGEST_LIFETIME
    message = f"expiresAt must be a time such as {to_iso(now + USUAL_LIFETIME)}, at most a year from now."
    allowed = {"minimum": to_iso(first), "maximum": to_iso(last)}
    try:
        end = parse_time(text)
    except ValueError:
        raise InvalidRequest.of("expiresAt", message, allowed) from None
    if not first <= end <= last:
        raise InvalidRequest.of("expiresAt", message, allowed)
    return end


def _password(password: str | None) -> str | None:
    if password is None or SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return password
    message = f"A password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
    raise InvalidRequest.of("password", message, _PASSWORD)


def _title(title: str | None) -> str | None:
    if title is None or (len(title) <= LONGEST_TITLE and not is_blank(title)):
        return title
    allowed = {"minLength": 1, "maxLength": LONGEST_TITLE}
    raise InvalidRequest.of("title", f"A title must have 1 to {LONGEST_TITLE} visible characters.", allowed)
