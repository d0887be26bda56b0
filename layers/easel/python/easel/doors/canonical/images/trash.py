"""The trash: what is asked and answered."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from easel.clock import to_iso
from easel.errors import InvalidRequest
from easel.http.models import AnswerModel, Moment, RequestModel, WholeNumberParameter
from easel.http.pagination import Listing, Pages, cursor_parameter
from easel.services.images.links import LinkMaker
from easel.services.images.manage_trash import MAX_IMAGES, TrashResult
from easel.services.ports.pages import Page
from easel.services.ports.trash import TrashRow

LISTING: Final = Listing(default=25, maximum=100)
LIST_NAME: Final = "trash"
_LONGEST_SHOWN: Final = 80
"""Characters of what is named: an id has 36."""

Limit = Annotated[WholeNumberParameter | None, LISTING.limit_parameter()]
CursorText = Annotated[str | None, cursor_parameter()]


class TrashRequest(RequestModel):
    """Images to put into the trash, or to restore."""

    image_ids: list[str] = Field(json_schema_extra={"minItems": 1, "maxItems": MAX_IMAGES})


class TrashErrorBody(AnswerModel):
    """Why an image stays as it was."""

    code: str
    message: str


class TrashResultBody(AnswerModel):
    """What became of one image."""

    id: str
    ok: bool
    error: TrashErrorBody | None


class TrashResultsBody(AnswerModel):
    """What became of each image, in the order of the request."""

    results: list[TrashResultBody]
    succeeded: int
    failed: int


class TrashedImageBody(AnswerModel):
    """An image in the trash."""

    id: str
    generation_id: str
    prompt: str
    model: str
    thumbnail_url: str = Field(description="Works without credentials until `urlExpiresAt`.")
    url_expires_at: Moment
    width: int
    height: int
    blurhash: str
    byte_count: int
    created_at: Moment
    trashed_at: Moment
    ends_at: Moment = Field(description="It can be restored until then, and is deleted afterwards.")


class TrashPageBody(AnswerModel):
    """What was put into the trash last comes first."""

    images: list[TrashedImageBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


def named_ids(body: TrashRequest) -> list[str]:
    """The images of a request, each once. Text that cannot be an id is no image either. Raises InvalidRequest."""
    if not 1 <= len(body.image_ids) <= MAX_IMAGES:
        allowed = {"minItems": 1, "maxItems": MAX_IMAGES}
        raise InvalidRequest.of("imageIds", f"imageIds must name 1 to {MAX_IMAGES} images.", allowed)
    return list(dict.fromkeys(text.strip().lower()[:_LONGEST_SHOWN] for text in body.image_ids))


def trash_results(results: list[TrashResult]) -> TrashResultsBody:
    """The answer to a change."""
    bodies = [
        TrashResultBody(
            id=one.image_id,
            ok=one.error is None,
            error=TrashErrorBody(code=one.error.code, message=str(one.error)) if one.error else None,
        )
        for one in results
    ]
    succeeded = sum(body.ok for body in bodies)
    return TrashResultsBody(results=bodies, succeeded=succeeded, failed=len(bodies) - succeeded)


def trash_page(page: Page[TrashRow], limit: int, pages: Pages, links: LinkMaker) -> TrashPageBody:
    """One page of the trash."""
    shown = page.find(lambda row: _image(row, links))
    bodies, cursor = pages.fit(shown, lambda body: body)
    return TrashPageBody(images=bodies, limit=limit, next_cursor=cursor)


def _image(row: TrashRow, links: LinkMaker) -> TrashedImageBody | None:
    generation, image = row.generation, row.generation.images[row.index]
    if image.trashed is None:
        return None
    picture = image.trashed.picture
    urls = links.links_of(picture)
    return TrashedImageBody(
        id=image.id,
        generation_id=generation.id,
        prompt=generation.prompt_of(image),
        model=generation.model,
        thumbnail_url=urls.thumbnail_url,
        url_expires_at=to_iso(urls.expires_at),
        width=picture.width,
        height=picture.height,
        blurhash=picture.blurhash,
        byte_count=picture.byte_count,
        created_at=to_iso(generation.created_at),
        trashed_at=to_iso(image.trashed.at),
        ends_at=to_iso(image.trashed.ends_at),
    )
