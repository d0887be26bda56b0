"""Favourites and tags of images, and the lists by them, over the emulated tables and bucket."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from functions.workers.remove_files import handler as worker
from tests.functions.api.harness import Answer
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World

from easel.ids import image_id, new_generation_id

MARKS = "/api/v1/gallery/marks"
GALLERY = "/api/v1/gallery"
SOME = "019a9f1c-0000-7000-8000-000000000001"


@pytest.fixture
def shop(world: World) -> PictureTenant:
    return PictureTenant(world, world.tenant())


def mark(shop: PictureTenant, ids: list[str], key: str | None = None, **change: Any) -> Answer:
    body = {"imageIds": ids, **change}
    return shop.world.call("POST", MARKS, token=key or shop.tenant["apiKey"], body=body)


def listed(shop: PictureTenant, query: str, key: str | None = None) -> list[str]:
    answer = shop.call("GET", GALLERY, query=query, key=key)
    assert answer.status == 200, answer.body
    return [image["id"] for image in answer.json["images"]]


def tags(shop: PictureTenant) -> dict[str, int]:
    found = shop.call("GET", f"{GALLERY}/tags").json["tags"]
    assert [one["tag"] for one in found] == sorted(one["tag"] for one in found)
    return {one["tag"]: one["images"] for one in found}


def records(shop: PictureTenant, image: str) -> list[str]:
    """Sort keys of all marks that name this image."""
    found = (item["sk"] for item in shop.world.stored() if item["pk"] == f"WS#{shop.tenant['workspaceId']}")
    return [key for key in found if key.endswith(image) and not key.startswith("GEN#")]


def test_a_favourite_is_listed_with_all_that_a_card_shows(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)
    chosen = generation.images[1]

    answer = mark(shop, [chosen.id], favourite=True, addTags=["Fox"])

    assert answer.json == {"images": [{"id": chosen.id, "favourite": True, "tags": ["fox"]}]}
    (row,) = shop.call("GET", GALLERY, query="favourite=true").json["images"]
    assert (row["id"], row["generationId"], row["status"]) == (chosen.id, generation.id, "COMPLETED")
    assert (row["favourite"], row["tags"]) == (True, ["fox"])
    assert (row["prompt"], row["model"]) == (generation.prompt, generation.model)
    assert chosen.stored is not None
    assert (row["width"], row["height"], row["blurhash"]) == (
        *(chosen.stored.width, chosen.stored.height),
        chosen.stored.blurhash,
    )
    assert row["priceMilliCredits"] == generation.price_of(chosen)
    assert row["durationMs"] is not None
    token = row["permalink"].removeprefix(shop.world.environment["PUBLIC_BASE_URL"])
    assert shop.world.call("GET", token, query="variant=thumbnail").status == 302


def test_lists_are_newest_first_and_paged(shop: PictureTenant) -> None:
    ids = [shop.generation(100).images[0].id for _ in range(5)]
    mark(shop, ids, addTags=["red fox"])
    query = f"tag={quote('Red  Fox')}&limit=2"
    pages: list[list[str]] = []

    cursor: str | None = ""
    while cursor is not None:
        page = shop.call("GET", GALLERY, query=query + (f"&cursor={cursor}" if cursor else "")).json
        pages.append([image["id"] for image in page["images"]])
        cursor = page["nextCursor"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [one for page in pages for one in page] == sorted(ids, reverse=True)


def test_what_is_marked_no_longer_is_in_no_list(shop: PictureTenant) -> None:
    first, second = (shop.generation(100).images[0].id for _ in range(2))
    mark(shop, [first, second], favourite=True, addTags=["a", "b"])

    for _ in range(2):
        mark(shop, [first], favourite=False, removeTags=["A"])

    assert listed(shop, "favourite=true") == [second]
    assert listed(shop, "tag=a") == [second]
    assert listed(shop, "tag=b") == [second, first]
    assert tags(shop) == {"a": 1, "b": 2}
    mark(shop, [second], removeTags=["a"])
    assert tags(shop) == {"b": 2}


def test_a_repeated_change_writes_and_counts_nothing(shop: PictureTenant) -> None:
    image = shop.generation(100).images[0].id
    mark(shop, [image, image], favourite=True, addTags=["a"])
    before = records(shop, image)

    assert mark(shop, [image], favourite=True, addTags=["A "]).status == 200

    assert records(shop, image) == before
    assert tags(shop) == {"a": 1}


def test_a_deleted_image_is_in_no_list_and_leaves_no_marks(shop: PictureTenant) -> None:
    generation = shop.generation(100, 100)
    gone, kept = generation.images
    mark(shop, [gone.id, kept.id], favourite=True, addTags=["a"])

    shop.call("DELETE", f"/api/v1/images/{gone.id}")

    assert listed(shop, "favourite=true") == [kept.id]
    assert mark(shop, [gone.id], favourite=False).status == 404
    message = {"workspaceId": generation.workspace_id, "generationId": generation.id, "requestId": "r"}
    for _ in range(2):
        shop.work(worker, [json.dumps(message | {"imageIds": [gone.id]})])
    assert records(shop, gone.id) == []
    assert len(records(shop, kept.id)) == 3
    assert tags(shop) == {"a": 1}


def test_an_image_of_another_tenant_is_not_there(shop: PictureTenant, world: World) -> None:
    mine, other = shop.generation(100).images[0].id, PictureTenant(world, world.tenant("Other"))
    theirs = other.generation(100).images[0].id

    answer = mark(shop, [mine, theirs], favourite=True)

    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")
    assert listed(shop, "favourite=true") == listed(other, "favourite=true") == []
    mark(shop, [mine], favourite=True)
    assert listed(other, "favourite=true") == []


def test_an_image_that_failed_has_no_marks(shop: PictureTenant) -> None:
    failed = shop.generation(100, failed=1).images[1].id

    assert mark(shop, [failed], favourite=True).status == 404


def test_no_image_has_more_tags_than_allowed(shop: PictureTenant) -> None:
    image = shop.generation(100).images[0].id
    assert mark(shop, [image], addTags=[f"tag {number}" for number in range(20)]).status == 200

    answer = mark(shop, [image], addTags=["one more"])

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"]) == (400, "addTags", {"maximum": 20})
    assert mark(shop, [image], addTags=["one more"], removeTags=["tag 0"]).status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"imageIds": [], "favourite": True}, "imageIds", id="no image"),
        pytest.param({"imageIds": ["x"], "favourite": True}, "imageIds", id="no id"),
        pytest.param({"imageIds": [SOME]}, "favourite", id="nothing to change"),
        pytest.param({"imageIds": [SOME], "addTags": [" "]}, "addTags", id="blank tag"),
    ],
)
def test_a_change_that_says_nothing_is_refused_by_field(shop: PictureTenant, body: Any, field: str) -> None:
    answer = shop.world.call("POST", MARKS, token=shop.tenant["apiKey"], body=body)

    assert (answer.status, [fault["field"] for fault in answer.json["error"]["details"]]) == (400, [field])


def test_more_images_than_allowed_are_refused(shop: PictureTenant) -> None:
    answer = mark(shop, [image_id(new_generation_id(), 0) for _ in range(26)], favourite=True)

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"]["maxItems"]) == (400, "imageIds", 25)


@pytest.mark.parametrize("query", ["", "favourite=false", "favourite=true&tag=a", "favourite=maybe", "tag=%20"])
def test_a_list_that_is_not_named_is_refused(shop: PictureTenant, query: str) -> None:
    answer = shop.call("GET", GALLERY, query=query)

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"]) == (400, "tag" if query == "tag=%20" else "favourite")


def test_a_cursor_belongs_to_its_list(shop: PictureTenant) -> None:
    ids = [shop.generation(100).images[0].id for _ in range(2)]
    mark(shop, ids, favourite=True, addTags=["a"])
    cursor = shop.call("GET", GALLERY, query="tag=a&limit=1").json["nextCursor"]

    assert shop.call("GET", GALLERY, query=f"favourite=true&cursor={cursor}").status == 400
