"""From the canonical request to the command of the use case. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from easel.domain.generation import Reference
from easel.errors import InvalidRequest
from easel.http.schemas import SubmitGenerationRequest
from easel.services.submit_generation import NewGeneration


def new_generation(
    request: SubmitGenerationRequest, *, sent: Mapping[str, Any], cancel_after: timedelta | None
) -> NewGeneration:
    """The command. `sent` is the body as it came in, kept with the generation.

    Raises:
        InvalidRequest: more file ids than references, so that some would belong to nothing.
    """
    return NewGeneration(
        prompt=request.prompt,
        model=request.model,
        n=1 if request.n is None else request.n,
        size=request.size,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        output_format=request.output_format,
        references=_references(request.reference_urls or [], request.reference_file_ids or []),
        input_params=sent,
        client_reference=request.client_reference,
        cancel_after=cancel_after,
        quote_id=request.quote_id,
    )


def _references(urls: list[str], file_ids: list[str]) -> tuple[Reference, ...]:
    if len(file_ids) > len(urls):
        message = f"There are {len(file_ids)} referenceFileIds for {len(urls)} referenceUrls."
        raise InvalidRequest.of("referenceFileIds", message, {"maxItems": len(urls)})
    return tuple(Reference(url, telegram_file_id=file_id) for url, file_id in zip_longest(urls, file_ids))
