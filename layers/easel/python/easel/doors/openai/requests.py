"""What a request for images may say at the OpenAI door, and the `ImageRequest` that it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Query
from pydantic import ConfigDict, Field

from easel.domain.catalogue import Model, load_catalogue, validate_parameters
from easel.domain.catalogue.supported_sizes import nominal_size
from easel.domain.counting import counted
from easel.domain.request import AskedParameters, ImageRequest
from easel.errors import InvalidRequest, UnknownModel
from easel.http.models import INTEGRAL, RequestModel
from easel.http.parse import LONGEST_KEY, idempotency_key, small_number
from easel.ids import MAX_IMAGES
from easel.services.generations.generate_once import RepeatableCall

DEFAULT_MODEL: Final = "gpt-image-1"
B64: Final = "b64_json"
URL: Final = "url"
LARGEST_PICTURES: Final = 4_300_000
"""Bytes of all pictures of an answer: base64 makes a third more of them, and a function answers with at most 6 MB."""
_INLINE_NAMES: Final = ("gpt-image", "chatgpt-image")
"""Models whose clients read `b64_json` alone."""
_BYTES_PER_PIXEL: Final = {"png": 1.9, "jpeg": 0.5, "webp": 0.4}
"""Of typical pictures, the larger ones among them."""
_HONOURED: Final = frozenset({"output_compression", "input_fidelity", "moderation"})
"""Fields of OpenAI's that are checked and have no effect here; `IGNORED_HEADER` names them in the answer."""
_LONGEST_USER: Final = 200

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=f"1 to {LONGEST_KEY} visible characters. For 24 hours the same key with the same request answers "
        "with what it first made.",
        json_schema_extra={"pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        description="`respond-async` for an answer 202 at once; `wait=1` to `wait=25`: seconds to wait for the images, "
        "25 when left out."
    ),
]
RetryCount = Annotated[
    str | None,
    Header(
        alias="x-stainless-retry-count",
        description="Sent by OpenAI's clients when they repeat a call: it then waits for what the first one started.",
    ),
]
ApiVersion = Annotated[str | None, Query(alias="api-version", description="Ignored; Azure's clients send it.")]


class ImagesRequest(RequestModel):
    """What to draw. Fields that this door does not know are ignored, and named in `x-easel-ignored`."""

    model_config = ConfigDict(extra="ignore", alias_generator=None)

    prompt: str = Field(min_length=1, description="What the images shall show.", examples=["A red fox in the snow"])
    model: str | None = Field(default=None, description=f"As `GET /v1/models` lists them; {DEFAULT_MODEL} if left out.")
    n: Annotated[int, Field(ge=1, le=MAX_IMAGES), INTEGRAL] | None = Field(default=None, description="1 if left out.")
    size: str | None = Field(default=None, description="`1024x1024`, or `auto`; a ratio's model makes the nearest.")
    quality: str | None = Field(default=None, description="`auto`, or one of the model's qualities.")
    style: str | None = Field(default=None, description="`natural` or `vivid`.")
    background: str | None = Field(default=None, description="`auto`, `opaque` or `transparent`.")
    output_format: str | None = Field(default=None, description="`png`, `jpeg` or `webp`.")
    output_compression: Annotated[int, Field(ge=0, le=100), INTEGRAL] | None = Field(
        default=None, description="Has no effect: files are compressed by our own settings."
    )
    moderation: Literal["auto", "low"] | None = Field(default=None, description="Has no effect: the vendor decides.")
    response_format: Literal["url", "b64_json"] | None = Field(
        default=None, description="Both if left out; `b64_json` alone for models of the families gpt-image."
    )
    stream: bool | None = Field(default=None, description="Answer with events instead of JSON.")
    partial_images: Annotated[int, Field(ge=0, le=3), INTEGRAL] | None = Field(
        default=None, description="0: no vendor sends previews."
    )
    user: str | None = Field(default=None, max_length=_LONGEST_USER, description="Kept with the generation.")
    aspect_ratio: str | None = Field(default=None, description="Of Easel: for models that are chosen by ratio.")
    resolution: str | None = Field(default=None, description="Of Easel: `1k`, `2k` or `4k`, for such models.")

    @property
    def model_name(self) -> str:
        return self.model or DEFAULT_MODEL

    def ignored(self, sent: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of fields that were sent and have no effect."""
        known = {*type(self).model_fields} - _HONOURED
        return tuple(sorted(name for name, value in sent.items() if name not in known and value is not None))


ImagesBody = Annotated[ImagesRequest, Body()]


def call(
    sent: Mapping[str, Any], request_id: str, key: str | None, retry_count: str | None, *, joins: bool = True
) -> RepeatableCall:
    """How the request came. Raises InvalidRequest: a key that cannot be one."""
    turn = (small_number(retry_count) or 0) if joins else 0
    return RepeatableCall(request_id, sent, turn, idempotency_key(key))


def end_user(request: ImagesRequest, headers: Mapping[str, str]) -> str | None:
    """For whom the client asks: `user`, or the header of Open WebUI or of ours."""
    named = request.user or headers.get("x-easel-end-user") or headers.get("x-openwebui-user-id")
    return named[:_LONGEST_USER] if named else None


def image_request(request: ImagesRequest, sent: Mapping[str, Any], headers: Mapping[str, str]) -> ImageRequest:
    """The request of the domain. `sent` is the body as it came in, kept with the generation."""
    return ImageRequest(
        prompt=request.prompt,
        model=request.model_name,
        n=request.n,
        asked=_asked(request),
        input_params=sent,
        client_reference=end_user(request, headers),
    )


def formats(request: ImagesRequest) -> tuple[str, ...]:
    """What `data` has: one of `b64_json` and `url`, or both where the client reads either."""
    if request.stream:
        return (B64,)
    if request.response_format:
        return (request.response_format,)
    return (B64,) if request.model_name.strip().lower().startswith(_INLINE_NAMES) else (B64, URL)


def check(request: ImagesRequest, asked: ImageRequest) -> tuple[str, ...]:
    """What `data` will have; everything that can be refused before anything is spent.

    `url` stands alone where both are allowed and pictures of this size do not fit into an answer.

    Raises:
        InvalidRequest: previews, a stream of addresses, or more pictures than an answer has room for; or what the
            model does not make.
        UnknownModel: no model of that name.
    """
    if request.partial_images:
        message = "No model of this service sends partial images: leave partial_images out, or 0."
        raise InvalidRequest.of("partial_images", message, {"maximum": 0})
    if request.stream and request.response_format == URL:
        message = "A stream carries the images themselves: leave response_format out."
        raise InvalidRequest.of("response_format", message, [B64])
    wanted = formats(request)
    model = load_catalogue().find(request.model_name)
    expected = _typical_bytes(model, asked)
    if B64 not in wanted or expected * asked.count <= LARGEST_PICTURES:
        return wanted
    if URL in wanted:
        return (URL,)
    fitting = max(1, int(LARGEST_PICTURES / expected))
    message = (
        f"{counted(asked.count, 'image')} of this size {'does' if asked.count == 1 else 'do'} not fit into one answer; "
        f"about {fitting} {'does' if fitting == 1 else 'do'}. "
        "Ask for response_format=url, for output_format=webp, or for fewer."
    )
    raise InvalidRequest.of("n", message, {"maximum": fitting})


def _typical_bytes(model: Model, asked: ImageRequest) -> float:
    parameters = validate_parameters(model, asked)
    size = parameters.size or nominal_size(parameters.aspect_ratio or "1:1", parameters.resolution)
    return size.pixels * _BYTES_PER_PIXEL[parameters.output_format or "png"]


def _asked(request: ImagesRequest) -> AskedParameters:
    try:
        model: Model | None = load_catalogue().find(request.model_name)
    except UnknownModel:
        # The use case refuses it, with the models that there are.
        model = None
    by_ratio = model is not None and model.sizes is None
    background = request.background
    if model is not None and not model.backgrounds and background in {"auto", "opaque"}:
        # Every picture of such a model is opaque.
        background = None
    return AskedParameters(
        size=request.size,
        size_policy="nearest" if by_ratio and request.size not in {None, "auto"} else None,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        output_format=request.output_format,
        quality=request.quality,
        style=request.style,
        background=background,
    )
