"""The trash of images, over the emulated tables and bucket."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from functions.workers.remove_files import handler as worker
from tests.functions.api.harness import Answer
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World

from easel.domain.generation import Generation
from easel.domain.permalinks import encode_permalink
from easel.ids import image_id, new_generation_id
from easel.repositories.images.trash import DynamoTrash

TRASH = "/api/v1/gallery/trash"
RESTORE = "/api/v1/gallery/restore"


@pytest.fixture
def shop(world: World) -> PictureTenant:
    return PictureTenant(world, world.tenant())


def change(shop: PictureTenant, path: str, *ids: str) -> dict[str, Any]:
    answer = shop.world.call("POST", path, token=shop.tenant["apiKey"], body={"imageIds": list(ids)})
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def in_trash(shop: PictureTenant) -> list[str]:
    return [one["id"] for one in shop.call("GET", TRASH).json["images"]]


def permalink(shop: PictureTenant, generation: Generation) -> Answer:
    token = encode_permalink(generation.workspace_id, generation.images[0].id, generation.permalink_secret)
    return shop.world.call("GET", f"/i/{token}")


def sweep(shop: PictureTenant) -> dict[str, int]:
    counts: dict[str, int] = shop.world.run("schedules/sweep_uploads", {})
    return counts


def entries(shop: PictureTenant) -> list[str]:
    return [item["sk"] for item in shop.world.stored() if item.get("entity") in {"TRASHED", "TRASH_END"}]


def files(shop: PictureTenant, generation: Generation) -> list[str]:
    return [key for key in shop.objects("") if generation.id in key]


def test_what_is_in_the_trash_is_gone_for_everybody_and_comes_back_as_it_was(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)
    one, address = generation.images[0].id, f"/api/v1/images/{generation.images[0].id}"
    marks = {"imageIds": [one], "favourite": True, "addTags": ["fox"]}
    shop.world.call("POST", "/api/v1/gallery/marks", token=shop.tenant["apiKey"], body=marks)

    assert change(shop, TRASH, one) == {
        "results": [{"id": one, "ok": True, "error": None}],
        "succeeded": 1,
        "failed": 0,
    }

    assert shop.call("GET", address).status == permalink(shop, generation).status == 404
    assert shop.call("GET", "/api/v1/gallery", query="favourite=true").json["images"] == []
    shown = shop.call("GET", f"/api/v1/generations/{generation.id}").json["images"]
    assert (shown[0]["url"], bool(shown[0]["deletedAt"]), bool(shown[1]["url"])) == (None, True, True)
    marks_again = shop.world.call("POST", "/api/v1/gallery/marks", token=shop.tenant["apiKey"], body=marks)
    assert marks_again.status == 404

    assert change(shop, RESTORE, one)["succeeded"] == 1

    assert shop.call("GET", address).status == permalink(shop, generation).status == 302
    (row,) = shop.call("GET", "/api/v1/gallery", query="favourite=true").json["images"]
    assert (row["id"], row["tags"]) == (one, ["fox"])
    assert (in_trash(shop), entries(shop)) == ([], [])


def test_its_list_says_until_when_and_shows_what_it_looks_like(shop: PictureTenant) -> None:
    generation = shop.generation(1_000)
    change(shop, TRASH, generation.images[0].id)

    (row,) = shop.call("GET", TRASH).json["images"]

    assert (row["id"], row["generationId"]) == (generation.images[0].id, generation.id)
    assert (row["prompt"], row["model"], row["byteCount"]) == (generation.prompt, generation.model, 1_000)
    assert row["trashedAt"] < row["endsAt"]
    assert httpx.get(row["thumbnailUrl"]).status_code == 200


def test_the_list_begins_with_what_was_put_in_last_and_is_paged(shop: PictureTenant) -> None:
    ids = [shop.generation(100).images[0].id for _ in range(3)]
    for one in (ids[1], ids[2], ids[0]):
        change(shop, TRASH, one)

    first = shop.call("GET", TRASH, query="limit=2").json
    second = shop.call("GET", TRASH, query=f"limit=2&cursor={first['nextCursor']}").json

    found = [one["id"] for page in (first, second) for one in page["images"]]
    assert sorted(found) == sorted(ids)
    assert second["nextCursor"] is None
    times = [one["trashedAt"] for page in (first, second) for one in page["images"]]
    assert times == sorted(times, reverse=True)


def test_a_repeated_change_changes_nothing(shop: PictureTenant) -> None:
    one = shop.generation(100).images[0].id

    assert change(shop, RESTORE, one)["succeeded"] == 1
    change(shop, TRASH, one)
    before = entries(shop)
    assert change(shop, TRASH, one, one)["results"] == [{"id": one, "ok": True, "error": None}]
    assert entries(shop) == before


def test_each_image_of_a_request_has_its_own_result(shop: PictureTenant, world: World) -> None:
    mine, failed = shop.generation(100).images[0].id, shop.generation(100, failed=1).images[1].id
    theirs = PictureTenant(world, world.tenant("Other")).generation(100).images[0].id
    unknown = image_id(new_generation_id(), 0)

    answer = change(shop, TRASH, failed, mine, theirs, unknown, "x", "", mine.replace("-", ""))

    assert [one["ok"] for one in answer["results"]] == [False, True, *[False] * 5]
    assert {one["error"]["code"] for one in answer["results"] if one["error"]} == {"not_found"}
    assert (answer["succeeded"], answer["failed"], answer["results"][4]["id"]) == (1, 6, "x")


@pytest.mark.parametrize("ids", [[], [image_id(new_generation_id(), 0) for _ in range(101)]])
@pytest.mark.parametrize("path", [TRASH, RESTORE])
def test_a_request_has_1_to_100_images(shop: PictureTenant, path: str, ids: list[str]) -> None:
    answer = shop.world.call("POST", path, token=shop.tenant["apiKey"], body={"imageIds": ids})

    assert (answer.status, [one["field"] for one in answer.json["error"]["details"]]) == (400, ["imageIds"])


def test_after_its_time_it_is_deleted_for_good_and_nothing_is_left(shop: PictureTenant) -> None:
    generation, kept = shop.generation(1_000), shop.generation(1_000)
    one = generation.images[0].id
    change(shop, TRASH, kept.images[0].id)
    shop.world.environment["TRASH_DAYS"] = "0"
    change(shop, TRASH, one)

    assert sweep(shop)["removed"] == 1

    assert files(shop, generation) == []
    assert change(shop, RESTORE, one)["results"][0]["error"]["code"] == "not_found"
    assert in_trash(shop) == [kept.images[0].id]
    assert len(entries(shop)) == 2
    assert len(files(shop, kept)) == 4
    assert sweep(shop) == {"removed": 0, "failed": 0, "left": 0}


def test_what_was_restored_in_time_is_not_deleted(shop: PictureTenant) -> None:
    generation = shop.generation(1_000)
    shop.world.environment["TRASH_DAYS"] = "0"
    change(shop, TRASH, generation.images[0].id)
    change(shop, RESTORE, generation.images[0].id)

    assert sweep(shop)["removed"] == 0

    assert len(files(shop, generation)) == 4


def test_a_sweep_that_read_its_list_before_a_restoration_deletes_nothing(
    shop: PictureTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = shop.generation(1_000)
    change(shop, TRASH, generation.images[0].id)
    trash = DynamoTrash(shop.dynamodb, shop.world.environment["CORE_TABLE_NAME"])
    read_before = trash.ended(datetime.now(UTC) + timedelta(days=31), 10)
    change(shop, RESTORE, generation.images[0].id)
    monkeypatch.setattr(DynamoTrash, "ended", lambda *_: read_before)

    assert sweep(shop) == {"removed": 0, "failed": 0, "left": 0}

    assert (len(read_before), len(files(shop, generation))) == (1, 4)


@pytest.mark.parametrize("path", ["/api/v1/images/{image}", "/api/v1/generations/{generation}"])
def test_it_can_be_deleted_for_good_before(shop: PictureTenant, path: str) -> None:
    generation = shop.generation(1_000)
    one = generation.images[0].id
    change(shop, TRASH, one)

    assert shop.call("DELETE", path.format(image=one, generation=generation.id)).status == 204

    assert (files(shop, generation), in_trash(shop), entries(shop)) == ([], [], [])
    assert change(shop, RESTORE, one)["results"][0]["ok"] is False


def test_a_late_message_of_an_interrupted_deletion_leaves_it_alone(shop: PictureTenant) -> None:
    generation = shop.generation(1_000)
    one = generation.images[0].id
    change(shop, TRASH, one)
    message = {"workspaceId": generation.workspace_id, "generationId": generation.id, "requestId": "r"}

    shop.work(worker, [json.dumps(message | {"imageIds": [one]})])

    assert len(files(shop, generation)) == 4


def test_an_archive_is_built_without_it(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)
    change(shop, TRASH, generation.images[0].id)

    archive = shop.ask(generation, query="format=json").json["archive"]

    assert [file["bytes"] for file in archive["files"]] == [2_000]
