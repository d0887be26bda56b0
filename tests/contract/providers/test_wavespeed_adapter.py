"""The real adapter over real HTTP against the simulated vendor."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.contract.providers.simulation import finish, opened, picture_bytes

from easel.domain.provider import (
    Finished,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Running,
    UpstreamParameters,
)
from easel.domain.request import Mode, Size
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.references import SafeReferenceFetcher
from easel.providers.wavespeed import WaveSpeed

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

TASK = ProviderTask(
    attempt_id="attempt-1",
    upstream_model="bytedance/seedream-v4",
    mode=Mode.TEXT_TO_IMAGE,
    prompt="a red fox",
    parameters=UpstreamParameters(size=Size(1024, 1024)),
)
SYNC_MODES = pytest.mark.parametrize("sync_mode", [True, False], ids=["sync", "async"])


def sample(simulator: Simulator, seed: str) -> ReferenceImage:
    """A reference picture, fetched as the engine fetches it."""
    fetcher = SafeReferenceFetcher(trusted_origins=[simulator.url])
    return fetcher.fetch(f"{simulator.url}/_simulator/pictures/320x200.png?seed={seed}")


@pytest.mark.requirement("S001-47", "S001-48", "S001-60", "S001-62", "S001-63", "S001-65")
@pytest.mark.parametrize(
    ("model", "parameters", "size", "image_format"),
    [
        ("bytedance/seedream-v4", UpstreamParameters(), (2048, 2048), "JPEG"),
        ("bytedance/seedream-v4", UpstreamParameters(size=Size(1024, 4096)), (1024, 4096), "JPEG"),
        ("google/nano-banana/text-to-image", UpstreamParameters(), (1024, 1024), "PNG"),
        (
            "google/nano-banana/text-to-image",
            UpstreamParameters(aspect_ratio="21:9", output_format="jpeg"),
            (1536, 672),
            "JPEG",
        ),
        ("google/nano-banana-pro/text-to-image", UpstreamParameters(aspect_ratio="9:16"), (768, 1376), "PNG"),
        (
            "google/nano-banana-pro/text-to-image",
            UpstreamParameters(aspect_ratio="3:2", resolution="2k", output_format="png"),
            (2528, 1696),
            "PNG",
        ),
        ("google/nano-banana-2/text-to-image", UpstreamParameters(aspect_ratio="1:4"), (512, 2048), "PNG"),
        (
            "google/nano-banana-2.1/text-to-image",
            UpstreamParameters(aspect_ratio="8:1", resolution="2k", output_format="jpeg"),
            (6144, 768),
            "JPEG",
        ),
        (
            "openai/gpt-image-2.5-flare/text-to-image",
            UpstreamParameters(aspect_ratio="16:9", quality="low", output_format="webp"),
            (1360, 768),
            "WEBP",
        ),
        (
            "openai/gpt-image-2.5-sunburst/text-to-image",
            UpstreamParameters(aspect_ratio="1:1", resolution="4k", quality="max"),
            (2880, 2880),
            "PNG",
        ),
    ],
    ids=str,
)
def test_each_model_makes_a_picture_of_the_size_asked(
    simulator: Simulator, model: str, parameters: UpstreamParameters, size: tuple[int, int], image_format: str
) -> None:
    adapter = simulator.adapter()
    submission = adapter.submit(replace(TASK, upstream_model=model, parameters=parameters))
    picture = opened(picture_bytes(adapter, submission))
    assert (picture.size, picture.format) == (size, image_format)


@SYNC_MODES
@pytest.mark.parametrize("base64_output", [False, True], ids=["url", "base64"])
@pytest.mark.requirement("S001-52", "S001-53", "S001-54", "S001-59")
def test_every_mode_and_output_form_ends_in_a_picture(
    simulator: Simulator, *, sync_mode: bool, base64_output: bool
) -> None:
    adapter = simulator.adapter(sync_mode=sync_mode, base64_output=base64_output)

    submission = adapter.submit(TASK)

    assert submission.job_id == simulator.jobs[0]["id"], "the job can be saved before anything is downloaded"
    assert isinstance(submission.state, Finished if sync_mode else Running)
    assert opened(picture_bytes(adapter, submission)).size == (1024, 1024)
    assert simulator.submits == 1


@pytest.mark.requirement("S001-55", "S001-56", "S001-57", "S001-58", "S001-61", "S001-64", "S001-70")
@pytest.mark.parametrize(
    ("model", "parameters", "size"),
    [
        ("bytedance/seedream-v4/edit", UpstreamParameters(size=Size(1024, 1536)), (1024, 1536)),
        ("google/nano-banana/edit", UpstreamParameters(aspect_ratio="4:5"), (896, 1152)),
        ("google/nano-banana-pro/edit", UpstreamParameters(aspect_ratio="1:1", resolution="1k"), (1024, 1024)),
        ("google/nano-banana-2.1/edit", UpstreamParameters(aspect_ratio="4:1"), (2048, 512)),
        # The sample is 320x200, and the vendor keeps an input's shape when none is asked.
        ("openai/gpt-image-2.5-flare/edit", UpstreamParameters(quality="high"), (1248, 832)),
    ],
)
def test_reference_pictures_reach_the_vendor_and_change_the_result(
    simulator: Simulator, model: str, parameters: UpstreamParameters, size: tuple[int, int]
) -> None:
    adapter = simulator.adapter()
    task = replace(TASK, upstream_model=model, mode=Mode.IMAGE_TO_IMAGE, prompt="bluer", parameters=parameters)
    results = []
    for seed in ("one", "two", "one"):
        references = (sample(simulator, seed), sample(simulator, "second"))
        results.append(picture_bytes(adapter, adapter.submit(replace(task, references=references))))
        assert [len(job["input"]["images"]) for job in simulator.jobs] == [2]
        simulator.control("reset", "POST")  # each is the first of its prompt, so that only the references differ
    assert [opened(data).size for data in results] == [size] * 3
    assert results[0] == results[2] != results[1]


def test_the_prompt_decides_the_picture(simulator: Simulator) -> None:
    adapter = simulator.adapter()

    def picture(prompt: str) -> bytes:
        return picture_bytes(adapter, adapter.submit(replace(TASK, prompt=prompt)))

    fox, again, bear = picture("a red fox"), picture("a red fox"), picture("a brown bear")
    simulator.control("reset", "POST")
    assert picture("a red fox") == fox
    assert len({fox, again, bear}) == 3, "a repeat is another picture, as with a real model"


@pytest.mark.parametrize("key", ["real-key", "sim"])
@pytest.mark.parametrize("call", ["submit", "fetch"])
def test_a_wrong_key_is_an_operators_matter(simulator: Simulator, key: str, call: str) -> None:
    adapter = simulator.adapter(api_key=lambda: key)
    with pytest.raises(ProviderError) as caught:
        adapter.submit(TASK) if call == "submit" else adapter.fetch("job-1")
    assert caught.value.error_class is ProviderErrorClass.AUTH
    assert simulator.submits == 0


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("bytedance/seedream-v4", UpstreamParameters(size=Size(512, 512))),
        ("google/nano-banana/text-to-image", UpstreamParameters(aspect_ratio="7:5")),
        ("google/nano-banana-pro/text-to-image", UpstreamParameters(resolution="8k")),
        ("google/nano-banana/text-to-image", UpstreamParameters(output_format="webp")),
        ("google/nano-banana/edit", UpstreamParameters()),
        ("google/nano-banana-pro/text-to-image", UpstreamParameters(aspect_ratio="1:8")),
        ("google/nano-banana-2/text-to-image", UpstreamParameters(output_format="webp")),
        ("openai/gpt-image-2.5-flare/text-to-image", UpstreamParameters(aspect_ratio="1:8")),
        ("openai/gpt-image-2.5-flare/text-to-image", UpstreamParameters(quality="hd")),
        ("openai/gpt-image-2.5-sunburst/edit", UpstreamParameters()),
    ],
)
def test_a_parameter_that_the_vendor_refuses_is_the_callers(
    simulator: Simulator, model: str, parameters: UpstreamParameters
) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.adapter().submit(replace(TASK, upstream_model=model, parameters=parameters))
    assert caught.value.error_class is ProviderErrorClass.CALLER
    assert caught.value.provider_code in {"1400", "1401"}


def test_a_model_that_is_not_there_is_gone(simulator: Simulator) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.adapter().submit(replace(TASK, upstream_model="bytedance/seedream-v3"))
    assert caught.value.error_class is ProviderErrorClass.GONE


def test_a_job_or_picture_that_is_not_there_failed(simulator: Simulator) -> None:
    adapter = simulator.adapter()
    with pytest.raises(ProviderError) as of_job:
        adapter.fetch("no-such-job")
    with pytest.raises(ProviderError) as of_picture:
        adapter.download(RemotePicture(f"{simulator.url}/wavespeed/outputs/abc/0.png"))
    assert of_job.value.error_class is ProviderErrorClass.FAILED
    assert of_picture.value.error_class is ProviderErrorClass.FAILED


def test_a_reference_that_is_no_picture_is_the_callers(simulator: Simulator) -> None:
    adapter = simulator.adapter()
    broken = ReferenceImage(b"\x89PNG\r\n\x1a\nno more", "image/png", "reference.png")
    task = replace(TASK, upstream_model="bytedance/seedream-v4/edit", references=(broken,))
    with pytest.raises(ProviderError) as caught:
        finish(adapter, adapter.submit(task))
    assert (caught.value.error_class, caught.value.provider_code) == (ProviderErrorClass.CALLER, "1402")


def test_a_vendor_that_is_not_there_was_certainly_not_asked() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        nobody = WaveSpeed(api_key=lambda: "sim-key", base_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ProviderError) as caught:
            nobody.submit(TASK)
    assert caught.value.error_class is ProviderErrorClass.RETRYABLE


def test_many_jobs_at_once_all_end(simulator: Simulator) -> None:
    adapter = simulator.adapter()
    failures: list[BaseException] = []

    def one(number: int) -> None:
        try:
            task = replace(TASK, upstream_model="google/nano-banana/text-to-image", parameters=UpstreamParameters())
            opened(picture_bytes(adapter, adapter.submit(replace(task, prompt=f"fox {number}"))))
        except BaseException as error:  # noqa: BLE001 - reported by the assertion
            failures.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert simulator.submits == 12


def test_the_largest_size_is_made_too(simulator: Simulator) -> None:
    adapter = simulator.adapter()
    task = replace(TASK, parameters=UpstreamParameters(size=Size(4096, 4096)))
    assert opened(picture_bytes(adapter, adapter.submit(task))).size == (4096, 4096)
