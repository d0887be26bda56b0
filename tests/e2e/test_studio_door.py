"""The studio door on the deployed stack: what the pages of seed 003 send, and what they read."""

from __future__ import annotations

import io

import pytest
from PIL import Image as Picture
from tests.e2e.conftest import Studio
from tests.support import plain_http


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
    shown = plain_http.get(image["url"], follow_redirects=True)
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


@pytest.mark.requirement("S003-94", "S003-96", "S003-114")
def test_an_image_is_found_shared_published_put_into_the_trash_and_restored(own_studio: Studio, prompt: str) -> None:
    api = own_studio.api
    made = api.post("/api/v1/images/generate", json={"prompt": prompt, "imageSize": "512x512"}, timeout=40).json()
    (image,) = made["images"]
    own_studio.finish(made["promptId"])
    found = (
        api.get("/api/v1/gallery", params={"q": prompt.rsplit(maxsplit=1)[-1], "ratio": "1:1"})
        .raise_for_status()
        .json()
    )
    assert [one["id"] for one in found["images"]] == [image["id"]]
    body = {"imageId": image["id"], "password": "a long password", "hidePrompt": True}

    share = api.post("/api/v1/shares", json=body).raise_for_status().json()

    assert plain_http.get(share["url"]).status_code == 401
    shown = plain_http.post(share["url"], json={"password": body["password"]}).raise_for_status().json()
    assert prompt not in str(shown)
    assert Picture.open(io.BytesIO(plain_http.get(shown["images"][0]["url"]).content)).size == (512, 512)

    trashed = api.post("/api/v1/gallery/trash", json={"imageIds": [image["id"]]}).json()
    assert trashed["succeeded"] == 1
    assert image["id"] in [one["id"] for one in api.get("/api/v1/gallery/trash").json()["images"]]
    opened = plain_http.post(share["url"], json={"password": body["password"]})
    assert opened.status_code == 404
    assert api.post("/api/v1/gallery/restore", json={"imageIds": [image["id"]]}).json()["succeeded"] == 1
    assert api.get(f"/api/v1/images/{image['id']}").status_code == 302

    assert api.delete(f"/api/v1/shares/{share['id']}").status_code == 204
    published = api.put(f"/api/v1/images/{image['id']}/publication", json={}).raise_for_status().json()
    public = plain_http.get(str(api.base_url.join("/api/v1/public/gallery"))).raise_for_status().json()
    assert published["id"] in [one["id"] for one in public["images"]]
    assert plain_http.get(share["url"]).status_code == 404
