"""The shop's images and archives: redirects to files, and descriptions while there is no file yet."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final, Protocol

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.archive import ArchiveState
from easel.domain.image import Image, Status
from easel.http import answers
from easel.http.failures import PictureGone
from easel.http.models import AnswerModel, Moment
from easel.http.pictures import PictureRequest
from easel.services.images.links import ArchiveLink, ImageLinks, LinkOptions, Variant, permalink
from easel.services.images.read_images import ImageView
from easel.services.images.request_archive import ArchiveView

_SOON: Final = {"Retry-After": "2"}
_MESSAGES: Final = {
    ArchiveState.WAITING: "The images are being generated.",
    ArchiveState.QUEUED: "The ZIP file is being made.",
    ArchiveState.BUILDING: "The ZIP file is being made.",
    ArchiveState.READY: "The ZIP file is ready.",
}


class Links(Protocol):
    """What is needed of `services.links.LinkMaker`."""

    def image_links(self, image: Image) -> ImageLinks | None: ...

    def download_url(self, image: Image, variant: Variant, options: LinkOptions = ...) -> str | None: ...


class ShopImage(AnswerModel):
    """One image. Links are null until it is there."""

    id: str = Field(alias="_id")
    generation_id: str
    status: Status
    url: str | None
    url_expires_at: Moment | None
    preview_url: str | None
    thumbnail_url: str | None
    permalink: str
    width: int | None
    height: int | None
    media_type: str | None
    bytes: int | None


class ShopImageAnswer(AnswerModel):
    """One image."""

    image: ShopImage


class ShopArchive(AnswerModel):
    """The ZIP file of a generation."""

    status: ArchiveState
    bytes: int | None = Field(description="Exact before it is made.")
    progress: int
    missing: int = Field(description="How many images of the generation are not in it; its manifest says why.")
    url: str | None


class ShopArchiveAnswer(AnswerModel):
    """How far the ZIP file of a generation is."""

    message: str
    archive: ShopArchive


def image_answer(view: ImageView, links: Links, base_url: str) -> Response[ShopImageAnswer | None]:
    """An image described: 202 while it is being made."""
    body = ShopImageAnswer(image=_image(view, links, base_url))
    if view.image.status.is_final:
        return answers.as_json(body)
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers=_SOON)


def picture_answer(
    view: ImageView, asked: PictureRequest, links: Links, base_url: str
) -> Response[ShopImageAnswer | None]:
    """The file: a redirect to it, 202 while it is being made.

    Raises:
        PictureGone: it failed or was cancelled.
    """
    url = links.download_url(view.image, asked.variant, asked.link_options(view, view.title))
    if url is not None:
        return answers.redirect(url, cache=answers.PRIVATE)
    if view.image.status.is_final:
        raise PictureGone(view.image.failure.message if view.image.failure else "This image was cancelled.")
    return image_answer(view, links, base_url)


def archive_answer(view: ArchiveView, link: ArchiveLink | None, *, as_json: bool) -> Response[ShopArchiveAnswer | None]:
    """The ZIP file: a redirect to it, 202 until it is there.

    Raises:
        PictureGone: the generation has ended without any picture.
    """
    if view.plan is not None and not view.plan.files:
        raise PictureGone("This generation has no images to download.")
    if link is not None and not as_json:
        return answers.redirect(link.url, cache=answers.PRIVATE)
    size = view.plan.size if view.plan else None
    body = ShopArchiveAnswer(
        message=_MESSAGES[view.state],
        archive=ShopArchive(
            status=view.state,
            bytes=size,
            progress=100 * view.bytes_done // size if size else 0,
            missing=len(view.plan.missing) if view.plan else 0,
            url=link.url if link else None,
        ),
    )
    if link is not None:
        return answers.as_json(body)
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers=_SOON)


def _image(view: ImageView, links: Links, base_url: str) -> ShopImage:
    stored, urls = view.image.stored, links.image_links(view.image)
    return ShopImage(
        id=view.image.id,
        generation_id=view.generation_id,
        status=view.image.status,
        url=urls.url if urls else None,
        url_expires_at=to_iso(urls.expires_at) if urls else None,
        preview_url=urls.preview_url if urls else None,
        thumbnail_url=urls.thumbnail_url if urls else None,
        permalink=permalink(base_url, view.workspace_id, view.image.id, view.permalink_secret),
        width=stored.width if stored else None,
        height=stored.height if stored else None,
        media_type=stored.media_type if stored else None,
        bytes=stored.byte_count if stored else None,
    )
