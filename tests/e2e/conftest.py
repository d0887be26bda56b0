"""What the end-to-end tests share: the deployed local stack, a client with a key, and a way to make pictures."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image as Picture
from tests.support import plain_http
from tests.support.cloud import LocalCloud, Workspace, wait_for

FINAL = {"COMPLETED", "FAILED", "CANCELLED"}
CREDITS = 5_000
"""What a workspace of a test begins with."""


@pytest.fixture(scope="session")
def cloud() -> LocalCloud:
    return LocalCloud.from_file()


@pytest.fixture(scope="session")
def api(cloud: LocalCloud) -> Iterator[httpx.Client]:
    with cloud.api() as client:
        yield client


@pytest.fixture(scope="session")
def other_workspace(cloud: LocalCloud) -> Workspace:
    return cloud.new_workspace("Somebody else")


class Studio:
    """Makes pictures through the public API and looks at them."""

    def __init__(self, cloud: LocalCloud, api: httpx.Client, workspace: Workspace | None = None) -> None:
        self.cloud = cloud
        self.api = api
        self.workspace = workspace or cloud.workspace
        parts = urlsplit(cloud.simulators["wavespeed"])
        self.simulator = f"{parts.scheme}://{parts.netloc}"

    def submit(self, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        answer = self.api.post("/api/v1/generations", json=body, headers=headers)
        assert answer.status_code in {200, 202}, answer.text
        submitted: dict[str, Any] = answer.json()
        return submitted

    def status(self, generation_id: str) -> dict[str, Any]:
        answer = self.api.get(f"/api/v1/generations/{generation_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def finish(self, generation_id: str, within_seconds: float = 60) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            found = self.status(generation_id)
            return found if found["status"] in FINAL else None

        return wait_for(ended, within_seconds=within_seconds, what=f"generation {generation_id} ends")

    def generate(
        self, within_seconds: float = 60, headers: dict[str, str] | None = None, **body: Any
    ) -> dict[str, Any]:
        return self.finish(self.submit(headers, **body)["id"], within_seconds)

    def picture(self, image: dict[str, Any]) -> Picture.Image:
        """The picture behind an image's link, fetched without credentials."""
        answer = plain_http.get(image["url"])
        assert answer.status_code == 200, answer.text[:300]
        picture = Picture.open(io.BytesIO(answer.content))
        picture.load()
        return picture

    def jobs(self, prompt: str) -> list[dict[str, Any]]:
        """What the vendors were asked to make for this prompt."""
        return [job for job in self._at_vendors("jobs") if job["prompt"] == prompt]

    def submits(self, prompt: str) -> dict[str, int]:
        """How often each vendor was asked for this prompt, refused calls included."""
        return {
            submit["vendor"]: submit["count"] for submit in self._at_vendors("submits") if submit["prompt"] == prompt
        }

    def _at_vendors(self, what: str) -> list[dict[str, Any]]:
        answer = plain_http.get(f"{self.simulator}/_simulator/jobs")
        found: list[dict[str, Any]] = answer.json()[what]
        return found


@pytest.fixture(scope="session")
def studio(cloud: LocalCloud, api: httpx.Client) -> Studio:
    return Studio(cloud, api)


@pytest.fixture(scope="module")
def own_studio(cloud: LocalCloud) -> Iterator[Studio]:
    """A studio in a workspace that only this module uses, for tests that count what is in it."""
    workspace = cloud.new_workspace("Just us", credits=CREDITS)
    with cloud.api(workspace) as client:
        yield Studio(cloud, client, workspace)


@pytest.fixture
def prompt() -> str:
    """A prompt that nobody else uses, so that the vendor's jobs can be told apart."""
    return f"a red fox in the snow {secrets.token_hex(4)}"
