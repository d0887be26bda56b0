"""Links that show images to people without an account, over the emulated tables and bucket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.functions.api.harness import Answer
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World

from easel.clock import to_iso
from easel.domain import share as rules
from easel.ids import new_id
from easel.repositories.images.shares import DynamoShares
from easel.services.images import open_share

SHARES = "/api/v1/shares"
PASSWORD = "correct horse"


@pytest.fixture
def shop(world: World) -> PictureTenant:
    return PictureTenant(world, world.tenant())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_SCRYPT_N", 2**4)


def ask(shop: PictureTenant, **body: Any) -> Answer:
    return shop.world.call("POST", SHARES, token=shop.tenant["apiKey"], body=body)


def share(shop: PictureTenant, **body: Any) -> dict[str, Any]:
    answer = ask(shop, **body)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made


def look(shop: PictureTenant, made: dict[str, Any], password: str | None = None) -> Answer:
    path = f"/s/{made['token']}"
    if password is None:
        return shop.world.call("GET", path)
    return shop.world.call("POST", path, body={"password": password})


def listed(shop: PictureTenant, query: str = "") -> list[str]:
    return [one["id"] for one in shop.call("GET", SHARES, query=query).json["shares"]]


@pytest.mark.requirement("S003-94", "S003-114")
def test_a_link_shows_the_image_to_everybody_who_has_it(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)

    made = share(shop, imageId=generation.images[1].id)

    assert made["url"] == f"{shop.world.environment['PUBLIC_BASE_URL']}/s/{made['token']}"
    answer = look(shop, made)
    assert (answer.status, answer.json["kind"], answer.json["prompt"]) == (200, "image", generation.prompt)
    assert answer.json["expiresAt"] == made["expiresAt"]
    assert answer.header("X-Robots-Tag") == "noindex"
    assert answer.header("Cache-Control") == "no-store"
    (image,) = answer.json["images"]
    for name, size in (("url", 2_000), ("previewUrl", 2_000), ("thumbnailUrl", 2_000), ("downloadUrl", 2_000)):
        assert len(httpx.get(image[name]).content) == size
    attached = httpx.get(image["downloadUrl"]).headers["content-disposition"]
    assert attached.startswith("attachment")
    known = {"kind", "title", "prompt", "model", "madeWithAi", "createdAt", "expiresAt", "images"}
    assert answer.json.keys() == known
    assert shop.tenant["userId"] not in answer.body


def test_a_link_to_a_generation_shows_all_images_that_are_there(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000, 3_000, failed=1)
    made = share(shop, generationId=generation.id)
    trash = {"imageIds": [generation.images[0].id]}
    shop.world.call("POST", "/api/v1/gallery/trash", token=shop.tenant["apiKey"], body=trash)

    answer = look(shop, made)

    assert (answer.json["kind"], [one["index"] for one in answer.json["images"]]) == ("generation", [1, 2])


def test_only_hashes_of_secret_and_password_are_stored(shop: PictureTenant) -> None:
    made = share(shop, imageId=shop.generation(100).images[0].id, password=PASSWORD)

    stored = [item for item in shop.world.stored() if item["sk"].startswith("SHARE")]

    assert len(made["token"]) == 64
    assert PASSWORD not in str(stored)
    assert made["token"][-16:] not in str(stored)
    assert (
        not {"token", "url", "password", "passwordHash", "secretHash"}
        & shop.call("GET", f"{SHARES}/{made['id']}").json.keys()
    )


def test_a_link_ends_after_thirty_days_unless_another_end_is_wanted(shop: PictureTenant) -> None:
    one, now = shop.generation(100).images[0].id, datetime.now(UTC)
    until = to_iso(now + timedelta(days=3))

    usual, week, exact = (share(shop, imageId=one, **more) for more in ({}, {"expiresInDays": 7}, {"expiresAt": until}))

    assert abs(datetime.fromisoformat(usual["expiresAt"]) - now - timedelta(days=30)) < timedelta(minutes=5)
    assert abs(datetime.fromisoformat(week["expiresAt"]) - now - timedelta(days=7)) < timedelta(minutes=5)
    assert exact["expiresAt"] == until


def test_a_link_that_has_ended_is_not_there(shop: PictureTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    made = share(shop, imageId=shop.generation(100).images[0].id)
    monkeypatch.setattr(rules.Share, "is_open", lambda *_: False)

    assert look(shop, made).status == 404
    assert shop.call("GET", f"{SHARES}/{made['id']}").json["expired"] is True


def test_a_revoked_link_is_not_there(shop: PictureTenant) -> None:
    one = shop.generation(100).images[0].id
    gone, kept = share(shop, imageId=one), share(shop, imageId=one)

    assert shop.call("DELETE", f"{SHARES}/{gone['id']}").status == 204

    assert (look(shop, gone).status, look(shop, kept).status) == (404, 200)
    assert listed(shop) == listed(shop, f"imageId={one}") == [kept["id"]]
    assert shop.call("DELETE", f"{SHARES}/{gone['id']}").status == 404


@pytest.mark.parametrize("whole", ["images/{image}", "generations/{generation}"])
def test_a_link_to_a_deleted_image_is_not_there(shop: PictureTenant, whole: str) -> None:
    generation = shop.generation(100)
    made = share(shop, imageId=generation.images[0].id)

    shop.call("DELETE", f"/api/v1/{whole.format(image=generation.images[0].id, generation=generation.id)}")

    assert look(shop, made).status == 404


def test_a_generation_that_ended_without_a_picture_cannot_be_shared(shop: PictureTenant) -> None:
    failed, emptied = shop.generation(failed=1), shop.generation(1_000)
    shop.call("DELETE", f"/api/v1/images/{emptied.images[0].id}")

    for generation in (failed, emptied):
        answer = ask(shop, generationId=generation.id)
        assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")
        assert answer.json["detail"] == f"The generation {generation.id} has no image to show."
    assert listed(shop) == []


def test_every_link_that_shows_nothing_reads_the_same(shop: PictureTenant) -> None:
    made = share(shop, imageId=shop.generation(100).images[0].id)
    token = made["token"]
    wrong_secret = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")

    answers = [shop.world.call("GET", f"/s/{one}") for one in ("x", token[:-1], wrong_secret, "é" * 20)]

    assert {answer.status for answer in answers} == {404}
    assert len({answer.json["error"]["message"] for answer in answers}) == 1


def test_a_hidden_prompt_is_nowhere_in_the_answer(shop: PictureTenant) -> None:
    generation = shop.generation(100, prompt="A secret recipe for success")
    plain = share(shop, generationId=generation.id, hidePrompt=True)
    titled = share(shop, generationId=generation.id, hidePrompt=True, title="Spring")

    answer = look(shop, plain)

    assert (answer.json["prompt"], answer.json["title"], answer.json["images"][0]["prompt"]) == (None, None, None)
    assert "recipe" not in answer.body.lower()
    assert look(shop, titled).json["title"] == "Spring"


def test_a_password_opens_the_link_and_nothing_else_does(shop: PictureTenant) -> None:
    made = share(shop, imageId=shop.generation(100).images[0].id, password=PASSWORD)

    refused = (look(shop, made), look(shop, made, "wrong one"), look(shop, made, "w" * 10_000))

    for answer in refused:
        assert (answer.status, answer.json["error"]["code"]) == (401, "password_required")
        assert "images" not in answer.json
    assert look(shop, made, PASSWORD).status == 200
    assert shop.call("GET", f"{SHARES}/{made['id']}").json["hasPassword"] is True


def test_passwords_cannot_be_guessed_by_trying(shop: PictureTenant) -> None:
    made = share(shop, imageId=shop.generation(100).images[0].id, password=PASSWORD)

    answers = [look(shop, made, f"guess {number}") for number in range(open_share.TRIES_PER_MINUTE + 2)]

    # A minute may end meanwhile.
    assert answers[-1].status == 429 or look(shop, made, "one more guess").status == 429
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.header("Retry-After") is not None
    assert refused.json["error"]["code"] == "rate_limited"


def test_views_are_counted(shop: PictureTenant) -> None:
    made = share(shop, imageId=shop.generation(100).images[0].id, password=PASSWORD)
    look(shop, made)

    for _ in range(2):
        look(shop, made, PASSWORD)

    shown = shop.call("GET", f"{SHARES}/{made['id']}").json
    assert shown["views"] == 2
    assert shown["lastViewedAt"] is not None


def test_a_preview_of_a_link_is_its_image_and_no_view(shop: PictureTenant) -> None:
    generation = shop.generation(100)
    made, locked = (share(shop, imageId=generation.images[0].id, **more) for more in ({}, {"password": PASSWORD}))

    preview = shop.world.call("GET", f"/s/{made['token']}/image")

    assert preview.status == 302
    shown = look(shop, made).json["images"][0]["previewUrl"]
    assert urlsplit(preview.header("Location") or "").path == urlsplit(shown).path
    assert shop.call("GET", f"{SHARES}/{made['id']}").json["views"] == 1
    assert shop.world.call("GET", f"/s/{locked['token']}/image").status == 401
    assert shop.world.call("GET", f"/s/{made['token'][:-1]}/image").status == 404


def test_links_are_listed_newest_first_and_by_what_they_show(shop: PictureTenant) -> None:
    generation = shop.generation(100, 100)
    one, two = (image.id for image in generation.images)
    made = [
        share(shop, **target)["id"] for target in ({"imageId": one}, {"imageId": two}, {"generationId": generation.id})
    ]
    made.append(share(shop, imageId=one)["id"])

    assert listed(shop) == made[::-1]
    assert listed(shop, f"imageId={one}") == [made[3], made[0]]
    assert listed(shop, f"generationId={generation.id}") == [made[2]]
    first = shop.call("GET", SHARES, query=f"limit=1&imageId={one}").json
    assert listed(shop, f"limit=1&imageId={one}&cursor={first['nextCursor']}") == [made[0]]


def test_a_link_of_another_tenant_is_not_there(shop: PictureTenant, world: World) -> None:
    other = PictureTenant(world, world.tenant("Other"))
    theirs = other.generation(100)
    made = share(other, imageId=theirs.images[0].id)

    assert ask(shop, imageId=theirs.images[0].id).status == ask(shop, generationId=theirs.id).status == 404
    for method in ("GET", "DELETE"):
        assert shop.call(method, f"{SHARES}/{made['id']}").status == 404
    assert listed(shop) == []
    assert look(other, made).status == 200


def test_a_workspace_has_a_bounded_number_of_links(shop: PictureTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easel.repositories.images.shares.MAX_SHARES", 2)
    one = shop.generation(100).images[0].id
    made = [share(shop, imageId=one) for _ in range(2)]

    assert (ask(shop, imageId=one).status, ask(shop, imageId=one).json["error"]["code"]) == (409, "too_many_shares")

    shop.call("DELETE", f"{SHARES}/{made[0]['id']}")
    assert ask(shop, imageId=one).status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "imageId", id="nothing"),
        pytest.param({"imageId": "ID", "generationId": "ID"}, "imageId", id="both"),
        pytest.param({"imageId": "x"}, "imageId", id="no id"),
        pytest.param({"imageId": "ID", "expiresInDays": 0}, "expiresInDays", id="no day"),
        pytest.param({"imageId": "ID", "expiresInDays": 10**30}, "expiresInDays", id="for ever"),
        pytest.param({"imageId": "ID", "expiresAt": "tomorrow"}, "expiresAt", id="no time"),
        pytest.param({"imageId": "ID", "expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt", id="in the past"),
        pytest.param({"imageId": "ID", "expiresAt": "9998-01-01T00:00:00Z"}, "expiresAt", id="too far"),
        pytest.param(
            {"imageId": "ID", "expiresInDays": 1, "expiresAt": "2027-01-01T00:00:00Z"}, "expiresAt", id="two ends"
        ),
        pytest.param({"imageId": "ID", "password": "short"}, "password", id="short password"),
        pytest.param({"imageId": "ID", "password": "p" * 129}, "password", id="long password"),
        pytest.param({"imageId": "ID", "title": " "}, "title", id="blank title"),
        pytest.param({"imageId": "ID", "title": "t" * 201}, "title", id="long title"),
    ],
)
def test_what_cannot_be_is_refused_by_field(shop: PictureTenant, body: dict[str, Any], field: str) -> None:
    one = shop.generation(100).images[0].id
    filled = {name: one if value == "ID" else value for name, value in body.items()}

    answer = ask(shop, **filled)

    assert (answer.status, [fault["field"] for fault in answer.json["error"]["details"]]) == (400, [field])


def test_a_view_of_a_link_that_was_revoked_meanwhile_counts_nothing(shop: PictureTenant) -> None:
    ref = rules.Share(new_id(), shop.tenant["workspaceId"], new_id(), "", datetime.now(UTC), "", datetime.now(UTC))

    DynamoShares(shop.dynamodb, shop.world.environment["CORE_TABLE_NAME"]).note_view(ref, datetime.now(UTC))

    assert [item for item in shop.world.stored() if item["sk"].startswith("SHARE")] == []
