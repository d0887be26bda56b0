"""The live callers of seed 004, the article services: what each sends, and what it reads of the answers.

The first is the HTTP client of the old backend, the second that of an earlier version, the third one that ended with
it. Each draws the picture itself where it cannot read an address, so an answer that it misreads is never seen.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import pytest
from tests.functions.api.test_content_door import ContentDoor, door, functions, slow
from tests.support.engine import refusing

from easel.errors import ProviderErrorClass

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer

__all__ = ["door", "functions", "slow"]

HEADERS: Final = {"Content-Type": "application/json"}
"""All that they send; the credential comes from where they run (test_internal_callers.py)."""


def image_for_content(door: ContentDoor, body: dict[str, Any]) -> str | None:
    """The first: `response.ok ? (await response.json()).imageUrl : null`."""
    answer = door.ask("POST", "/api/images/generate", body=json.dumps(body), headers=HEADERS)
    return answer.json["imageUrl"] if 200 <= answer.status < 300 else None


def image_for_prompt(door: ContentDoor, body: dict[str, Any]) -> str | None:
    """The second, which reads `imageUrl || url`."""
    answer = door.ask("POST", "/generate", body=json.dumps(body), headers=HEADERS)
    read: str | None = (answer.json.get("imageUrl") or answer.json.get("url")) if answer.status < 300 else None
    return read


def publish(door: ContentDoor, address: str) -> tuple[str, str, bytes]:
    """The picture's way to WordPress: fetched without a credential; its type and last segment name the upload."""
    file = door.file(address)
    assert file.status == 200, file.body
    return file.header("Content-Type") or "", urlsplit(address).path.rpartition("/")[2], file.data


def delete(door: ContentDoor, image_id: str) -> Answer:
    return door.ask("DELETE", f"/api/images/{image_id}", headers=HEADERS)


@pytest.mark.requirement("S004-3", "S004-7", "S004-14", "S004-49", "S004-59")
@pytest.mark.parametrize(
    "body",
    [
        {"contentItemId": "post-100", "title": "Watering in July", "description": "Clay spikes, mulch, shade."},
        {"contentItemId": "post-100", "title": "Watering in July"},
        {"contentItemId": "unknown", "title": "A draft without an item"},
        {"contentItemId": "65f1c0ffee0123456789abcd", "title": "t" * 2_000, "description": "d" * 20_000},
    ],
    ids=["all", "no description", "no item yet", "long texts"],
)
def test_the_backend_gets_an_address_that_wordpress_takes(door: ContentDoor, body: dict[str, Any]) -> None:
    address = image_for_content(door, body)

    assert address is not None
    assert urlsplit(address).path.startswith(f"/media/draft-images/{body['contentItemId']}/hero-")
    media_type, name, content = publish(door, address)
    assert media_type == {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}[name.rpartition(".")[2]]
    assert content


@pytest.mark.requirement("S004-20", "S004-24", "S004-26", "S004-46")
@pytest.mark.parametrize("spelling", ["slash", "escaped"])
def test_what_it_made_it_deletes_by_the_path_of_its_address(door: ContentDoor, spelling: str) -> None:
    address = image_for_content(door, {"contentItemId": "post-101", "title": f"To be deleted, {spelling}"})
    assert address is not None
    image_id = urlsplit(address).path.removeprefix("/media/draft-images/")

    deleted = delete(door, image_id if spelling == "slash" else quote(image_id, safe=""))

    assert (deleted.status, deleted.json) == (200, {"success": True, "id": image_id})
    assert door.file(address).status == 404
    again = delete(door, image_id)
    assert (again.status, again.json["error"]) == (404, "Image not found")
    wrong = delete(door, "no-slash")
    assert (wrong.status, wrong.json["error"]) == (400, "Invalid image ID format. Expected: contentItemId/filename")


@pytest.mark.requirement("S004-8", "S004-43", "S004-60")
def test_every_fault_is_one_that_it_reads_as_none(door: ContentDoor) -> None:
    missing = door.ask("POST", "/api/images/generate", body=json.dumps({"contentItemId": "post-102"}), headers=HEADERS)
    assert (missing.status, missing.json["error"]) == (400, "contentItemId and title are required")
    broken = door.ask("POST", "/api/images/generate", body='{"contentItemId": ', headers=HEADERS)
    assert (broken.status, isinstance(broken.json["error"], str)) == (400, True)
    door.while_waiting = lambda: door.deliver(refusing(ProviderErrorClass.QUOTA))
    failed = door.ask(
        "POST",
        "/api/images/generate",
        body=json.dumps({"contentItemId": "post-102", "title": "Fails"}),
        headers=HEADERS,
    )
    assert (failed.status, "imageUrl" in failed.json) == (500, False)
    assert isinstance(failed.json["error"], str)
    assert failed.json["timestamp"]


@pytest.mark.requirement("S004-34", "X-4")
def test_before_it_gives_up_it_has_an_address_that_will_be_the_picture(slow: ContentDoor) -> None:
    address = image_for_content(slow, {"contentItemId": "post-103", "title": "A slow one"})

    assert address is not None
    assert slow.file(address).status == 202
    slow.deliver()
    assert publish(slow, address)[2]


@pytest.mark.requirement("S004-59")
@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "Herbs on a balcony", "title": "Herbs", "negativePrompt": "people", "style": "photorealistic",
         "aspectRatio": "16:9"},
        {"prompt": "Herbs on a balcony", "title": "Herbs"},
    ],
    ids=["five fields", "two fields"],
)  # fmt: skip
def test_the_client_with_a_prompt_of_its_own_gets_an_address(door: ContentDoor, body: dict[str, Any]) -> None:
    address = image_for_prompt(door, body)

    assert address is not None
    assert publish(door, address)[2]


def test_the_third_callers_body_is_refused_in_words(door: ContentDoor) -> None:
    """`{draftId, idea, variants}` ended with its client: it is told what is missing, and nothing is made."""
    body = {"draftId": "d-1", "idea": {"title": "Herbs"}, "variants": ["hero", "inline"]}

    answer = door.ask("POST", "/api/images/generate", body=json.dumps(body), headers=HEADERS)

    assert answer.status == 400
    assert isinstance(answer.json["error"], str)
