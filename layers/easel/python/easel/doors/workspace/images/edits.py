"""Requests for edits and variations: as those for images, with pictures to work from."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from easel.domain.reference import ImageSource, Reference, Source, UploadSource, UrlSource
from easel.domain.request import ImageRequest
from easel.doors.workspace.images.requests import LONGEST_PROMPT, GenerateImagesRequest, image_request
from easel.errors import InvalidRequest
from easel.outbound.addresses import BadAddress, origins, parse_address

_MOST_IMAGES: Final = 16
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_VARIATION: Final = (
    "Make a variation of the reference picture: the same subject in the same style and mood, with another arrangement "
    "and other details."
)
_ALLOWED: Final = {"image": "the id of an image of the workspace, or an https address", "uploadId": "of an upload"}


class EditImagesRequest(GenerateImagesRequest):
    """What to change, and in which pictures: `image` or `images`, `uploadId` or `uploadIds`, in this order."""

    image: str | None = Field(
        default=None, description="The `id` of an image of the workspace, or an https address of a picture."
    )
    images: list[str] | None = Field(default=None, max_length=_MOST_IMAGES, description="The same for several.")
    upload_id: str | None = Field(default=None, description="Of an upload of the workspace.")
    upload_ids: list[str] | None = Field(default=None, max_length=_MOST_IMAGES, description="The same for several.")


class VaryImagesRequest(EditImagesRequest):
    """Which pictures to make variations of."""

    prompt: str = Field(
        default=_VARIATION,
        min_length=1,
        max_length=LONGEST_PROMPT,
        description="What may be different; a sentence of ours when left out.",
    )


EditBody = Annotated[EditImagesRequest, Body()]
VaryBody = Annotated[VaryImagesRequest, Body()]


def edit_request(request: EditImagesRequest, sent: Mapping[str, Any], trusted: Collection[str]) -> ImageRequest:
    """The request of the domain. Addresses are https at public hosts, or of an origin in `trusted`.

    Raises:
        InvalidRequest: no picture, one that is neither an id nor an address that would be fetched, or a size that the
            model does not make.
    """
    named = [("image", request.image), *_numbered("images", request.images)]
    uploads = [("uploadId", request.upload_id), *_numbered("uploadIds", request.upload_ids)]
    sources = [_picture(field, text, trusted) for field, text in named if text is not None]
    sources += [_upload(field, text) for field, text in uploads if text is not None]
    if not sources:
        raise InvalidRequest.of("image", "An image is required", _ALLOWED)
    return replace(image_request(request, sent), references=tuple(Reference(source) for source in sources))


def _numbered(field: str, values: list[str] | None) -> list[tuple[str, str]]:
    return [(f"{field}[{index}]", value) for index, value in enumerate(values or [])]


def _picture(field: str, text: str, trusted: Collection[str]) -> Source:
    if _UUID.fullmatch(text.strip()):
        return ImageSource(text.strip().lower())
    try:
        parse_address(text, origins(trusted))
    except BadAddress as error:
        raise InvalidRequest.of(field, f"{field} is neither the id of an image nor {error.reason}.", _ALLOWED) from None
    return UrlSource(text)


def _upload(field: str, text: str) -> Source:
    if not _UUID.fullmatch(text.strip()):
        raise InvalidRequest.of(field, f"{field} is not the id of an upload.", {"format": "uuid"})
    return UploadSource(text.strip().lower())
