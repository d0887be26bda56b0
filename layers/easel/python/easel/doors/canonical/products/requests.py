"""What requests about products may say, and the commands that they become."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Header, Path
from pydantic import Field
from pydantic.config import JsonDict

from easel.domain.product import BACK, FRONT, LONGEST, ProductChange
from easel.errors import InvalidRequest
from easel.http import parse
from easel.http.models import RequestModel, WholeNumber

ProductId = Annotated[str, Path(alias="productId", json_schema_extra={"format": "uuid"})]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The `ETag` or the `version` that the change was made from: 409 when the product has another one. "
        "Left out, the change applies to the newest.",
    ),
]

# Lengths are rules of the domain, which reports all faults together; here they are only shown.
_NAME: Final[JsonDict] = {"minLength": 1, "maxLength": LONGEST["name"]}
_COLOR: Final[JsonDict] = {"maxLength": LONGEST["color"]}
_MATERIAL: Final[JsonDict] = {"maxLength": LONGEST["material"]}
_UPLOAD: Final = "Id of an upload that is READY. It is kept while the product uses it."
_TAKEN_AWAY: Final = "An empty text takes it away."


class CreateProductRequest(RequestModel):
    """A product: what it is, and pictures that show it."""

    name: str = Field(json_schema_extra=_NAME, examples=["canvas tote bag"])
    color: str | None = Field(default=None, json_schema_extra=_COLOR, examples=["forest green"])
    material: str | None = Field(default=None, json_schema_extra=_MATERIAL, examples=["waxed cotton"])
    front_upload_id: str | None = Field(default=None, description=_UPLOAD)
    back_upload_id: str | None = Field(default=None, description=_UPLOAD)


class ChangeProductRequest(RequestModel):
    """What shall be different. Fields that are left out or null stay as they are."""

    name: str | None = Field(default=None, json_schema_extra=_NAME, examples=["canvas tote bag, large"])
    color: str | None = Field(default=None, description=_TAKEN_AWAY, json_schema_extra=_COLOR)
    material: str | None = Field(default=None, description=_TAKEN_AWAY, json_schema_extra=_MATERIAL)
    front_upload_id: str | None = Field(default=None, description=f"{_UPLOAD} {_TAKEN_AWAY}")
    back_upload_id: str | None = Field(default=None, description=f"{_UPLOAD} {_TAKEN_AWAY}")
    version: WholeNumber | None = Field(default=None, description="The same as `If-Match`.")


def facts_given(request: CreateProductRequest) -> dict[str, str | None]:
    """The facts of a new product, by their names."""
    return {"name": request.name, "color": request.color, "material": request.material}


def uploads_given(request: CreateProductRequest) -> dict[str, str]:
    """The uploads of a new product, by their roles."""
    given = {FRONT: request.front_upload_id, BACK: request.back_upload_id}
    return {role: _upload_id(role, upload_id) for role, upload_id in given.items() if upload_id}


def change_of(request: ChangeProductRequest) -> ProductChange:
    """The change that a request asks for."""
    facts = {"name": request.name, "color": request.color, "material": request.material}
    uploads = {FRONT: request.front_upload_id, BACK: request.back_upload_id}
    return ProductChange(
        facts={name: value for name, value in facts.items() if value is not None},
        uploads={
            role: _upload_id(role, upload_id) if upload_id else None
            for role, upload_id in uploads.items()
            if upload_id is not None
        },
    )


def version_of(request: ChangeProductRequest, if_match: str | None) -> int | None:
    """The version that a change was made from; None for any.

    Raises:
        InvalidRequest: header and body name different ones.
    """
    named = parse.if_match(if_match)
    if None not in {named, request.version} and named != request.version:
        message = f"If-Match names version {named} and the body version {request.version}."
        raise InvalidRequest.of("version", message, named)
    return request.version if named is None else named


def _upload_id(role: str, text: str) -> str:
    return parse.id_in_body(f"{role}UploadId", text, "upload")
