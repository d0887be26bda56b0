"""GET /api/images/{imageId} and GET /api/generations/{generationId}/download, as seed 000 has them."""

from __future__ import annotations

import io
import zipfile

import httpx
import pytest
from functions.workers.build_archive import handler as worker
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World

from easel.domain.image import Status
from easel.services.images.request_archive import BUILT_AT_ONCE


@pytest.fixture
def shop(world: World) -> PictureTenant:
    return PictureTenant(world, world.tenant())


@pytest.mark.requirement("S000-28", "X-14")
def test_an_image_is_a_redirect_to_its_file(shop: PictureTenant) -> None:
    generation = shop.generation(1_000)
    path = f"/api/images/{generation.images[0].id}"

    got = httpx.get(shop.call("GET", path).header("Location") or "")
    head = httpx.head(shop.call("HEAD", path).header("Location") or "")
    saved = shop.call("GET", path, query="download=1&variant=thumb").header("Location") or ""

    assert (got.status_code, len(got.content), got.headers["content-type"]) == (200, 1_000, "image/png")
    assert (head.status_code, head.headers["content-length"]) == (200, "1000")
    assert "linen-shirt-hero-1.webp" in saved


def test_an_image_can_be_described(shop: PictureTenant) -> None:
    image = shop.generation(1_000).images[0]

    described = shop.call("GET", f"/api/images/{image.id}", query="format=json").json["image"]

    assert (described["_id"], described["status"], described["bytes"]) == (image.id, "COMPLETED", 1_000)
    assert described["permalink"].startswith("https://easel.example/i/")


def test_an_image_that_failed_is_gone_as_the_shop_says_it(shop: PictureTenant) -> None:
    answer = shop.call("GET", f"/api/images/{shop.generation(failed=1).images[0].id}")

    assert (answer.status, answer.json["statusCode"], answer.json["message"]) == (410, 410, "The provider refused it.")


@pytest.mark.requirement("S000-27")
def test_a_generation_is_downloaded_as_a_zip_file(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)

    location = shop.call("GET", f"/api/generations/{generation.id}/download").header("Location") or ""

    archive = zipfile.ZipFile(io.BytesIO(httpx.get(location).content))
    assert archive.namelist() == ["manifest.json", "linen-shirt-hero-1.png", "linen-shirt-2.png"]


def test_a_large_one_says_how_far_it_is(shop: PictureTenant) -> None:
    generation = shop.generation(BUILT_AT_ONCE)
    path = f"/api/generations/{generation.id}/download"

    waiting = shop.call("GET", path)
    shop.work(worker, shop.messages())

    assert (waiting.status, waiting.json["message"]) == (202, "The ZIP file is being made.")
    assert waiting.json["archive"]["bytes"] > BUILT_AT_ONCE
    assert waiting.header("Retry-After")
    assert shop.call("GET", path).status == 302
    assert shop.call("GET", path, query="format=json").json["archive"]["progress"] == 100


def test_one_that_is_under_way_is_waited_for(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, status=Status.PROCESSING, completed_at=None)

    answer = shop.call("GET", f"/api/generations/{generation.id}/download")

    assert (answer.status, answer.json["message"]) == (202, "The images are being generated.")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_another_tenant_has_is_not_there(shop: PictureTenant, method: str) -> None:
    generation = shop.generation(1_000)
    stranger = shop.world.tenant("Other")["apiKey"]

    for path in (f"/api/images/{generation.images[0].id}", f"/api/generations/{generation.id}/download"):
        assert shop.call(method, path, key=stranger).status == 404
