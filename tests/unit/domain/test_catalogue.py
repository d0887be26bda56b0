"""The catalogue's data make sense: every model can be served, priced and finished in time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.catalogue import Candidate, Catalogue, Model, load_catalogue
from easel.domain.generation import Mode
from easel.errors import UnknownModel
from easel.ids import MAX_IMAGES

CATALOGUE = load_catalogue()
MODELS = {model.id: model for model in CATALOGUE.active_models()}
LONGEST_WORKFLOW_SECONDS = 600
"""The job deadline of all deadlines (X-19)."""

every_model = pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))


@pytest.mark.requirement("S001-41")
def test_the_named_models_are_there_and_the_sandbox_beside_them() -> None:
    assert set(MODELS) == {"seedream-v4", "nano-banana", "nano-banana-pro", "sandbox"}


@every_model
def test_a_model_can_be_served_by_its_own_provider_first(model: Model) -> None:
    assert model.candidates
    assert model.candidates[0].provider == model.provider
    assert len({candidate.provider for candidate in model.candidates}) == len(model.candidates)
    assert all(candidate.upstream_model(mode) for candidate in model.candidates for mode in Mode)


@pytest.mark.requirement("X-10")
@every_model
def test_each_candidate_has_a_cost_for_each_resolution(model: Model) -> None:
    free = model.id == "sandbox"
    for candidate in model.candidates:
        for resolution in (None, *model.resolutions):
            cost = candidate.cost_micro_usd(resolution)
            assert isinstance(cost, int)
            assert (cost == 0) == free
        assert set(candidate.cost_micro_usd_by_resolution) <= {"default", *model.resolutions}


def test_the_pro_model_costs_us_more_in_4k() -> None:
    (candidate,) = MODELS["nano-banana-pro"].candidates

    assert candidate.cost_micro_usd("4k") > candidate.cost_micro_usd("2k") == candidate.cost_micro_usd(None)


@pytest.mark.requirement("X-19")
@every_model
def test_a_model_has_a_deadline_that_a_request_can_meet(model: Model) -> None:
    assert 30 <= model.deadline_seconds <= LONGEST_WORKFLOW_SECONDS


@pytest.mark.requirement("X-18", "S002-7")
@every_model
def test_a_model_limits_the_prompt_to_4000_characters_or_fewer(model: Model) -> None:
    assert 1 <= model.max_prompt_characters <= 4_000


@every_model
def test_a_model_is_asked_for_pixels_or_for_a_ratio_and_not_for_both(model: Model) -> None:
    assert (model.sizes is None) == bool(model.aspect_ratios)
    assert not model.resolutions or model.aspect_ratios
    assert (model.default_resolution in model.resolutions) if model.resolutions else model.default_resolution is None


@every_model
def test_suggested_sizes_are_ones_that_the_model_makes_and_the_default_is_among_them(model: Model) -> None:
    options = model.sizes.options if model.sizes else ()
    assert all(model.sizes and model.sizes.allows(size) for size in options)
    assert len(set(options)) == len(options)
    assert model.sizes is None or model.sizes.default in options


@every_model
def test_ratios_are_pairs_of_numbers_and_formats_are_ones_we_store(model: Model) -> None:
    assert [ratio for ratio in model.aspect_ratios if not re.fullmatch(r"[1-9]\d?:[1-9]\d?", ratio)] == []
    assert len(set(model.aspect_ratios)) == len(model.aspect_ratios)
    assert set(model.output_formats) <= {"png", "jpeg", "webp"}
    assert model.output_formats


@pytest.mark.requirement("S001-42")
def test_ratio_resolution_and_size_belong_to_the_models_that_the_bot_expects() -> None:
    wavespeed = [model for model in MODELS.values() if model.provider == "wavespeed"]

    assert {model.id for model in wavespeed if model.aspect_ratios} == {"nano-banana", "nano-banana-pro"}
    assert {model.id for model in wavespeed if model.resolutions} == {"nano-banana-pro"}
    assert {model.id for model in wavespeed if model.sizes} == {"seedream-v4"}


@pytest.mark.requirement("S001-46", "S001-47", "S001-56")
@pytest.mark.parametrize("name", ["seedream-v4", "nano-banana", "nano-banana-pro"])
def test_wavespeed_makes_the_named_models_from_text_and_from_ten_pictures(name: str) -> None:
    model = MODELS[name]

    assert model.candidate("wavespeed") is not None
    assert model.modes == (Mode.TEXT_TO_IMAGE, Mode.IMAGE_TO_IMAGE)
    assert model.max_references >= MAX_IMAGES


def test_a_model_without_references_makes_pictures_from_text_only() -> None:
    assert a_model("plain", max_references=0).modes == (Mode.TEXT_TO_IMAGE,)


def test_a_provider_that_does_not_serve_a_model_is_no_candidate() -> None:
    assert MODELS["sandbox"].candidate("wavespeed") is None


def test_the_providers_are_those_of_the_candidates() -> None:
    assert CATALOGUE.providers() == ("sandbox", "wavespeed")


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["seedream-v4", " Seedream-V4 ", "SEEDREAM-V4"])
def test_a_model_is_found_whatever_its_case(name: str) -> None:
    assert CATALOGUE.find(name).id == "seedream-v4"


@given(st.text(max_size=200))
def test_an_unknown_name_is_refused_with_the_names_there_are(name: str) -> None:
    if name.strip().lower() in MODELS:
        return
    with pytest.raises(UnknownModel) as refused:
        CATALOGUE.find(name)

    (problem,) = refused.value.fields
    assert (problem.field, problem.allowed) == ("model", list(MODELS))
    assert len(problem.message) < 500


def test_a_model_that_is_not_active_is_neither_listed_nor_found() -> None:
    catalogue = Catalogue("1", (a_model("new"), a_model("old", status="retired")))

    assert [model.id for model in catalogue.active_models()] == ["new"]
    with pytest.raises(UnknownModel) as refused:
        catalogue.find("old")
    assert refused.value.fields[0].allowed == ["new"]


def a_model(name: str, *, status: str = "active", max_references: int = 1) -> Model:
    return Model(
        id=name,
        name=name,
        description="",
        provider="sandbox",
        status=status,
        sizes=None,
        aspect_ratios=("1:1",),
        resolutions=(),
        default_resolution=None,
        output_formats=("png",),
        max_references=max_references,
        max_prompt_characters=100,
        deadline_seconds=60,
        candidates=(Candidate("sandbox", "sandbox", "a", "b", {"default": 0}),),
    )
