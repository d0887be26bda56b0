"""What the engine adds to the provider's own time: the same picture with and without it, on the local stack."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Callable

import httpx
from tests.bench.start_up import ROUNDS
from tests.bench.tables import show
from tests.support.cloud import LocalCloud

from easel.domain.provider import Finished, ProviderTask, RemotePicture, UpstreamParameters
from easel.domain.request import Mode, Size
from easel.providers.wavespeed import WaveSpeed

MODEL, UPSTREAM_MODEL, SIZE = "seedream-v4", "bytedance/seedream-v4", Size(1024, 1024)
_WAIT_SECONDS = 25


def report(cloud: LocalCloud) -> None:
    """Interleaved, so that a busy moment hurts both alike."""
    rows = [(name, *(f"{value * 1000:.0f}" for value in values)) for name, values in _measure(cloud).items()]
    show(
        f"One picture of {MODEL} from request to answer, local stack", ("way", "median ms", "fastest", "slowest"), rows
    )


def _measure(cloud: LocalCloud) -> dict[str, tuple[float, float, float]]:
    vendor = WaveSpeed(api_key=lambda: "sim-bench", base_url=f"{cloud.simulators['wavespeed']}/api/v3")
    direct: list[float] = []
    through: list[float] = []
    with cloud.api() as api:
        for _ in range(ROUNDS + 1):
            direct.append(_seconds(lambda: _ask_vendor(vendor)))
            through.append(_seconds(lambda: _ask_easel(api)))
    # The first of each starts processes and opens connections.
    direct, through = direct[1:], through[1:]
    added = [slow - fast for slow, fast in zip(through, direct, strict=True)]
    return {
        name: (statistics.median(taken), min(taken), max(taken))
        for name, taken in {"provider alone": direct, "through Easel": through, "added": added}.items()
    }


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _ask_vendor(vendor: WaveSpeed) -> None:
    submission = vendor.submit(
        ProviderTask(secrets.token_hex(8), UPSTREAM_MODEL, Mode.TEXT_TO_IMAGE, "bench", UpstreamParameters(size=SIZE))
    )
    state = submission.state
    if isinstance(state, Finished) and isinstance(state.picture, RemotePicture):
        vendor.download(state.picture)


def _ask_easel(api: httpx.Client) -> None:
    body = {"prompt": "bench", "model": MODEL, "size": str(SIZE)}
    answer = api.post("/api/v1/generations", json=body, headers={"Prefer": f"wait={_WAIT_SECONDS}"})
    answer.raise_for_status()
