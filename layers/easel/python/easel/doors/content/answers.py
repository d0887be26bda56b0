"""Pictures of content items as the content door shows them, and their files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.content_item import ContentImage, ContentVariant
from easel.domain.generation import Generation
from easel.domain.image import Image, Status, StoredImage
from easel.domain.renditions import Rendition
from easel.doors.content.pages import ContentMeta, included
from easel.errors import NotFound
from easel.http import answers
from easel.http.failures import failed_generation
from easel.http.models import AnswerModel, Moment
from easel.http.pagination import PageRequest, Pages
from easel.services.content.read_content_images import NO_IMAGE, ContentView
from easel.services.content.submit_content_image import SubmittedContent
from easel.services.ports.pages import Page

_SOON: Final = {"Retry-After": "2"}
LONGEST_ALT: Final = 125
FILE_CACHE: Final = "public, max-age=60"
"""Short, so that a deleted picture is gone soon; the tag makes asking again cheap."""


class ContentImageBody(AnswerModel):
    """One picture of a content item. Measures are null until it exists; the address never is."""

    success: bool = Field(default=True, description="Always true.")
    image_url: str = Field(description="The public address. It answers 202 until the picture exists.")
    url: str = Field(description="The same.")
    id: str = Field(description="`contentItemId/fileName`: the id to delete it by.")
    image_id: str
    generation_id: str
    content_item_id: str
    variant: ContentVariant
    version: int | None = Field(description="Counts the pictures of this content item; null for the item `unknown`.")
    is_current: bool | None = Field(
        description="Whether it is the item's current picture; null for the item `unknown`, which has none."
    )
    status: Status
    title: str
    alt: str = Field(description="A text for people who cannot see the picture; from the title until it is changed.")
    caption: str | None
    width: int | None
    height: int | None
    media_type: str | None
    byte_count: int | None
    placeholder: str | None = Field(description="A BlurHash to show until the picture is loaded.")
    model: str | None
    meta: ContentMeta | None = Field(description="With `include=meta`, once the picture is finished.")
    html: str | None = Field(description="With `include=html`, once the picture is finished.")
    warnings: list[str] = Field(description="What was done otherwise than asked, such as a text that was shortened.")
    created_at: Moment
    updated_at: Moment = Field(description="When it was finished, else when it was asked for.")


class ContentImagePage(AnswerModel):
    """The versions of one content item, the newest first."""

    success: bool = Field(default=True, description="Always true.")
    content_item_id: str
    images: list[ContentImageBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


class ContentPendingBody(AnswerModel):
    """Answer of a public address while its picture is being made."""

    status: Status
    message: str


class ContentDeletedBody(AnswerModel):
    """A picture that was deleted."""

    success: bool = True
    id: str


def submitted_answer(made: SubmittedContent, base_url: str, parts: Collection[str] = ()) -> Response[ContentImageBody]:
    """The picture, or 202 of the same shape while it is being made.

    Raises:
        GenerationFailed: it could not be made.
    """
    generation = made.generation
    picture = generation.images[0]
    if generation.status in {Status.FAILED, Status.CANCELLED}:
        raise failed_generation(picture.failure or generation.failure)
    body = _body(
        made.image,
        picture,
        base_url,
        model=generation.model,
        warnings=_notices(generation),
        is_current=made.is_current,
        parts=parts,
    )
    headers = {"Idempotent-Replayed": "true"} if made.replayed else {}
    if generation.status.is_final:
        return answers.as_json(body, headers=headers)
    headers = {**headers, **_SOON, "Location": body.image_url}
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers=headers)


def content_image_body(view: ContentView, base_url: str, parts: Collection[str] = ()) -> ContentImageBody:
    """One version for its owner."""
    picture = view.picture
    return _body(
        view.image,
        picture.image if picture else None,
        base_url,
        model=picture.model if picture else None,
        is_current=view.is_current,
        parts=parts,
    )


def content_image_page(
    page: Page[ContentView],
    item_id: str,
    asked: PageRequest,
    pages: Pages,
    base_url: str,
    parts: Collection[str] = (),
) -> ContentImagePage:
    """A page of versions."""
    bodies, next_cursor = pages.fit(page, lambda view: content_image_body(view, base_url, parts))
    return ContentImagePage(content_item_id=item_id, images=bodies, limit=asked.limit, next_cursor=next_cursor)


def deleted_answer(id: str) -> Response[ContentDeletedBody]:
    """A picture that was deleted."""
    return answers.as_json(ContentDeletedBody(id=id))


def finished(view: ContentView) -> StoredImage | None:
    """The stored picture of a version; None while it is being made.

    Raises:
        NotFound: it could not be made, or is gone.
    """
    picture = view.picture.image if view.picture else None
    if picture is not None and picture.stored is not None:
        return picture.stored
    if picture is None or picture.status.is_final:
        raise NotFound(NO_IMAGE)
    return None


def pending_answer(view: ContentView) -> Response[ContentPendingBody]:
    """The answer of an address whose picture is being made."""
    body = ContentPendingBody(status=view.status, message="The image is being made. Try again soon.")
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers=_SOON)


def file_headers(view: ContentView, tag: str, rendition: str | None = None) -> dict[str, str]:
    """The headers of a file, whether or not its bytes follow."""
    stem = view.image.file_name.rpartition(".")[0]
    name = f"{stem}-{rendition}" if rendition else view.image.file_name
    at = view.picture.image.completed_at if view.picture else None
    return {
        "Cache-Control": FILE_CACHE,
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'inline; filename="{name}"',
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        **({"Last-Modified": http_date(at)} if at else {}),
    }


def file_tag(stored: StoredImage, rendition: Rendition | None = None) -> str:
    """The tag of a file: a hash of the picture's bytes, with the name of what was made of it."""
    return f'"{stored.sha256[:32]}-{rendition.key_name}"' if rendition else f'"{stored.sha256[:32]}"'


def http_date(at: datetime) -> str:
    """A time as HTTP's headers write it."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _notices(generation: Generation) -> list[str]:
    return list(generation.template.notices) if generation.template else []


def _body(
    image: ContentImage,
    picture: Image | None,
    base_url: str,
    *,
    model: str | None,
    warnings: list[str] | None = None,
    is_current: bool | None = None,
    parts: Collection[str] = (),
) -> ContentImageBody:
    stored = picture.stored if picture else None
    address = f"{base_url.rstrip('/')}{image.path}"
    ended = picture.completed_at if picture else None
    alt = image.alt if image.alt is not None else alt_text(image.title)
    meta, html = included(parts, stored, image.variant, address, alt)
    return ContentImageBody(
        image_url=address,
        url=address,
        id=image.id,
        image_id=image.image_id,
        generation_id=image.generation_id,
        content_item_id=image.item_id,
        variant=image.variant,
        version=image.number,
        is_current=is_current,
        status=picture.status if picture else Status.FAILED,
        title=image.title,
        alt=alt,
        caption=image.caption,
        width=stored.width if stored else None,
        height=stored.height if stored else None,
        media_type=stored.media_type if stored else None,
        byte_count=stored.byte_count if stored else None,
        placeholder=stored.blurhash if stored else None,
        model=model,
        meta=meta,
        html=html,
        warnings=warnings or [],
        created_at=to_iso(image.created_at),
        updated_at=to_iso(ended or image.created_at),
    )


def alt_text(title: str) -> str:
    """A text for screen readers, in the language of the title: short, and on one line."""
    text = " ".join(title.split())
    if len(text) <= LONGEST_ALT:
        return text
    kept = text[: LONGEST_ALT - 1]
    return f"{kept.rpartition(' ')[0] or kept}…"
