"""Account and prompts: a new key works until it is revoked, the statement adds up, a prompt is used again."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.browser.studio import api, check_all_screens, make_images, sign_in
from tests.support.cloud import LocalCloud, wait_for
from tests.support.emulator import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

_MOST_LOOKS = 10


def whole_balance(client: httpx.Client) -> int:
    wallet = client.get("/api/v1/wallet").json()
    return int(wallet["available"]["milliCredits"]) + int(wallet["held"]["milliCredits"])


def test_a_key_is_made_works_and_is_revoked(visit: Visit) -> None:
    page = sign_in(visit, "/account/keys")
    name = f"For a test in the browser {uuid.uuid4().hex[:8]}"
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make a key").click()
    key = page.locator(".once code").first.inner_text()
    authorization = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{visit.origin}/api/v1/wallet", headers=authorization, timeout=30).status_code == 200
    check_all_screens(visit)
    page.keyboard.press("Escape")

    line = page.locator("tr", has_text=name)
    with page.expect_response(lambda answer: answer.request.method == "DELETE" and answer.ok):
        line.get_by_role("button", name="Revoke").click()
    line.get_by_text("revoked").wait_for()
    with api(visit) as client:
        keys = client.get("/api/v1/api-keys?limit=50").json()["apiKeys"]
    assert [each["active"] for each in keys if each["name"] == name] == [False]


def test_the_statement_adds_up_and_a_budget_is_set(visit: Visit) -> None:
    page = sign_in(visit, "/account/wallet")
    newest = page.locator(".table tbody tr").first
    with api(visit) as client:
        # Other tests spend from the same wallet: look again until nobody did while the page was made.
        for _ in range(_MOST_LOOKS):
            before = whole_balance(client)
            page.reload()
            newest.wait_for()
            shown = newest.locator("td").last.inner_text()
            if whole_balance(client) == before:
                break
    assert float(shown.replace(",", "")) == before / 1000
    check_all_screens(visit)

    page.get_by_role("link", name="Budgets").click()
    budget = page.locator(".budget", has_text="All of the workspace")
    budget.get_by_label("Credits a month").fill("123456")
    budget.get_by_role("button", name="Set").click()
    budget.get_by_text("of 123,456.0 credits").wait_for()
    check_all_screens(visit)
    budget.get_by_role("button", name="Remove").click()
    budget.get_by_text("no limit").wait_for()


def test_a_prompt_of_the_history_is_used_again(visit: Visit) -> None:
    make_images(visit, "a kettle for the history")
    page = sign_in(visit, "/prompts")
    page.locator("tr", has_text="a kettle for the history").first.wait_for()
    check_all_screens(visit)
    page.locator("tr", has_text="a kettle for the history").first.get_by_role("button", name="Use").click()

    page.wait_for_url("**/generator")
    assert page.get_by_label("Prompt", exact=True).input_value() == "a kettle for the history"


def test_a_webhook_is_added_tested_and_removed(visit: Visit) -> None:
    page = sign_in(visit, "/account/webhooks")
    address = f"https://shop.example.com/hooks/{uuid.uuid4().hex[:8]}"
    page.get_by_label("Address").fill(address)
    page.get_by_role("button", name="Add").click()
    assert page.locator(".once code").inner_text().startswith("whsec_")
    page.keyboard.press("Escape")
    webhook = page.locator(".webhook", has_text=address)
    make_images(visit, "a fox that is told to a webhook")
    webhook.get_by_role("button", name="Send a test").click()
    # The first is the test, those of real generations show what was sent.
    webhook.locator(".open-row").nth(1).wait_for()
    webhook.locator(".open-row").last.click()
    webhook.get_by_role("button", name="Send again").wait_for()
    webhook.get_by_text("What we sent").wait_for()
    check_all_screens(visit)

    webhook.get_by_role("button", name="Remove").click()
    webhook.wait_for(state="detached")


@pytest.mark.requirement("M-8")
def test_a_queue_of_ones_own_is_added_and_verified(visit: Visit, cloud: LocalCloud) -> None:
    sqs, name = cloud.aws.client("sqs"), f"mine-{uuid.uuid4().hex[:8]}"
    queue, arn = sqs.create_queue(QueueName=name)["QueueUrl"], f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    def arrived() -> dict[str, Any] | None:
        messages = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        return json.loads(messages[0]["Body"]) if messages else None

    page = sign_in(visit, "/account/webhooks")
    page.get_by_role("button", name="Queue").click()
    page.get_by_label("ARN of the queue").fill(arn)
    page.get_by_role("button", name="Add").click()
    page.locator(".once code").wait_for()
    page.keyboard.press("Escape")

    webhook = page.locator(".webhook", has_text=arn)
    assert json.loads(webhook.get_by_label("Policy").inner_text())["Statement"][0]["Resource"] == arn
    check_all_screens(visit)
    webhook.get_by_role("button", name="Send the code").click()
    event = wait_for(arrived, within_seconds=60, what="the code arrives in the queue")
    webhook.get_by_label("Code").fill(event["data"]["verification"]["code"])
    webhook.get_by_role("button", name="Verify").click()
    webhook.get_by_role("button", name="Send a test").wait_for()
    assert "verified" in webhook.locator("header").inner_text()

    webhook.get_by_role("button", name="Remove").click()
    webhook.wait_for(state="detached")
