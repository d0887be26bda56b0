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
from tests.support.stored_pictures import StoredPictures


@pytest.fixture(scope="module")
def made(studio: Studio) -> dict[str, Any]:
    """A generation with two pictures."""
    return studio.generate(prompt="Linen Shirt", model="sandbox", n=2)


@pytest.fixture(scope="module")
def pictures(studio: Studio) -> StoredPictures:
    cloud = studio.cloud
    return StoredPictures(
        dynamodb=cloud.aws.client("dynamodb"),
        table=cloud.outputs["CoreTableName"],
        s3=cloud.aws.client("s3"),
        bucket=cloud.outputs["ImagesBucketName"],
    )


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


@pytest.mark.requirement("S000-27", "X-14")
def test_a_large_archive_is_built_by_a_worker_and_deleted_with_its_generation(
    studio: Studio, pictures: StoredPictures
) -> None:
    """Of two pictures that are copied within S3, and one whose bytes pass through the worker."""
    generation = pictures.generation(studio.workspace.id, 6_000_000, 7_000_000, 1_000_000, failed=1)
    download = f"/api/generations/{generation.id}/download"

    early = studio.api.get(download)

    assert (early.status_code, early.headers["retry-after"].isdigit()) == (202, True), early.text
    assert early.json()["archive"]["status"] in {"QUEUED", "BUILDING"}
    assert 0 <= early.json()["archive"]["progress"] < 100
    described = studio.api.get(f"/api/v1/generations/{generation.id}/archive?format=json").json()["archive"]
    assert described["bytes"] == early.json()["archive"]["bytes"]

    def there() -> httpx.Response | None:
        answer = studio.api.get(download)
        return answer if answer.status_code == 302 else None

    link = wait_for(there, within_seconds=60, what="the archive").headers["location"]
    data = anonymous("GET", link).content
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        contents = [packed.read(name) for name in packed.namelist()]
    assert len(data) == described["bytes"]
    assert [len(one) for one in contents[1:]] == [6_000_000, 7_000_000, 1_000_000]
    assert [one["reason"] for one in json.loads(contents[0])["missing"]] == ["The provider refused it."]

    assert studio.api.delete(f"/api/v1/generations/{generation.id}").status_code == 204
    assert anonymous("GET", link).status_code == 404
    assert pictures.keys_of(generation) == []


@pytest.mark.requirement("X-13")
def test_what_a_deletion_has_left_behind_is_removed_by_a_worker(studio: Studio, pictures: StoredPictures) -> None:
    """Its message comes a minute after the request: it is sent by the test, so that nobody has to wait for it."""
    generation = pictures.generation(studio.workspace.id, 1_000)
    assert studio.api.delete(f"/api/v1/generations/{generation.id}").status_code == 204
    picture = generation.images[0].stored
    assert picture is not None
    for key in (picture.original_key, f"lent/{generation.workspace_id}/{generation.id}/abc.png"):
        pictures.s3.put_object(Bucket=pictures.bucket, Key=key, Body=b"of a worker that was late")
    sqs = studio.cloud.aws.client("sqs")
    (queue,) = (url for url in sqs.list_queues()["QueueUrls"] if "Deletions" in url and "DeadLetters" not in url)

    message = {"workspaceId": generation.workspace_id, "generationId": generation.id, "requestId": "r"}
    sqs.send_message(
        QueueUrl=queue, MessageBody=json.dumps(message | {"imageIds": [image.id for image in generation.images]})
    )

    wait_for(lambda: not pictures.keys_of(generation), within_seconds=60, what="the worker")


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
