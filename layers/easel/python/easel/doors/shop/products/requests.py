"""What requests about the shop's products may say, and the commands that they become."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Header, Path
from pydantic import Field
from pydantic.config import JsonDict

from easel.domain.product import BACK, FRONT, LONGEST, ProductChange, ProductFacts, facts_from
from easel.domain.upload import ACCEPTED_TYPES, MAX_BYTES, SentFile
from easel.errors import FieldError, InvalidRequest
from easel.http import multipart, parse, validation
from easel.http.incoming import Incoming
from easel.http.models import RequestModel, WholeNumber
from easel.http.multipart import Form
from easel.services.uploads.accept_upload import AcceptedFile

_ROLE_OF: Final = {"frontImage": FRONT, "backImage": BACK}
"""What the files of a form show, by their fields."""
REQUIRED: Final = tuple(LONGEST)
"""Of a new product the shop wants every fact."""

ProductId = Annotated[str, Path(alias="productId", description="The product's `_id`.")]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The `ETag` or the `version` that the change was made from: 409 when the product has another one.",
    ),
]

_NAME: Final[JsonDict] = {"minLength": 1, "maxLength": LONGEST["name"]}
_COLOR: Final[JsonDict] = {"maxLength": LONGEST["color"]}
_MATERIAL: Final[JsonDict] = {"maxLength": LONGEST["material"]}
_READ_ONLY: Final = "Ignored: a page may send back the product as it read it."


class CreateShopProductRequest(RequestModel):
    """The fields of a new product that are no files."""

    name: str = Field(json_schema_extra=_NAME, examples=["canvas tote bag"])
    color: str = Field(json_schema_extra=_COLOR, examples=["forest green"])
    material: str = Field(json_schema_extra=_MATERIAL, examples=["waxed cotton"])
    front_upload_id: str | None = Field(default=None, description="Instead of `frontImage`: an upload that is READY.")
    back_upload_id: str | None = Field(default=None, description="Instead of `backImage`: an upload that is READY.")


_TEXTS: Final[dict[str, Any]] = {
    "name": {"type": "string", **_NAME},
    "color": {"type": "string", **_COLOR},
    "material": {"type": "string", **_MATERIAL},
    "frontUploadId": {"type": "string", "format": "uuid"},
    "backUploadId": {"type": "string", "format": "uuid"},
}
CREATE_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        multipart.FORM: {
            "schema": {
                "type": "object",
                "required": list(REQUIRED),
                "properties": {**_TEXTS, **{field: {"type": "string", "format": "binary"} for field in _ROLE_OF}},
            },
        },
        "application/json": {
            "schema": {
                "type": "object",
                "required": [*REQUIRED, "frontUploadId", "backUploadId"],
                "additionalProperties": False,
                "properties": _TEXTS,
            },
        },
    },
}
"""The body in the OpenAPI document: the route reads it itself, because it takes two types."""


class UpdateShopProductRequest(RequestModel):
    """What shall be different; what is left out or null stays. A product as it was read may be sent back."""

    name: str | None = Field(default=None, json_schema_extra=_NAME)
    color: str | None = Field(default=None, json_schema_extra=_COLOR)
    material: str | None = Field(default=None, json_schema_extra=_MATERIAL)
    version: WholeNumber | None = Field(
        default=None, description="The version that was read: 409 when the product has another one."
    )
    id_: Any = Field(default=None, alias="_id", description=_READ_ONLY)
    id: Any = Field(default=None, description=_READ_ONLY)
    user_id: Any = Field(default=None, description=_READ_ONLY)
    front_image: Any = Field(default=None, description=_READ_ONLY)
    back_image: Any = Field(default=None, description=_READ_ONLY)
    front_image_url: Any = Field(default=None, description=_READ_ONLY)
    back_image_url: Any = Field(default=None, description=_READ_ONLY)
    created_at: Any = Field(default=None, description=_READ_ONLY)
    updated_at: Any = Field(default=None, description=_READ_ONLY)


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product that is to be created: each picture is a file of the form, or an upload that is there already."""

    facts: ProductFacts
    files: tuple[SentFile, ...]
    uploads: Mapping[str, str]
    size: int

    def all_uploads(self, accepted: Iterable[AcceptedFile]) -> dict[str, str]:
        """The uploads by role, those that the files have become among them."""
        return {**self.uploads, **{_ROLE_OF[file.field]: file.upload.id for file in accepted}}


def new_product(incoming: Incoming) -> NewProduct:
    """Read a form with files, as seed 000 has it, or JSON.

    Raises:
        UnsupportedMediaType, PayloadTooLarge, MalformedBody, MalformedForm.
        InvalidRequest: a fact or a picture that is missing; a field that there is not.
    """
    form = _form_of(incoming)
    request = validation.validated(CreateShopProductRequest, form.fields)
    strange = [file.field for file in form.files if file.field not in _ROLE_OF]
    if strange:
        raise InvalidRequest.of(strange[0], f"There is no file field {strange[0]!r}.", list(_ROLE_OF))
    facts = facts_from({"name": request.name, "color": request.color, "material": request.material}, required=REQUIRED)
    files = {role: file for field, role in _ROLE_OF.items() if (file := form.file_in(field))}
    given = {FRONT: request.front_upload_id, BACK: request.back_upload_id}
    uploads = {
        role: parse.id_in_body(f"{role}UploadId", text, "upload") for role, text in given.items() if text is not None
    }
    faults = [fault for field, role in _ROLE_OF.items() if (fault := _fault(field, role, files, uploads))]
    if faults:
        raise InvalidRequest(faults[0].message, faults)
    return NewProduct(facts, tuple(files.values()), uploads, form.size)


def _form_of(incoming: Incoming) -> Form:
    if multipart.is_form(incoming.headers):
        return multipart.read_form(incoming.event, incoming.headers)
    with multipart.taken_beside_json():
        return Form(incoming.json() or {}, (), 0)


def _fault(field: str, role: str, files: Collection[str], uploads: Collection[str]) -> FieldError | None:
    if (role in files) == (role in uploads):
        reason = "is given twice" if role in files else "is required"
        message = f"{field} {reason}: send either the file or {role}UploadId."
        return FieldError(field, message, {"types": list(ACCEPTED_TYPES), "maxBytes": MAX_BYTES})
    return None


def change_of(request: UpdateShopProductRequest) -> ProductChange:
    """The change that a request asks for."""
    facts = {"name": request.name, "color": request.color, "material": request.material}
    return ProductChange(facts={name: value for name, value in facts.items() if value is not None})


def version_of(request: UpdateShopProductRequest, if_match: str | None) -> int | None:
    """The version that a change was made from; None for any.

    Raises:
        InvalidRequest: header and body name different ones.
    """
    named = parse.if_match(if_match)
    if None not in {named, request.version} and named != request.version:
        message = f"If-Match names version {named} and the body version {request.version}."
        raise InvalidRequest.of("version", message, named)
    return request.version if named is None else named
