"""Whatever is asked for, each candidate is told what it knows, and the picture can be cut from what it makes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.requests import an_image_request

from easel.domain.catalogue import Candidate, Model, load_catalogue, plan_upstream, validate_parameters
from easel.domain.catalogue.supported_sizes import AnySize, Canvas, FreeSizes, Ratios, Shape, SomeSizes
from easel.domain.pricing import load_price_book
from easel.domain.provider import UpstreamParameters
from easel.domain.request import Fallback, ImageParameters, Size
from easel.errors import InvalidRequest

CATALOGUE, BOOK = load_catalogue(), load_price_book()
MODELS = CATALOGUE.models()
PLANNED = {"size", "aspectRatio", "resolution", "quality", "style", "background"}

sides = st.integers(1, 1_500) | st.integers(1, 5_000)
sizes = st.builds(Size, sides, sides)


@dataclass(frozen=True)
class Case:
    """A request that a model takes, and somebody who may serve it."""

    model: Model
    asked: ImageParameters
    candidate: Candidate


@st.composite
def cases(draw: st.DrawFn) -> Case:
    model = draw(st.sampled_from(MODELS))
    wanted = draw(sizes) if draw(st.booleans()) else None
    ratio = draw(st.none() | st.sampled_from(model.aspect_ratios)) if model.aspect_ratios and not wanted else None
    resolution = draw(st.none() | st.sampled_from(model.resolutions)) if model.resolutions and not wanted else None
    asked = validate_parameters(
        model,
        an_image_request(
            size=str(wanted) if wanted else None,
            aspect_ratio=ratio,
            resolution=resolution,
            quality=draw(st.none() | st.sampled_from(model.qualities)),
            style=draw(st.none() | st.sampled_from(model.styles)),
            background=draw(st.none() | st.sampled_from(model.backgrounds)) if model.backgrounds else None,
            output_format=draw(st.sampled_from([None, "png", "webp"])),
            size_policy="nearest",
        ),
    )
    return Case(model, asked, draw(st.sampled_from(CATALOGUE.candidates(model, Fallback.EQUIVALENT))))


def made_by(canvas: Canvas, told: UpstreamParameters) -> Size | None:
    """The pixels that come of what the candidate is told; None when it is left to the vendor."""
    if told.size is not None:
        return told.size
    if isinstance(canvas, Ratios) and told.aspect_ratio:
        return canvas.shape(told.aspect_ratio, told.resolution).size
    return None


def everything(canvas: Canvas, wanted: Size) -> list[Shape]:
    """All that a canvas can make, tried out one by one, and independently of how the plan is made."""
    if isinstance(canvas, FreeSizes):
        corners = [Size(canvas.max_side, canvas.max_side // canvas.max_ratio or 1)]
        step = canvas.step * 16
        grid = range(-(-canvas.min_side // step) * step, canvas.max_side + 1, step)
        return [Shape(size) for width in grid for height in grid if canvas.makes(size := Size(width, height))] + [
            Shape(size) for size in corners if canvas.makes(size)
        ]
    return list(canvas.shapes(wanted))


def is_large_enough(canvas: FreeSizes, wanted: Size) -> bool:
    """Below a canvas's minimum the form is kept, whatever that takes: nothing of the picture is cut away."""
    return wanted.pixels >= canvas.min_pixels and min(wanted.width, wanted.height) >= canvas.min_side


def enlargement(made: Size, wanted: Size) -> float:
    return max(wanted.width / made.width, wanted.height / made.height)


@given(cases())
def test_a_candidate_is_only_told_what_it_knows(case: Case) -> None:
    told = plan_upstream(case.candidate, "a fox", case.asked).parameters
    canvas = case.candidate.canvas

    match canvas:
        case Ratios():
            assert told.size is None
            assert told.aspect_ratio in {None, *canvas.sizes}
            assert (told.resolution in canvas.resolutions) if canvas.resolutions else told.resolution is None
        case FreeSizes():
            assert told.size is not None
            assert canvas.makes(told.size)
        case SomeSizes():
            assert told.size in canvas.sizes
        case AnySize():
            assert (told.size, told.aspect_ratio) == (case.asked.size, case.asked.aspect_ratio)
    if not isinstance(canvas, AnySize | Ratios):
        assert (told.aspect_ratio, told.resolution) == (None, None)
    assert (told.quality in case.candidate.qualities.values()) if case.candidate.qualities else told.quality is None
    assert told.style in {None, *case.candidate.styles.values()}
    assert told.background in {None, *case.candidate.backgrounds}
    assert told.output_format in {None, *case.candidate.formats}
    assert case.candidate.table_cost(told) > 0 or case.model.id == "sandbox"


@pytest.mark.requirement("X-6", "S002-4", "S003-5")
@given(cases())
def test_a_picture_is_never_enlarged_when_the_candidate_can_make_it_as_large(case: Case) -> None:
    wanted = case.asked.size
    made = made_by(case.candidate.canvas, plan_upstream(case.candidate, "a fox", case.asked).parameters)
    if wanted is None or made is None or Shape(made).covers(wanted):
        return

    possible = everything(case.candidate.canvas, wanted)
    assert not [shape for shape in possible if shape.covers(wanted)]
    if not isinstance(case.candidate.canvas, FreeSizes):
        assert enlargement(made, wanted) == min(enlargement(shape.size, wanted) for shape in possible)


@given(cases())
def test_no_more_is_made_than_is_needed(case: Case) -> None:
    canvas, wanted = case.candidate.canvas, case.asked.size
    plan = plan_upstream(case.candidate, "a fox", case.asked)
    made = made_by(canvas, plan.parameters)
    if wanted is None or made is None or case.asked.quality in {"hd", "high"}:
        return

    if isinstance(canvas, Ratios) and canvas.resolutions:
        smaller = [canvas.shape(ratio, "1k") for ratio in canvas.sizes]
        assert plan.parameters.resolution == "1k" or not [shape for shape in smaller if shape.covers(wanted)]
    if isinstance(canvas, FreeSizes) and canvas.makes(wanted):
        assert made == wanted
    elif isinstance(canvas, FreeSizes) and is_large_enough(canvas, wanted):
        covering = [shape.size.pixels for shape in everything(canvas, wanted) if shape.covers(wanted)]
        assert made.pixels <= min(covering, default=made.pixels)


@given(cases())
def test_what_departs_from_the_request_is_told_and_nothing_else(case: Case) -> None:
    asked = case.asked
    plan = plan_upstream(case.candidate, "a fox", asked)
    told = {adjustment.field for adjustment in plan.adjustments}
    made = made_by(case.candidate.canvas, plan.parameters)

    assert told <= PLANNED
    assert all(one.asked and one.made and one.reason for one in plan.adjustments)
    assert "None" not in {word for one in plan.adjustments for word in (one.asked, one.made)}
    if asked.size is not None and made is not None:
        assert ("size" in told) == (made != asked.size or asked.asked_size is not None)
    assert asked.style is not None or "style" not in told
    assert asked.style is None or (plan.parameters.style == asked.style) != ("style" in told)
    assert asked.quality is not None or "quality" not in told
    assert (plan.prompt != "a fox") == ("prompt" in {one.made for one in plan.adjustments} or "style" in told)
    assert plan.prompt.startswith("a fox")


@pytest.mark.requirement("X-6")
@given(st.sampled_from(MODELS), sizes)
def test_nearest_takes_what_strict_would_and_strict_takes_what_nearest_leaves_alone(model: Model, size: Size) -> None:
    nearest = validate_parameters(model, an_image_request(size=str(size), size_policy="nearest"))

    assert nearest.size is None or (model.sizes and model.sizes.allows(nearest.size))
    assert (nearest.asked_size is None) == (nearest.size == size)
    try:
        strict = validate_parameters(model, an_image_request(size=str(size)))
    except InvalidRequest as error:
        refused = [problem.field for problem in error.fields]
    else:
        assert strict == nearest
        return
    assert (refused, nearest.asked_size) == (["size"], size)


@pytest.mark.requirement("X-11", "S002-12")
@given(cases(), st.integers(1, 10), st.sampled_from(BOOK.plans))
def test_whatever_a_model_takes_has_a_price_that_grows_with_the_images(case: Case, images: int, plan: str) -> None:
    def price(count: int) -> int:
        quality = case.asked.quality or case.model.default_quality
        return BOOK.price(plan=plan, model_id=case.model.id, parameters=case.asked, images=count, quality=quality).total

    try:
        one = price(1)
    except InvalidRequest as error:
        refused = [problem.field for problem in error.fields]
    else:
        refused = []
    if refused:
        assert (refused, case.asked.quality) == (["quality"], "hd")
        return
    assert (one > 0) == (case.model.id != "sandbox")
    assert price(images) in {one, one * images}
