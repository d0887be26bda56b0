"""What a caller may ask of a model: every rule, and what the refusal says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.requests import an_image_request

from easel.domain.catalogue import load_catalogue, parse_size, validate_parameters
from easel.domain.reference import Reference, at_url
from easel.domain.request import ImageParameters, Size
from easel.errors import FieldError, InvalidRequest

CATALOGUE = load_catalogue()
RATIOS = ["1:1", "3:2", "2:3", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"]
SEEDREAM_SIZES = [
    "1024x1024",
    "2048x2048",
    "4096x4096",
    "2304x1728",
    "1728x2304",
    "2560x1440",
    "1440x2560",
    "2496x1664",
    "1664x2496",
    "3024x1296",
]

sides = st.integers(1, 99_999)


def asked(model: str, **wanted: Any) -> ImageParameters:
    return validate_parameters(CATALOGUE.find(model), an_image_request(**wanted))


def refused(model: str, **wanted: Any) -> tuple[FieldError, ...]:
    """What is wrong with a request, each with field, message and allowed values."""
    with pytest.raises(InvalidRequest) as error:
        asked(model, **wanted)
    assert error.value.message == error.value.fields[0].message
    return error.value.fields


def references(count: int) -> tuple[Reference, ...]:
    return tuple(at_url(f"https://pictures.example/{number}.png") for number in range(count))


# --- size -----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-5", "S003-24")
@given(sides, sides, st.sampled_from(["x", "X", "*", "\u00d7"]), st.sampled_from(["", " ", "\t"]))
def test_a_size_is_read_in_each_of_its_four_spellings(width: int, height: int, sign: str, space: str) -> None:
    size = parse_size(f"{space}{width}{space}{sign}{space}{height}{space}")

    assert size == Size(width, height)
    assert parse_size(str(size)) == size


@pytest.mark.requirement("S002-28", "S002-55")
@pytest.mark.parametrize(
    "text",
    ["", "1024", "1024x", "x1024", "1024x1024x1024", "1024 1024", "-1x5", "1.5x2", "1024y1024", "big", "1" * 500],
)
def test_text_that_is_no_size_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        parse_size(text)

    (problem,) = error.value.fields
    assert (problem.field, problem.allowed) == ("size", "WIDTHxHEIGHT")
    assert len(problem.message) < 200


@pytest.mark.requirement("S001-51", "S001-66")
def test_seedream_makes_2048_squares_unless_asked_otherwise() -> None:
    assert asked("seedream-v4").size == Size(2048, 2048)


@pytest.mark.requirement("S001-57")
def test_the_size_may_be_left_out_when_there_are_references() -> None:
    assert asked("seedream-v4", references=references(1)).size == Size(2048, 2048)


@pytest.mark.requirement("S001-51", "S002-4")
@given(st.integers(0, 9_999), st.integers(0, 9_999))
def test_seedream_makes_sides_from_1024_to_4096_and_says_so_otherwise(width: int, height: int) -> None:
    size = f"{width}*{height}"
    if 1024 <= width <= 4096 and 1024 <= height <= 4096:
        assert asked("seedream-v4", size=size).size == Size(width, height)
    else:
        (problem,) = refused("seedream-v4", size=size)
        assert problem.field == "size"
        assert problem.allowed == {"minSide": 1024, "maxSide": 4096, "examples": SEEDREAM_SIZES}


@pytest.mark.requirement("X-6", "S002-58")
@pytest.mark.parametrize("size", ["1023x1024", "1024x1023", "4097x4096", "4096x4097"])
def test_the_borders_of_seedream_sizes_are_part_of_them(size: str) -> None:
    assert [str(asked("seedream-v4", size=size).size) for size in ("1024x1024", "4096x4096")] == [
        "1024x1024",
        "4096x4096",
    ]
    assert [problem.field for problem in refused("seedream-v4", size=size)] == ["size"]


def test_a_size_that_cannot_be_read_is_refused_with_what_the_model_makes() -> None:
    (problem,) = refused("sandbox", size="huge")

    assert problem.field == "size"
    assert problem.allowed["minSide"] == 64


@pytest.mark.requirement("S001-42", "S001-66")
@pytest.mark.parametrize(
    ("model", "resolutions", "advice"),
    [("nano-banana", [], "aspectRatio."), ("nano-banana-pro", ["1k", "2k", "4k"], "aspectRatio and resolution.")],
)
def test_a_model_of_ratios_takes_no_size_and_says_what_it_takes(
    model: str, resolutions: list[str], advice: str
) -> None:
    (problem,) = refused(model, size="1024x1024")

    assert problem == FieldError(
        "size",
        f"{model} does not take a size; choose {advice}",
        {"aspectRatio": RATIOS, "resolution": resolutions},
    )


# --- aspect ratio, resolution, format -------------------------------------------------------------------------------


@pytest.mark.requirement("S001-62", "S001-65", "S001-68")
@pytest.mark.parametrize("model", ["nano-banana", "nano-banana-pro"])
def test_the_nano_models_take_each_of_their_ratios_or_none(model: str) -> None:
    assert [asked(model, aspect_ratio=ratio).aspect_ratio for ratio in RATIOS] == RATIOS
    assert asked(model).aspect_ratio is None
    assert asked(model, aspect_ratio=" 16:9 ").aspect_ratio == "16:9"


@pytest.mark.requirement("S001-68")
@pytest.mark.parametrize("ratio", ["7:5", "16x9", "", "1:1;"])
def test_another_ratio_is_refused_with_those_there_are(ratio: str) -> None:
    (problem,) = refused("nano-banana", aspect_ratio=ratio)

    assert (problem.field, problem.allowed) == ("aspectRatio", RATIOS)


@pytest.mark.requirement("S001-42", "S001-68")
@pytest.mark.parametrize("model", ["seedream-v4", "sandbox"])
def test_a_model_of_sizes_takes_no_ratio(model: str) -> None:
    (problem,) = refused(model, aspect_ratio="1:1")

    assert problem == FieldError("aspectRatio", f"{model} does not take aspectRatio.", [])


@pytest.mark.requirement("S001-65", "S001-69")
@pytest.mark.parametrize(("wanted", "given"), [("1k", "1k"), ("2K", "2k"), ("4k", "4k"), (None, "1k")])
def test_the_pro_model_takes_three_resolutions_and_defaults_to_the_lowest(wanted: str | None, given: str) -> None:
    assert asked("nano-banana-pro", resolution=wanted).resolution == given


@pytest.mark.requirement("S001-69")
def test_another_resolution_is_refused_with_those_there_are() -> None:
    (problem,) = refused("nano-banana-pro", resolution="8k")

    assert problem == FieldError("resolution", "nano-banana-pro does not take resolution '8k'.", ["1k", "2k", "4k"])


@pytest.mark.requirement("S001-42", "S001-69")
@pytest.mark.parametrize("model", ["seedream-v4", "nano-banana", "sandbox"])
def test_no_other_model_takes_a_resolution(model: str) -> None:
    (problem,) = refused(model, resolution="1k")

    assert (problem.field, problem.allowed) == ("resolution", [])
    assert asked(model).resolution is None


def test_ratio_and_resolution_go_together() -> None:
    parameters = asked("nano-banana-pro", aspect_ratio="21:9", resolution="4k")

    assert parameters == ImageParameters(aspect_ratio="21:9", resolution="4k")


@pytest.mark.parametrize(("wanted", "given"), [("png", "png"), ("jpg", "jpeg"), ("JPEG", "jpeg"), (None, None)])
def test_the_format_may_be_chosen(wanted: str | None, given: str | None) -> None:
    assert asked("seedream-v4", output_format=wanted).output_format == given


def test_a_format_that_we_do_not_make_is_refused_with_those_we_make() -> None:
    (problem,) = refused("seedream-v4", output_format="tiff")

    assert (problem.field, problem.allowed) == ("outputFormat", ["png", "jpeg", "webp"])


# --- size and ratio together, the nearest size -----------------------------------------------------------------------

LEGACY_SIZES = {
    "dall-e-3": ["1024x1024", "1792x1024", "1024x1792"],
    "dall-e-2": ["256x256", "512x512", "1024x1024"],
    "imagen": ["1024x1024", "1792x1024", "1024x1792"],
    "sd3-medium": ["512x512", "768x768", "1024x1024", "1536x1536"],
}


@pytest.mark.requirement("S002-9", "S002-38", "S002-39", "S002-40", "S002-58", "S003-5", "S003-81", "X-6")
@pytest.mark.parametrize("model", LEGACY_SIZES)
def test_an_old_name_takes_the_sizes_that_it_had_and_no_other(model: str) -> None:
    assert [str(asked(model, size=size).size) for size in LEGACY_SIZES[model]] == LEGACY_SIZES[model]
    assert str(asked(model).size) == "1024x1024"

    (problem,) = refused(model, size="1023x1024")
    assert (problem.field, problem.allowed) == ("size", {"sizes": LEGACY_SIZES[model]})
    assert all(size in problem.message for size in LEGACY_SIZES[model])


@pytest.mark.parametrize(
    ("size", "rule"),
    [("1000x1000", "multiple of 16"), ("640x640", "655360"), ("3840x1024", "3 times"), ("4096x2048", "480 to 3840")],
)
def test_bounds_of_a_free_size_are_all_told(size: str, rule: str) -> None:
    (problem,) = refused("gpt-image-2", size=size)

    assert problem.field == "size"
    assert rule in problem.message
    assert {"minSide", "maxSide", "step", "maxRatio", "minPixels", "maxPixels", "examples"} == set(problem.allowed)


@pytest.mark.requirement("X-5")
def test_a_size_and_a_ratio_may_both_be_given_when_they_agree() -> None:
    assert asked("gpt-image-2", size="1792x1024", aspect_ratio="16:9") == ImageParameters(size=Size(1792, 1024))
    assert asked("gpt-image-2", aspect_ratio="16:9") == ImageParameters(aspect_ratio="16:9")

    (problem,) = refused("gpt-image-2", size="1024x1024", aspect_ratio="16:9")
    assert (problem.field, problem.allowed) == ("aspectRatio", ["1:1"])


@pytest.mark.requirement("X-5")
def test_a_size_leaves_nothing_for_a_resolution_to_say() -> None:
    (problem,) = refused("nano-banana-2.1", size="1024x1024", resolution="2k")

    assert problem.field == "resolution"
    assert asked("nano-banana-2.1", size="1024x1024").resolution is None
    assert asked("nano-banana-2.1").resolution == "1k"


@pytest.mark.requirement("X-6")
@pytest.mark.parametrize(
    ("model", "size", "taken"),
    [
        ("dall-e-3", "2000x1100", ImageParameters(size=Size(1792, 1024), asked_size=Size(2000, 1100))),
        ("dall-e-2", "100x100", ImageParameters(size=Size(256, 256), asked_size=Size(100, 100))),
        ("seedream-v4", "512x768", ImageParameters(size=Size(1024, 1536), asked_size=Size(512, 768))),
        ("nano-banana", "1920x1080", ImageParameters(aspect_ratio="16:9", asked_size=Size(1920, 1080))),
        (
            "nano-banana-pro",
            "1920x1080",
            ImageParameters(aspect_ratio="16:9", resolution="2k", asked_size=Size(1920, 1080)),
        ),
        ("dall-e-3", "1024x1024", ImageParameters(size=Size(1024, 1024))),
    ],
)
def test_the_nearest_size_is_taken_when_that_is_wished(model: str, size: str, taken: ImageParameters) -> None:
    assert asked(model, size=size, size_policy="nearest") == taken
    if taken.asked_size:
        assert [problem.field for problem in refused(model, size=size)] == ["size"]
        assert [problem.field for problem in refused(model, size=size, size_policy="strict")] == ["size"]


@pytest.mark.parametrize("size", ["0x1024", "1024x0", "big"])
def test_there_is_nothing_near_to_a_size_without_pixels(size: str) -> None:
    assert [problem.field for problem in refused("dall-e-3", size=size, size_policy="nearest")] == ["size"]


def test_another_policy_is_refused_with_those_there_are() -> None:
    (problem,) = refused("dall-e-3", size_policy="loose")

    assert (problem.field, problem.allowed) == ("sizePolicy", ["strict", "nearest"])


@pytest.mark.parametrize("model", ["seedream-v4", "dall-e-3", "nano-banana"])
def test_an_automatic_size_is_the_models_default(model: str) -> None:
    assert asked(model, size="auto") == asked(model)


# --- quality, style, background --------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-10")
@pytest.mark.parametrize(
    ("model", "wanted", "given"),
    [
        ("dall-e-3", "standard", "standard"),
        ("dall-e-3", "HD", "hd"),
        ("dall-e-3", "high", "hd"),
        ("gpt-image-2", "hd", "high"),
        ("gpt-image-2", "standard", "medium"),
        ("gpt-image-2", "low", "low"),
        ("nano-banana", "medium", "standard"),
        ("nano-banana", "auto", None),
        ("dall-e-3", None, None),
    ],
)
def test_both_vocabularies_of_quality_are_understood(model: str, wanted: str | None, given: str | None) -> None:
    assert asked(model, quality=wanted).quality == given


@pytest.mark.parametrize(
    ("model", "wanted", "allowed"),
    [
        ("dall-e-3", "low", ["standard", "hd"]),
        ("nano-banana", "hd", ["standard"]),
        ("gpt-image-2", "best", ["medium", "low", "high"]),
    ],
)
def test_another_quality_is_refused_with_those_there_are(model: str, wanted: str, allowed: list[str]) -> None:
    (problem,) = refused(model, quality=wanted)

    assert (problem.field, problem.allowed) == ("quality", allowed)


@pytest.mark.requirement("S002-5", "S002-41", "S002-42", "S002-43", "S002-44")
@pytest.mark.parametrize("model", [model.id for model in CATALOGUE.models()])
def test_every_model_takes_the_four_styles(model: str) -> None:
    styles = ["natural", "vivid", "artistic", "photographic"]

    assert [asked(model, style=style).style for style in styles] == styles
    (problem,) = refused(model, style="cubist")
    assert (problem.field, problem.allowed) == ("style", styles)


def test_a_background_is_for_models_that_have_one_and_never_transparent_in_a_jpeg() -> None:
    assert asked("gpt-image-2", background="transparent", output_format="webp").background == "transparent"
    assert [problem.field for problem in refused("seedream-v4", background="transparent")] == ["background"]

    (problem,) = refused("gpt-image-2", background="transparent", output_format="jpeg")
    assert (problem.field, problem.allowed) == ("outputFormat", ["png", "webp"])


# --- prompt, count, references --------------------------------------------------------------------------------------


@pytest.mark.requirement("S001-50", "S003-71")
@pytest.mark.parametrize("prompt", ["", " ", "\n\t \u2003", "\u200b\ufeff", "\u00ad \ufe0f", "\u3164"])
def test_a_prompt_is_required_and_blanks_are_none(prompt: str) -> None:
    (problem,) = refused("seedream-v4", prompt=prompt)

    assert problem == FieldError("prompt", "Prompt is required and must be a non-empty string", {"minLength": 1})


@pytest.mark.requirement("S002-7", "X-18", "S004-33")
def test_a_prompt_may_have_4000_characters_and_not_one_more() -> None:
    assert asked("seedream-v4", prompt="ў" * 4_000)

    (problem,) = refused("seedream-v4", prompt="ў" * 4_001)
    assert (problem.field, problem.allowed) == ("prompt", {"maxLength": 4_000})
    assert "4001" in problem.message


@pytest.mark.requirement("S002-11", "X-16")
@given(st.integers(-5, 20))
def test_one_to_ten_images_may_be_asked_for(count: int) -> None:
    if 1 <= count <= 10:
        asked("seedream-v4", n=count)
    else:
        (problem,) = refused("seedream-v4", n=count)
        assert problem == FieldError("n", "n must be from 1 to 10.", {"minimum": 1, "maximum": 10})


@pytest.mark.requirement("S001-56")
@pytest.mark.parametrize(("model", "most"), [("seedream-v4", 10), ("nano-banana", 10), ("nano-banana-pro", 14)])
def test_a_model_takes_so_many_references(model: str, most: int) -> None:
    assert asked(model, references=references(most))

    (problem,) = refused(model, references=references(most + 1))
    assert (problem.field, problem.allowed) == ("references", {"maximum": most})


def test_of_too_many_references_every_field_that_names_some_is_told() -> None:
    named = {"one[0].url": "one", "one[12].url": "one", "two[3]": "two", "three": "three"}
    fields = (*named, *(f"two[{index}]" for index in range(4, 11)))

    problems = refused("seedream-v4", references=references(11), reference_fields=fields)

    assert [problem.field for problem in problems] == list(dict.fromkeys(named.values()))
    assert [problem.allowed for problem in problems] == [{"maximum": 10}] * 3


# --- together -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-55", "S004-8")
def test_several_problems_are_told_together() -> None:
    problems = refused(
        "nano-banana",
        prompt="  ",
        n=11,
        references=references(11),
        size="1x1",
        aspect_ratio="1:7",
        resolution="1k",
        output_format="tiff",
    )

    fields = ["prompt", "n", "references", "size", "aspectRatio", "resolution", "outputFormat"]
    assert [problem.field for problem in problems] == fields
    assert all(problem.message and problem.allowed is not None for problem in problems)


@given(
    model=st.sampled_from([model.id for model in CATALOGUE.active_models()]),
    prompt=st.text(max_size=20),
    n=st.integers(-1, 12),
    size=st.none() | st.text(max_size=12) | st.sampled_from(SEEDREAM_SIZES),
    aspect_ratio=st.none() | st.text(max_size=6) | st.sampled_from(RATIOS),
    resolution=st.none() | st.text(max_size=4) | st.sampled_from(["1k", "2k", "4k"]),
    output_format=st.none() | st.text(max_size=5) | st.sampled_from(["png", "jpg", "webp"]),
)
def test_whatever_is_asked_is_accepted_within_the_models_means_or_refused_field_by_field(
    model: str, **wanted: Any
) -> None:
    known = CATALOGUE.find(model)
    try:
        parameters = asked(model, **wanted)
    except InvalidRequest as error:
        fields = [problem.field for problem in error.fields]
        assert len(fields) == len(set(fields)) > 0
    else:
        assert parameters.size is None or (known.sizes and known.sizes.allows(parameters.size))
        assert parameters.aspect_ratio in {None, *known.aspect_ratios}
        by_size = parameters.size is not None
        assert parameters.resolution in ({None} if by_size or not known.resolutions else set(known.resolutions))
        assert not (by_size and parameters.aspect_ratio)
        assert by_size or known.aspect_ratios
        assert parameters.output_format in {None, *known.output_formats}
