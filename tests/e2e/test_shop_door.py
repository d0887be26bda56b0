"""The calls of seed 000 in their order, against the deployed stack."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.support.cloud import LocalCloud, wait_for

FACTS = {"name": "canvas tote bag", "color": "forest green", "material": "waxed cotton"}
SHOTS = ["duo", "duo-angled", "solo-front", "solo-back", "flat-lay", "close-up"]


def picture(color: str) -> bytes:
    image = io.BytesIO()
    Image.new("RGB", (320, 240), color).save(image, "png")
    return image.getvalue()


@pytest.mark.requirement(
    "S000-1", "S000-9", "S000-29", "S000-16", "S000-19", "S000-20", "S000-26", "S000-27", "S000-28", "S000-38"
)
def test_a_product_gets_its_six_pictures(cloud: LocalCloud) -> None:
    with cloud.api(cloud.new_workspace("Shop", credits=200)) as api:
        files = {
            "frontImage": ("front.png", picture("red"), "image/png"),
            "backImage": ("back.png", picture("blue"), "image/png"),
        }
        made = api.post("/api/products", data=FACTS, files=files)
        assert made.status_code == 201, made.text
        product = made.json()["product"]
        assert made.json().keys() == {"product", "frontImageUrl", "backImageUrl"}
        assert (
            httpx.get(made.json()["frontImageUrl"], trust_env=False, timeout=60).headers["content-type"] == "image/png"
        )
        assert api.get("/api/products").json()["total"] == 1
        changed = api.put(f"/api/products/{product['_id']}", json={"color": "navy"})
        assert changed.json()["product"]["color"] == "navy"

        started = api.post("/api/generations", json={"productId": product["_id"]})
        assert started.status_code == 202, started.text
        assert started.json()["message"] == "Generation started"
        assert started.json()["generation"]["status"] == "PENDING"
        path = f"/api/generations/{started.json()['generation']['_id']}"

        def ended() -> dict[str, Any] | None:
            generation: dict[str, Any] = api.get(path).json()["generation"]
            return generation if generation["completedAt"] else None

        generation = wait_for(ended, within_seconds=120, what="the generation ends")
        assert (generation["status"], generation["failedImages"]) == ("COMPLETED", []), generation
        assert [one["role"] for one in generation["generatedImages"]] == SHOTS
        assert generation["productId"] == product["_id"]
        assert generation["chargedCredits"] == generation["price"]["credits"]
        listed = api.get("/api/generations", params={"status": "COMPLETED", "page": 1, "limit": 10}).json()
        assert (listed["total"], [one["_id"] for one in listed["generations"]]) == (1, [generation["_id"]])

        first = generation["generatedImages"][0]
        assert (
            httpx.get(first["url"], follow_redirects=True, trust_env=False, timeout=60).headers["content-type"]
            == "image/png"
        )
        assert api.get(f"/api/images/{first['_id']}", follow_redirects=True).headers["content-type"] == "image/png"
        archive = api.get(f"{path}/download", follow_redirects=True)
        names = [f"canvas-tote-bag-{shot}-{number}.png" for number, shot in enumerate(SHOTS, start=1)]
        if archive.status_code == 200:
            assert zipfile.ZipFile(io.BytesIO(archive.content)).namelist() == ["manifest.json", *names]
        saved = api.get(f"/api/images/{first['_id']}", params={"download": 1}, follow_redirects=True)
        assert f'filename="{names[0]}"' in saved.headers["content-disposition"]

        uploaded = api.post("/api/upload/product-images", files=files)
        assert uploaded.json().keys() >= {"frontImageUrl", "backImageUrl"}, uploaded.text
        for side, color in (("front", (255, 0, 0)), ("back", (0, 0, 255))):
            sent = httpx.get(uploaded.json()[f"{side}ImageUrl"], trust_env=False, timeout=60).content
            with Image.open(io.BytesIO(sent)) as seen:
                assert (seen.size, seen.convert("RGB").getpixel((160, 120))) == ((320, 240), color)

        retried = api.post(f"{path}/images/4/retry", json={"note": "the label cannot be read"})
        assert retried.status_code == 202, retried.text
        assert retried.json()["generation"]["retryOf"]["generationId"] == generation["_id"]
        cancelled = api.delete(f"/api/generations/{retried.json()['generation']['_id']}")
        assert cancelled.status_code in {200, 409}, cancelled.text
        assert api.delete(f"/api/products/{product['_id']}").json() == {"message": "Product deleted"}
        assert api.get(f"/api/products/{product['_id']}").status_code == 404
