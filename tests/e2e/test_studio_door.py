"""The studio door on the deployed stack: what the pages of seed 003 send, and what they read."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image as Picture
from tests.e2e.conftest import Studio


@pytest.mark.requirement("S003-16", "S003-62", "S003-64", "S003-110")
def test_a_page_generates_an_image_and_finds_it_in_its_gallery(own_studio: Studio, prompt: str) -> None:
    api = own_studio.api
    before = api.get("/api/v1/images", params={"limit": 20, "offset": 0}).json()

    answer = api.post(
        "/api/v1/images/generate", json={"prompt": prompt, "imageSize": "512x512", "watermark": None}, timeout=40
    )

    assert answer.status_code == 200, answer.text
    body = answer.json()
    (image,) = body["images"]
    assert (image["prompt"], image["title"]) == (prompt, f"Generated: {prompt[:50]}")
    shown = httpx.get(image["url"], follow_redirects=True, trust_env=False)
    assert Picture.open(io.BytesIO(shown.content)).size == (512, 512)
    gallery = api.get("/api/v1/images", params={"limit": 20, "offset": 0}).json()
    assert gallery["images"][0]["imageId"] == image["id"]
    assert gallery["summary"]["totalGenerated"] == before["summary"]["totalGenerated"] + 1
    assert gallery["pagination"]["total"] == before["pagination"]["total"] + 1
    history = api.get("/api/v1/prompts", params={"limit": 50, "offset": 0}).json()["prompts"]
    assert (history[0]["id"], history[0]["status"]) == (body["promptId"], "COMPLETED")


def test_a_refusal_of_the_vendor_is_a_sentence_to_show(own_studio: Studio, prompt: str) -> None:
    answer = own_studio.api.post("/api/v1/images/generate", json={"prompt": f"{prompt} [fault:moderation]"}, timeout=40)

    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["message"].startswith("Image generation failed: ")
    history = own_studio.api.get("/api/v1/prompts", params={"limit": 1}).json()["prompts"]
    assert history[0]["status"] == "FAILED"
    assert history[0]["errorMessage"]
