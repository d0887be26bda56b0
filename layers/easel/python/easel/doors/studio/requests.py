"""Requests for images from a prompt, as the studio's pages send them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body, Header
from pydantic import ConfigDict, Field

from easel.domain.catalogue.parameters import parse_size
from easel.domain.reference import Reference, UrlSource
from easel.domain.request import AskedParameters, ImageRequest, Routing
from easel.domain.text import is_blank
from easel.errors import InvalidRequest
from easel.http.models import RequestModel, WebAddress, WholeNumber
from easel.http.parse import LONGEST_KEY
from easel.ids import MAX_IMAGES
from easel.outbound.addresses import BadAddress, origins, parse_address

SIZES: Final = ("512x512", "768x768", "1024x1024", "1536x1536")
DEFAULT_SIZE: Final = "1024x1024"

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=f"1 to {LONGEST_KEY} visible characters. For 24 hours the same key with the same request answers "
        "with the images that it first began.",
        json_schema_extra={"pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
    ),
]


class StudioGenerateRequest(RequestModel):
    """What to draw. Fields may also be written in snake_case; `null` means the same as leaving one out."""

    # Optional to the parser, since seed 003 has a text of its own for a missing prompt.
    model_config = ConfigDict(json_schema_extra={"required": ["prompt"]})

    prompt: str | None = Field(
        default=None,
        description="What the image shall show. Required.",
        json_schema_extra={"minLength": 1},
        examples=["a beautiful sunset over mountains"],
    )
    image_size: str | None = Field(
        default=None,
        description=f"{', '.join(SIZES)}; {DEFAULT_SIZE} when left out. With `model` one of the sizes of that model.",
        examples=[DEFAULT_SIZE],
    )
    watermark: str | None = Field(default=None, description="Text to draw into the lower right corner.")
    model: str | None = Field(default=None, description="Left out, the deployment's model for the studio.")
    provider: str | None = Field(default=None, description="Who shall be asked first.")
    n: WholeNumber | None = Field(
        default=None,
        description="How many variations; 1 when left out.",
        json_schema_extra={"minimum": 1, "maximum": MAX_IMAGES},
    )
    negative_prompt: str | None = Field(default=None, description="What the image shall not show.")
    source_images: list[WebAddress] | None = Field(
        default=None, description="Addresses of pictures to work from. With any the request is image-to-image."
    )


GenerateBody = Annotated[StudioGenerateRequest, Body()]


def image_request(
    body: StudioGenerateRequest, *, sent: Mapping[str, Any], model: str, trusted: Collection[str] = ()
) -> ImageRequest:
    """The request. `model` is used where the body names none.

    Raises:
        InvalidRequest: no prompt, a size that the studio does not have, or an address that would not be fetched.
    """
    if body.prompt is None or is_blank(body.prompt):
        raise InvalidRequest.of("prompt", "prompt is required.", {"minLength": 1})
    return ImageRequest(
        prompt=_prompt(body.prompt, body.negative_prompt),
        model=body.model or model,
        n=1 if body.n is None else body.n,
        asked=AskedParameters(
            size=_size(body),
            # The studio's sizes are those of the model that it was made for: another one makes the nearest.
            size_policy=None if body.model else "nearest",
            watermark=None if body.watermark is None or is_blank(body.watermark) else body.watermark,
        ),
        references=_references(body.source_images or [], trusted),
        input_params=sent,
        routing=Routing(provider=body.provider),
    )


def _size(body: StudioGenerateRequest) -> str | None:
    if body.model:
        return body.image_size
    text = body.image_size or DEFAULT_SIZE
    try:
        size = str(parse_size(text))
    except InvalidRequest:
        size = ""
    if size not in SIZES:
        raise InvalidRequest.of("imageSize", f"Invalid image size. Supported: {', '.join(SIZES)}", list(SIZES))
    return size


def _prompt(prompt: str, negative: str | None) -> str:
    """The models have no field of their own for what shall not be seen, so the prompt says it."""
    return prompt if negative is None or is_blank(negative) else f"{prompt.strip()} Do not show: {negative.strip()}."


def _references(addresses: list[str], trusted: Collection[str]) -> tuple[Reference, ...]:
    for index, address in enumerate(addresses):
        try:
            parse_address(address, origins(trusted))
        except BadAddress as error:
            name = f"sourceImages[{index}]"
            raise InvalidRequest.of(name, f"{name} {error.reason}.", error.allowed) from error
    return tuple(Reference(UrlSource(address)) for address in addresses)
