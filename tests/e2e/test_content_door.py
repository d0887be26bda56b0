"""The content door on the deployed stack: what the live internal callers of seed 004 send, and what they read."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from PIL import Image as Picture
from tests.e2e.conftest import Studio
from tests.support import plain_http
from tests.support.cloud import REPOSITORY, wait_for
from tests.support.emulator import REGION

from easel.ids import new_id


@pytest.mark.requirement("S004-5", "S004-11", "S004-17", "S004-23", "S004-57", "S004-58", "S004-59", "S004-69")
def test_an_internal_caller_gets_a_public_picture_and_deletes_it(own_studio: Studio, prompt: str) -> None:
    sent = {"contentItemId": new_id(), "title": prompt, "description": "What the article is about."}

    answer = own_studio.api.post("/api/images/generate", json=sent, headers={"Origin": "https://blog.example"})

    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"]
    body = answer.json()
    shown = plain_http.get(body["imageUrl"])
    assert shown.status_code == 200, shown.text[:300]
    assert shown.headers["content-type"] == body["mediaType"]
    assert int(shown.headers["content-length"]) == len(shown.content) == body["byteCount"]
    assert {"etag", "cache-control", "last-modified"} <= shown.headers.keys()
    assert Picture.open(io.BytesIO(shown.content)).size == (body["width"], body["height"])
    assert body["width"] / body["height"] == pytest.approx(16 / 9, rel=0.03)
    unchanged = plain_http.get(body["imageUrl"], headers={"If-None-Match": shown.headers["etag"]})
    part = plain_http.get(body["imageUrl"], headers={"Range": "bytes=0-9"})
    assert (unchanged.status_code, part.status_code, part.content) == (304, 206, shown.content[:10])
    assert plain_http.head(body["imageUrl"]).status_code == 200

    deleted = own_studio.api.delete(f"/api/images/{body['id']}")

    assert (deleted.status_code, deleted.json()) == (200, {"success": True, "id": body["id"]})
    gone = plain_http.get(body["imageUrl"])
    assert (gone.status_code, gone.json()["error"]) == (404, "Image not found")


def test_a_slow_picture_is_at_its_address_when_it_is_finished(own_studio: Studio, prompt: str) -> None:
    """The caller that gives up after thirty seconds has an answer by then."""
    sent = {"contentItemId": "unknown", "title": f"{prompt} [fault:slow seconds=32]"}

    answer = own_studio.api.post("/api/v1/images", json=sent)

    assert answer.status_code == 202, answer.text
    assert answer.elapsed.total_seconds() < 30
    address = answer.json()["imageUrl"]
    assert plain_http.get(address).status_code in {200, 202}
    wait_for(lambda: plain_http.get(address).status_code == 200, within_seconds=60, what="the picture is there")


def test_an_id_with_an_escaped_slash_deletes_the_picture_too(own_studio: Studio, prompt: str) -> None:
    body = own_studio.api.post("/api/v1/images", json={"contentItemId": new_id(), "title": prompt}).json()

    deleted = own_studio.api.delete(f"/api/images/{quote(body['id'], safe='')}")

    assert deleted.status_code == 200, deleted.text
    assert plain_http.get(body["imageUrl"]).status_code == 404


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
    assert plain_http.get(made[0]["imageUrl"]).status_code == 200


def test_a_page_gets_its_files_and_a_post_in_wordpress_its_picture(own_studio: Studio, prompt: str) -> None:
    """The recipe of the door's README, as it is written there."""
    text = (REPOSITORY / "layers/easel/python/easel/doors/content/README.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    scope: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), scope)  # noqa: S102 - our own documentation
    wordpress = _WordPress()

    with httpx.Client(base_url="https://blog.example", transport=httpx.MockTransport(wordpress)) as blog:
        media = scope["illustrate"](own_studio.api, blog, 7, prompt, "What the article is about.")

    assert media == wordpress.posts[7]["featured_media"]
    uploaded = wordpress.media[media]
    picture = Picture.open(io.BytesIO(uploaded["content"]))
    assert f"image/{(picture.format or '').lower()}" == uploaded["content-type"]
    assert re.fullmatch(r'attachment; filename="hero-[0-9]{13}\.(jpg|png|webp)"', uploaded["content-disposition"])
    assert uploaded["alt_text"] == prompt
    (version,) = own_studio.api.get("/api/v1/content-items/post-7/images?include=meta").json()["images"]
    og = httpx.get(version["meta"]["ogImageUrl"], trust_env=False, timeout=30)
    assert (og.status_code, og.headers["content-type"]) == (200, "image/jpeg")
    assert Picture.open(io.BytesIO(og.content)).size == (1200, 630)


@pytest.mark.requirement("S004-44")
def test_a_program_of_the_account_signs_instead_of_sending_a_key(own_studio: Studio, prompt: str) -> None:
    address = f"{own_studio.cloud.api_url}/internal/api/images/generate"
    content = json.dumps({"contentItemId": new_id(), "title": prompt}).encode()
    request = AWSRequest("POST", address, data=content, headers={"Content-Type": "application/json"})
    SigV4Auth(Credentials("test", "test"), "execute-api", REGION).add_auth(request)
    signed = dict(request.headers.items())

    # The emulator's own account stands for a role; it is bound to the demo workspace.
    answer = httpx.post(address, content=content, headers=signed, timeout=40, trust_env=False)
    bare = plain_http.post(address, content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 200, answer.text
    assert plain_http.get(answer.json()["imageUrl"]).status_code == 200
    assert bare.status_code in {401, 403}


class _WordPress:
    """What of WordPress' REST API a featured image takes (developer.wordpress.org/rest-api/reference/media)."""

    def __init__(self) -> None:
        self.media: dict[int, dict[str, Any]] = {}
        self.posts: dict[int, dict[str, Any]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        kind, _, number = request.url.path.removeprefix("/wp-json/wp/v2/").partition("/")
        if kind == "media" and not number:
            made = len(self.media) + 41
            headers = {name: request.headers[name] for name in ("content-type", "content-disposition")}
            self.media[made] = {"content": request.content, **headers}
            return httpx.Response(201, json={"id": made})
        kept = (self.media if kind == "media" else self.posts).setdefault(int(number), {})
        kept |= json.loads(request.content)
        return httpx.Response(200, json={"id": int(number)})
