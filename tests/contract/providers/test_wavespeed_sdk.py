"""The vendor's own SDK works against the simulator, so what it speaks is the vendor's format and not only our idea."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import wavespeed  # type: ignore[import-untyped] # the vendor ships no types
from tests.contract.providers.simulation import opened

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.providers.simulation import Simulator


@pytest.fixture
def sdk(simulator: Simulator) -> Any:
    base_url = simulator.simulators.base_urls()["wavespeed"]
    return wavespeed.Client(api_key="sim-sdk", base_url=base_url, max_connection_retries=2, retry_interval=0.01)


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as response:
        data: bytes = response.read()
        return data


@pytest.mark.parametrize("sync_mode", [True, False], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("model", "parameters", "size"),
    [
        ("bytedance/seedream-v4", {"size": "1024*1536"}, (1024, 1536)),
        ("google/nano-banana/text-to-image", {"aspect_ratio": "16:9"}, (1344, 768)),
        ("google/nano-banana-pro/text-to-image", {"aspect_ratio": "1:1", "resolution": "2k"}, (2048, 2048)),
        ("google/nano-banana-2.1/text-to-image", {"aspect_ratio": "4:1", "resolution": "1k"}, (2048, 512)),
        ("openai/gpt-image-2.5-sunburst/text-to-image", {"aspect_ratio": "3:2", "quality": "xhigh"}, (1248, 832)),
    ],
)
def test_the_sdk_makes_a_picture(
    sdk: Any, model: str, parameters: dict[str, str], size: tuple[int, int], *, sync_mode: bool
) -> None:
    result = sdk.run(
        model, {"prompt": "a fox"} | parameters, enable_sync_mode=sync_mode, poll_interval=0.02, timeout=20
    )
    assert opened(fetched(result["outputs"][0])).size == size


def test_the_sdk_uploads_and_edits(sdk: Any, simulator: Simulator, tmp_path: Path) -> None:
    file = tmp_path / "my fox.png"
    file.write_bytes(fetched(f"{simulator.url}/_simulator/pictures/300x200.png?seed=fox"))

    link = sdk.upload(str(file))
    result = sdk.run("google/nano-banana/edit", {"prompt": "bluer", "images": [link]}, poll_interval=0.02, timeout=20)

    assert fetched(link) == file.read_bytes()
    assert opened(fetched(result["outputs"][0])).size == (1024, 1024)


def test_the_sdk_gets_several_pictures_from_one_job(sdk: Any) -> None:
    result = sdk.run(
        "bytedance/seedream-v4/sequential",
        {"prompt": "a fox", "max_images": 3, "size": "1024*1024"},
        poll_interval=0.02,
        timeout=20,
    )
    assert len({fetched(url) for url in result["outputs"]}) == 3


def test_the_sdk_reads_our_errors_as_the_vendors(sdk: Any) -> None:
    with pytest.raises(RuntimeError, match="flagged as potentially sensitive"):
        sdk.run("bytedance/seedream-v4", {"prompt": "[fault:moderation]"}, poll_interval=0.02, timeout=20)
    with pytest.raises(RuntimeError, match="HTTP 429"):
        sdk.run("bytedance/seedream-v4", {"prompt": "[fault:rate-limit]"})
    with pytest.raises(RuntimeError, match=r"HTTP 400.*size"):
        sdk.run("bytedance/seedream-v4", {"prompt": "a fox", "size": "1024x1024"})
    with pytest.raises(RuntimeError, match="HTTP 401"):
        wavespeed.Client(api_key="wrong", base_url=sdk.base_url).run("bytedance/seedream-v4", {"prompt": "a fox"})
    for ending in ("cancelled", "timed-out"):
        with pytest.raises(RuntimeError, match=r"Prediction (?:failed|cancelled|timeout)"):
            sdk.run(
                "google/nano-banana-2/text-to-image", {"prompt": f"[fault:{ending}]"}, poll_interval=0.02, timeout=20
            )
    timed_out = sdk.run_no_throw("bytedance/seedream-v4", {"prompt": "[fault:sync-timeout]"}, enable_sync_mode=True)
    assert timed_out["status"] == "processing"
    assert sdk.get_result(timed_out["task_id"])["data"]["id"] == timed_out["task_id"]


def test_the_sdk_repeats_polls_but_not_submits(
    sdk: Any, simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    result = sdk.run("bytedance/seedream-v4", {"prompt": "[fault:poll-error]"}, poll_interval=0.02, timeout=20)
    assert result["outputs"]
    with pytest.raises(RuntimeError, match="did not return a response"):
        sdk.run("bytedance/seedream-v4", {"prompt": "[fault:drop]"})
    assert [job["submits"] for job in simulator.jobs] == [1, 1]
