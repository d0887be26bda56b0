"""The price that a list shows is the price that a request is charged."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.requests import an_image_request

from easel.domain.catalogue import Model, load_catalogue, validate_parameters
from easel.domain.pricing import load_price_book, price_range
from easel.errors import InvalidRequest

BOOK = load_price_book()
MODELS = load_catalogue().models()


def charged(plan: str, model: Model, **asked: Any) -> int:
    """What a request for one image is charged, as the submit computes it."""
    parameters = validate_parameters(model, an_image_request(**asked))
    quality = parameters.quality or model.default_quality
    return BOOK.price(plan=plan, model_id=model.id, parameters=parameters, images=1, quality=quality).total


@pytest.mark.parametrize("plan", BOOK.plans)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_the_default_price_is_that_of_a_request_that_names_nothing_else(plan: str, model: Model) -> None:
    assert price_range(BOOK, plan, model).default == charged(plan, model)


def test_a_model_whose_cheapest_quality_is_not_its_default_shows_the_default() -> None:
    shown = price_range(BOOK, "standard", load_catalogue().find("gpt-image-2.6-flare"))

    assert (shown.lowest, shown.default) == (6_000, 53_000)
    assert shown.highest == 600_000


@given(st.data())
def test_no_request_costs_less_or_more_than_the_range(data: st.DataObject) -> None:
    plan, model = data.draw(st.sampled_from(BOOK.plans)), data.draw(st.sampled_from(MODELS))
    side = st.integers(64, 8_192)
    size = st.builds("{}x{}".format, side, side)
    if model.sizes:
        size = st.sampled_from([str(option) for option in model.sizes.options]) | size
    asked = {
        "size": data.draw(st.none() | size),
        "aspect_ratio": data.draw(st.none() | st.sampled_from(model.aspect_ratios or ("1:1",))),
        "resolution": data.draw(st.none() | st.sampled_from(model.resolutions or ("1k",))),
        "quality": data.draw(st.none() | st.sampled_from(model.qualities)),
        "size_policy": data.draw(st.sampled_from(["strict", "nearest"])),
    }
    try:
        price = charged(plan, model, **asked)
    except InvalidRequest:
        return

    shown = price_range(BOOK, plan, model)
    assert shown.lowest <= price <= shown.highest
