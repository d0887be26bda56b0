"""The dashboard and the analytics page say what the API says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.browser.studio import Answers, check_all_screens, make_images, shifted, sign_in

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

_FIRST_LOAD_BYTES = 150_000
_SIZES = """performance.getEntriesByType("resource").filter((each) => each.name.includes("/studio/"))
  .map((each) => each.encodedBodySize)"""


@pytest.mark.requirement("S003-35", "S003-36")
def test_the_figures_of_the_dashboard_and_of_analytics_are_those_of_the_api(visit: Visit) -> None:
    make_images(visit, "a vase for the dashboard")
    dashboard = Answers(visit.page, "/api/v1/data/dashboard")
    analytics = Answers(visit.page, "/api/v1/data/analytics")
    page = sign_in(visit, "/dashboard")
    page.locator(".newest-row img").first.wait_for()
    page.locator(".days .bars svg").wait_for()
    figures = page.locator(".figure b")
    assert figures.nth(0).inner_text() in [f"{images:,}" for images in dashboard.values("imagesGenerated")]
    shown = float(figures.nth(2).inner_text().replace(",", ""))
    assert shown in dashboard.values("available", "credits")
    assert shifted(page) == 0
    assert 0 < sum(page.evaluate(_SIZES)) <= _FIRST_LOAD_BYTES
    check_all_screens(visit)

    page.get_by_role("link", name="Analytics").first.click()
    page.locator(".table tfoot").wait_for()
    page.get_by_role("heading", name="Your prompts used most").wait_for()
    total = max(analytics.values("total"), key=lambda each: each["generations"])
    assert float(figures.first.inner_text().replace(",", "")) == total["charged"]["credits"]
    assert figures.nth(1).inner_text() == f"{total['imagesCompleted']:,}"
    cells = page.locator(".sorted tbody tr td:last-child").all_inner_texts()
    assert round(sum(float(each.replace(",", "")) for each in cells) * 1000) == total["charged"]["milliCredits"]
    check_all_screens(visit)
