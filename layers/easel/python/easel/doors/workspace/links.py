"""Addresses of images at the workspace door: they are loaded by pages, without a credential."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final, Protocol

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.domain.permalinks import encode_permalink
from easel.http import answers
from easel.http.failures import PictureGone
from easel.http.models import DECIMAL, AnswerModel
from easel.services.images.links import ImageLinks, LinkOptions, Variant
from easel.services.images.read_images import ImageView

PATH: Final = "/api/ai/pictures"
_MAX_TURNS: Final = 15
"""Browsers give up after twenty redirects, of which the last one leads to the file."""
_PAUSE_SECONDS: Final = 2

Token = Annotated[str, Path(description="As in the `url` of an image that is being made.")]
Turn = Annotated[
    Annotated[int, Field(ge=0, le=_MAX_TURNS), DECIMAL] | None,
    Query(alias="turn", description="How often this address has been waited at."),
]


class Links(Protocol):
    """What is needed of `services.images.links.LinkMaker`."""

    def image_links(self, image: Image) -> ImageLinks | None: ...

    def download_url(self, image: Image, variant: Variant, options: LinkOptions = ...) -> str | None: ...


class AwaitedImage(AnswerModel):
    """An image that is still being made after the longest wait."""

    status: Status
    message: str


class WorkspaceLinks:
    """Makes the addresses; `base_url` is our own."""

    def __init__(self, links: Links, base_url: str) -> None:
        self._links = links
        self.base_url = base_url.rstrip("/")

    def of(self, generation: Generation, image: Image) -> str:
        """An address that shows the image without a credential: now, or as soon as it is made."""
        found = self._links.image_links(image)
        if found:
            return found.url
        token = encode_permalink(generation.workspace_id, image.id, generation.permalink_secret)
        return f"{self.base_url}{PATH}/{token}"


def awaited_answer(
    view: ImageView, token: str, turn: int, *, links: Links, base_url: str
) -> Response[AwaitedImage | None]:
    """A redirect to the file; while there is none, to this address once more, so that the client keeps waiting.

    Raises:
        PictureGone: it failed or was cancelled.
    """
    url = links.download_url(view.image, "original")
    if url is not None:
        return answers.redirect(url, cache=answers.PRIVATE)
    if view.image.status.is_final:
        raise PictureGone(view.image.failure.message if view.image.failure else "This image was cancelled.")
    if turn < _MAX_TURNS:
        return answers.redirect(f"{base_url.rstrip('/')}{PATH}/{token}?turn={turn + 1}", cache=answers.PRIVATE)
    body = AwaitedImage(status=view.image.status, message="The image is being made. Try again soon.")
    headers: dict[str, Any] = {"Retry-After": str(_PAUSE_SECONDS)}
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers=headers)
