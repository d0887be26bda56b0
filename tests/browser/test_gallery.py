"""The gallery and the viewer: mark, find, look, use, delete and take back, on the deployed local stack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.browser.conftest import Visit
from tests.browser.studio import WAIT_MS, api, check, check_all_screens, make_images, serious, shifted, sign_in

if TYPE_CHECKING:
    import httpx
    from playwright.sync_api import Browser

_MANY = 100_000
_MOST_CARDS = 200

_MANY_IMAGES = """
const own = window.fetch;
const picture = "/studio/logo.svg";
const now = new Date();
const firstOf = (back) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1);
window.fetch = (address, options) => {
  if (String(address).startsWith("/api/v1/usage?")) {
    const { from, to } = Object.fromEntries(new URLSearchParams(String(address).split("?")[1]));
    const months = [0, 1, 2, 11, 12].map((back) => new Date(firstOf(back)).toISOString().slice(0, 7));
    const made = months.filter((name) => from.slice(0, 7) <= name && name <= to.slice(0, 7));
    const series = made.map((name) => ({ name, imagesCompleted: 1 }));
    return Promise.resolve(new Response(JSON.stringify({ series })));
  }
  if (!String(address).startsWith("/api/v1/generations?")) return own(address, options);
  const images = (run) => Array.from({ length: 10 }, (_, index) => ({
    id: `image-${run * 10 + index}`, prompt: `number ${run * 10 + index}`, status: "COMPLETED", completedAt: null,
    width: [4, 3, 16][index % 3] * 100, height: [3, 4, 9][index % 3] * 100, blurhash: null, byteCount: 1000,
    permalink: picture, thumbnailUrl: picture, previewUrl: picture, priceMilliCredits: 2000,
  }));
  const start = firstOf(0);
  const generations = Array.from({ length: MANY / 10 }, (_, run) => ({
    id: `run-${run}`, model: "sandbox", createdAt: new Date(start - run * 3_600_000).toISOString(), images: images(run),
  }));
  return Promise.resolve(new Response(JSON.stringify({ generations, nextCursor: null })));
};
"""


@pytest.mark.requirement("S003-32")
def test_an_image_is_marked_found_looked_at_used_deleted_and_brought_back(visit: Visit) -> None:
    first, second = make_images(visit, "a vase for the gallery", 2)
    page = sign_in(visit, "/gallery")
    card = page.locator(".photo", has=page.locator(f"a[href*='{first}']"))
    card.hover()
    with page.expect_response("**/gallery/marks"):
        card.get_by_role("button", name="Favourite").click()
    page.get_by_role("button", name="Favourites").click()
    page.wait_for_url("**/gallery?favourite=true")
    page.get_by_label("Search").fill("vase gallery")
    page.wait_for_url("**&q=vase+gallery")
    card.wait_for()
    check_all_screens(visit)

    card.locator("a").first.click()
    page.wait_for_url(f"**/gallery/{first}*")
    page.get_by_role("button", name="Use all").wait_for()
    check_all_screens(visit)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Favourites").click()
    with page.expect_response("**/api/v1/generations?*"):
        page.get_by_label("Search").fill("")

    other = page.locator(".photo", has=page.locator(f"a[href*='{second}']"))
    other.hover()
    other.get_by_role("button", name="Select").click()
    page.get_by_role("button", name="Delete").click()
    other.wait_for(state="detached")
    page.get_by_role("button", name="Undo").wait_for()
    page.keyboard.press("z")
    other.wait_for()

    other.locator("a").first.click()
    page.get_by_role("button", name="Use all").click()
    page.wait_for_url("**/generator")
    assert page.get_by_label("Prompt", exact=True).input_value() == "a vase for the gallery"
    check(visit)
    with api(visit) as client:
        client.post("/api/v1/gallery/marks", json={"imageIds": [first], "favourite": False})


def test_what_was_never_made_has_a_word_in_its_place(visit: Visit) -> None:
    body = {"prompt": "[sandbox:fail] a vase that never was", "model": "sandbox"}
    with api(visit) as client:
        made = client.post("/api/v1/generations", json=body, headers={"Prefer": "wait=25"}).json()
    assert made["status"] == "FAILED"

    page = sign_in(visit, "/gallery?status=FAILED&q=never")

    card = page.locator(".photo", has=page.locator(f"a[href*='{made['images'][0]['id']}']"))
    card.get_by_text("Nothing was charged.").wait_for()
    assert card.get_by_role("link", name="Download").count() == card.get_by_role("button").count() == 0
    check(visit)


def test_several_images_are_compared_deleted_and_brought_back(visit: Visit) -> None:
    images = make_images(visit, "a kettle to compare", 3)
    page = sign_in(visit, "/gallery")
    cards = [page.locator(".photo", has=page.locator(f"a[href*='{image}']")) for image in images]

    def delete_all() -> None:
        for card in cards:
            card.hover()
            card.get_by_role("button", name="Select").click()
        page.get_by_role("button", name="Delete").click()
        cards[0].wait_for(state="detached")

    def trashed(client: httpx.Client) -> set[str]:
        return {image["id"] for image in client.get("/api/v1/gallery/trash").json()["images"]} & set(images)

    for card in cards:
        card.hover()
        card.get_by_role("button", name="Select").click()
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("region", name="Settings that differ").wait_for()
    assert page.locator(".beside img").count() == len(images)
    check_all_screens(visit)
    page.keyboard.press("Escape")
    page.get_by_role("region", name="Settings that differ").wait_for(state="detached")
    page.get_by_role("button", name="Clear the selection").click()

    with api(visit) as client:
        delete_all()
        page.get_by_role("button", name="Undo").click()
        cards[0].wait_for()
        page.reload()
        for card in cards:
            card.wait_for()
        assert trashed(client) == set()

        delete_all()
        with page.expect_response("**/gallery/trash"):
            page.evaluate("dispatchEvent(new Event('pagehide'))")
        assert trashed(client) == set(images)


def test_an_image_is_shared_with_a_password_and_the_link_is_revoked(visit: Visit, browser: Browser) -> None:
    [image] = make_images(visit, "a vase to share")
    page = sign_in(visit, f"/gallery/{image}")
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Ask for a password").check()
    page.get_by_label("Password", exact=True).fill("terracotta")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link").input_value()

    guest = Visit(browser.new_page(), visit.origin)
    shown = guest.open(link.removeprefix(visit.origin))
    shown.get_by_label("Password").fill("terracotta")
    shown.get_by_role("button", name="Show the image").click()
    shown.get_by_role("link", name="Download").wait_for()
    assert "a vase to share" not in shown.inner_text("body")
    assert serious(shown) == []

    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("The link no longer works").wait_for()
    shown.reload()
    shown.get_by_text("This link no longer works.").wait_for()
    shown.close()


def test_a_hundred_thousand_images_scroll(visit: Visit) -> None:
    visit.page.add_init_script(_MANY_IMAGES.replace("MANY", str(_MANY)))
    page = sign_in(visit, "/gallery")
    cards = page.locator(".photo")
    cards.first.wait_for(timeout=WAIT_MS)
    assert 0 < cards.count() <= _MOST_CARDS

    months = page.get_by_role("slider", name="Month")
    months.focus()
    page.keyboard.press("End")
    now = datetime.now(UTC)
    page.locator(f"[aria-label='Month'][aria-valuetext='{now:%B} {now.year - 1}']").wait_for()
    assert page.evaluate("scrollY") > 1_000_000
    assert cards.count() <= _MOST_CARDS

    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")

    last = page.locator(f".photo a[href*='image-{_MANY - 1}']")
    last.wait_for()
    assert cards.count() <= _MOST_CARDS
    assert shifted(page) == 0

    last.click()
    page.wait_for_url(f"**/gallery/image-{_MANY - 1}")
    page.keyboard.press("Escape")
    last.wait_for()
    assert page.evaluate("scrollY") > 1_000_000
