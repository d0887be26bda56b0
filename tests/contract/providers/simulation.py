"""A running simulator, and what it takes to talk to it."""

from __future__ import annotations

import io
import json
import threading
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from easel.domain.provider import Finished, InlinePicture, Running, Submission
from easel.providers.base import ProviderAdapter
from easel.providers.nanobanana_api import NanobananaApi
from easel.providers.nanobanana_seed import NanobananaSeed
from easel.providers.registry import Providers, ProviderSettings
from easel.providers.wavespeed import WaveSpeed

if TYPE_CHECKING:
    from infra.local.simulators.jobs import Job
    from infra.local.simulators.server import Simulators

_PATIENCE_SECONDS = 20.0


@dataclass
class Simulator:
    """One simulator of its own for each test: counts start at zero."""

    simulators: Simulators

    @property
    def url(self) -> str:
        return self.simulators.url

    def adapter(self, **options: Any) -> WaveSpeed:
        """The real adapter, pointed here."""
        defaults: dict[str, Any] = {"api_key": lambda: "sim-key", "base_url": f"{self.url}/wavespeed/api/v3"}
        return WaveSpeed(**(defaults | options))

    def nanobanana(self, **options: Any) -> NanobananaApi:
        """The real adapter of Nanobanana in its vendor's contract, pointed here."""
        defaults: dict[str, Any] = {"api_key": lambda: "sim-key", "base_url": f"{self.url}/nanobanana"}
        return NanobananaApi(**(defaults | options))

    def nanobanana_seed(self, **options: Any) -> NanobananaSeed:
        """The same in the contract of the generator's document."""
        defaults: dict[str, Any] = {"api_key": lambda: "sim-key", "base_url": f"{self.url}/nanobanana-seed"}
        return NanobananaSeed(**(defaults | options))

    def provider(self, name: str, *, vendor: str | None = None, **settings: Any) -> ProviderAdapter:
        """A provider's real adapter as the registry makes it, pointed at its simulator, or at that of `vendor`."""
        defaults: dict[str, Any] = {
            "api_key": lambda: "sim-key",
            "base_url": self.simulators.base_urls()[vendor or name],
        }
        return Providers({name: ProviderSettings(**(defaults | settings))}).get(name)

    def control(self, path: str, method: str = "GET") -> Any:
        """Call the control API."""
        call = urllib.request.Request(f"{self.url}/_simulator/{path}", method=method)
        with urllib.request.urlopen(call) as response:
            return json.load(response)

    @property
    def jobs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("jobs")["jobs"]
        return found

    def job(self, job_id: str | None) -> Job:
        """A job as its vendor knows it."""
        job = self.simulators.jobs.get(job_id or "")
        assert job is not None, "the vendor knows no such job"
        return job

    @property
    def submits(self) -> int:
        return sum(entry["count"] for entry in self.control("jobs")["submits"])


def finish(adapter: ProviderAdapter, submission: Submission) -> Finished:
    """Follow a job to its end, as the engine does."""
    state, give_up_at = submission.state, time.monotonic() + _PATIENCE_SECONDS
    while isinstance(state, Running):
        assert time.monotonic() < give_up_at, "the job never ended"
        assert submission.job_id is not None
        threading.Event().wait(0.02)
        state = adapter.fetch(submission.job_id)
    return state


def picture_bytes(adapter: ProviderAdapter, submission: Submission) -> bytes:
    """The finished picture, wherever it lies."""
    picture = finish(adapter, submission).picture
    return picture.data if isinstance(picture, InlinePicture) else adapter.download(picture)


def opened(data: bytes) -> Image.Image:
    """The decoded picture."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture
