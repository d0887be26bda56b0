"""The studio: sign in, generate, watch images come, retry, on the deployed local stack."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from infra.local.studio import DEMO_SESSION_PATH
from PIL import Image
from tests.browser.studio import DESKTOP, PHONE, WAIT_MS, WIDE, api, serious, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page
    from tests.browser.conftest import Visit


def fill(page: Page, prompt: str, model: str, number: int) -> None:
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_label("Model").select_option(model)
    page.get_by_role("button", name=str(number), exact=True).click()
    page.locator(".foot .go:not([disabled])").wait_for()


def generator(visit: Visit) -> Page:
    page = sign_in(visit, "/generator")
    page.get_by_label("Prompt", exact=True).wait_for(state="attached")
    return page


def a_png(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (300, 300), colour).save(file, "PNG")
    return file.getvalue()


def entries_of(visit: Visit, prompt: str) -> list[int]:
    """What the ledger has for the newest generation with a prompt, in milli-credits."""
    with api(visit) as client:
        runs = client.get("/api/v1/generations?limit=20").json()["generations"]
        generation = next(run["id"] for run in runs if run["prompt"] == prompt)
        entries = client.get("/api/v1/wallet/entries?limit=50").json()["entries"]
    return [entry["milliCredits"] for entry in entries if entry["generationId"] == generation]


@pytest.mark.requirement("S003-1")
def test_four_images_come_one_after_another_and_cost_what_the_button_says(visit: Visit) -> None:
    page = generator(visit)
    fill(page, "misty ridges at first light", "gpt-image-2", 4)
    price = float(page.locator(".foot .go-price").inner_text().replace("credits", "").strip())

    live: list[str] = []
    page.on("request", lambda request: live.append(request.url) if request.url.endswith("/events") else None)

    page.locator(".foot .go").click()

    page.locator(".run").first.locator(".card[data-state=COMPLETED]").nth(3).wait_for(timeout=WAIT_MS)
    page.locator(".run .label .when", has_not_text="started").first.wait_for(timeout=WAIT_MS)
    cards = page.locator(".run").first.locator(".card")
    assert cards.count() == 4
    assert live
    shape = cards.first.bounding_box()
    assert shape is not None
    assert abs(shape["width"] - shape["height"]) < 1
    assert entries_of(visit, "misty ridges at first light") == [-price * 1000]
    assert (visit.errors, visit.foreign) == ([], [])


def test_a_failed_image_is_retried_in_its_place(visit: Visit) -> None:
    page = generator(visit)
    fill(page, "a paper town [sandbox:fail]", "sandbox", 1)
    page.locator(".foot .go").click()
    card = page.locator(".run").first.locator(".card")
    card.locator(".ended").wait_for(timeout=WAIT_MS)

    assert "Nothing was charged" in card.inner_text()
    with page.expect_response(lambda answer: answer.url.endswith("/images/0/retry") and answer.status == 202):
        card.get_by_role("button", name="Retry this one").click()
    card.locator(".weave").or_(card.locator(".ended")).wait_for()
    assert page.locator(".run", has_text="a paper town [sandbox:fail]").count() == 1
    assert (visit.errors, visit.foreign) == ([], [])


def test_a_run_is_found_again_after_a_reload_and_polled_where_no_events_come(visit: Visit) -> None:
    visit.page.route("**/api/v1/generations/*/events", lambda route: route.abort())
    page = generator(visit)
    fill(page, "a slow paper town [sandbox:slow=4]", "sandbox", 1)
    page.locator(".foot .go").click()
    page.locator(".run").first.wait_for()

    page.reload()

    page.locator(".run", has_text="a slow paper town").locator(".card[data-state=COMPLETED]").wait_for(timeout=WAIT_MS)
    assert page.get_by_label("Prompt", exact=True).input_value().startswith("a slow paper town")


def test_a_price_that_was_lost_is_asked_for_again(visit: Visit) -> None:
    page = generator(visit)
    fill(page, "a paper town without a connection", "sandbox", 1)

    page.context.set_offline(offline=True)
    page.get_by_role("button", name="2", exact=True).click()
    page.locator(".foot", has_text="You are offline.").wait_for()
    page.context.set_offline(offline=False)
    page.locator(".foot .go:not([disabled])", has_text="Generate 2").wait_for()

    page.route("**/api/v1/quotes", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="1", exact=True).click()
    page.locator(".foot", has_text="The price is asked for again.").wait_for()
    page.locator(".foot .go:not([disabled])", has_text="Generate 1").wait_for()


def test_the_button_stays_in_the_window_when_the_banner_comes(visit: Visit) -> None:
    page = generator(visit)
    before = page.locator(".foot .go").bounding_box()

    page.context.set_offline(offline=True)
    banner = page.locator(".banner")
    banner.get_by_text("You are offline.").wait_for()

    assert page.locator(".foot .go").bounding_box() == before
    box = page.locator(".composer").bounding_box()
    assert box is not None
    assert (box["y"], box["y"] + box["height"]) == (44, DESKTOP[1])
    page.context.set_offline(offline=False)
    banner.wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_each_screen(visit: Visit, scheme: Any) -> None:
    visit.page.emulate_media(color_scheme=scheme)
    page = visit.open("/sign-in?to=/generator")
    assert serious(page) == []
    page.get_by_role("button", name="Use the demo account").click()
    page.locator(".foot").wait_for(state="attached")
    for width, height in (PHONE, DESKTOP, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (visit.errors, visit.foreign) == ([], [])


def test_no_other_page_gets_the_demo_account(visit: Visit) -> None:
    answer = httpx.post(f"{visit.origin}{DEMO_SESSION_PATH}")

    assert answer.status_code == 403
    assert "script-src 'self'" in httpx.get(f"{visit.origin}/generator").headers["Content-Security-Policy"]
    assert httpx.get(f"{visit.origin}/studio/..%2f..%2fapp.py").status_code == 404


def test_pages_open_by_keys_and_the_theme_is_kept(visit: Visit) -> None:
    page = generator(visit)
    for letter, address in (("n", "/analytics"), ("l", "/gallery"), ("h", "/dashboard")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"**{address}")
        page.locator("main h1").wait_for(state="attached")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    keys.get_by_text("Analytics").wait_for()
    assert serious(page) == []
    page.keyboard.press("Escape")
    keys.wait_for(state="detached")
    page.goto(f"{visit.origin}/account/profile")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    page.get_by_role("button", name="Dark").wait_for()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 18, 18)"


def test_references_are_put_into_another_order_by_keys(visit: Visit) -> None:
    page = generator(visit)
    page.get_by_label("Model").select_option("nano-banana-2")
    files: list[FilePayload] = [
        {"name": f"{colour}.png", "mimeType": "image/png", "buffer": a_png(colour)} for colour in ("red", "blue")
    ]
    page.get_by_label("Choose reference images").set_input_files(files)
    page.locator(".thumb").nth(1).wait_for()

    page.get_by_role("button", name="Remove reference 2").press("Alt+ArrowLeft")

    page.locator(".thumb").first.locator("img[alt='blue.png']").wait_for()
    assert (visit.errors, visit.foreign) == ([], [])
