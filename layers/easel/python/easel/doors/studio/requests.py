"""Requests for images from a prompt, as the studio's pages send them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body, Header
from pydantic import ConfigDict, Field

from easel.domain.catalogue.parameters import parse_size
from easel.domain.catalogue.tuning import MAX_SEED
from easel.domain.reference import MASK, ImageSource, Reference, Source, UploadSource, UrlSource
from easel.domain.request import AskedParameters, ImageRequest, Routing
from easel.domain.text import is_blank
from easel.errors import InvalidRequest
from easel.http.models import RequestModel, WholeNumber
from easel.http.parse import LONGEST_KEY, is_id
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
    guidance: float | None = Field(default=None, description="For models whose `inputSchema` has it.")
    steps: WholeNumber | None = Field(default=None, description="For models whose `inputSchema` has it.")
    seed: WholeNumber | None = Field(
        default=None,
        description="For models whose `inputSchema` has it. Each further image has the next.",
        json_schema_extra={"minimum": 0, "maximum": MAX_SEED},
    )
    source_images: list[str] | None = Field(
        default=None,
        description="Pictures to work from: https addresses, permalinks of images, or ids of finished images of the "
        "workspace. With any of them, or of `uploadIds`, the request is image-to-image.",
        examples=[["https://shop.example/front.jpg"]],
    )
    upload_ids: list[str] | None = Field(
        default=None, description="Uploads of the workspace to work from, after `sourceImages`."
    )
    mask: str | None = Field(
        default=None,
        description="A PNG of the size of the first picture, transparent where that may be changed, for models that "
        "take masks: an https address, or the id of a finished image.",
    )
    mask_upload_id: str | None = Field(default=None, description="An upload as the mask, instead of `mask`.")


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
    named = _references(body, trusted)
    return ImageRequest(
        prompt=body.prompt,
        model=body.model or model,
        n=1 if body.n is None else body.n,
        asked=AskedParameters(
            size=_size(body),
            # The studio's sizes are those of the model that it was made for: another one makes the nearest.
            size_policy=None if body.model else "nearest",
            watermark=None if body.watermark is None or is_blank(body.watermark) else body.watermark,
            negative_prompt=_negative(body.negative_prompt),
            # Few models have a field for it.
            negative_in_prompt=True,
            guidance=body.guidance,
            steps=body.steps,
            seed=body.seed,
        ),
        references=tuple(reference for _, reference in named),
        reference_fields=tuple(field for field, _ in named),
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


def _negative(text: str | None) -> str | None:
    return None if text is None or is_blank(text) else text.strip()


def _references(body: StudioGenerateRequest, trusted: Collection[str]) -> list[tuple[str, Reference]]:
    """The references, each with the field that names it."""
    images = [(f"sourceImages[{index}]", text) for index, text in enumerate(body.source_images or [])]
    uploads = [(f"uploadIds[{index}]", text) for index, text in enumerate(body.upload_ids or [])]
    return [
        *((field, Reference(_picture(field, text, trusted))) for field, text in images),
        *((field, Reference(_upload(field, text))) for field, text in uploads),
        *_masks(body, trusted),
    ]


def _masks(body: StudioGenerateRequest, trusted: Collection[str]) -> list[tuple[str, Reference]]:
    if body.mask is not None and body.mask_upload_id is not None:
        fields = ["mask", "maskUploadId"]
        raise InvalidRequest.of("mask", "Give either mask or maskUploadId, not both.", fields)
    if body.mask_upload_id is not None:
        return [("maskUploadId", Reference(_upload("maskUploadId", body.mask_upload_id), MASK))]
    return [] if body.mask is None else [("mask", Reference(_picture("mask", body.mask, trusted), MASK))]


def _picture(field: str, text: str, trusted: Collection[str]) -> Source:
    if is_id(text.strip().lower()):
        return ImageSource(text.strip().lower())
    try:
        parse_address(text, origins(trusted))
    except BadAddress as error:
        message = f"{field} is not the id of an image, and as an address it {error.reason}."
        raise InvalidRequest.of(field, message, {"imageId": "uuid", "schemes": ["https"]}) from error
    return UrlSource(text)


def _upload(field: str, text: str) -> Source:
    if not is_id(text.strip().lower()):
        raise InvalidRequest.of(field, f"{field} is not the id of an upload.", {"format": "uuid"})
    return UploadSource(text.strip().lower())
