"""The live pages of seed 003: what they send, and what they read of the answers, as their JavaScript does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.functions.api.test_studio_door import StudioDoor, door, functions, slow
from tests.support.engine import refusing

from easel.errors import ProviderErrorClass

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer

__all__ = ["door", "functions", "slow"]

GIVES_UP_AFTER: Final = 30
"""Seconds: the limit of the pages' HTTP library."""


@dataclass
class Page:
    """The generator page and its store. Every number is formatted, as the page does it: null would break it."""

    door: StudioDoor

    def generate(self, prompt: str, size: str = "1024x1024", watermark: str = "") -> Answer:
        """The form sends all of its fields, an empty watermark as null."""
        body = {"prompt": prompt, "imageSize": size, "watermark": watermark or None}
        return self.door.generate(body, headers={"Accept": "application/json, text/plain, */*"})

    @staticmethod
    def result(body: Any) -> tuple[int, str, str, list[tuple[str, str, str, str]]]:
        """What is shown of a result."""
        images = [(one["id"], one["url"], one["title"], one["prompt"]) for one in body["images"]]
        return len(body["images"]), f"{body['cost']:.4f}", f"{body['duration'] / 1000:.1f}", images

    def gallery(self) -> tuple[list[tuple[str, str, str, datetime]], int, str]:
        """What is shown of the gallery, asked for after each generation."""
        body = self.door.read("/api/v1/images", "limit=20&offset=0").json
        rows = [
            (row["imageId"], row["prompt"][:50], f"{row['cost']:.4f}", datetime.fromisoformat(row["createdAt"]))
            for row in body["images"]
        ]
        return rows, body["summary"]["totalGenerated"], f"{body['summary']['totalCost']:.2f}"


@pytest.mark.requirement("S003-5", "S003-39", "S003-43", "S003-49", "S003-64")
def test_the_page_generates_an_image_and_finds_it_in_its_gallery(door: StudioDoor) -> None:
    page = Page(door)
    _, total, _ = page.gallery()

    answer = page.generate("a beautiful sunset over mountains", watermark="© 2025")

    assert (answer.status, answer.json["success"]) == (200, True)
    count, cost, seconds, [(image, url, title, prompt)] = page.result(answer.json)
    assert (count, prompt) == (1, "a beautiful sunset over mountains")
    assert float(cost) > 0
    assert 0 <= float(seconds) < GIVES_UP_AFTER
    assert url.startswith("https://")
    assert title.startswith("Generated: ")
    rows, after, _ = page.gallery()
    assert after == total + 1
    assert rows[0][:3] == (image, prompt, cost)


@pytest.mark.requirement("S003-24", "S003-82")
def test_an_image_that_takes_longer_is_read_by_the_same_code(slow: StudioDoor) -> None:
    answer = Page(slow).generate("a slow one", "1536x1536")

    assert answer.status == 202, "axios takes any status of 2xx for a result"
    count, cost, _, images = Page.result(answer.json)
    assert (count, cost, len(images)) == (1, "0.0000", 1)
    slow.deliver()


@pytest.mark.requirement("S003-71", "S003-72", "S003-74")
def test_the_page_shows_the_message_of_an_error(door: StudioDoor) -> None:
    page = Page(door)
    assert page.generate(" ").json["error"]["message"] == "Prompt is required and must be a non-empty string"
    assert (
        page.generate("a fox", "100x100").json["error"]["message"].startswith("Invalid image size. Supported: 512x512")
    )
    door.while_waiting = lambda: door.deliver(refusing(ProviderErrorClass.QUOTA))
    failed = page.generate("a fox")
    assert (failed.status, failed.json["success"]) == (500, False)
    assert failed.json["error"]["message"].startswith("Image generation failed: ")


@pytest.mark.requirement("S003-73")
def test_a_session_that_is_over_is_a_401_of_the_lists_too(door: StudioDoor) -> None:
    for path, query in (("/api/v1/images", "limit=20&offset=0"), ("/api/v1/prompts", "limit=50&offset=0")):
        answer = door.read(path, query, caller={"failure": "invalid"})
        assert (answer.status, answer.json["error"]["message"]) == (401, "Invalid or expired token")


@pytest.mark.requirement("S003-53", "S003-54")
def test_the_history_has_no_more_than_its_list(door: StudioDoor) -> None:
    Page(door).generate("remembered")

    body = door.read("/api/v1/prompts", "limit=50&offset=0").json

    assert (body["success"], "pagination" in body) == (True, False)
    row = body["prompts"][0]
    assert (row["prompt"][:50], row["status"], row["errorMessage"]) == ("remembered", "COMPLETED", None)
    assert float(f"{row['cost']:.4f}") > 0
    assert row["durationMs"] / 1000 < GIVES_UP_AFTER


@pytest.mark.requirement("S003-91")
def test_several_variations_are_one_result(slow: StudioDoor) -> None:
    answer = slow.generate({"prompt": "a fox", "imageSize": "512x512", "watermark": None, "n": 3})

    count, _, _, images = Page.result(answer.json)
    assert (count, len({url for _, url, _, _ in images})) == (3, 3)
    slow.deliver()
