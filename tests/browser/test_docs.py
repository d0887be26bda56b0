"""The documentation page shows every operation and every guide, and its forms work at the first click."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Visit


def operations(visit: Visit) -> dict[str, str]:
    """The summary of each operation by the end of its anchor."""
    document = httpx.get(f"{visit.origin}/openapi.json", trust_env=False).json()
    return {
        f"{method.upper()}{path}": operation["summary"]
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def open_form(page: Page, summary: str) -> None:
    page.get_by_role("link", name=summary).first.click()
    page.get_by_role("button", name="Test Request").first.click()


def test_every_operation_of_the_document_and_every_guide_is_on_the_page(visit: Visit) -> None:
    guides = httpx.get(f"{visit.origin}/docs/guides.md", trust_env=False).text
    page = visit.open("/docs")

    page.locator("h1", has_text="First picture").wait_for()
    # The navigation makes the entries of a group when it is opened.
    page.eval_on_selector_all("button[aria-expanded=false]", "closed => closed.forEach(button => button.click())")
    last = list(operations(visit))[-1]
    page.locator(f"a[href$='/{last}']").first.wait_for(state="attached")
    anchors = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    shown = {anchor.partition("/")[2].partition("/")[2] for anchor in anchors}

    assert {name for name in operations(visit) if name not in shown} == set()
    headings = set(page.locator("h1").all_inner_texts())
    prose = re.sub(r"```.*?```", "", guides, flags=re.DOTALL)
    assert set(re.findall(r"^# (.+)$", prose, re.MULTILINE)) <= headings
    assert (visit.errors, visit.foreign) == ([], [])


def test_the_first_click_makes_a_picture(visit: Visit) -> None:
    page = visit.open("/docs")

    open_form(page, "Generate images")
    with page.expect_response(lambda answer: answer.url.endswith("/api/v1/generations")) as submitted:
        page.get_by_role("button", name="Send").first.click()
    assert submitted.value.status == 202
    assert submitted.value.json()["model"] == "sandbox"

    page.get_by_text('"status": "PENDING"').first.wait_for()
    assert (visit.errors, visit.foreign) == ([], [])


def test_the_type_of_a_problem_leads_to_its_meaning(visit: Visit) -> None:
    page = visit.open("/docs#insufficient_credits")

    heading = page.locator("h2", has_text="insufficient_credits")
    heading.wait_for()
    page.wait_for_function("y => scrollY > y", arg=2_000)
    box = heading.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900


def test_the_page_fits_a_phone(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.page.emulate_media(color_scheme="dark")
    page = visit.open("/docs")

    page.locator("h1", has_text="First picture").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("body.dark-mode").count() == 1
