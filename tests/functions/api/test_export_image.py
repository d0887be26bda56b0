"""GET /api/v1/images/{imageId}/exports, over the emulated tables and bucket."""

from __future__ import annotations

import io
from urllib.parse import unquote

import httpx
import pytest
from PIL import Image
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World

from easel.domain.generation import Generation


@pytest.fixture
def shop(world: World) -> PictureTenant:
    return PictureTenant(world, world.tenant())


def pictured(shop: PictureTenant) -> Generation:
    """A generation whose original is a picture: white, with a black product."""
    generation = shop.generation(1_000)
    (image,) = generation.images
    assert image.stored is not None
    picture = Image.new("RGB", (1600, 1600), (255, 255, 255))
    picture.paste((20, 20, 20), (100, 100, 1500, 1500))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    shop.s3.put_object(Bucket=shop.bucket, Key=image.stored.original_key, Body=buffer.getvalue())
    return generation


def path_of(generation: Generation) -> str:
    return f"/api/v1/images/{generation.images[0].id}/exports"


def test_an_image_is_ready_for_every_place_with_what_it_meets(shop: PictureTenant) -> None:
    answer = shop.call("GET", path_of(pictured(shop)))

    exports = {export["channel"]: export for export in answer.json["exports"]}
    assert set(exports) == {"google", "amazon", "shopify", "vtex"}
    assert answer.json["master"]["width"] == 1024  # as its record says
    for channel, export in exports.items():
        got = httpx.get(export["url"])
        assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
        assert len(got.content) == export["byteCount"]
        assert Image.open(io.BytesIO(got.content)).size == (export["width"], export["height"])
        assert export["filename"] == f"linen-shirt-{channel}-hero-1.jpg"
        assert export["filename"] in unquote(export["url"])
    rules = {rule["rule"]: rule for rule in exports["amazon"]["rules"]}
    assert rules["borderWhite"] == {
        "rule": "borderWhite", "required": 1.0, "actual": 1.0, "met": True, "isRequired": True
    }  # fmt: skip
    assert (rules["recommendedSide"]["met"], rules["recommendedSide"]["isRequired"]) == (False, False)
    assert (rules["noWatermark"]["actual"], exports["amazon"]["meetsAll"]) == (False, False)


def test_an_export_is_made_once(shop: PictureTenant) -> None:
    generation = pictured(shop)
    first = shop.call("GET", path_of(generation), query="channel=amazon").json["exports"]
    before = shop.objects("generated/")

    again = shop.call("GET", path_of(generation), query="channel=AMAZON").json["exports"]

    assert shop.objects("generated/") == before
    assert [export["rules"] for export in again] == [export["rules"] for export in first]
    assert len(again) == 1


def test_exports_are_deleted_with_their_image(shop: PictureTenant) -> None:
    generation = pictured(shop)
    link = shop.call("GET", path_of(generation), query="channel=google").json["exports"][0]["url"]

    shop.call("DELETE", f"/api/v1/images/{generation.images[0].id}")

    assert httpx.get(link).status_code == 404
    assert shop.call("GET", path_of(generation)).status == 404


def test_a_place_that_is_not_known_is_refused_with_those_that_are(shop: PictureTenant) -> None:
    answer = shop.call("GET", path_of(pictured(shop)), query="channel=ebay")

    (detail,) = answer.json["error"]["details"]
    assert (answer.status, detail["allowed"]) == (400, ["google", "amazon", "shopify", "vtex"])


def test_what_has_no_picture_has_no_exports(shop: PictureTenant) -> None:
    assert shop.call("GET", path_of(shop.generation(failed=1))).status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_another_tenants_image_is_not_found(shop: PictureTenant, method: str) -> None:
    stranger = shop.world.tenant("Other")["apiKey"]

    assert shop.call(method, path_of(pictured(shop)), key=stranger).status == 404
