"""What a request for images may say at the workspace door, and the request of the domain that it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query
from pydantic import BeforeValidator, ConfigDict, Field

from easel.domain.catalogue import load_catalogue
from easel.domain.request import AskedParameters, ImageRequest, Routing, Size
from easel.doors.workspace.door import INVALID_WORKSPACE, MISSING_WORKSPACE, SIZES
from easel.errors import FieldError, InvalidRequest, UnknownModel
from easel.http.identity import check_same_workspace
from easel.http.models import INTEGRAL, RequestModel
from easel.http.parse import LONGEST_KEY, LONGEST_WAIT, idempotency_key, preferences
from easel.ids import MAX_IMAGES
from easel.services.generations.generate_images import Call

LONGEST_PROMPT: Final = 4000
DEFAULT_SIZE: Final = "1024x1024"
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SPELLINGS: Final = re.compile(r"\s*(\d{2,5})\s*[xX*\u00d7]\s*(\d{2,5})\s*")
_MEGAPIXEL: Final = 1024 * 1024

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=f"1 to {LONGEST_KEY} visible characters. For 24 hours the same key with the same request answers "
        "with the images it first made; without a key the same request twice makes images twice.",
        json_schema_extra={"pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
    ),
]
Prefer = Annotated[
    str | None,
    Header(description="`wait=0` to `wait=25`: seconds to wait for the images; 25 when left out."),
]
WorkspaceQuery = Annotated[
    str | None,
    Query(alias="workspaceId", description="As in the body of the request.", json_schema_extra={"format": "uuid"}),
]
GenerationId = Annotated[str, Path(alias="generationId", json_schema_extra={"format": "uuid"})]


def _plain_size(value: object) -> object:
    match = _SPELLINGS.fullmatch(value) if isinstance(value, str) else None
    return f"{match[1]}x{match[2]}" if match else value


class GenerateImagesRequest(RequestModel):
    """What to draw. Fields that this door does not have are ignored."""

    model_config = ConfigDict(extra="ignore")

    workspace_id: str | None = Field(
        default=None,
        description="The workspace that pays; needed unless the header `X-Workspace-Id` names it.",
        json_schema_extra={"format": "uuid"},
    )
    prompt: str = Field(
        min_length=1,
        max_length=LONGEST_PROMPT,
        description="What the images shall show.",
        examples=["A serene mountain landscape at sunset"],
    )
    model: str = Field(min_length=1, description="As `GET /api/ai/models` lists them.", examples=["dall-e-3"])
    provider: str = Field(min_length=1, description="Who is asked first.", examples=["openai"])
    size: Annotated[
        Literal["256x256", "512x512", "1024x1024", "1792x1024", "1024x1792"] | None, BeforeValidator(_plain_size)
    ] = Field(default=None, description="1024x1024 when left out. A model may have fewer of them.")
    style: Literal["natural", "vivid", "artistic", "photographic"] | None = None
    quality: Literal["standard", "hd"] | None = Field(default=None, description="`standard` when left out.")
    n: Annotated[int, Field(ge=1, le=MAX_IMAGES), INTEGRAL] | None = Field(
        default=None, description="How many images; 1 when left out."
    )


GenerateBody = Annotated[GenerateImagesRequest, Body()]


def workspace_named(headers: Mapping[str, str], in_body: str | None) -> str:
    """The workspace of a request: the header's or the body's.

    Raises:
        InvalidRequest: neither names one, both name different ones, or it is no UUID.
    """
    check_same_workspace(headers, in_body)
    named = (headers.get("x-workspace-id") or in_body or "").strip().lower()
    if not named:
        raise InvalidRequest.of("workspaceId", MISSING_WORKSPACE)
    if not _UUID.fullmatch(named):
        raise InvalidRequest.of("workspaceId", INVALID_WORKSPACE, {"format": "uuid"})
    return named


def workspace_of_read(headers: Mapping[str, str], in_query: str | None, own: str) -> str:
    """The workspace that is read in: that of the query, or the one that the caller is in.

    Raises:
        InvalidRequest: the header names another one than the query, or it is no UUID.
    """
    return own if in_query is None else workspace_named(headers, in_query)


def call(headers: Mapping[str, str], in_body: str | None, request_id: str, key: str | None, prefer: str | None) -> Call:
    """How the request came. Raises InvalidRequest: which workspace, which key or how long to wait cannot be read."""
    return Call(
        workspace_id=workspace_named(headers, in_body),
        request_id=request_id,
        idempotency_key=idempotency_key(key),
        wait=LONGEST_WAIT if (wait := preferences(prefer).wait) is None else wait,
        fresh="no-cache" in headers.get("cache-control", "").lower(),
    )


def image_request(request: GenerateImagesRequest, sent: Mapping[str, Any]) -> ImageRequest:
    """The request of the domain. `sent` is the body as it came in, kept with the generation.

    Raises:
        InvalidRequest: a size that the model does not make.
    """
    return ImageRequest(
        prompt=request.prompt,
        model=request.model,
        n=request.n,
        asked=asked_parameters(request.model, request.size, request.style, request.quality),
        input_params=sent,
        routing=Routing(provider=request.provider.strip().lower()),
    )


def asked_parameters(name: str, size: str | None, style: str | None, quality: str | None) -> AskedParameters:
    """What is asked of a model. One that is chosen by ratio takes the three large sizes as ratios.

    Raises:
        InvalidRequest: a small size, of a model that is chosen by ratio.
    """
    try:
        model = load_catalogue().find(name)
    except UnknownModel:
        # The use case refuses it, with the models that there are.
        return AskedParameters(size=size, style=style, quality=quality)
    if model.sizes is None:
        if size and _size(size).pixels < _MEGAPIXEL:
            raise InvalidRequest(
                f"{model.id} makes no {size}.", [FieldError("size", f"{model.id} makes no {size}.", list(SIZES[2:]))]
            )
        # Without a size the model's own resolution counts, which the ratio of a size may leave behind.
        return AskedParameters(size=size, size_policy="nearest" if size else None, style=style, quality=quality)
    default = DEFAULT_SIZE if model.sizes.allows(_size(DEFAULT_SIZE)) else None
    return AskedParameters(size=size or default, style=style, quality=quality)


def _size(text: str) -> Size:
    width, _, height = text.partition("x")
    return Size(int(width), int(height))
