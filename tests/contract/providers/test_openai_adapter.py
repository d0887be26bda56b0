"""The real OpenAI adapter over real HTTP against the simulated vendor, and against a server that still has DALL-E."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.contract.providers.simulation import opened, picture_bytes

from easel.domain.provider import (
    Finished,
    InlinePicture,
    OfferedModel,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    TokenUsage,
    UpstreamParameters,
)
from easel.domain.request import Mode, Size
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.references import SafeReferenceFetcher
from easel.providers.openai import OpenAI

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

TASK = ProviderTask(
    attempt_id="attempt-1",
    upstream_model="gpt-image-2.5-flare",
    mode=Mode.TEXT_TO_IMAGE,
    prompt="a red fox",
    parameters=UpstreamParameters(size=Size(1024, 1024)),
)


def sample(simulator: Simulator, seed: str, name: str = "320x200.png") -> ReferenceImage:
    """A reference picture, fetched as the engine fetches it."""
    fetcher = SafeReferenceFetcher(trusted_origins=[simulator.url])
    return fetcher.fetch(f"{simulator.url}/_simulator/pictures/{name}?seed={seed}")


def edit(*references: ReferenceImage, prompt: str = "bluer") -> ProviderTask:
    return replace(TASK, mode=Mode.IMAGE_TO_IMAGE, prompt=prompt, references=references)


def usage_of(simulator: Simulator, task: ProviderTask) -> TokenUsage:
    state = simulator.provider("openai").submit(task).state
    assert isinstance(state, Finished)
    assert state.usage is not None
    return state.usage


@pytest.mark.requirement("S002-1", "S002-10", "X-25")
@pytest.mark.parametrize(
    ("model", "parameters", "size", "image_format"),
    [
        ("gpt-image-1-mini", UpstreamParameters(), (1024, 1024), "PNG"),
        ("gpt-image-1.5", UpstreamParameters(size=Size(1536, 1024), quality="high"), (1536, 1024), "PNG"),
        ("chatgpt-image-latest", UpstreamParameters(size=Size(1024, 1536)), (1024, 1536), "PNG"),
        ("gpt-image-2", UpstreamParameters(size=Size(1792, 1024), output_format="jpeg"), (1792, 1024), "JPEG"),
        ("gpt-image-2.5-flare", UpstreamParameters(size=Size(1024, 640), quality="low"), (1024, 640), "PNG"),
        ("gpt-image-2.5-sunburst", UpstreamParameters(size=Size(3840, 2160), quality="max"), (3840, 2160), "PNG"),
        ("gpt-image-2.6-flare", UpstreamParameters(size=Size(480, 1440), output_format="webp"), (480, 1440), "WEBP"),
        ("gpt-image-2.6-sunburst", UpstreamParameters(background="opaque", quality="auto"), (1024, 1024), "PNG"),
    ],
    ids=str,
)
def test_each_living_model_makes_a_picture_of_the_size_and_format_asked(
    simulator: Simulator, model: str, parameters: UpstreamParameters, size: tuple[int, int], image_format: str
) -> None:
    adapter = simulator.provider("openai")

    submission = adapter.submit(replace(TASK, upstream_model=model, parameters=parameters))

    assert submission.job_id is None
    picture = opened(picture_bytes(adapter, submission))
    assert (picture.size, picture.format) == (size, image_format)
    assert (simulator.submits, len(simulator.jobs)) == (1, 1)


@pytest.mark.parametrize("output_format", [None, "png", "webp"])
def test_a_transparent_background_is_one(simulator: Simulator, output_format: str | None) -> None:
    adapter = simulator.provider("openai")
    parameters = UpstreamParameters(background="transparent", output_format=output_format)
    picture = opened(picture_bytes(adapter, adapter.submit(replace(TASK, parameters=parameters))))
    assert picture.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index] # RGBA pixels are tuples


@pytest.mark.parametrize("count", [1, 2, 16])
def test_every_reference_picture_reaches_the_vendor_in_order(simulator: Simulator, count: int) -> None:
    kinds = ("png", "jpg", "webp")
    references = [sample(simulator, f"seed-{n}", f"64x{32 + n}.{kinds[n % 3]}") for n in range(count)]

    adapter = simulator.provider("openai")
    picture = opened(picture_bytes(adapter, adapter.submit(edit(*references))))

    assert picture.size == (1024, 1024)
    (job,) = simulator.jobs
    field = "image" if count == 1 else "image[]"
    assert job["input"]["images"] == [
        {"field": field, "filename": each.filename, "type": each.media_type, "bytes": len(each.data)}
        for each in references
    ]


def test_reference_pictures_change_the_result(simulator: Simulator) -> None:
    adapter = simulator.provider("openai")
    results = []
    for seed in ("one", "two", "one"):
        results.append(picture_bytes(adapter, adapter.submit(edit(sample(simulator, seed)))))
        simulator.control("reset", "POST")  # each is the first of its prompt, so that only the reference differs
    assert results[0] == results[2] != results[1]


def test_the_prompt_decides_the_picture(simulator: Simulator) -> None:
    adapter = simulator.provider("openai")

    def picture(prompt: str) -> bytes:
        return picture_bytes(adapter, adapter.submit(replace(TASK, prompt=prompt)))

    fox, again, bear = picture("a red fox"), picture("a red fox"), picture("a brown bear")
    simulator.control("reset", "POST")
    assert picture("a red fox") == fox
    assert len({fox, again, bear}) == 3, "a repeat is another picture, as with a real model"


# The metering


@pytest.mark.parametrize(
    ("model", "quality", "size", "micro_usd"),
    [
        ("gpt-image-2", "low", Size(1024, 1024), 6_000),
        ("gpt-image-2", "medium", Size(1024, 1024), 53_000),
        ("gpt-image-2", "high", Size(1024, 1024), 211_000),
        ("gpt-image-2", "high", Size(1024, 1536), 165_000),
        ("gpt-image-2.5-flare", "medium", Size(1024, 1536), 41_000),
        ("gpt-image-2.5-flare", "low", Size(1536, 1024), 5_000),
    ],
    ids=str,
)
def test_the_metering_comes_to_the_published_price(
    simulator: Simulator, model: str, quality: str, size: Size, micro_usd: int
) -> None:
    parameters = UpstreamParameters(size=size, quality=quality)
    usage = usage_of(simulator, replace(TASK, upstream_model=model, parameters=parameters))
    assert usage.image_out * 30 == pytest.approx(micro_usd, rel=0.01)  # $30 a million tokens
    assert (usage.text_in, usage.image_in, usage.text_out) == (3, 0, 0)


@pytest.mark.parametrize("quality", ["low", "medium"])
def test_the_newest_models_take_three_to_four_times_the_tokens(simulator: Simulator, quality: str) -> None:
    parameters = UpstreamParameters(size=Size(1024, 1024), quality=quality)
    before, after = (
        usage_of(simulator, replace(TASK, upstream_model=model, parameters=parameters)).image_out
        for model in ("gpt-image-2.5-flare", "gpt-image-2.6-flare")
    )
    assert 3 <= after / before < 4


def test_reference_pictures_are_metered_apart_from_the_text(simulator: Simulator) -> None:
    one = usage_of(simulator, edit(sample(simulator, "one")))
    two = usage_of(simulator, edit(sample(simulator, "one"), sample(simulator, "two")))
    assert one.text_in == two.text_in == 2
    assert two.image_in == 2 * one.image_in > 0
    assert one.image_out == two.image_out


# Servers that still have DALL-E


@pytest.mark.requirement("S002-1", "S002-10", "S002-41", "S002-42")
@pytest.mark.parametrize(
    ("model", "parameters", "size"),
    [
        ("dall-e-3", UpstreamParameters(size=Size(1792, 1024), quality="hd", style="vivid"), (1792, 1024)),
        ("dall-e-3", UpstreamParameters(size=Size(1024, 1792), quality="standard", style="natural"), (1024, 1792)),
        ("dall-e-3", UpstreamParameters(output_format="png"), (1024, 1024)),
        ("dall-e-2", UpstreamParameters(size=Size(256, 256), quality="standard"), (256, 256)),
    ],
    ids=str,
)
def test_dall_e_is_served_in_its_own_form(
    simulator: Simulator, model: str, parameters: UpstreamParameters, size: tuple[int, int]
) -> None:
    adapter = simulator.provider("openai", vendor="openai-compatible")

    submission = adapter.submit(replace(TASK, upstream_model=model, parameters=parameters))

    assert isinstance(submission.state, Finished)
    assert isinstance(submission.state.picture, InlinePicture), "asked for, and so no second call is needed"
    assert submission.state.usage is None
    assert opened(submission.state.picture.data).size == size
    form = simulator.jobs[0]["input"]
    assert {name: form.get(name) for name in ("quality", "style")} == {
        "quality": parameters.quality,
        "style": parameters.style,
    }


def test_dall_e_edits_a_picture(simulator: Simulator) -> None:
    adapter = simulator.provider("openai", vendor="openai-compatible")
    task = replace(
        edit(sample(simulator, "one", "256x256.png")),
        upstream_model="dall-e-2",
        parameters=UpstreamParameters(size=Size(512, 512), quality="hd", style="vivid"),
    )
    assert opened(picture_bytes(adapter, adapter.submit(task))).size == (512, 512)


@pytest.mark.requirement("X-25")
@pytest.mark.parametrize("model", ["dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-2.5", "no-such-model"])
@pytest.mark.parametrize("mode", ["generate", "edit"])
def test_the_vendor_itself_has_them_no_more(simulator: Simulator, model: str, mode: str) -> None:
    adapter = simulator.provider("openai")
    task = TASK if mode == "generate" else edit(sample(simulator, "one"))
    with pytest.raises(ProviderError) as caught:
        adapter.submit(replace(task, upstream_model=model, parameters=UpstreamParameters()))
    assert (caught.value.error_class, caught.value.provider_code) == (ProviderErrorClass.GONE, "model_not_found")
    assert simulator.submits == 0


# What is refused


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("gpt-image-2", UpstreamParameters(size=Size(512, 512))),
        ("gpt-image-2", UpstreamParameters(size=Size(1792, 936))),
        ("gpt-image-1.5", UpstreamParameters(size=Size(1792, 1024))),
        ("gpt-image-2", UpstreamParameters(quality="max")),
        ("gpt-image-2", UpstreamParameters(quality="hd")),
        ("gpt-image-2", UpstreamParameters(output_format="bmp")),
        ("gpt-image-2", UpstreamParameters(output_format="jpeg", background="transparent")),
    ],
    ids=str,
)
def test_a_parameter_that_the_vendor_refuses_is_the_callers(
    simulator: Simulator, model: str, parameters: UpstreamParameters
) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("openai").submit(replace(TASK, upstream_model=model, parameters=parameters))
    assert (caught.value.error_class, caught.value.provider_code) == (ProviderErrorClass.CALLER, "invalid_value")
    assert simulator.jobs == []


@pytest.mark.parametrize(
    "reference",
    [
        ReferenceImage(b"\x89PNG\r\n\x1a\nno more", "image/png", "reference.png"),
        ReferenceImage(b"GIF89a", "image/gif", "reference.gif"),
    ],
    ids=["broken", "gif"],
)
def test_a_reference_that_the_vendor_cannot_read_is_the_callers(
    simulator: Simulator, reference: ReferenceImage
) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("openai").submit(edit(reference))
    assert caught.value.error_class is ProviderErrorClass.CALLER


@pytest.mark.parametrize(
    "settings",
    [{"api_key": lambda: "real-key"}, {"options": {"organization": "mine"}}, {"options": {"project": "mine"}}],
    ids=["key", "organization", "project"],
)
@pytest.mark.parametrize("call", ["submit", "list_models"])
def test_a_wrong_key_or_account_is_an_operators_matter(
    simulator: Simulator, settings: dict[str, Any], call: str
) -> None:
    adapter = simulator.provider("openai", **settings)
    with pytest.raises(ProviderError) as caught:
        adapter.submit(TASK) if call == "submit" else adapter.list_models()
    assert caught.value.error_class is ProviderErrorClass.AUTH
    assert simulator.submits == 0


@pytest.mark.requirement("S004-54")
def test_an_account_among_those_of_the_key_may_be_chosen(simulator: Simulator) -> None:
    adapter = simulator.provider("openai", options={"organization": "org-1", "project": "proj_1"})
    assert opened(picture_bytes(adapter, adapter.submit(TASK))).size == (1024, 1024)


def test_a_picture_that_is_not_there_is_a_failure(simulator: Simulator) -> None:
    adapter = simulator.provider("openai", vendor="openai-compatible")
    with pytest.raises(ProviderError) as caught:
        adapter.download(RemotePicture(f"{simulator.url}/openai-compatible/files/abc.png"))
    assert caught.value.error_class is ProviderErrorClass.FAILED


@pytest.mark.requirement("S004-48")
def test_a_vendor_that_is_not_there_was_certainly_not_asked() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        nobody = OpenAI(api_key=lambda: "sim-key", base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        with pytest.raises(ProviderError) as caught:
            nobody.submit(TASK)
    assert caught.value.error_class is ProviderErrorClass.RETRYABLE


# The list of models


@pytest.mark.requirement("X-25")
def test_the_list_of_models_tells_who_ends_when(simulator: Simulator) -> None:
    offered = simulator.provider("openai").list_models()

    assert offered is not None
    ends = {model.id: model.shutdown_on for model in offered}
    first_of_december = date(2026, 12, 1)
    assert {name: end for name, end in ends.items() if end} == {
        "gpt-image-1-mini": first_of_december,
        "gpt-image-1.5": first_of_december,
        "chatgpt-image-latest": first_of_december,
    }
    assert {"gpt-image-2", "gpt-image-2.5-sunburst", "gpt-image-2.6-flare", "text-embedding-3-large"} <= ends.keys()
    assert not {"dall-e-2", "dall-e-3", "gpt-image-1"} & ends.keys()


def test_a_compatible_server_lists_what_it_still_has(simulator: Simulator) -> None:
    offered = simulator.provider("openai", vendor="openai-compatible").list_models()
    assert offered is not None
    assert OfferedModel("dall-e-3") in offered
