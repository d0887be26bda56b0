"""Does a provider that hangs or fails slow another one down? The same images of one, alone and beside the other."""

from __future__ import annotations

import secrets
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import httpx
from tests.bench.stack import calls_to, close_circuits, new_workspace
from tests.bench.start_up import ROUNDS
from tests.bench.tables import show
from tests.support.cloud import LocalCloud, Workspace, wait_for

WELL, ILL = "gemini-3.1-flash-lite-image", "gpt-image-2.6-flare"
"""A model that only Google serves, and one of OpenAI: no step of the two is made by the same vendor."""
FAULTS: Final = {"alone": None, "OpenAI hangs": "hang", "OpenAI answers 503": "unavailable"}
IMAGES: Final = 12
BURST: Final = 16
"""Images of the ill provider under way meanwhile; the local stack renders four at a time of each provider."""

_AT_ONCE: Final = 2
_BURST_SECONDS: Final = 20
_WAIT: Final = {"Prefer": "wait=25"}
_FINAL: Final = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


def report(cloud: LocalCloud) -> None:
    """Interleaved rounds; percentiles of all their images."""
    mine, theirs = new_workspace(cloud, "Well served"), new_workspace(cloud, "Badly served")
    taken: dict[str, list[float]] = defaultdict(list)
    calls: dict[str, int] = defaultdict(int)
    # Starts the processes of both, so that none of them has to start within what is measured.
    _make_images(cloud, theirs, ILL, BURST, at_once=4)
    _make_images(cloud, mine, WELL, IMAGES)
    for _ in range(ROUNDS):
        for name, fault in FAULTS.items():
            close_circuits(cloud, mine, theirs)
            with _burst(cloud, theirs, fault) as asked:
                taken[name] += _make_images(cloud, mine, WELL, IMAGES)
                calls[name] += asked()
    close_circuits(cloud)
    alone = _percentiles(taken["alone"])
    show(
        f"{IMAGES} images of {WELL}, {_AT_ONCE} at a time, {ROUNDS} rounds; beside them {BURST} of {ILL}",
        ("meanwhile", "calls to it", "p50 ms", "p95 ms", "p50 x alone", "p95 x alone"),
        [(name, calls[name], *_columns(_percentiles(seconds), alone)) for name, seconds in taken.items()],
    )


@contextmanager
def _burst(cloud: LocalCloud, workspace: Workspace, fault: str | None) -> Iterator[Callable[[], int]]:
    """Images that go wrong at the ill provider, under way until the end of the block, and over after it.

    Gives the number of calls that the vendor has had for them.
    """
    prompt = f"burst {secrets.token_hex(4)}"
    if fault is None:
        yield lambda: 0
        return
    body = {"prompt": f"{prompt} [fault:{fault}]", "model": ILL, "fallback": "none"}
    limit = {"Cancel-After": str(_BURST_SECONDS)}
    with cloud.api(workspace) as api:
        ids = [_json(api.post("/api/v1/generations", json=body, headers=limit))["id"] for _ in range(BURST)]
        wait_for(lambda: calls_to(cloud, "openai", prompt), within_seconds=20, what="the ill provider is asked")
        yield lambda: calls_to(cloud, "openai", prompt)
        for generation_id in ids:
            wait_for(
                lambda generation_id=generation_id: _ended(api, generation_id),  # type: ignore[misc]  # bound at once
                within_seconds=_BURST_SECONDS * 2,
                what=f"generation {generation_id} ends",
            )


def _ended(api: httpx.Client, generation_id: str) -> bool:
    return _json(api.get(f"/api/v1/generations/{generation_id}"))["status"] in _FINAL


def _make_images(
    cloud: LocalCloud, workspace: Workspace, model: str, count: int, at_once: int = _AT_ONCE
) -> list[float]:
    """Seconds of each image, from the request taken to the picture stored."""
    body = {"prompt": "bench", "model": model, "fallback": "none"}
    with cloud.api(workspace) as api, ThreadPoolExecutor(at_once) as pool:

        def make(_: int) -> float:
            made = _json(api.post("/api/v1/generations", json=body, headers=_WAIT))
            if made["status"] != "COMPLETED":
                raise RuntimeError(f"{model} made no picture: {made['status']}, {made['error']}")
            stored: str = made["images"][0]["completedAt"]
            return (datetime.fromisoformat(stored) - datetime.fromisoformat(made["createdAt"])).total_seconds()

        return list(pool.map(make, range(count)))


def _json(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    """p50 and p95."""
    return statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]


def _columns(now: tuple[float, float], alone: tuple[float, float]) -> Iterator[str]:
    yield from (f"{value * 1000:.0f}" for value in now)
    yield from (f"{value / base:.2f}" for value, base in zip(now, alone, strict=True))
