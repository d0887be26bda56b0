"""What tests of the studio's pages share: signing in, images to show, and what is asked of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from infra.local.places import NODE_TOOLS
from infra.local.studio import DEMO_SESSION_PATH

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response
    from tests.browser.conftest import Visit

WAIT_MS = 60_000
PHONE = (390, 844)
DESKTOP = (1280, 900)
WIDE = (1680, 1000)

_WATCH_SHIFTS = """
window.shifted = 0;
const count = (each) => { if (!each.hadRecentInput) window.shifted += each.value; };
new PerformanceObserver((list) => list.getEntries().forEach(count)).observe({ type: "layout-shift", buffered: true });
"""


def sign_in(visit: Visit, address: str) -> Page:
    """Sign in with the demo account on the way to a page of the studio."""
    visit.page.set_default_timeout(WAIT_MS)
    visit.page.add_init_script(_WATCH_SHIFTS)
    page = visit.open(address)
    page.get_by_role("button", name="Use the demo account").click()
    page.locator("main h1").wait_for(state="attached", timeout=WAIT_MS)
    return page


def api(visit: Visit) -> httpx.Client:
    """The API as the demo account."""
    token = httpx.post(f"{visit.origin}{DEMO_SESSION_PATH}", headers={"X-Easel-Studio": "1"}).json()["token"]
    return httpx.Client(base_url=visit.origin, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def make_images(visit: Visit, prompt: str, number: int = 1) -> list[str]:
    """Have images made by the sandbox; their ids."""
    body = {"prompt": prompt, "model": "sandbox", "n": number}
    with api(visit) as client:
        made = client.post("/api/v1/generations", json=body, headers={"Prefer": "wait=25"}).json()
    assert made["status"] == "COMPLETED"
    return [image["id"] for image in made["images"]]


def serious(page: Page) -> list[Any]:
    """Findings of axe that keep somebody from using the page."""
    page.evaluate((NODE_TOOLS / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate("axe.run().then(result => result.violations)")
    return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}]


def check(visit: Visit) -> None:
    """What holds for every page as it is now: accessible, fitting the screen, no errors, no requests to others."""
    page = visit.page
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (visit.errors, visit.foreign) == ([], [])


def check_all_screens(visit: Visit) -> None:
    """`check` on a phone in the dark and on a desktop in the light."""
    for (width, height), scheme in ((PHONE, "dark"), (DESKTOP, "light")):
        visit.page.set_viewport_size({"width": width, "height": height})
        visit.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        check(visit)


def shifted(page: Page) -> float:
    """Cumulative layout shift of the page so far, without what followed a press."""
    return float(page.evaluate("window.shifted"))


class Answers:
    """What the API has answered a page at one address. Others may spend from the same wallet meanwhile."""

    def __init__(self, page: Page, path: str) -> None:
        self._path = path
        self._seen: list[Response] = []
        page.on("response", self._note)

    def values(self, *fields: str) -> list[Any]:
        """A field of every answer so far, the first answer first."""
        found = []
        for response in self._seen:
            value = response.json()
            for name in fields:
                value = value[name]
            found.append(value)
        return found

    def _note(self, response: Response) -> None:
        if response.ok and urlsplit(response.url).path == self._path:
            self._seen.append(response)
