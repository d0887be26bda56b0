"""The real Google adapter over real HTTP against the simulated vendor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.contract.providers.simulation import finish, opened, picture_bytes

from easel.domain.catalogue import load_catalogue
from easel.domain.catalogue.plan import plan_upstream
from easel.domain.catalogue.supported_sizes import Ratios
from easel.domain.provider import OfferedModel, ProviderTask, ReferenceImage, TokenUsage, UpstreamParameters
from easel.domain.request import ImageParameters, Mode
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.outbound.references import SafeReferenceFetcher

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

TASK = ProviderTask(
    attempt_id="attempt-1",
    upstream_model="gemini-nano-banana-2.1",
    mode=Mode.TEXT_TO_IMAGE,
    prompt="a red fox",
    parameters=UpstreamParameters(),
)
IMAGEN = replace(TASK, upstream_model="imagen-4.0-generate-001")


def sample(simulator: Simulator, seed: str, name: str = "320x200.png") -> ReferenceImage:
    """A reference picture, fetched as the engine fetches it."""
    fetcher = SafeReferenceFetcher(trusted_origins=[simulator.url])
    return fetcher.fetch(f"{simulator.url}/_simulator/pictures/{name}?seed={seed}")


@pytest.mark.requirement("S000-37", "S000-74", "S004-54")
@pytest.mark.parametrize(
    ("model", "parameters", "size", "image_format"),
    [
        ("gemini-nano-banana-2.1", UpstreamParameters(), (1024, 1024), "PNG"),
        ("gemini-nano-banana-2.1", UpstreamParameters(aspect_ratio="8:1", resolution="2k"), (6144, 768), "PNG"),
        ("gemini-3-pro-image", UpstreamParameters(aspect_ratio="16:9", resolution="1k"), (1376, 768), "JPEG"),
        ("gemini-3-pro-image", UpstreamParameters(aspect_ratio="21:9", resolution="2k"), (3168, 1344), "JPEG"),
        ("gemini-3-pro-image", UpstreamParameters(resolution="4k", output_format="png"), (4096, 4096), "JPEG"),
        ("gemini-3.1-flash-lite-image", UpstreamParameters(aspect_ratio="1:4"), (512, 2048), "PNG"),
    ],
    ids=str,
)
def test_each_model_makes_a_picture_of_the_size_asked(
    simulator: Simulator, model: str, parameters: UpstreamParameters, size: tuple[int, int], image_format: str
) -> None:
    adapter = simulator.provider("google")
    submission = adapter.submit(replace(TASK, upstream_model=model, parameters=parameters))
    picture = opened(picture_bytes(adapter, submission))
    assert (picture.size, picture.format) == (size, image_format)
    assert (simulator.submits, len(simulator.jobs)) == (1, 1)


@pytest.mark.requirement("X-25", "S004-54")
@pytest.mark.parametrize("model", ["gemini-3-pro-image", "gemini-nano-banana-2.1", "gemini-3.1-flash-lite-image"])
def test_whatever_the_catalogue_plans_is_taken_and_has_the_size_it_says(simulator: Simulator, model: str) -> None:
    offers = [offer for known in load_catalogue().active_models() for offer in known.candidates]
    (candidate,) = (offer for offer in offers if offer.provider == "google" and offer.text_to_image == model)
    canvas, adapter = candidate.canvas, simulator.provider("google")
    assert isinstance(canvas, Ratios)
    first, *larger = canvas.resolutions or (None,)
    shapes = [canvas.shape(ratio, first) for ratio in canvas.sizes] + [canvas.shape("3:2", each) for each in larger]

    for shape in shapes:
        asked = ImageParameters(aspect_ratio=shape.aspect_ratio, resolution=shape.resolution, output_format="png")
        plan = plan_upstream(candidate, "a red fox", asked)
        task = replace(TASK, upstream_model=model, prompt=plan.prompt, parameters=plan.parameters)
        picture = opened(picture_bytes(adapter, adapter.submit(task)))
        assert picture.size == (shape.size.width, shape.size.height), shape


@pytest.mark.requirement("X-25")
@pytest.mark.parametrize(
    ("model", "parameters", "size"),
    [
        ("gemini-2.5-flash-image", UpstreamParameters(aspect_ratio="16:9"), (1344, 768)),
        ("gemini-3.1-flash-image", UpstreamParameters(resolution="512"), (512, 512)),
    ],
)
def test_what_the_vendor_has_ended_is_gone_there_and_may_live_elsewhere(
    simulator: Simulator, model: str, parameters: UpstreamParameters, size: tuple[int, int]
) -> None:
    task = replace(TASK, upstream_model=model, parameters=parameters)
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google").submit(task)
    elsewhere = simulator.provider("google", vendor="google-compatible")

    assert (caught.value.error_class, caught.value.provider_code) == (Class.GONE, "not_found")
    assert opened(picture_bytes(elsewhere, elsewhere.submit(task))).size == size
    assert [job["vendor"] for job in simulator.jobs] == ["google-compatible"]


@pytest.mark.requirement("S002-1", "X-25")
@pytest.mark.parametrize(
    ("model", "parameters", "size", "image_format"),
    [
        ("imagen-4.0-generate-001", UpstreamParameters(), (1024, 1024), "PNG"),
        (
            "imagen-4.0-ultra-generate-001",
            UpstreamParameters(aspect_ratio="16:9", resolution="2k", output_format="jpeg"),
            (2816, 1536),
            "JPEG",
        ),
        ("imagen-4.0-fast-generate-001", UpstreamParameters(aspect_ratio="3:4"), (896, 1280), "PNG"),
    ],
)
def test_imagen_makes_a_picture_where_it_still_lives(
    simulator: Simulator, model: str, parameters: UpstreamParameters, size: tuple[int, int], image_format: str
) -> None:
    task = replace(IMAGEN, upstream_model=model, parameters=parameters)
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google").submit(task)
    elsewhere = simulator.provider("google", vendor="google-compatible")
    picture = opened(picture_bytes(elsewhere, elsewhere.submit(task)))

    assert caught.value.error_class is Class.GONE
    assert (picture.size, picture.format) == (size, image_format)
    assert len(simulator.jobs) == 1, "one picture is asked for, not the vendor's default of four"


@pytest.mark.requirement("S000-37")
@pytest.mark.parametrize(
    ("model", "count"), [("gemini-3-pro-image", 14), ("gemini-3.1-flash-lite-image", 3), ("gemini-3-pro-image", 1)]
)
def test_as_many_reference_pictures_as_the_model_takes_change_the_result(
    simulator: Simulator, model: str, count: int
) -> None:
    adapter = simulator.provider("google")
    task = replace(TASK, upstream_model=model, mode=Mode.IMAGE_TO_IMAGE, prompt="bluer")
    results = []
    for first in ("one", "two", "one"):
        names = [first, *(f"more-{number}" for number in range(count - 1))]
        references = tuple(sample(simulator, name) for name in names)
        results.append(picture_bytes(adapter, adapter.submit(replace(task, references=references))))
        assert [job["input"]["references"] for job in simulator.jobs] == [[len(one.data) for one in references]]
        simulator.control("reset", "POST")  # each is the first of its prompt, so that only the references differ
    assert results[0] == results[2] != results[1]


@pytest.mark.parametrize(("model", "limit"), [("gemini-3-pro-image", 14), ("gemini-3.1-flash-lite-image", 3)])
def test_more_reference_pictures_than_that_are_refused(simulator: Simulator, model: str, limit: int) -> None:
    too_many = (sample(simulator, "fox"),) * (limit + 1)
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google").submit(replace(TASK, upstream_model=model, references=too_many))
    assert (caught.value.error_class, simulator.jobs) == (Class.CALLER, [])


def test_an_edit_without_a_ratio_keeps_the_shape_of_its_picture(simulator: Simulator) -> None:
    adapter = simulator.provider("google")
    references = (sample(simulator, "fox", "640x360.jpg"),)
    assert references[0].media_type == "image/jpeg"
    assert opened(picture_bytes(adapter, adapter.submit(replace(TASK, references=references)))).size == (1376, 768)


def test_the_prompt_decides_the_picture(simulator: Simulator) -> None:
    adapter = simulator.provider("google")

    def picture(prompt: str) -> bytes:
        return picture_bytes(adapter, adapter.submit(replace(TASK, prompt=prompt)))

    fox, again, bear = picture("a red fox"), picture("a red fox"), picture("a brown bear")
    simulator.control("reset", "POST")
    assert picture("a red fox") == fox
    assert len({fox, again, bear}) == 3, "a repeat is another picture, as with a real model"


def test_drafts_of_a_thinking_model_are_not_delivered(simulator: Simulator) -> None:
    adapter = simulator.provider("google")
    task = replace(TASK, upstream_model="gemini-3-pro-image")
    drawn = [opened(picture_bytes(adapter, adapter.submit(replace(task, prompt=f"fox {turn}")))) for turn in range(6)]
    # A draft is a quarter as wide; among six prompts some have one and some have none.
    assert [picture.size for picture in drawn] == [(1024, 1024)] * 6


def test_the_metering_comes_through(simulator: Simulator) -> None:
    adapter = simulator.provider("google")
    task = replace(TASK, upstream_model="gemini-3-pro-image", parameters=UpstreamParameters(resolution="4k"))
    references = (sample(simulator, "one"), sample(simulator, "two"))

    plain = finish(adapter, adapter.submit(task))
    edited = finish(adapter, adapter.submit(replace(task, references=references)))

    assert plain.usage == TokenUsage(text_in=3, text_out=180, image_out=2000)
    assert edited.usage == TokenUsage(text_in=3, image_in=1120, text_out=180, image_out=2000)
    assert plain.cost_micro_usd is None


@pytest.mark.parametrize("key", ["real-key", "sim"])
@pytest.mark.parametrize("call", ["submit", "list_models"])
def test_a_wrong_key_is_an_operators_matter_though_the_vendor_calls_it_a_bad_argument(
    simulator: Simulator, key: str, call: str
) -> None:
    adapter = simulator.provider("google", api_key=lambda: key)
    with pytest.raises(ProviderError) as caught:
        adapter.submit(TASK) if call == "submit" else adapter.list_models()
    assert (caught.value.error_class, caught.value.provider_code) == (Class.AUTH, "invalid_argument")
    assert simulator.submits == 0


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("gemini-nano-banana-2.1", UpstreamParameters(aspect_ratio="7:5")),
        ("gemini-nano-banana-2.1", UpstreamParameters(resolution="512")),
        ("gemini-3-pro-image", UpstreamParameters(aspect_ratio="8:1")),
        ("gemini-3-pro-image", UpstreamParameters(resolution="8k")),
        ("gemini-3.1-flash-lite-image", UpstreamParameters(resolution="1k")),
    ],
)
def test_a_parameter_that_the_vendor_refuses_is_the_callers(
    simulator: Simulator, model: str, parameters: UpstreamParameters
) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google").submit(replace(TASK, upstream_model=model, parameters=parameters))
    assert (caught.value.error_class, simulator.jobs) == (Class.CALLER, [])


def test_a_reference_that_is_no_picture_is_the_callers(simulator: Simulator) -> None:
    broken = ReferenceImage(b"\x89PNG\r\n\x1a\nno more", "image/png", "reference.png")
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google").submit(replace(TASK, references=(broken,)))
    assert caught.value.error_class is Class.CALLER


@pytest.mark.requirement("X-25")
def test_the_list_has_what_lives_and_nothing_that_has_ended(simulator: Simulator) -> None:
    listed = simulator.provider("google").list_models()
    assert listed is not None
    assert {OfferedModel("gemini-3-pro-image"), OfferedModel("gemini-nano-banana-2.1")} <= set(listed)
    assert not [model.id for model in listed if model.id.startswith("imagen-")]
    elsewhere = simulator.provider("google", vendor="google-compatible").list_models()
    assert elsewhere is not None
    assert OfferedModel("imagen-4.0-generate-001") in elsewhere
