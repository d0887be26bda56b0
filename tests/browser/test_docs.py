"""The documentation page shows every operation, and its forms work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.browser.conftest import Visit


def test_every_operation_of_the_document_is_on_the_page(visit: Visit) -> None:
    document = httpx.get(f"{visit.origin}/openapi.json", trust_env=False).json()
    operations = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}

    page = visit.open("/docs")

    shown = page.eval_on_selector_all("article[id]", "articles => articles.map(article => article.id)")
    assert operations <= set(shown)
    assert "could not be read" not in page.inner_text("body")
    assert (visit.errors, visit.foreign) == ([], [])


def test_a_form_of_the_page_gets_an_answer(visit: Visit) -> None:
    page = visit.open("/docs")
    article = page.locator("article#readHealth")
    article.locator("summary", has_text="Try it").click()

    article.locator("button[type=submit]").click()

    article.locator("p.status.good").wait_for()
    assert article.locator("p.status").inner_text().startswith("200")


def test_a_body_that_may_be_left_out_has_its_fields_described(visit: Visit) -> None:
    page = visit.open("/docs")

    assert "overlapSeconds" in page.locator("article#rotateApiKey").inner_text()


def test_an_operation_shows_its_scope_and_the_codes_of_its_failures(visit: Visit) -> None:
    article = visit.open("/docs").locator("article#submitGeneration")

    assert "generations:write" in article.locator(".badge").inner_text()
    assert article.locator("a[href='#insufficient_credits']").count() == 1
