"""What each vendor is told of a request, what that costs, and what callers hear about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.requests import an_image_request

from easel.domain.catalogue import Candidate, Cost, UpstreamPlan, plan_upstream, validate_parameters
from easel.domain.catalogue.loading import read_catalogue
from easel.domain.catalogue.plan import STYLE_WORDS
from easel.domain.provider import Charge, Finished, InlinePicture, TokenUsage, UpstreamParameters
from easel.domain.request import Fallback, ImageParameters, Size

CATALOGUE = read_catalogue(clock=lambda: datetime(2026, 11, 21, tzinfo=UTC))
PICTURE = InlinePicture(b"")
DALL_E_FORM = Candidate(
    "openai",
    "dall-e-3",
    "dall-e-3",
    "dall-e-3",
    {"default": 40_000},
    qualities={"standard": "standard", "hd": "hd"},
    styles={"natural": "natural", "vivid": "vivid", "artistic": "vivid", "photographic": "natural"},
)


def candidate(name: str, provider: str, fallback: Fallback = Fallback.SAME_MODEL) -> Candidate:
    every = CATALOGUE.candidates(CATALOGUE.find(name), fallback)
    return next(one for one in every if one.provider == provider)


def planned(name: str, provider: str, **wishes: Any) -> UpstreamPlan:
    asked = validate_parameters(CATALOGUE.find(name), an_image_request(**wishes))
    return plan_upstream(candidate(name, provider), "a fox", asked)


def changes(plan: UpstreamPlan) -> dict[str, tuple[str, str]]:
    return {one.field: (one.asked, one.made) for one in plan.adjustments}


# --- sizes ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-38", "S002-47", "X-25")
def test_dall_e_3_in_hd_and_vivid_is_made_by_a_living_model() -> None:
    plan = planned("dall-e-3", "openai", size="1792x1024", quality="hd", style="vivid")

    assert plan.parameters == UpstreamParameters(size=Size(1792, 1024), quality="high")
    assert plan.prompt == f"a fox\n\n{STYLE_WORDS['vivid']}"
    assert changes(plan) == {"quality": ("hd", "high"), "style": ("vivid", "prompt")}


@pytest.mark.requirement("S002-39", "S003-5", "X-6")
@pytest.mark.parametrize(
    ("name", "provider", "size", "told", "made"),
    [
        ("dall-e-2", "openai", "256x256", {"size": Size(1024, 1024)}, "1024x1024"),
        ("dall-e-2", "openai", "512x512", {"size": Size(1024, 1024)}, "1024x1024"),
        ("sd3-medium", "nanobanana", "512x512", {"aspect_ratio": "1:1", "resolution": "1k"}, "1:1 1k"),
        ("sd3-medium", "nanobanana", "768x768", {"aspect_ratio": "1:1", "resolution": "1k"}, "1:1 1k"),
        ("sd3-medium", "wavespeed", "1536x1536", {"aspect_ratio": "1:1", "resolution": "2k"}, "1:1 2k"),
    ],
)
def test_what_living_models_cannot_make_is_made_larger_and_reduced(
    name: str, provider: str, size: str, told: dict[str, Any], made: str
) -> None:
    plan = planned(name, provider, size=size)

    assert replace(plan.parameters, quality=None) == UpstreamParameters(**told)
    (adjustment,) = plan.adjustments
    assert (adjustment.field, adjustment.asked, adjustment.made) == ("size", size, made)
    assert adjustment.reason == f"Made larger and reduced to {size}."


@pytest.mark.requirement("S002-40")
@pytest.mark.parametrize(("size", "ratio"), [("1792x1024", "16:9"), ("1024x1792", "9:16")])
def test_a_vendor_of_ratios_makes_the_nearest_form_at_the_least_resolution_that_covers(size: str, ratio: str) -> None:
    plan = planned("imagen", "google", size=size)

    assert plan.parameters == UpstreamParameters(aspect_ratio=ratio, resolution="2k")
    assert "cut around the centre" in plan.adjustments[0].reason


def test_a_size_that_comes_out_exactly_is_no_adjustment() -> None:
    plan = planned("imagen", "google", size="1024x1024")

    assert plan == UpstreamPlan("a fox", UpstreamParameters(aspect_ratio="1:1", resolution="1k"))


def test_a_size_beyond_everybodys_means_is_made_as_large_as_can_be_and_said_to_be_enlarged() -> None:
    asked = ImageParameters(size=Size(4096, 4096))
    plan = plan_upstream(candidate("gpt-image-2", "openai"), "a fox", asked)

    assert plan.parameters.size == Size(2880, 2880)
    assert "enlarged to 4096x4096" in plan.adjustments[0].reason


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        ("google", UpstreamParameters(aspect_ratio="16:9", resolution="2k")),
        ("openai", UpstreamParameters(size=Size(2736, 1536), quality="medium")),
    ],
)
def test_a_ratio_goes_to_vendors_of_sizes_as_a_size_of_that_form(provider: str, told: UpstreamParameters) -> None:
    asked = ImageParameters(aspect_ratio="16:9", resolution="2k")
    plan = plan_upstream(candidate("nano-banana-pro", provider, Fallback.EQUIVALENT), "a fox", asked)

    assert plan == UpstreamPlan("a fox", told)


def test_a_ratio_that_a_stand_in_does_not_have_is_told() -> None:
    asked = ImageParameters(aspect_ratio="8:1", resolution="4k")
    plan = plan_upstream(candidate("nano-banana", "nanobanana"), "a fox", asked)

    assert plan.parameters == UpstreamParameters(aspect_ratio="21:9")
    assert changes(plan) == {"aspectRatio": ("8:1", "21:9"), "resolution": ("4k", "1536x672")}


def test_without_a_ratio_the_form_is_the_vendors_choice() -> None:
    assert planned("nano-banana", "wavespeed").parameters == UpstreamParameters()
    assert planned("nano-banana-pro", "google").parameters == UpstreamParameters(resolution="1k")


# --- quality, style, background, format -----------------------------------------------------------------------------


@pytest.mark.requirement("S002-10")
@pytest.mark.parametrize(
    ("asked", "told"), [(None, "medium"), ("standard", "medium"), ("auto", "medium"), ("hd", "high"), ("high", "high")]
)
def test_qualities_go_by_the_vendors_words(asked: str | None, told: str) -> None:
    assert planned("dall-e-3", "openai", quality=asked).parameters.quality == told


def test_without_a_quality_to_choose_a_fine_picture_is_made_larger_and_reduced() -> None:
    plan = planned("imagen", "google", size="1024x1024", quality="hd")

    assert plan.parameters == UpstreamParameters(aspect_ratio="1:1", resolution="2k")
    assert changes(plan) == {"quality": ("hd", "1:1 2k"), "size": ("1024x1024", "1:1 2k")}


def test_where_nothing_larger_can_be_made_the_prompt_asks_for_quality() -> None:
    plan = planned("seedream-v4", "wavespeed", size="4096x4096", quality="hd")

    assert plan.parameters == UpstreamParameters(size=Size(4096, 4096))
    assert changes(plan) == {"quality": ("hd", "prompt")}
    assert plan.prompt != "a fox"


@pytest.mark.requirement("S002-41", "S002-42", "S002-43", "S002-44")
@pytest.mark.parametrize(
    ("asked", "told"), [("natural", "natural"), ("vivid", "vivid"), ("artistic", "vivid"), ("photographic", "natural")]
)
def test_a_vendor_with_styles_is_told_its_own_and_the_prompt_says_what_they_lack(asked: str, told: str) -> None:
    plan = plan_upstream(DALL_E_FORM, "a fox", ImageParameters(style=asked))

    assert plan.parameters.style == told
    assert changes(plan) == ({} if asked == told else {"style": (asked, told)})
    assert plan.prompt == ("a fox" if asked == told else f"a fox\n\n{STYLE_WORDS[asked]}")


@pytest.mark.requirement("S002-5", "S002-43", "S002-44")
def test_in_words_too_artistic_is_vivid_and_more_and_photographic_natural_and_more() -> None:
    words = {style: text.removeprefix(f"Style: {style}. ") for style, text in STYLE_WORDS.items()}

    assert list(words) == ["natural", "vivid", "artistic", "photographic"]
    assert words["artistic"] != words["vivid"]
    assert words["artistic"].endswith(words["vivid"])
    assert words["photographic"] != words["natural"]
    assert words["photographic"].endswith(words["natural"])


def test_a_transparent_background_is_told_where_it_can_be_had_and_missed_where_it_cannot() -> None:
    asked = ImageParameters(size=Size(1024, 1024), background="transparent")
    here = plan_upstream(candidate("gpt-image-2.5-flare", "openai"), "a fox", asked)
    there = plan_upstream(candidate("seedream-v4", "wavespeed"), "a fox", asked)

    assert (here.parameters.background, changes(here)) == ("transparent", {})
    assert (there.parameters.background, changes(there)) == (None, {"background": ("transparent", "opaque")})


@pytest.mark.parametrize(
    ("provider", "asked", "told"),
    [("openai", "webp", "webp"), ("wavespeed", "jpeg", "jpeg"), ("google", "webp", None), ("openai", None, None)],
)
def test_a_format_is_told_where_the_vendor_makes_it(provider: str, asked: str | None, told: str | None) -> None:
    name = {"openai": "gpt-image-2", "wavespeed": "nano-banana", "google": "nano-banana-2.1"}[provider]

    assert planned(name, provider, output_format=asked).parameters.output_format == told


def test_a_format_that_the_vendor_does_not_make_is_converted_from_one_that_loses_nothing() -> None:
    plan = planned("nano-banana", "wavespeed", output_format="webp")

    assert (plan.parameters.output_format, plan.adjustments) == ("png", ())


def test_the_nearest_size_is_told_with_each_picture() -> None:
    plan = planned("dall-e-3", "openai", size="1000x1000", size_policy="nearest")

    assert plan.parameters.size == Size(1024, 1024)
    assert changes(plan) == {"size": ("1000x1000", "1024x1024")}


# --- what it costs us -----------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-10")
@pytest.mark.parametrize(
    ("size", "quality", "cost"),
    [
        (None, None, 53_000),
        (Size(1024, 1024), "low", 6_000),
        (Size(1024, 1536), "high", 165_000),
        (Size(2048, 1024), "medium", 106_000),
        (Size(512, 512), "high", 211_000),
    ],
)
def test_a_table_knows_sizes_and_qualities_and_goes_on_by_the_pixel(
    size: Size | None, quality: str | None, cost: int
) -> None:
    told = UpstreamParameters(size=size, quality=quality)

    assert candidate("gpt-image-2", "openai").table_cost(told) == cost


@pytest.mark.requirement("X-10")
def test_the_vendors_word_goes_before_its_metering_and_that_before_the_table() -> None:
    offer = candidate("gpt-image-2", "openai")
    usage = TokenUsage(text_in=100, image_in=10, image_out=1_000)
    told = UpstreamParameters(quality="low")

    assert offer.cost_of(Finished(PICTURE, cost_micro_usd=7, usage=usage), told) == Cost(7)
    assert offer.cost_of(Finished(PICTURE, usage=usage), told) == Cost(500 + 80 + 30_000)
    assert offer.cost_of(Finished(PICTURE), told) == Cost(6_000, uncertain=True), "it bills tokens and did not say them"


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (TokenUsage(text_in=100, is_complete=False), Cost(6_000, uncertain=True)),
        (TokenUsage(image_out=1_000, is_complete=False), Cost(30_000, uncertain=True)),
    ],
    ids=["below the table", "above the table"],
)
def test_a_metering_with_a_hole_is_a_lower_bound_and_the_table_another(usage: TokenUsage, expected: Cost) -> None:
    offer, told = candidate("gpt-image-2", "openai"), UpstreamParameters(quality="low")

    assert offer.cost_of(Finished(PICTURE, usage=usage), told) == expected
    assert offer.cost_of_failure(Charge(usage=usage), told) == expected


def test_what_delivered_nothing_costs_what_the_vendor_says_or_perhaps_the_table() -> None:
    offer, told = candidate("seedream-v4", "wavespeed"), UpstreamParameters()

    assert offer.cost_of_failure(Charge(), told) == Cost(27_000, uncertain=True)
    assert offer.cost_of_failure(Charge(cost_micro_usd=5), told) == Cost(5)
    assert offer.cost_of(Finished(PICTURE), told) == Cost(27_000), "a price per picture leaves nothing open"
    assert offer.cost_of(Finished(PICTURE, cost_uncertain=True), told) == Cost(27_000, uncertain=True)


def test_metering_without_token_prices_leaves_it_to_the_table() -> None:
    offer = candidate("gpt-image-1.5", "openai")

    assert offer.cost_of(Finished(PICTURE, usage=TokenUsage(image_out=9)), UpstreamParameters(quality="low")) == Cost(
        9_000
    )


def test_a_fraction_of_a_micro_dollar_is_rounded_up() -> None:
    offer = candidate("nano-banana-2.1", "google")

    assert offer.cost_of(Finished(PICTURE, usage=TokenUsage(text_in=1))) == Cost(2)
