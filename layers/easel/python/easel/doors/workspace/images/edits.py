"""Requests for edits and variations: as those for images, with pictures to work from."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import Field

from easel.domain.reference import ImageSource, Reference, Source, UploadSource, UrlSource
from easel.domain.request import ImageRequest
from easel.domain.upload import SentFile
from easel.doors.workspace.images.requests import LONGEST_PROMPT, GenerateImagesRequest, image_request
from easel.errors import InvalidRequest
from easel.http import multipart, validation
from easel.http.incoming import Incoming
from easel.http.parse import small_number
from easel.outbound.addresses import BadAddress, origins, parse_address

_MOST_IMAGES: Final = 16
_FILE_FIELDS: Final = ("image", "image[]", "images", "images[]", "file")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_VARIATION: Final = (
    "Make a variation of the reference picture: the same subject in the same style and mood, with another arrangement "
    "and other details."
)
_ALLOWED: Final = {"image": "the id of an image of the workspace, or an https address", "uploadId": "of an upload"}


_TEXT: Final[dict[str, Any]] = {"type": "string"}
_TEXTS: Final = dict.fromkeys(
    ("workspaceId", "prompt", "model", "provider", "size", "style", "quality", "uploadId"), _TEXT
)
_LIST: Final[dict[str, Any]] = {"type": "array", "items": _TEXT, "maxItems": _MOST_IMAGES}
_FILES: Final[dict[str, Any]] = {"type": "array", "items": {"type": "string", "format": "binary"}}


def _described(*required: str) -> dict[str, Any]:
    """A body in the OpenAPI document: JSON, or a form with files in place of ids and addresses."""
    named = {"image": _TEXT, "images": _LIST, "uploadIds": _LIST, "n": {"type": "integer"}}
    schema = {"type": "object", "required": list(required)}
    return {
        "required": True,
        "content": {
            "application/json": {"schema": {**schema, "properties": {**_TEXTS, **named}}},
            multipart.FORM: {"schema": {**schema, "properties": {**_TEXTS, "n": _TEXT, "image": _FILES}}},
        },
    }


EDIT_BODY: Final = _described("prompt", "model", "provider")
VARY_BODY: Final = _described("model", "provider")


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


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit as it was sent: `files` are those of a form, `size` that of the whole form."""

    request: EditImagesRequest
    sent: Mapping[str, Any]
    files: tuple[SentFile, ...] = ()
    size: int = 0

    def check(self, trusted: Collection[str]) -> None:
        """Everything that can be refused before a file is stored. Raises InvalidRequest; see `edit_request`."""
        self.image_request(["" for _ in self.files], trusted)

    def image_request(self, uploads: Sequence[str], trusted: Collection[str]) -> ImageRequest:
        """The request of the domain, with the uploads that the files have become. Raises InvalidRequest."""
        files = [(file.field, upload_id) for file, upload_id in zip(self.files, uploads, strict=True)]
        return edit_request(self.request, self.sent, trusted, files)


def read(incoming: Incoming, model: type[EditImagesRequest]) -> Edit:
    """Read JSON, or a form whose files are pictures.

    Raises:
        UnsupportedMediaType, PayloadTooLarge, MalformedBody, MalformedForm.
        InvalidRequest: a field that is missing or cannot be; a file in another field.
    """
    if not multipart.is_form(incoming.headers):
        with multipart.taken_beside_json():
            sent = incoming.json() or {}
        return Edit(validation.validated(model, sent), sent)
    form = multipart.read_form(incoming.event, incoming.headers)
    strange = next((file.field for file in form.files if file.field not in _FILE_FIELDS), None)
    if strange:
        raise InvalidRequest.of(strange, f"There is no file field {strange!r}.", list(_FILE_FIELDS))
    fields: dict[str, Any] = dict(form.fields)
    if (count := small_number(form.fields.get("n"))) is not None:
        fields["n"] = count
    return Edit(validation.validated(model, fields), form.fields, form.files, form.size)


def edit_request(
    request: EditImagesRequest, sent: Mapping[str, Any], trusted: Collection[str], files: Sequence[tuple[str, str]] = ()
) -> ImageRequest:
    """The request of the domain. Addresses are https at public hosts, or of an origin in `trusted`.

    `files` are the uploads that the files of a form have become, each with its field; they come first.

    Raises:
        InvalidRequest: no picture, one that is neither an id nor an address that would be fetched, or a size that the
            model does not make.
    """
    named = [("image", request.image), *_numbered("images", request.images)]
    uploads = [("uploadId", request.upload_id), *_numbered("uploadIds", request.upload_ids)]
    sources: list[tuple[str, Source]] = [(field, UploadSource(upload_id)) for field, upload_id in files]
    sources += [(field, _picture(field, text, trusted)) for field, text in named if text is not None]
    sources += [(field, _upload(field, text)) for field, text in uploads if text is not None]
    if not sources:
        raise InvalidRequest.of("image", "An image is required", _ALLOWED)
    return replace(
        image_request(request, sent),
        references=tuple(Reference(source) for _, source in sources),
        reference_fields=tuple(field for field, _ in sources),
    )


def _numbered(field: str, values: list[str] | None) -> list[tuple[str, str]]:
    return [(f"{field}[{index}]", value) for index, value in enumerate(values or [])]


def _picture(field: str, text: str, trusted: Collection[str]) -> Source:
    if _UUID.fullmatch(text.strip()):
        return ImageSource(text.strip().lower())
    try:
        parse_address(text, origins(trusted))
    except BadAddress as error:
        message = f"{field} is not the id of an image, and as an address it {error.reason}."
        raise InvalidRequest.of(field, message, _ALLOWED) from None
    return UrlSource(text)


def _upload(field: str, text: str) -> Source:
    if not _UUID.fullmatch(text.strip()):
        raise InvalidRequest.of(field, f"{field} is not the id of an upload.", {"format": "uuid"})
    return UploadSource(text.strip().lower())
