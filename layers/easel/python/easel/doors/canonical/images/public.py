"""The public gallery: what is asked and answered by workspaces, and what the public sees."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from easel.clock import to_iso
from easel.domain.publication import LONGEST_TITLE, Publication
from easel.domain.text import is_blank
from easel.errors import InvalidRequest
from easel.http.models import AnswerModel, Moment, RequestModel, WholeNumberParameter, moment
from easel.http.pagination import Listing, Pages, cursor_parameter
from easel.services.ports.pages import Page
from easel.services.ports.publications import PublicImage

LISTING: Final = Listing(default=25, maximum=100)
OWNER: Final = "everybody"
LIST_NAME: Final = "public gallery"
CACHE: Final = "public, max-age=60"
"""An image that is withdrawn may be seen for a minute more."""

Limit = Annotated[WholeNumberParameter | None, LISTING.limit_parameter()]
CursorText = Annotated[str | None, cursor_parameter()]
PublicationId = Annotated[str, Path(alias="publicationId", json_schema_extra={"format": "uuid"})]


class PublishRequest(RequestModel):
    """How an image is shown."""

    show_prompt: bool = False
    title: str | None = Field(default=None, json_schema_extra={"minLength": 1, "maxLength": LONGEST_TITLE})


class PublicationBody(AnswerModel):
    """That an image is published, as its workspace sees it."""

    id: str
    image_id: str
    title: str | None
    show_prompt: bool
    url: str = Field(description="Its public address.")
    published_at: Moment
    published_by: str
    taken_down_at: Moment | None = Field(description="An operator has taken it down; it cannot be published again.")


class PublicImageBody(AnswerModel):
    """A published image. Nothing says whose it is."""

    id: str
    title: str | None
    prompt: str | None = Field(description="Null where it is not shown.")
    model: str
    url: str
    preview_url: str
    thumbnail_url: str
    width: int
    height: int
    media_type: str
    blurhash: str
    published_at: Moment


class PublicPageBody(AnswerModel):
    """The newest first."""

    images: list[PublicImageBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


def checked_title(title: str | None) -> str | None:
    """Raises InvalidRequest."""
    if title is None or (len(title) <= LONGEST_TITLE and not is_blank(title)):
        return title
    allowed = {"minLength": 1, "maxLength": LONGEST_TITLE}
    raise InvalidRequest.of("title", f"A title must have 1 to {LONGEST_TITLE} visible characters.", allowed)


def publication_body(publication: Publication, base_url: str) -> PublicationBody:
    """A publication as its workspace sees it."""
    return PublicationBody(
        id=publication.id,
        image_id=publication.image_id,
        title=publication.title,
        show_prompt=publication.shows_prompt,
        url=_address(base_url, publication.id),
        published_at=to_iso(publication.published_at),
        published_by=publication.published_by,
        taken_down_at=moment(publication.taken_down_at),
    )


def public_page(page: Page[PublicImage], limit: int, pages: Pages, base_url: str) -> PublicPageBody:
    """One page of what the public sees."""
    shown = page.find(lambda one: _image(one, base_url))
    bodies, cursor = pages.fit(shown, lambda body: body)
    return PublicPageBody(images=bodies, limit=limit, next_cursor=cursor)


def _image(one: PublicImage, base_url: str) -> PublicImageBody | None:
    generation, image, publication = one.generation, one.generation.images[one.index], one.publication
    picture = image.stored
    if picture is None:
        return None
    address = _address(base_url, publication.id)
    return PublicImageBody(
        id=publication.id,
        title=publication.title,
        prompt=generation.prompt_of(image) if publication.shows_prompt else None,
        model=generation.model,
        url=address,
        preview_url=f"{address}?variant=preview",
        thumbnail_url=f"{address}?variant=thumbnail",
        width=picture.width,
        height=picture.height,
        media_type=picture.media_type,
        blurhash=picture.blurhash,
        published_at=to_iso(publication.published_at),
    )


def _address(base_url: str, publication_id: str) -> str:
    return f"{base_url.rstrip('/')}/api/v1/public/images/{publication_id}"
