"""Edits and variations at the OpenAI door: pictures and a mask, as files of a form or named in JSON.

JSON names a picture by an address, by the id of an image of the workspace, or brings it along as a `data:` address;
OpenAI's own form is `{"image_url": ...}` in `images` and `mask`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import Field

from easel.domain.reference import MASK, ImageSource, Reference, Source, UploadSource, UrlSource
from easel.domain.request import ImageRequest
from easel.domain.template_use import ANY_ROLE
from easel.domain.upload import MAX_INLINE_BYTES, SentFile
from easel.doors.openai.requests import ImagesRequest, image_request
from easel.errors import InvalidRequest
from easel.http import bodies, multipart, validation
from easel.http.incoming import Incoming
from easel.http.parse import small_number
from easel.outbound.addresses import BadAddress, origins, parse_address

_MOST_IMAGES: Final = 16
_PICTURES: Final = ("image", "image[]", "images", "images[]")
_FILES: Final = (*_PICTURES, MASK)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBERS: Final = ("n", "partial_images", "output_compression")
_NAMES: Final = ("image_url", "url", "file_id", "id")
_ALLOWED: Final = ["an https address", "a data: address", "the id of an image or upload"]
_ALLOWED_IN_LINES: Final = ["an https address", "the id of an image or upload"]
_VARIATION: Final = (
    "Make a variation of the reference picture: the same subject in the same style and mood, with another arrangement "
    "and other details."
)

Named = str | dict[str, Any]


class EditRequest(ImagesRequest):
    """What to change, in which pictures, and where."""

    image: Named | list[Named] | None = Field(default=None, description="One picture, or several.")
    images: list[Named] | None = Field(default=None, description="The same, as OpenAI's JSON names them.")
    mask: Named | None = Field(
        default=None, description="A PNG of the size of the first picture, transparent where it may be changed."
    )
    input_fidelity: str | None = Field(default=None, description="Has no effect: the vendor's model decides.")


class VaryRequest(EditRequest):
    """Which picture to make variations of."""

    prompt: str = Field(default=_VARIATION, min_length=1, description="What may be different.")
    model: str | None = Field(default="dall-e-2", description="As `GET /v1/models` lists them; dall-e-2 if left out.")


def _described(*required: str) -> dict[str, Any]:
    text, file = {"type": "string"}, {"type": "string", "format": "binary"}
    names = ("prompt", "model", "size", "quality", "background", "output_format", "response_format", "user")
    plain: dict[str, Any] = dict.fromkeys(names, text)
    named = {"anyOf": [text, {"type": "object", "properties": {"image_url": text, "file_id": text}}]}
    several = {"type": "array", "items": named, "maxItems": _MOST_IMAGES}
    in_json = {**plain, "n": {"type": "integer"}, "stream": {"type": "boolean"}, "images": several, "mask": named}
    in_form = {**plain, "n": text, "stream": text, "image": {"type": "array", "items": file}, "mask": file}
    schema = {"type": "object", "required": list(required)}
    return {
        "required": True,
        "content": {
            "application/json": {"schema": {**schema, "properties": {**in_json, "image": named}}},
            multipart.FORM: {"schema": {**schema, "properties": in_form}},
        },
    }


EDIT_BODY: Final = _described("prompt")
VARY_BODY: Final = _described()


@dataclass(frozen=True, slots=True)
class _Place:
    """A picture: its source, or the number of the file that it is."""

    field: str
    source: Source | int
    role: str = ANY_ROLE

    def reference(self, uploads: Sequence[str]) -> Reference:
        """The reference, with the uploads that the files have become; none are there before they are stored."""
        if isinstance(self.source, int):
            return Reference(UploadSource(uploads[self.source] if uploads else ""), self.role)
        return Reference(self.source, self.role)


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit as it was sent, with the size of the whole body. `sent` is `fields` with a hash in place of each file.

    `places` are the pictures in their order, each with the field that names it.
    """

    request: EditRequest
    fields: Mapping[str, Any]
    sent: Mapping[str, Any]
    places: tuple[_Place, ...]
    files: tuple[SentFile, ...]
    size: int

    def image_request(self, headers: Mapping[str, str], uploads: Sequence[str] = ()) -> ImageRequest:
        """The request of the domain, with the uploads that the files have become."""
        return replace(
            image_request(self.request, self.sent, headers),
            references=tuple(place.reference(uploads) for place in self.places),
            reference_fields=tuple(place.field for place in self.places),
        )


def read(incoming: Incoming, trusted: Collection[str]) -> Edit:
    """Read JSON or a form: an edit, or a variation where the address says so.

    Addresses are https at public hosts, or of an origin in `trusted`.

    Raises:
        UnsupportedMediaType, PayloadTooLarge, MalformedBody, MalformedForm.
        InvalidRequest: a field that is missing or cannot be.
    """
    model = VaryRequest if incoming.path.endswith("/variations") else EditRequest
    edit = _read_form(incoming, model) if multipart.is_form(incoming.headers) else _read_json(incoming, model, trusted)
    if not any(place.role == ANY_ROLE for place in edit.places):
        raise InvalidRequest.of("image", "An image is required.", _ALLOWED)
    return edit


def _read_form(incoming: Incoming, model: type[EditRequest]) -> Edit:
    form = multipart.read_form(incoming.event, incoming.headers)
    files = _named_files(form.files)
    request = validation.validated(model, {name: _typed(name, text) for name, text in form.fields.items()})
    hashes = [{"field": file.field, "sha256": hashlib.sha256(file.data).hexdigest()} for file in files]
    places = tuple(_Place(file.field, number, _role(file.field)) for number, file in enumerate(files))
    return Edit(request, form.fields, {**form.fields, "files": hashes}, places, files, form.size)


def _role(field: str) -> str:
    return MASK if field == MASK else ANY_ROLE


def _named_files(files: tuple[SentFile, ...]) -> tuple[SentFile, ...]:
    strange = next((file.field for file in files if file.field not in _FILES), None)
    if strange:
        raise InvalidRequest.of(strange, f"There is no file field {strange!r}.", list(_FILES))
    if sum(file.field == MASK for file in files) > 1:
        raise InvalidRequest.of(MASK, "There can be one mask.", {"maximum": 1})
    return files


def _typed(name: str, text: str) -> Any:
    """A text of a form as the JSON value that it stands for."""
    if name in _NUMBERS and (number := small_number(text)) is not None:
        return number
    if name == "stream" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    return text or None


def _read_json(incoming: Incoming, model: type[EditRequest], trusted: Collection[str]) -> Edit:
    with multipart.taken_beside_json():
        sent = bodies.read_json(incoming.event, incoming.headers, limit=MAX_INLINE_BYTES * 4 // 3) or {}
    return _of_json(validation.validated(model, sent), sent, trusted)


def read_line(sent: Mapping[str, Any], trusted: Collection[str]) -> ImageRequest:
    """An edit in a line of a batch, whose pictures are named: a line has no room for their bytes.

    Raises:
        InvalidRequest: a field that is missing or cannot be, or a `data:` address.
    """
    edit = _of_json(validation.validated(EditRequest, sent), sent, trusted)
    if edit.files:
        message = "A line of a batch names its pictures: upload them, or send their addresses."
        raise InvalidRequest.of(edit.files[0].field, message, _ALLOWED_IN_LINES)
    if not any(place.role == ANY_ROLE for place in edit.places):
        raise InvalidRequest.of("image", "An image is required.", _ALLOWED_IN_LINES)
    return edit.image_request({})


def _of_json(request: EditRequest, sent: Mapping[str, Any], trusted: Collection[str]) -> Edit:
    named = _numbered("image", request.image) if isinstance(request.image, list) else []
    named += [("image", request.image)] if request.image and not isinstance(request.image, list) else []
    named += _numbered("images", request.images or [])
    named += [(MASK, request.mask)] if request.mask else []
    if len(named) > _MOST_IMAGES + 1:
        raise InvalidRequest.of("image", f"At most {_MOST_IMAGES} images are taken.", {"maxItems": _MOST_IMAGES})
    files: list[SentFile] = []
    places: list[_Place] = []
    for field, one in named:
        text = _address(field, one)
        if text[:5].lower() == "data:":
            places.append(_Place(field, len(files), _role(field)))
            files.append(SentFile(MASK if field == MASK else "image", None, None, _inline(field, text)))
        else:
            places.append(_Place(field, _source(field, text, trusted), _role(field)))
    return Edit(request, sent, _without_data(sent), tuple(places), tuple(files), sum(len(file.data) for file in files))


def _numbered(field: str, pictures: Sequence[Named]) -> list[tuple[str, Named]]:
    return [(f"{field}[{index}]", one) for index, one in enumerate(pictures)]


def _address(field: str, named: Named) -> str:
    text = named if isinstance(named, str) else next((named[name] for name in _NAMES if named.get(name)), None)
    if isinstance(text, dict):
        text = text.get("url")
    if not isinstance(text, str):
        raise InvalidRequest.of(field, f"{field} names no picture.", _ALLOWED)
    return text.strip()


def _source(field: str, text: str, trusted: Collection[str]) -> Source:
    if _UUID.fullmatch(text):
        return ImageSource(text.lower())
    try:
        parse_address(text, origins(trusted))
    except BadAddress as error:
        message = f"{field} is not the id of an image, and as an address it {error.reason}."
        raise InvalidRequest.of(field, message, _ALLOWED) from None
    return UrlSource(text)


def _inline(field: str, text: str) -> bytes:
    heading, _, data = text.partition(",")
    refusal = InvalidRequest.of(field, f"{field} is no base64 of a picture.", _ALLOWED)
    if not heading.lower().endswith(";base64"):
        raise refusal
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise refusal from None


def _without_data(sent: Any) -> Any:
    """The body with a hash in place of the bytes of each `data:` address."""
    if isinstance(sent, dict):
        return {name: _without_data(value) for name, value in sent.items()}
    if isinstance(sent, list):
        return [_without_data(value) for value in sent]
    if isinstance(sent, str) and sent[:5].lower() == "data:":
        return f"data:sha256,{hashlib.sha256(sent.encode('utf-8', 'replace')).hexdigest()}"
    return sent
