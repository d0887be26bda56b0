"""Pictures out: links, ZIP files, exports and deletion, against the deployed local stack."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from typing import Any

import httpx
import pytest
from PIL import Image as Picture
from tests.e2e.conftest import Studio
from tests.support.cloud import Workspace, wait_for


@pytest.fixture(scope="module")
def made(studio: Studio) -> dict[str, Any]:
    """A generation with two pictures."""
    return studio.generate(prompt="Linen Shirt", model="sandbox", n=2)


def anonymous(method: str, url: str, **options: Any) -> httpx.Response:
    return httpx.request(method, url, trust_env=False, follow_redirects=True, timeout=30, **options)


@pytest.mark.requirement("S000-28", "X-14")
def test_every_address_of_a_picture_works_for_a_client_that_always_sends_its_key(
    studio: Studio, made: dict[str, Any]
) -> None:
    image, base = made["images"][0], str(studio.api.base_url).rstrip("/")
    key = studio.api.headers["authorization"]
    addresses = [
        *(image[name] for name in ("url", "previewUrl", "thumbnailUrl", "permalink")),
        *(f"{base}/api/v1/images/{image['id']}", f"{base}/api/images/{image['id']}"),
    ]

    for address in addresses:
        # The standard library sends every header again to wherever a redirect leads.
        request = urllib.request.Request(address, headers={"Authorization": key})
        with urllib.request.urlopen(request, timeout=30) as answer:
            Picture.open(io.BytesIO(answer.read())).verify()


def test_head_tells_length_and_type_of_a_picture(studio: Studio, made: dict[str, Any]) -> None:
    image = made["images"][0]

    for address in (image["permalink"], f"{str(studio.api.base_url).rstrip('/')}/api/v1/images/{image['id']}"):
        head = studio.api.head(address, follow_redirects=True)
        assert (head.status_code, head.headers["content-length"]) == (200, str(image["byteCount"]))
        assert head.headers["content-type"] == image["mediaType"]


def test_a_picture_that_was_seen_is_not_sent_again(studio: Studio, made: dict[str, Any]) -> None:
    first = anonymous("GET", made["images"][0]["permalink"])

    again = anonymous("GET", made["images"][0]["permalink"], headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_head_of_a_json_answer_has_the_length_of_its_body(studio: Studio, made: dict[str, Any]) -> None:
    path = f"/api/v1/generations/{made['id']}"
    plain = {"Accept-Encoding": "identity"}

    got, head = studio.api.get(path, headers=plain), studio.api.head(path, headers=plain)

    assert int(head.headers["content-length"]) == pytest.approx(len(got.content), abs=20)


@pytest.mark.requirement("S000-27")
@pytest.mark.parametrize("path", ["/api/v1/generations/{id}/archive", "/api/generations/{id}/download"])
def test_a_generation_is_downloaded_as_a_zip_file(studio: Studio, made: dict[str, Any], path: str) -> None:
    address = path.format(id=made["id"])

    def there() -> httpx.Response | None:
        answer = studio.api.get(address, follow_redirects=True)
        return answer if answer.headers["content-type"] == "application/zip" else None

    answer = wait_for(there, within_seconds=60, what="the archive")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert archive.namelist()[0] == "manifest.json"
    manifest = json.loads(archive.read("manifest.json"))
    assert [entry["bytes"] for entry in manifest["images"]] == [image["byteCount"] for image in made["images"]]
    described = studio.api.get(f"/api/v1/generations/{made['id']}/archive?format=json").json()["archive"]
    assert described["bytes"] == len(answer.content)
    for name in archive.namelist()[1:]:
        assert b"trainedAlgorithmicMedia" in archive.read(name)


def test_exports_are_pictures_that_say_what_they_are(studio: Studio, made: dict[str, Any]) -> None:
    answer = studio.api.get(f"/api/v1/images/{made['images'][0]['id']}/exports")

    assert answer.status_code == 200, answer.text
    for export in answer.json()["exports"]:
        data = anonymous("GET", export["url"]).content
        with Picture.open(io.BytesIO(data)) as picture:
            assert picture.size == (export["width"], export["height"])
        assert b"trainedAlgorithmicMedia" in data


@pytest.mark.requirement("X-13")
def test_a_deleted_picture_is_gone_at_every_address(studio: Studio, other_workspace: Workspace) -> None:
    generation = studio.generate(prompt="to be deleted", model="sandbox")
    (image,) = generation["images"]
    path = f"/api/v1/images/{image['id']}"
    with studio.cloud.api(other_workspace) as stranger:
        assert stranger.delete(path).status_code == 404

    assert [studio.api.delete(path).status_code for _ in range(2)] == [204, 204]

    assert studio.api.get(path).status_code == 404
    for address in (image["url"], image["permalink"], image["thumbnailUrl"]):
        assert anonymous("GET", address).status_code == 404
    assert studio.api.delete(f"/api/v1/generations/{generation['id']}").status_code == 204
    assert studio.api.get(f"/api/v1/generations/{generation['id']}").status_code == 404
