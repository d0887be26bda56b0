"""Products with their six shots, and articles with their versions, on the deployed local stack."""

from __future__ import annotations

import io
import uuid
from typing import TYPE_CHECKING

from PIL import Image
from tests.browser.studio import WAIT_MS, api, check_all_screens, sign_in

if TYPE_CHECKING:
    from tests.browser.conftest import Visit


def _photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (320, 320), "#3f8f63").save(content, "PNG")
    return content.getvalue()


def test_a_product_is_made_and_gets_six_shots_at_the_price_of_the_button(visit: Visit) -> None:
    page = sign_in(visit, "/products")
    name = f"Moss mug {uuid.uuid4().hex[:8]}"
    page.get_by_role("button", name="New product").first.click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Choose a photo: Front").set_input_files(
        {"name": "front.png", "mimeType": "image/png", "buffer": _photo()}
    )
    page.get_by_role("button", name="Keep the product").click()
    page.get_by_role("link", name=name).click()
    make = page.get_by_role("button", name="new shots")
    make.locator(".tag").wait_for(timeout=WAIT_MS)
    check_all_screens(visit)
    price = float(make.locator(".tag > span").first.inner_text())
    make.click()
    page.locator(".shot").nth(5).wait_for(timeout=WAIT_MS)
    with api(visit) as client:
        sets = client.get("/api/generations?limit=20").json()["generations"]
    product = page.url.split("/")[-1]
    assert [each["price"]["credits"] for each in sets if each["productId"] == product] == [price]
    page.locator(".shot .card[data-state=COMPLETED]").nth(5).wait_for(timeout=WAIT_MS)
    check_all_screens(visit)


def test_an_article_gets_a_version_and_another_one_becomes_current(visit: Visit) -> None:
    item = f"post-{uuid.uuid4().hex[:8]}"
    body = {"contentItemId": item, "title": "Autumn walks", "variant": "hero"}
    with api(visit) as client:
        for text in ("Above the tree line", "Down in the valley"):
            assert client.post("/api/v1/images", json=body | {"description": text}).status_code in {200, 202}
    page = sign_in(visit, f"/articles/{item}")
    page.locator(".version").nth(1).wait_for()
    check_all_screens(visit)

    with page.expect_response(lambda answer: answer.url.endswith("/current") and answer.ok):
        page.get_by_role("button", name="Make current").click()
    page.locator(".version").nth(1).locator(".badge").wait_for()
    with page.expect_response(lambda answer: answer.url.endswith("/current") and answer.ok):
        page.get_by_role("button", name="Undo").click()
    page.locator(".version").first.locator(".badge").wait_for()
