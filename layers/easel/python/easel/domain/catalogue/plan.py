"""From what a caller asked for to what one candidate is told: the nearest thing that it can make, and what differs."""

from __future__ import annotations

from dataclasses import dataclass

from easel.domain.catalogue.model import Candidate
from easel.domain.generation import Adjustment, ImageParameters
from easel.domain.provider import UpstreamParameters


@dataclass(frozen=True, slots=True)
class UpstreamPlan:
    """What a candidate is told, and what of it departs from what was asked."""

    prompt: str
    parameters: UpstreamParameters
    adjustments: tuple[Adjustment, ...] = ()


def plan_upstream(candidate: Candidate, prompt: str, asked: ImageParameters) -> UpstreamPlan:  # noqa: ARG001 - every candidate of today takes what its model takes
    """Plan one image for this candidate; the picture is finished to what was asked for afterwards."""
    parameters = UpstreamParameters(
        size=asked.size,
        aspect_ratio=asked.aspect_ratio,
        resolution=asked.resolution,
        output_format=asked.output_format,
        background=asked.background,
    )
    return UpstreamPlan(prompt, parameters)
