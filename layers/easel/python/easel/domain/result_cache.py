"""The cache of results: a workspace may choose to have a request that it made before answered with the same images."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.reference import Reference, UrlSource
from easel.domain.request import ImageRequest

DEFAULT_HOURS: Final = 24
MAX_HOURS: Final = 720
"""A month."""


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Whether results are reused, and for how long. A workspace that has not chosen reuses none."""

    enabled: bool = False
    hours: int = DEFAULT_HOURS

    @property
    def lifetime(self) -> timedelta:
        return timedelta(hours=self.hours)


def is_cacheable(request: ImageRequest) -> bool:
    """Whether the same request always asks for the same: what is behind a web address may change."""
    return not any(_may_change(reference) for reference in request.references) and request.quote_id is None


def is_reusable(generation: Generation) -> bool:
    """Whether its images can answer the same request again: all that were asked for are there."""
    return generation.status is Status.COMPLETED and all(
        image.status is Status.COMPLETED and image.stored is not None for image in generation.images
    )


def _may_change(reference: Reference) -> bool:
    return isinstance(reference.source, UrlSource)
