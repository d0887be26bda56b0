"""Images as OpenAI's clients read them: JSON, or the events of a stream that is sent whole."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from pydantic import ConfigDict, Field

from easel.domain.generation import Generation
from easel.domain.image import Image, StoredImage
from easel.doors.openai.door import GENERATION_HEADER
from easel.doors.openai.requests import B64, LARGEST_PICTURES, URL
from easel.errors import StorageUnavailable
from easel.http import answers
from easel.http.models import AnswerModel
from easel.services.images.links import permalink

COST_HEADER: Final = "x-easel-cost-credits"
IGNORED_HEADER: Final = "x-easel-ignored"
NOTICE_HEADER: Final = "x-easel-notice"
EVENTS: Final = "text/event-stream"
_AS_ADDRESS: Final = "b64_json left out: the images are too large for one answer; see url"
_TOKENS_PER_MEGAPIXEL: Final = {"low": 272, "standard": 1056, "medium": 1056, "hd": 4160, "high": 4160}
_QUALITIES: Final = {"low": "low", "standard": "medium", "medium": "medium", "hd": "high", "high": "high"}
"""Our qualities in the words that the types of OpenAI's clients know for answers."""
_MEGAPIXEL: Final = 1024 * 1024
_BYTES_PER_TOKEN: Final = 4
_PAUSE_SECONDS: Final = 2


class _Body(AnswerModel):
    model_config = ConfigDict(alias_generator=None, frozen=True, defer_build=True)


class InputTokens(_Body):
    """What the input consisted of."""

    image_tokens: int
    text_tokens: int


class ImageUsage(_Body):
    """An estimate for clients that require it. What was charged is in `x-easel-cost-credits`."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_tokens_details: InputTokens


class ImageData(_Body):
    """One image: its bytes, its address, or both."""

    b64_json: str | None = None
    url: str | None = Field(default=None, description="Stays as long as the image does, and needs no credential.")


class ImagesAnswer(_Body):
    """The images, with the values that took effect."""

    created: int = Field(description="Seconds since 1970.")
    data: list[ImageData]
    background: str | None = None
    output_format: str | None = None
    quality: str | None = Field(default=None, description="`low`, `medium` or `high`.")
    size: str | None = None
    usage: ImageUsage | None = None


ReadBytes = Callable[[str], bytes | None]


def headers_of(generation: Generation, ignored: tuple[str, ...], *, replayed: bool) -> dict[str, str]:
    """What every answer about a generation says of it."""
    from easel.domain.credits import MILLI  # noqa: PLC0415 - one use

    milli = generation.charged if generation.charged is not None else 0
    whole, rest = divmod(milli, MILLI)
    headers = {GENERATION_HEADER: generation.id, COST_HEADER: f"{milli / MILLI:g}" if rest else str(whole)}
    if ignored:
        headers[IGNORED_HEADER] = ",".join(name for name in ignored if name.isascii())[:500]
    return headers | ({"Idempotent-Replayed": "true"} if replayed else {})


def pending_answer(generation: Generation, base_url: str, headers: Mapping[str, str]) -> Response[Any]:
    """202 for a client that wants no wait: the addresses of images to come."""
    data = [ImageData(url=_url(generation, image, base_url)) for image in generation.images]
    body = ImagesAnswer(created=_seconds(generation), data=data)
    own = {"Location": f"{base_url.rstrip('/')}/api/v1/generations/{generation.id}", "Retry-After": str(_PAUSE_SECONDS)}
    applied = {"Preference-Applied": "respond-async"}
    return _json(body, headers={**headers, **own, **applied}, status=HTTPStatus.ACCEPTED)


def finished_answer(
    generation: Generation,
    wanted: tuple[str, ...],
    read_bytes: ReadBytes,
    base_url: str,
    headers: Mapping[str, str],
) -> Response[Any]:
    """200 with what was delivered.

    Bytes that do not fit into an answer are left out, and the address is given in their place: they are paid for.

    Raises:
        StorageUnavailable: a picture cannot be read.
    """
    body, notice = _answer(generation, wanted, read_bytes, base_url)
    return _json(body, headers={**headers, **notice})


def streamed_answer(
    generation: Generation, prefix: str, read_bytes: ReadBytes, base_url: str, headers: Mapping[str, str]
) -> Response[Any]:
    """The events of a stream: one for each image. `prefix` is `image_generation` or `image_edit`."""
    body, notice = _answer(generation, (B64,), read_bytes, base_url)
    shared = body.model_dump(exclude={"created", "data"}, exclude_none=True)
    kind = f"{prefix}.completed"
    events = []
    for data in body.data:
        facts = {"type": kind, "created_at": body.created, **data.model_dump(exclude_none=True), **shared}
        events.append(f"event: {kind}\ndata: {json.dumps(facts, separators=(',', ':'))}\n\n")
    own = {"Cache-Control": answers.PRIVATE, **headers, **notice}
    return Response(200, content_type=EVENTS, body="".join(events), headers=own)


def by_address(generation: Generation, base_url: str) -> ImagesAnswer:
    """What was delivered, without bytes: each image by its address."""
    return _answer(generation, (URL,), lambda _: None, base_url)[0]


def _answer(
    generation: Generation, wanted: tuple[str, ...], read_bytes: ReadBytes, base_url: str
) -> tuple[ImagesAnswer, dict[str, str]]:
    delivered = [(image, image.stored) for image in generation.images if image.stored]
    fits = sum(stored.byte_count for _, stored in delivered) <= LARGEST_PICTURES
    inline = B64 in wanted and fits
    data = [
        ImageData(
            b64_json=_base64(read_bytes, stored) if inline else None,
            url=_url(generation, image, base_url) if URL in wanted or not inline else None,
        )
        for image, stored in delivered
    ]
    first = delivered[0][1] if delivered else None
    parameters = generation.parameters
    body = ImagesAnswer(
        created=_seconds(generation),
        data=data,
        background=parameters.background or "opaque",
        output_format=first.media_type.rpartition("/")[2] if first else None,
        quality=_QUALITIES.get(parameters.quality or "standard"),
        size=f"{first.width}x{first.height}" if first else None,
        usage=_usage(generation, [stored for _, stored in delivered]),
    )
    return body, {NOTICE_HEADER: _AS_ADDRESS} if B64 in wanted and not fits else {}


def _usage(generation: Generation, delivered: list[StoredImage]) -> ImageUsage:
    per_megapixel = _TOKENS_PER_MEGAPIXEL.get(generation.parameters.quality or "standard", 1056)
    pixels = sum(stored.width * stored.height for stored in delivered)
    text = -(-len(generation.prompt.encode("utf-8", "replace")) // _BYTES_PER_TOKEN)
    images = len(generation.references) * _TOKENS_PER_MEGAPIXEL["low"]
    made = -(-pixels * per_megapixel // _MEGAPIXEL)
    return ImageUsage(
        input_tokens=text + images,
        output_tokens=made,
        total_tokens=text + images + made,
        input_tokens_details=InputTokens(image_tokens=images, text_tokens=text),
    )


def _base64(read_bytes: ReadBytes, stored: StoredImage) -> str:
    data = read_bytes(stored.original_key)
    if data is None:
        raise StorageUnavailable("An image could not be read.")
    return base64.b64encode(data).decode("ascii")


def _url(generation: Generation, image: Image, base_url: str) -> str:
    return permalink(base_url, generation.workspace_id, image.id, generation.permalink_secret)


def _seconds(generation: Generation) -> int:
    return int((generation.completed_at or generation.created_at).timestamp())


def _json(body: ImagesAnswer, *, headers: Mapping[str, str], status: int = 200) -> Response[Any]:
    # Clients tell `null` from a field that is not there.
    return answers.as_json(body.model_dump(exclude_none=True), status=status, headers=headers)
