"""Sign-in on the hosted page of the user pool, which the emulated Cognito has: authorization code with PKCE."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from infra.local.clients import Clients
from infra.local.identities import create_person
from tests.browser.studio import WAIT_MS, serious

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Visit
    from tests.support.cloud import LocalCloud


@pytest.fixture
def hosted(visit: Visit, cloud: LocalCloud) -> Visit:
    """The pages as they are on AWS: their settings name a hosted page."""
    url = cloud.aws.url
    sign_in = {
        "kind": "hosted",
        "authorizeUrl": f"{url}/oauth2/authorize",
        "logoutUrl": f"{url}/logout",
        "clientId": cloud.outputs["StudioClientId"],
    }
    body = json.dumps({"signIn": sign_in, "promptLimit": 500})
    visit.page.route("**/studio/config.json", lambda route: route.fulfill(body=body, content_type="application/json"))
    visit.page.set_default_timeout(WAIT_MS)
    return visit


def person(cloud: LocalCloud) -> tuple[str, str]:
    """Somebody in the user pool: name and password."""
    clients, name, password = Clients(cloud.aws.url), "hosted@demo.example", f"Aa1-{secrets.token_urlsafe(16)}"
    create_person(clients, cloud.outputs, name)
    pool = cloud.outputs["UserPoolId"]
    clients.user_pools.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    return name, password


def stored(page: Page, name: str) -> str | None:
    value: str | None = page.evaluate(f"sessionStorage.getItem('easel.{name}')")
    return value


def test_a_person_signs_in_works_on_with_new_tokens_and_signs_out(hosted: Visit, cloud: LocalCloud) -> None:
    name, password = person(cloud)
    page = hosted.open("/account/wallet?from=a-link")
    assert serious(page) == []
    with page.expect_request("**/oauth2/authorize*") as asked:
        page.get_by_role("button", name="Sign in").click()
    query = parse_qs(urlsplit(asked.value.url).query)
    assert query["code_challenge_method"] == ["S256"]
    assert (query["response_type"], query["redirect_uri"]) == (["code"], [f"{hosted.origin}/sign-in"])

    page.locator("#username").fill(name)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/wallet?from=a-link")
    page.get_by_role("heading", name="Account").wait_for()
    assert stored(page, "signIn") is None
    assert "code=" not in page.url

    before = stored(page, "token")
    page.evaluate("sessionStorage.setItem('easel.tokenEnds', String(Date.now()))")
    with page.expect_response("**/oauth2/token") as renewed:
        page.get_by_role("link", name="Home").first.click()
    assert renewed.value.ok
    page.get_by_role("heading", level=1).wait_for(state="attached")
    page.wait_for_function("(old) => sessionStorage.getItem('easel.token') !== old", arg=before)
    assert hosted.errors == []

    page.goto(f"{hosted.origin}/account/profile")
    with page.expect_request("**/logout?*") as left:
        page.get_by_role("button", name="Sign out").click()
    assert parse_qs(urlsplit(left.value.url).query)["logout_uri"] == [f"{hosted.origin}/sign-in"]


def test_a_code_that_this_tab_did_not_ask_for_is_not_taken(hosted: Visit) -> None:
    tokens: list[str] = []
    hosted.page.on("request", lambda request: tokens.append(request.url) if "/oauth2/token" in request.url else None)

    page = hosted.open("/sign-in?code=somebody-elses&state=unknown")

    page.get_by_text("The sign-in was not finished").wait_for()
    assert tokens == []
    assert stored(page, "token") is None
