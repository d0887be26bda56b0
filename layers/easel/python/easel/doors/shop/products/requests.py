"""What requests about the shop's products may say, and the commands that they become."""

from __future__ import annotations

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Header, Path
from pydantic import Field
from pydantic.config import JsonDict

from easel.domain.product import BACK, FRONT, LONGEST, ProductChange
from easel.errors import InvalidRequest
from easel.http import parse
from easel.http.models import RequestModel, WholeNumber

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
    """A product with its two pictures."""

    name: str = Field(json_schema_extra=_NAME, examples=["canvas tote bag"])
    color: str = Field(json_schema_extra=_COLOR, examples=["forest green"])
    material: str = Field(json_schema_extra=_MATERIAL, examples=["waxed cotton"])
    front_upload_id: str = Field(description="The front picture, by the id of its upload.")
    back_upload_id: str = Field(description="The back picture, by the id of its upload.")


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


def facts_given(request: CreateShopProductRequest) -> dict[str, str | None]:
    """The facts of a new product, by their names."""
    return {"name": request.name, "color": request.color, "material": request.material}


def uploads_given(request: CreateShopProductRequest) -> dict[str, str]:
    """The uploads of a new product, by their roles."""
    given = {FRONT: request.front_upload_id, BACK: request.back_upload_id}
    return {role: parse.id_in_body(f"{role}UploadId", text, "upload") for role, text in given.items()}


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
