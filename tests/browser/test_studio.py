"""The studio: sign in, generate, watch images come, retry, on the deployed local stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from infra.local.places import NODE_TOOLS
from infra.local.studio import DEMO_SESSION_PATH

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Visit

WAIT_MS = 60_000
SIZES = [(390, 844), (1280, 900), (1680, 1000)]


def sign_in(visit: Visit) -> Page:
    page = visit.open("/generator")
    page.get_by_role("button", name="Use the demo account").click()
    page.get_by_label("Prompt", exact=True).wait_for(state="attached")
    return page


def fill(page: Page, prompt: str, model: str, number: int) -> None:
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_label("Model").select_option(model)
    page.get_by_role("button", name=str(number), exact=True).click()
    page.locator(".go:not([disabled])").wait_for()


def serious(page: Page) -> list[Any]:
    page.evaluate((NODE_TOOLS / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate("axe.run().then(result => result.violations)")
    return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}]


def free_credits(visit: Visit) -> int:
    token = httpx.post(f"{visit.origin}{DEMO_SESSION_PATH}", headers={"X-Easel-Studio": "1"}).json()["token"]
    wallet = httpx.get(f"{visit.origin}/api/v1/wallet", headers={"Authorization": f"Bearer {token}"}, timeout=30).json()
    return int(wallet["available"]["milliCredits"])


@pytest.mark.requirement("S003-1")
def test_four_images_come_one_after_another_and_cost_what_the_button_says(visit: Visit) -> None:
    page = sign_in(visit)
    fill(page, "misty ridges at first light", "gpt-image-2", 4)
    before = free_credits(visit)
    price = float(page.locator(".go-price").inner_text().replace("credits", "").strip())

    page.locator(".go").click()

    page.locator(".run").first.locator(".card[data-state=COMPLETED]").nth(3).wait_for(timeout=WAIT_MS)
    page.locator(".run .label .when", has_not_text="started").first.wait_for(timeout=WAIT_MS)
    cards = page.locator(".run").first.locator(".card")
    assert cards.count() == 4
    shape = cards.first.bounding_box()
    assert shape is not None
    assert abs(shape["width"] - shape["height"]) < 1
    assert before - free_credits(visit) == price * 1000
    assert (visit.errors, visit.foreign) == ([], [])


def test_a_failed_image_is_retried_in_its_place(visit: Visit) -> None:
    page = sign_in(visit)
    fill(page, "a paper town [sandbox:fail]", "sandbox", 1)
    page.locator(".go").click()
    card = page.locator(".run").first.locator(".card")
    card.locator(".ended").wait_for(timeout=WAIT_MS)

    assert "Nothing was charged" in card.inner_text()
    with page.expect_response(lambda answer: answer.url.endswith("/images/0/retry") and answer.status == 202):
        card.get_by_role("button", name="Retry this one").click()
    card.locator(".weave").or_(card.locator(".ended")).wait_for()
    assert page.locator(".run", has_text="a paper town [sandbox:fail]").count() == 1
    assert (visit.errors, visit.foreign) == ([], [])


def test_a_run_is_found_again_after_a_reload(visit: Visit) -> None:
    page = sign_in(visit)
    fill(page, "a slow paper town [sandbox:slow=4]", "sandbox", 1)
    page.locator(".go").click()
    page.locator(".run").first.wait_for()

    page.reload()

    page.locator(".run", has_text="a slow paper town").locator(".card[data-state=COMPLETED]").wait_for(timeout=WAIT_MS)
    assert page.get_by_label("Prompt", exact=True).input_value().startswith("a slow paper town")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_each_screen(visit: Visit, scheme: Any) -> None:
    visit.page.emulate_media(color_scheme=scheme)
    page = visit.open("/sign-in")
    assert serious(page) == []
    page.get_by_role("button", name="Use the demo account").click()
    page.locator(".foot").wait_for(state="attached")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (visit.errors, visit.foreign) == ([], [])


def test_no_other_page_gets_the_demo_account(visit: Visit) -> None:
    answer = httpx.post(f"{visit.origin}{DEMO_SESSION_PATH}")

    assert answer.status_code == 403
    assert "script-src 'self'" in httpx.get(f"{visit.origin}/generator").headers["Content-Security-Policy"]
    assert httpx.get(f"{visit.origin}/studio/..%2f..%2fapp.py").status_code == 404
