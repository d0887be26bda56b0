"""Whatever the catalogue plans for WaveSpeed, it takes, and what comes is what the plan counted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.contract.providers.simulation import opened, picture_bytes

from easel.domain.catalogue import load_catalogue, plan_upstream
from easel.domain.catalogue.supported_sizes import Ratios
from easel.domain.provider import ProviderTask
from easel.domain.request import Fallback, ImageParameters, Mode, Size

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

CATALOGUE = load_catalogue()
OFFERS = {
    candidate.model: candidate
    for model in CATALOGUE.active_models()
    for candidate in CATALOGUE.candidates(model, Fallback.SAME_MODEL)
    if candidate.provider == "wavespeed"
}
ASKED = {
    "small": ImageParameters(size=Size(512, 512), quality="standard"),
    "wide": ImageParameters(size=Size(1792, 1024), output_format="jpeg"),
    "ratio": ImageParameters(aspect_ratio="8:1", output_format="webp"),
}


@pytest.mark.requirement("S001-46", "X-6")
@pytest.mark.parametrize("asked", ASKED.values(), ids=list(ASKED))
@pytest.mark.parametrize("model", sorted(OFFERS))
def test_every_offer_makes_what_was_planned(simulator: Simulator, model: str, asked: ImageParameters) -> None:
    offer, adapter = OFFERS[model], simulator.adapter()
    plan = plan_upstream(offer, "a red fox", asked)
    task = ProviderTask(
        attempt_id="attempt-1",
        upstream_model=offer.upstream_model(Mode.TEXT_TO_IMAGE),
        mode=Mode.TEXT_TO_IMAGE,
        prompt=plan.prompt,
        parameters=plan.parameters,
    )

    picture = opened(picture_bytes(adapter, adapter.submit(task)))

    told = plan.parameters
    planned = told.size
    if isinstance(offer.canvas, Ratios) and told.aspect_ratio:
        planned = offer.canvas.shape(told.aspect_ratio, told.resolution).size
    assert planned is not None
    assert picture.size == (planned.width, planned.height)
