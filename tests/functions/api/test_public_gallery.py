"""The public gallery, over the emulated tables and bucket."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.functions.api.harness import Answer
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World

PUBLIC = "/api/v1/public/gallery"


@pytest.fixture
def shop(world: World) -> PictureTenant:
    return PictureTenant(world, world.tenant())


def publish(shop: PictureTenant, image: str, **body: Any) -> Answer:
    return shop.world.call("PUT", f"/api/v1/images/{image}/publication", token=shop.tenant["apiKey"], body=body)


def seen(world: World) -> list[dict[str, Any]]:
    answer = world.call("GET", PUBLIC)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json["images"]
    return found


def take_down(world: World, publication: str, **claims: Any) -> int:
    token = world.person("someone", **claims)
    return world.call("DELETE", f"/api/v1/public/images/{publication}", token=token).status


@pytest.mark.requirement("S003-96")
def test_only_what_was_published_is_seen_and_nothing_says_whose_it_is(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)
    image = generation.images[1].id
    assert seen(shop.world) == []

    made = publish(shop, image)

    assert (made.status, made.json["imageId"], made.json["takenDownAt"]) == (200, image, None)
    answer = shop.world.call("GET", PUBLIC)
    (row,) = answer.json["images"]
    assert (row["id"], row["prompt"], row["title"]) == (made.json["id"], None, None)
    assert answer.header("Cache-Control") == "public, max-age=60"
    for private in (image, generation.id, generation.prompt, *map(str, shop.tenant.values())):
        assert private not in answer.body
    shown = shop.world.call("GET", f"/api/v1/public/images/{row['id']}", query="variant=original")
    assert shown.status == 302
    assert len(httpx.get(str(shown.header("Location"))).content) == 2_000


def test_a_prompt_and_a_title_are_shown_where_it_is_wanted(shop: PictureTenant) -> None:
    generation = shop.generation(100)
    publish(shop, generation.images[0].id, showPrompt=True, title="Spring")

    (row,) = seen(shop.world)

    assert (row["prompt"], row["title"]) == (generation.prompt, "Spring")


def test_publishing_with_other_values_is_a_conflict_and_what_is_withdrawn_can_be_published_anew(
    shop: PictureTenant,
) -> None:
    image = shop.generation(100).images[0].id
    first = publish(shop, image).json

    assert publish(shop, image).json == first
    for other in ({"showPrompt": True}, {"title": "Spring"}):
        refused = publish(shop, image, **other)
        assert (refused.status, refused.json["error"]["code"]) == (409, "conflict")
    address = f"/api/v1/images/{image}/publication"
    assert shop.call("GET", address).json == first
    assert [shop.call("DELETE", address).status for _ in range(2)] == [204, 404]
    assert (seen(shop.world), shop.call("GET", address).status) == ([], 404)
    assert shop.world.call("GET", f"/api/v1/public/images/{first['id']}").status == 404
    assert publish(shop, image).json["id"] != first["id"]


def test_an_operator_takes_an_image_down_for_good(shop: PictureTenant) -> None:
    image = shop.generation(100).images[0].id
    made = publish(shop, image).json

    assert take_down(shop.world, made["id"]) == 403
    assert take_down(shop.world, made["id"], operator=True) == 204

    assert seen(shop.world) == []
    assert publish(shop, image).status == 409
    assert shop.call("DELETE", f"/api/v1/images/{image}/publication").status == 204
    assert publish(shop, image).status == 409
    assert shop.call("GET", f"/api/v1/images/{image}/publication").json["takenDownAt"] is not None
    assert take_down(shop.world, made["id"], operator=True) == 404
    # The image is still its workspace's.
    assert shop.call("GET", f"/api/v1/images/{image}").status == 302


@pytest.mark.parametrize("how", ["DELETE", "trash"])
def test_what_is_deleted_is_not_seen_any_more(shop: PictureTenant, how: str) -> None:
    image = shop.generation(100).images[0].id
    made = publish(shop, image).json

    if how == "trash":
        shop.world.call("POST", "/api/v1/gallery/trash", token=shop.tenant["apiKey"], body={"imageIds": [image]})
    else:
        shop.call("DELETE", f"/api/v1/images/{image}")

    assert seen(shop.world) == []
    assert shop.world.call("GET", f"/api/v1/public/images/{made['id']}").status == 404


def test_images_of_all_workspaces_are_seen_newest_first_in_pages(shop: PictureTenant, world: World) -> None:
    other = PictureTenant(world, world.tenant("Other"))
    ids = [publish(one, one.generation(100).images[0].id).json["id"] for one in (shop, other, shop)]

    first = world.call("GET", PUBLIC, query="limit=2").json
    second = world.call("GET", PUBLIC, query=f"limit=2&cursor={first['nextCursor']}").json

    assert [row["id"] for page in (first, second) for row in page["images"]] == sorted(ids, reverse=True)
    assert second["nextCursor"] is None


def test_only_a_picture_of_ones_own_can_be_published(shop: PictureTenant, world: World) -> None:
    theirs = PictureTenant(world, world.tenant("Other")).generation(100).images[0].id
    failed = shop.generation(100, failed=1).images[1].id

    assert publish(shop, theirs).status == publish(shop, failed).status == 404
    assert publish(shop, shop.generation(100).images[0].id, title=" ").status == 400
    assert seen(world) == []
