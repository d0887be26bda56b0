"""The catalogue's data make sense: every model can be served, priced and finished in time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.requests import an_image_request

from easel.domain.catalogue import (
    Candidate,
    Catalogue,
    Life,
    Lifecycle,
    Model,
    plan_upstream,
    validate_parameters,
)
from easel.domain.catalogue.loading import read_catalogue
from easel.domain.provider import UpstreamParameters
from easel.domain.request import Fallback, ImageParameters, Mode, Size
from easel.errors import UnknownModel
from easel.ids import MAX_IMAGES

TODAY = datetime(2026, 11, 21, tzinfo=UTC)
"""A day of its own, or these tests would change with the calendar, as the catalogue does."""
CATALOGUE = read_catalogue(clock=lambda: TODAY)
EVERY = {model.id: model for model in CATALOGUE.models()}
MODELS = {model.id: model for model in CATALOGUE.active_models()}
LEGACY = {model.id: model for model in CATALOGUE.models() if model.status is not Lifecycle.ACTIVE}
SIZES = (None, Size(256, 256), Size(1024, 1024), Size(1536, 1024), Size(4096, 4096))
LONGEST_WORKFLOW_SECONDS = 600
"""The job deadline of all deadlines (X-19)."""

every_model = pytest.mark.parametrize("model", EVERY.values(), ids=list(EVERY))
every_living_model = pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
every_legacy_model = pytest.mark.parametrize("model", LEGACY.values(), ids=list(LEGACY))


@pytest.mark.requirement("S001-41")
def test_the_named_models_are_there_and_the_sandbox_beside_them() -> None:
    assert {"seedream-v4", "nano-banana", "nano-banana-pro", "sandbox"} <= set(MODELS)


@every_living_model
def test_a_model_can_be_served_by_its_own_provider_first(model: Model) -> None:
    assert model.candidates
    assert model.candidates[0].provider == model.provider
    assert len({candidate.provider for candidate in model.candidates}) == len(model.candidates)
    assert all(candidate.upstream_model(mode) for candidate in model.candidates for mode in Mode)


@pytest.mark.requirement("X-10")
@every_living_model
def test_each_candidate_has_a_cost_for_whatever_it_is_told(model: Model) -> None:
    free = model.id == "sandbox"
    for candidate in model.candidates:
        for size, resolution, quality in product(SIZES, (None, "1k", "2k", "4k"), (None, "low", "medium", "high")):
            told = UpstreamParameters(size=size, resolution=resolution, quality=quality)
            cost = candidate.table_cost(told)
            assert isinstance(cost, int)
            assert (cost == 0) == free


def test_the_pro_model_costs_us_more_in_4k() -> None:
    for candidate in MODELS["nano-banana-pro"].candidates:
        told = [UpstreamParameters(resolution=resolution) for resolution in (None, "2k", "4k")]
        one, two, four = (candidate.table_cost(parameters) for parameters in told)
        assert four > two == one


@pytest.mark.requirement("X-19")
@every_model
def test_a_model_has_a_deadline_that_a_request_can_meet(model: Model) -> None:
    assert 30 <= model.deadline_seconds <= LONGEST_WORKFLOW_SECONDS


@pytest.mark.requirement("X-18", "S002-7")
@every_model
def test_a_model_limits_the_prompt_to_4000_characters_or_fewer(model: Model) -> None:
    assert 1 <= model.max_prompt_characters <= 4_000


@every_model
def test_a_model_is_asked_for_pixels_or_for_a_ratio(model: Model) -> None:
    assert model.sizes or model.aspect_ratios
    assert not model.resolutions or model.aspect_ratios
    assert (model.default_resolution in model.resolutions) if model.resolutions else model.default_resolution is None
    assert not model.sizes or model.sizes.default or model.aspect_ratios


@every_model
def test_suggested_sizes_are_ones_that_the_model_makes_and_the_default_is_among_them(model: Model) -> None:
    options = model.sizes.options if model.sizes else ()
    assert all(model.sizes and model.sizes.allows(size) for size in options)
    assert len(set(options)) == len(options)
    assert model.sizes is None or model.sizes.default in {None, *options}


@every_model
def test_ratios_are_pairs_of_numbers_and_formats_are_ones_we_store(model: Model) -> None:
    assert [ratio for ratio in model.aspect_ratios if not re.fullmatch(r"[1-9]\d?:[1-9]\d?", ratio)] == []
    assert len(set(model.aspect_ratios)) == len(model.aspect_ratios)
    assert set(model.output_formats) == {"png", "jpeg", "webp"}


@every_model
@pytest.mark.parametrize("asked", ["png", "jpeg", "webp"])
def test_any_format_can_be_asked_of_any_model_and_vendors_hear_of_those_they_know(model: Model, asked: str) -> None:
    parameters = validate_parameters(model, an_image_request(output_format=asked))

    for candidate in CATALOGUE.candidates(model, Fallback.EQUIVALENT):
        told = plan_upstream(candidate, "a red fox", parameters).parameters.output_format
        assert told in {None, *candidate.formats}
        assert told == asked or asked not in candidate.formats


@pytest.mark.requirement("S001-42")
def test_ratio_resolution_and_size_belong_to_the_models_that_the_bot_expects() -> None:
    named = [MODELS[name] for name in ("seedream-v4", "nano-banana", "nano-banana-pro")]

    assert {model.id for model in named if model.aspect_ratios} == {"nano-banana", "nano-banana-pro"}
    assert {model.id for model in named if model.resolutions} == {"nano-banana-pro"}
    assert {model.id for model in named if model.sizes} == {"seedream-v4"}


@pytest.mark.requirement("S001-46", "S001-47", "S001-56")
@pytest.mark.parametrize("name", ["seedream-v4", "nano-banana", "nano-banana-pro"])
def test_wavespeed_makes_the_named_models_from_text_and_from_ten_pictures(name: str) -> None:
    model = MODELS[name]

    assert model.candidates[0].provider == "wavespeed"
    assert model.modes == (Mode.TEXT_TO_IMAGE, Mode.IMAGE_TO_IMAGE)
    assert model.max_references >= MAX_IMAGES


def test_a_model_without_references_makes_pictures_from_text_only() -> None:
    assert a_model("plain", max_references=0).modes == (Mode.TEXT_TO_IMAGE,)


def test_a_provider_that_does_not_serve_a_model_is_no_candidate() -> None:
    assert CATALOGUE.candidate(MODELS["sandbox"], "wavespeed") is None


def test_the_providers_are_those_of_the_candidates() -> None:
    assert CATALOGUE.providers() == ("google", "nanobanana", "openai", "sandbox", "wavespeed")


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["seedream-v4", " Seedream-V4 ", "SEEDREAM-V4"])
def test_a_model_is_found_whatever_its_case(name: str) -> None:
    assert CATALOGUE.find(name).id == "seedream-v4"


@given(st.text(max_size=200))
def test_an_unknown_name_is_refused_with_the_names_there_are(name: str) -> None:
    if name.strip().lower() in {known for model in EVERY.values() for known in (model.id, *model.aliases)}:
        return
    with pytest.raises(UnknownModel) as refused:
        CATALOGUE.find(name)

    (problem,) = refused.value.fields
    assert (problem.field, problem.allowed) == ("model", list(MODELS))
    assert len(problem.message) < 500


# --- lives ----------------------------------------------------------------------------------------------------------

TODAY = datetime(2026, 11, 21, tzinfo=UTC)
DYING = Life(Lifecycle.DEPRECATED, ends_on=date(2026, 12, 1), successor="new", notice="It ends.")
DEAD = Life(Lifecycle.RETIRED, retired_on=date(2026, 5, 12), successor="new", notice="It ended.")


@pytest.mark.requirement("X-25")
def test_the_names_of_the_seeds_are_all_known() -> None:
    names = ["gemini-pro-vision", "dall-e-2", "dall-e-3", "imagen", "sd3-medium", "gpt-image-1", "gpt-image-1.5"]

    assert [CATALOGUE.find(name).id for name in names] == names


@pytest.mark.requirement("X-25")
@every_legacy_model
def test_a_name_that_goes_has_a_date_a_notice_and_a_successor_that_lives_on(model: Model) -> None:
    life = model.life
    assert (life.ends_on is None) == (life.status is Lifecycle.RETIRED)
    assert (life.retired_on is None) == (life.status is Lifecycle.DEPRECATED)
    assert life.notice
    assert life.successor is not None
    assert CATALOGUE.find(life.successor).status is Lifecycle.ACTIVE
    assert life.status is Lifecycle.RETIRED or model.equivalents[0] == life.successor


@every_model
def test_equivalents_are_living_models_other_than_what_serves_anyway(model: Model) -> None:
    assert len(set(model.equivalents)) == len(model.equivalents)
    assert {CATALOGUE.find(name).status for name in model.equivalents} <= {Lifecycle.ACTIVE}
    assert CATALOGUE.living(model).id not in model.equivalents
    assert all(CATALOGUE.find(name).id == name for name in model.equivalents)


def test_a_retired_name_runs_on_its_successor() -> None:
    catalogue = Catalogue("1", (a_model("new"), a_model("old", life=DEAD)))

    assert [model.id for model in catalogue.active_models()] == ["new"]
    assert [model.id for model in catalogue.models()] == ["new", "old"]
    assert [candidate.model for candidate in catalogue.candidates(catalogue.find("old"), Fallback.NONE)] == ["new"]


def test_a_deprecated_name_is_its_own_until_the_day_and_its_successor_from_then_on() -> None:
    now = [TODAY]
    catalogue = Catalogue("1", (a_model("new"), a_model("old", life=DYING)), clock=lambda: now[0])

    def served_by() -> str:
        return catalogue.candidates(catalogue.find("old"), Fallback.NONE)[0].model

    assert (catalogue.find("old").status, served_by()) == (Lifecycle.DEPRECATED, "old")
    now[0] = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    assert served_by() == "old"
    now[0] = datetime(2026, 12, 1, tzinfo=UTC)
    assert served_by() == "new"
    assert catalogue.find("old").life == replace(
        DYING, status=Lifecycle.RETIRED, ends_on=None, retired_on=date(2026, 12, 1)
    )


def test_a_successor_that_has_gone_itself_hands_on_to_its_own() -> None:
    catalogue = Catalogue(
        "1", (a_model("newest"), a_model("new", life=replace(DEAD, successor="newest")), a_model("old", life=DEAD))
    )

    assert catalogue.living(catalogue.find("old")).id == "newest"


def test_names_that_succeed_each_other_in_a_circle_are_a_mistake_and_no_endless_loop() -> None:
    catalogue = Catalogue("1", (a_model("new", life=replace(DEAD, successor="old")), a_model("old", life=DEAD)))

    with pytest.raises(ValueError, match="successor"):
        catalogue.living(catalogue.find("old"))


@pytest.mark.requirement("S004-54", "X-25")
def test_a_deployment_that_still_reaches_a_retired_model_may_revive_it() -> None:
    catalogue = read_catalogue(["dall-e-3", "sd3-medium"])
    model = catalogue.find("dall-e-3")

    assert (model.status, catalogue.find("imagen").status) == (Lifecycle.ACTIVE, Lifecycle.RETIRED)
    (offer,) = catalogue.candidates(model, Fallback.SAME_MODEL)
    assert (offer.key, offer.upstream_model(Mode.TEXT_TO_IMAGE)) == (("openai", "dall-e-3"), "dall-e-3")
    assert catalogue.candidates(model, Fallback.EQUIVALENT)[1].model == "gpt-image-2.5-sunburst"
    plan = plan_upstream(offer, "a fox", ImageParameters(size=Size(1792, 1024), quality="hd", style="vivid"))
    assert plan.parameters == UpstreamParameters(size=Size(1792, 1024), quality="hd", style="vivid")
    assert (plan.adjustments, offer.table_cost(plan.parameters)) == ((), 120_000)


@pytest.mark.parametrize("name", ["midjourney", "imagen-3"])
def test_what_nobody_offered_cannot_be_revived(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be revived"):
        read_catalogue([name])


# --- candidates -----------------------------------------------------------------------------------------------------


def served(name: str, fallback: Fallback) -> list[tuple[str, str]]:
    return [candidate.key for candidate in CATALOGUE.candidates(CATALOGUE.find(name), fallback)]


@pytest.mark.requirement("S002-75", "X-37")
@every_model
def test_each_fallback_reaches_further_than_the_one_before_and_keeps_its_order(model: Model) -> None:
    none, same, equivalent = (served(model.id, fallback) for fallback in Fallback)

    assert len(none) == 1
    assert same[:1] == none
    assert equivalent[: len(same)] == same
    assert len(set(equivalent)) == len(equivalent)
    assert {living for _, living in same} == {CATALOGUE.living(model).id}
    others = list(dict.fromkeys(living for _, living in equivalent[len(same) :]))
    assert others == list(model.equivalents)


@pytest.mark.requirement("X-25")
@pytest.mark.parametrize("model", [model for model in EVERY.values() if model.life.ends_on])
def test_from_the_day_of_its_end_a_model_runs_on_its_successor_and_nobody_is_offered_twice(model: Model) -> None:
    assert model.life.ends_on is not None
    that_day = datetime.combine(model.life.ends_on, datetime.min.time(), UTC)
    catalogue = read_catalogue(clock=lambda: that_day)
    found = catalogue.find(model.id)

    offers = [candidate.key for candidate in catalogue.candidates(found, Fallback.EQUIVALENT)]

    assert (found.status, catalogue.living(found).id) == (Lifecycle.RETIRED, model.life.successor)
    assert len(set(offers)) == len(offers)
    assert offers[0][1] == model.life.successor
    assert {living for _, living in offers} == {model.life.successor, *model.equivalents}


def test_one_model_is_offered_by_several_providers() -> None:
    expected = [("wavespeed", "nano-banana-pro"), ("google", "nano-banana-pro"), ("nanobanana", "nano-banana-pro")]

    assert (
        served("nano-banana-pro", Fallback.SAME_MODEL) == served("gemini-3-pro-image", Fallback.SAME_MODEL) == expected
    )


@pytest.mark.requirement("X-25")
@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("dall-e-3", ("openai", "gpt-image-2.5-sunburst")),
        ("dall-e-2", ("openai", "gpt-image-2.5-flare")),
        ("imagen", ("google", "nano-banana-2.1")),
        ("gemini-pro-vision", ("google", "nano-banana-2.1")),
        ("sd3-medium", ("nanobanana", "nano-banana-2")),
    ],
)
def test_an_old_name_is_served_by_its_own_vendor_first(name: str, first: tuple[str, str]) -> None:
    assert served(name, Fallback.NONE) == [first]


def test_a_candidate_may_be_asked_for_by_provider_and_model() -> None:
    model = CATALOGUE.find("nano-banana-pro")

    found = CATALOGUE.candidate(model, "google", "nano-banana-2.1")
    assert found is not None
    assert found.key == ("google", "nano-banana-2.1")
    first = CATALOGUE.candidate(model, "google")
    assert first is not None
    assert first.key == ("google", "nano-banana-pro")


def a_model(name: str, *, life: Life | None = None, max_references: int = 1) -> Model:
    return Model(
        id=name,
        name=name,
        description="",
        provider="sandbox",
        life=life or Life(),
        sizes=None,
        aspect_ratios=("1:1",),
        resolutions=(),
        default_resolution=None,
        output_formats=("png",),
        max_references=max_references,
        max_prompt_characters=100,
        deadline_seconds=60,
        candidates=(Candidate("sandbox", name, "a", "b", {"default": 0}),),
    )
