"""What a failing vendor costs: calls to it and time per image, before its circuits open and after."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import httpx
from tests.bench.stack import calls_to, close_circuits, new_workspace
from tests.bench.tables import show
from tests.support.cloud import LocalCloud

from easel.domain.circuits import RULES
from easel.errors import ProviderErrorClass

VENDOR, MODEL = "openai", "gpt-image-2.6-flare"
FAULTS: Final = {
    "503": ("unavailable", ProviderErrorClass.RETRYABLE),
    "no credit left": ("balance", ProviderErrorClass.QUOTA),
}
WAVES: Final = ("first", "second")
"""Each has as many images as must fail until the circuit of its error opens; all of a wave are asked for at once."""

_WAIT: Final = {"Prefer": "wait=25"}
_WAIT_SECONDS: Final = 150


@dataclass(frozen=True, slots=True)
class Image:
    """One image that was made in the end: who made it, and the seconds to the answer."""

    provider: str
    seconds: float


def report(cloud: LocalCloud) -> None:
    """Any model of the same kind may stand in; the prompt breaks one vendor only."""
    rows: list[tuple[object, ...]] = []
    workspace = new_workspace(cloud, "Stood in for")
    with cloud.api(workspace) as api:
        rows += [("nothing", "", *_columns(_wave(api, "well", 5), 0))]
        for name, (fault, error_class) in FAULTS.items():
            close_circuits(cloud, workspace)
            prompt, calls = f"failing {secrets.token_hex(4)} [fault:{fault} at={VENDOR}]", 0
            for wave in WAVES:
                images = _wave(api, prompt, RULES[error_class].failures)
                before, calls = calls, calls_to(cloud, VENDOR, prompt)
                rows.append((name, wave, *_columns(images, calls - before)))
    close_circuits(cloud)
    show(
        f"Images of {MODEL} while {VENDOR} fails and equivalents may stand in",
        ("failure", "wave", "images", "calls in vain", "per image", "median ms", "slowest", "made by"),
        rows,
    )


def _wave(api: httpx.Client, prompt: str, count: int) -> list[Image]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: _image(api, prompt), range(count)))


def _image(api: httpx.Client, prompt: str) -> Image:
    begun = time.perf_counter()
    body = {"prompt": prompt, "model": MODEL, "fallback": "equivalent"}
    made = _json(api.post("/api/v1/generations", json=body, headers=_WAIT))
    while made["status"] not in {"COMPLETED", "FAILED"} and time.perf_counter() - begun < _WAIT_SECONDS:
        time.sleep(0.2)
        made = _json(api.get(f"/api/v1/generations/{made['id']}"))
    if made["status"] != "COMPLETED":
        raise RuntimeError(f"nobody stood in: {made['status']}, {made['error']}")
    return Image(made["images"][0]["servedBy"]["provider"], time.perf_counter() - begun)


def _json(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def _columns(images: list[Image], calls: int) -> Iterator[object]:
    seconds = [image.seconds for image in images]
    yield from (len(images), calls, f"{calls / len(images):.1f}")
    yield from (f"{statistics.median(seconds) * 1000:.0f}", f"{max(seconds) * 1000:.0f}")
    yield ", ".join(sorted({image.provider for image in images}))
