"""The content door on the deployed stack: what the live internal callers of seed 004 send, and what they read."""

from __future__ import annotations

import io
from urllib.parse import quote

import httpx
import pytest
from PIL import Image as Picture
from tests.e2e.conftest import Studio
from tests.support.cloud import wait_for

from easel.ids import new_id


@pytest.mark.requirement("S004-5", "S004-11", "S004-17", "S004-23", "S004-57", "S004-58", "S004-59", "S004-69")
def test_an_internal_caller_gets_a_public_picture_and_deletes_it(own_studio: Studio, prompt: str) -> None:
    sent = {"contentItemId": new_id(), "title": prompt, "description": "What the article is about."}

    answer = own_studio.api.post("/api/images/generate", json=sent, headers={"Origin": "https://blog.example"})

    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"]
    body = answer.json()
    shown = httpx.get(body["imageUrl"], trust_env=False)
    assert shown.status_code == 200, shown.text[:300]
    assert shown.headers["content-type"] == body["mediaType"]
    assert int(shown.headers["content-length"]) == len(shown.content) == body["byteCount"]
    assert {"etag", "cache-control", "last-modified"} <= shown.headers.keys()
    assert Picture.open(io.BytesIO(shown.content)).size == (body["width"], body["height"])
    assert body["width"] / body["height"] == pytest.approx(16 / 9, rel=0.03)
    unchanged = httpx.get(body["imageUrl"], headers={"If-None-Match": shown.headers["etag"]}, trust_env=False)
    part = httpx.get(body["imageUrl"], headers={"Range": "bytes=0-9"}, trust_env=False)
    assert (unchanged.status_code, part.status_code, part.content) == (304, 206, shown.content[:10])
    assert httpx.head(body["imageUrl"], trust_env=False).status_code == 200

    deleted = own_studio.api.delete(f"/api/images/{body['id']}")

    assert (deleted.status_code, deleted.json()) == (200, {"success": True, "id": body["id"]})
    gone = httpx.get(body["imageUrl"], trust_env=False)
    assert (gone.status_code, gone.json()["error"]) == (404, "Image not found")


def test_a_slow_picture_is_at_its_address_when_it_is_finished(own_studio: Studio, prompt: str) -> None:
    """The caller that gives up after thirty seconds has an answer by then."""
    sent = {"contentItemId": "unknown", "title": f"{prompt} [fault:slow seconds=32]"}

    answer = own_studio.api.post("/api/v1/images", json=sent)

    assert answer.status_code == 202, answer.text
    assert answer.elapsed.total_seconds() < 30
    address = answer.json()["imageUrl"]
    assert httpx.get(address, trust_env=False).status_code in {200, 202}
    wait_for(
        lambda: httpx.get(address, trust_env=False).status_code == 200, within_seconds=60, what="the picture is there"
    )


def test_an_id_with_an_escaped_slash_deletes_the_picture_too(own_studio: Studio, prompt: str) -> None:
    body = own_studio.api.post("/api/v1/images", json={"contentItemId": new_id(), "title": prompt}).json()

    deleted = own_studio.api.delete(f"/api/images/{quote(body['id'], safe='')}")

    assert deleted.status_code == 200, deleted.text
    assert httpx.get(body["imageUrl"], trust_env=False).status_code == 404


def test_versions_of_an_item_are_listed_and_one_is_chosen(own_studio: Studio, prompt: str) -> None:
    item = f"статья {new_id()}"
    made = [
        own_studio.api.post("/api/v1/images", json={"contentItemId": item, "title": f"{prompt} {number}"}).json()
        for number in range(2)
    ]
    versions = f"/api/v1/content-items/{quote(item)}/images"

    assert [one["isCurrent"] for one in own_studio.api.get(versions).json()["images"]] == [True, False]
    name = made[0]["id"].rpartition("/")[2]
    assert own_studio.api.put(f"{versions}/{name}/current").status_code == 200
    assert [one["isCurrent"] for one in own_studio.api.get(versions).json()["images"]] == [False, True]
    assert httpx.get(made[0]["imageUrl"], trust_env=False).status_code == 200
