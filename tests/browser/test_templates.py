"""Prompt templates: made, changed by two people at once, deleted and taken back, on the deployed local stack."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tests.browser.studio import api, check_all_screens, sign_in

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

_FIELDS = ("name", "description", "variables", "references", "shots")


def test_a_template_is_made_changed_by_two_and_deleted(visit: Visit) -> None:
    name = f"Vases {uuid.uuid4().hex[:8]}"
    page = sign_in(visit, "/prompts/templates")
    page.get_by_role("button", name="New template").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Example").fill("a vase")
    page.get_by_text("A photograph of a vase.", exact=True).wait_for()
    page.get_by_label("Prompt", exact=True).fill("A photograph of {object}.")
    page.get_by_text("There is no variable object.").wait_for()
    page.get_by_label("Prompt", exact=True).fill("A photograph of {subject}.")
    check_all_screens(visit)
    with page.expect_response("**/api/v1/prompt-templates") as made:
        page.get_by_role("button", name="Make the template").click()
    address = f"/api/v1/prompt-templates/{made.value.json()['id']}"
    card = page.locator(".template", has=page.get_by_role("heading", name=name))
    card.get_by_text("A photograph of a vase.").wait_for()

    with api(visit) as client:
        theirs = {field: made.value.json()[field] for field in _FIELDS} | {"description": "theirs"}
        client.put(address, json=theirs).raise_for_status()
        card.get_by_role("button", name="Edit").click()
        card.get_by_label("Description").fill("mine")
        card.get_by_role("button", name="Save as a new version").click()
        card.get_by_role("button", name="Save mine over it").click()
        card.get_by_text("version 3").wait_for()
        assert client.get(address).json()["description"] == "mine"

        card.get_by_role("button", name="Delete").click()
        card.wait_for(state="detached")
        page.keyboard.press("z")
        card.get_by_role("button", name="Delete").click()
        with page.expect_response(lambda answer: answer.request.method == "DELETE" and answer.ok):
            page.get_by_role("link", name="Home").click()
            page.evaluate("dispatchEvent(new Event('pagehide'))")
        assert client.get(address).status_code == 404
    # What is left in the console is the browser's own line about the answer that was wanted.
    assert [line for line in visit.errors if "409" not in line] == []
