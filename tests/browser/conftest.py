"""A page in a real browser, on the deployed local stack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from infra.local.packages import browser_path
from playwright.sync_api import Browser, Page, sync_playwright
from tests.support.cloud import LocalCloud

_OPTIONS = (
    "--no-sandbox",  # as root, which CI is, there is no sandbox to have
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class Visit:
    """A page, and what went wrong on it: errors of its scripts, and requests to anywhere but the stack."""

    page: Page
    origin: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a path of the stack; whatever its scripts throw from then on is in `errors`."""
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("request", lambda request: self._note(request.url))
        self.page.goto(f"{self.origin}{path}", wait_until="networkidle")
        return self.page

    def _note(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "blob:")):
            self.foreign.append(url)


@pytest.fixture(scope="session")
def cloud() -> LocalCloud:
    return LocalCloud.from_file()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, cloud: LocalCloud) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield Visit(page, cloud.api_url.rstrip("/"))
    page.close()
