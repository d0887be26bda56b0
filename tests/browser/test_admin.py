"""The pages of those who run the platform: one generation moment by moment, and nothing of it for others."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.studio import WAIT_MS, api, check_all_screens, sign_in
from tests.support.cloud import REPOSITORY

if TYPE_CHECKING:
    from tests.browser.conftest import Visit


def operator_token() -> str:
    file = REPOSITORY / Path(os.environ.get("EASEL_DIR", ".easel")) / "local.json"
    token: str = json.loads(file.read_text(encoding="utf-8"))["adminToken"]
    return token


def test_an_operator_looks_into_a_generation_of_somebody_else(visit: Visit) -> None:
    with api(visit) as client:
        body = {"prompt": "admin, two [sandbox:slow=1]", "model": "sandbox", "n": 2}
        made = client.post("/api/v1/generations", json=body, headers={"Prefer": "wait=25"}).json()
        workspace = client.get("/api/v1/me").json()["workspaceId"]
    visit.page.set_default_timeout(WAIT_MS)
    visit.page.add_init_script(f"sessionStorage.setItem('easel.token', {json.dumps(operator_token())})")
    page = visit.open("/admin/users")
    page.locator(f"a[href='/admin/generations?workspace={workspace}']").first.click()
    page.get_by_label("Generation id").fill(made["id"])
    page.get_by_role("button", name="Show", exact=True).click()

    page.get_by_text("2 of 2").wait_for()
    assert page.locator(".lanes ul .lane").count() == 2
    assert page.get_by_role("row", name="Asked for").count() == 1
    assert page.locator(".facts", has_text="Spent").inner_text().count(str(made["chargedCredits"])) >= 1
    check_all_screens(visit)
    for name in ("Circuits", "Catalogue"):
        page.get_by_role("link", name=name).click()
        page.get_by_role("region", name=name).wait_for()
    check_all_screens(visit)


def test_a_member_sees_nothing_of_it(visit: Visit) -> None:
    page = sign_in(visit, "/admin")
    page.wait_for_url("**/dashboard")

    assert page.get_by_role("link", name="Admin").count() == 0
    assert (visit.errors, visit.foreign) == ([], [])
