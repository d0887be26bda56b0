"""One image of a generation made again, alone: the same prompt and references, and a note on what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.domain.reference import UrlSource
from easel.domain.request import AskedParameters, ImageParameters, ImageRequest, Origin
from easel.domain.template_use import clean
from easel.errors import Conflict, InvalidRequest, NotFound

LONGEST_NOTE: Final = 500
"""Characters."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Which image is to be made again. `index` is counted from 0; `sent` is the caller's body."""

    generation_id: str
    index: int
    note: str | None = None
    quote_id: str | None = None
    sent: Mapping[str, Any] | None = None


def retry_request(generation: Generation, retry: Retry) -> ImageRequest:
    """A request for one image, as `generation` had asked for it.

    Raises:
        NotFound: the generation has no such image.
        Conflict: the image is still being made, or it worked from an address that carried a secret.
        InvalidRequest: a note that is too long.
    """
    image = next((image for image in generation.images if image.index == retry.index), None)
    if image is None:
        raise NotFound(f"Generation {generation.id} has no image {retry.index}; it has {len(generation.images)}.")
    if not image.status.is_final:
        raise Conflict(f"Image {retry.index} is {image.status}: wait for its end, or cancel the generation.")
    references = tuple(reference for _, reference in generation.references_of(image))
    if any(isinstance(reference.source, UrlSource) and reference.source.sealed for reference in references):
        # It is encrypted for the workers of its own generation.
        raise Conflict("A reference had an address with a secret, which is kept for one generation: send it again.")
    note = clean(retry.note or "")
    if len(note) > LONGEST_NOTE:
        message = f"note has {len(note)} characters; at most {LONGEST_NOTE} are taken."
        raise InvalidRequest.of("note", message, {"maxLength": LONGEST_NOTE})
    return ImageRequest(
        prompt=_prompt(generation.prompt_of(image), note),
        model=generation.model,
        n=1,
        asked=_asked(generation.parameters),
        references=references,
        input_params=dict(retry.sent or {}),
        quote_id=retry.quote_id,
        routing=generation.routing,
        origin=Origin(
            product_id=generation.origin.product_id,
            parent_image=image.id,
            shot=_shot(generation, image),
            note=note or None,
            title=generation.origin.title,
        ),
    )


def _prompt(prompt: str, note: str) -> str:
    return f"{prompt} An earlier picture had this fault, which must not occur again: {note}" if note else prompt


def _shot(generation: Generation, image: Image) -> str | None:
    return image.shot or generation.origin.shot


def _asked(parameters: ImageParameters) -> AskedParameters:
    return AskedParameters(
        size=str(parameters.size) if parameters.size else None,
        aspect_ratio=parameters.aspect_ratio,
        resolution=parameters.resolution,
        output_format=parameters.output_format,
        quality=parameters.quality,
        style=parameters.style,
        background=parameters.background,
        watermark=parameters.watermark,
        negative_prompt=parameters.negative_prompt,
        guidance=parameters.guidance,
        steps=parameters.steps,
        # It was accepted once: the prompt says it wherever it did then.
        negative_in_prompt=True,
        # Not the seed, which would make the same picture again.
    )
