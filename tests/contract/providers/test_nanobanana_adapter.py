"""Nanobanana's adapters over real HTTP against the vendor and the host that are simulated."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from infra.local.simulators.nanobanana_seed import PRICES
from tests.contract.providers.simulation import finish, opened, picture_bytes

from easel.domain.provider import (
    Finished,
    InlinePicture,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Running,
    UpstreamParameters,
)
from easel.domain.request import Mode, Size
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.references import SafeReferenceFetcher

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

    from easel.providers.base import ProviderAdapter

TASK = ProviderTask(
    attempt_id="attempt-1",
    upstream_model="generate",
    mode=Mode.TEXT_TO_IMAGE,
    prompt="a red fox",
    parameters=UpstreamParameters(),
)
SEED_TASK = replace(TASK, upstream_model="sd3-medium")
CONTRACTS = pytest.mark.parametrize("contract", ["nanobananaapi", "seed"])


def adapter_and_task(simulator: Simulator, contract: str) -> tuple[ProviderAdapter, ProviderTask]:
    if contract == "seed":
        return simulator.nanobanana_seed(), SEED_TASK
    return simulator.nanobanana(), TASK


def sample(simulator: Simulator, seed: str, size: str = "320x200") -> ReferenceImage:
    """A reference picture, fetched as the engine fetches it."""
    fetcher = SafeReferenceFetcher(trusted_origins=[simulator.url])
    return fetcher.fetch(f"{simulator.url}/_simulator/pictures/{size}.png?seed={seed}")


# The vendor's contract


@pytest.mark.requirement("S003-2", "S003-3", "S003-4")
@pytest.mark.parametrize(
    ("model", "parameters", "size", "image_format"),
    [
        ("generate", UpstreamParameters(), (1024, 1024), "JPEG"),
        ("generate", UpstreamParameters(aspect_ratio="21:9"), (1536, 672), "JPEG"),
        ("generate-2", UpstreamParameters(), (1024, 1024), "JPEG"),
        ("generate-2", UpstreamParameters(aspect_ratio="8:1", output_format="jpeg"), (3072, 384), "JPEG"),
        (
            "generate-2",
            UpstreamParameters(aspect_ratio="3:2", resolution="2k", output_format="png"),
            (2528, 1696),
            "PNG",
        ),
        ("generate-pro", UpstreamParameters(aspect_ratio="9:16"), (768, 1376), "JPEG"),
        ("generate-pro", UpstreamParameters(aspect_ratio="1:1", resolution="4k"), (4096, 4096), "JPEG"),
    ],
    ids=str,
)
def test_each_model_makes_a_picture_of_the_size_asked(
    simulator: Simulator, model: str, parameters: UpstreamParameters, size: tuple[int, int], image_format: str
) -> None:
    adapter = simulator.nanobanana()

    submission = adapter.submit(replace(TASK, upstream_model=model, parameters=parameters))

    assert submission.job_id == simulator.jobs[0]["id"]
    assert isinstance(submission.state, Running), "it never answers with the picture itself"
    picture = opened(picture_bytes(adapter, submission))
    assert (picture.size, picture.format) == (size, image_format)
    assert simulator.submits == 1


@pytest.mark.parametrize("model", ["generate", "generate-2", "generate-pro"])
def test_the_vendor_reads_references_from_their_addresses_and_they_change_the_result(
    simulator: Simulator, model: str
) -> None:
    adapter = simulator.nanobanana()
    task = replace(TASK, upstream_model=model, mode=Mode.IMAGE_TO_IMAGE, prompt="bluer")
    results = []
    for seed in ("one", "two", "one"):
        references = (sample(simulator, seed), sample(simulator, "second"))
        results.append(picture_bytes(adapter, adapter.submit(replace(task, references=references))))
        assert [len(job["input"]["imageUrls"]) for job in simulator.jobs] == [2]
        simulator.control("reset", "POST")  # each is the first of its prompt, so that only the references differ
    assert results[0] == results[2] != results[1]


@pytest.mark.parametrize(("shape", "size"), [("1600x900", (1376, 768)), ("500x1000", (768, 1376))])
def test_the_vendor_can_choose_the_ratio_from_the_reference(
    simulator: Simulator, shape: str, size: tuple[int, int]
) -> None:
    adapter = simulator.nanobanana()
    parameters = UpstreamParameters(aspect_ratio="auto")
    references = (sample(simulator, "one", shape),)
    task = replace(TASK, upstream_model="generate-pro", parameters=parameters, references=references)
    assert opened(picture_bytes(adapter, adapter.submit(task))).size == size


@pytest.mark.requirement("S003-6", "X-32")
def test_the_vendor_draws_the_watermark_of_generate(simulator: Simulator) -> None:
    adapter = simulator.nanobanana()

    def picture(watermark: str | None) -> bytes:
        simulator.control("reset", "POST")
        return picture_bytes(adapter, adapter.submit(replace(TASK, parameters=UpstreamParameters(watermark=watermark))))

    assert picture("© 2025") != picture(None)
    assert picture("© 2025") == picture("© 2025")


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("generate", UpstreamParameters(aspect_ratio="7:5")),
        ("generate", UpstreamParameters(aspect_ratio="1:4")),
        ("generate", UpstreamParameters(aspect_ratio="auto")),
        ("generate-2", UpstreamParameters(output_format="webp")),
        ("generate-2", UpstreamParameters(resolution="8k")),
        ("generate-pro", UpstreamParameters(aspect_ratio="1:8")),
    ],
    ids=str,
)
def test_a_parameter_that_the_vendor_refuses_is_the_callers(
    simulator: Simulator, model: str, parameters: UpstreamParameters
) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.nanobanana().submit(replace(TASK, upstream_model=model, parameters=parameters))
    assert (caught.value.error_class, caught.value.provider_code) == (ProviderErrorClass.CALLER, "422")
    assert simulator.jobs == []


@pytest.mark.parametrize("at", ["/_simulator/nothing.png", "/_simulator/health"])
def test_a_reference_that_the_vendor_cannot_read_is_the_callers(simulator: Simulator, at: str) -> None:
    adapter = simulator.nanobanana()
    reference = replace(sample(simulator, "one"), url=simulator.url + at)
    with pytest.raises(ProviderError) as caught:
        finish(adapter, adapter.submit(replace(TASK, references=(reference,))))
    assert (caught.value.error_class, caught.value.provider_code) == (ProviderErrorClass.CALLER, "422")


# The document's contract


@pytest.mark.requirement("S003-2", "S003-3", "S003-4", "S003-5", "S003-14", "S003-46", "S003-65")
@pytest.mark.requirement("S003-68", "S003-69", "S003-70")
@pytest.mark.parametrize(
    ("side", "micro_usd"), [(512, 5_000), (768, 7_500), (1024, 12_500), (1536, 45_000), (None, 12_500)]
)
def test_each_square_is_made_in_its_size_and_at_its_price(
    simulator: Simulator, side: int | None, micro_usd: int
) -> None:
    adapter = simulator.nanobanana_seed()
    parameters = UpstreamParameters(size=Size(side, side) if side else None)

    submission = adapter.submit(replace(SEED_TASK, parameters=parameters))
    state = finish(adapter, submission)

    assert isinstance(submission.state, Running)
    assert isinstance(state.picture, InlinePicture), "base64, and nothing to download"
    picture = opened(state.picture.data)
    assert (picture.size, picture.format) == ((side or 1024, side or 1024), "PNG")
    assert state.cost_micro_usd == micro_usd
    assert simulator.submits == 1


@pytest.mark.requirement("S003-72")
@pytest.mark.parametrize("size", [Size(640, 640), Size(1024, 768), Size(2048, 2048)], ids=str)
def test_another_size_is_refused_as_the_document_says(simulator: Simulator, size: Size) -> None:
    assert f"{size.width}x{size.height}" not in PRICES
    with pytest.raises(ProviderError) as caught:
        simulator.nanobanana_seed().submit(replace(SEED_TASK, parameters=UpstreamParameters(size=size)))
    assert caught.value.error_class is ProviderErrorClass.CALLER
    assert simulator.jobs == []


def test_references_travel_as_base64_and_change_the_result(simulator: Simulator) -> None:
    adapter = simulator.nanobanana_seed()
    results = []
    for seed in ("one", "two", "one"):
        reference = replace(sample(simulator, seed), url=None)
        submission = adapter.submit(replace(SEED_TASK, mode=Mode.IMAGE_TO_IMAGE, references=(reference,)))
        results.append(picture_bytes(adapter, submission))
        assert simulator.jobs[0]["input"]["images"] == 1
        simulator.control("reset", "POST")
    assert results[0] == results[2] != results[1]


def test_a_reference_that_is_no_picture_ends_the_task(simulator: Simulator) -> None:
    adapter = simulator.nanobanana_seed()
    broken = ReferenceImage(base64.b64decode(b"iVBORw0KGgo="), "image/png", "reference.png")
    with pytest.raises(ProviderError) as caught:
        finish(adapter, adapter.submit(replace(SEED_TASK, references=(broken,))))
    assert caught.value.error_class is ProviderErrorClass.FAILED


# Both


@CONTRACTS
def test_the_prompt_decides_the_picture(simulator: Simulator, contract: str) -> None:
    adapter, task = adapter_and_task(simulator, contract)

    def picture(prompt: str) -> bytes:
        return picture_bytes(adapter, adapter.submit(replace(task, prompt=prompt)))

    fox, again, bear = picture("a red fox"), picture("a red fox"), picture("a brown bear")
    simulator.control("reset", "POST")
    assert picture("a red fox") == fox
    assert len({fox, again, bear}) == 3, "a repeat is another picture, as with a real model"


@CONTRACTS
@pytest.mark.parametrize("key", ["real-key", "sim"])
@pytest.mark.parametrize("call", ["submit", "fetch"])
def test_a_wrong_key_is_an_operators_matter(simulator: Simulator, contract: str, key: str, call: str) -> None:
    _, task = adapter_and_task(simulator, contract)
    make = simulator.nanobanana_seed if contract == "seed" else simulator.nanobanana
    adapter: ProviderAdapter = make(api_key=lambda: key)
    with pytest.raises(ProviderError) as caught:
        adapter.submit(task) if call == "submit" else adapter.fetch("abc")
    assert caught.value.error_class is ProviderErrorClass.AUTH
    assert simulator.submits == 0


@CONTRACTS
@pytest.mark.parametrize("job", ["made up", "another vendor's"])
def test_a_job_that_is_not_there_failed(simulator: Simulator, contract: str, job: str) -> None:
    adapter, _ = adapter_and_task(simulator, contract)
    foreign = simulator.adapter(sync_mode=False).submit(
        replace(TASK, upstream_model="google/nano-banana/text-to-image")
    )
    with pytest.raises(ProviderError) as caught:
        adapter.fetch("abc" if job == "made up" else foreign.job_id or "")
    assert (caught.value.error_class, caught.value.provider_code) == (ProviderErrorClass.FAILED, "job_not_found")


def test_a_picture_that_is_not_there_failed(simulator: Simulator) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.nanobanana().download(RemotePicture(f"{simulator.url}/nanobanana/outputs/abc/0.png"))
    assert caught.value.error_class is ProviderErrorClass.FAILED


@CONTRACTS
def test_a_finished_job_can_be_asked_for_again(simulator: Simulator, contract: str) -> None:
    adapter, task = adapter_and_task(simulator, contract)
    submission = adapter.submit(task)
    first = finish(adapter, submission)
    assert isinstance(first, Finished)
    assert adapter.fetch(submission.job_id or "") == first
