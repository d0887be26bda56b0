"""DELETE of images and generations, over the emulated tables, queue and bucket."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from functions.workers.remove_files import handler as worker
from tests.functions.api.harness import Answer
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World

from easel.compression import decompressed
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.permalinks import encode_permalink
from easel.errors import StorageUnavailable
from easel.ids import image_id, new_generation_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.storage.deletion import S3PictureFiles


@pytest.fixture
def shop(world: World) -> PictureTenant:
    tenant = PictureTenant(world, world.tenant())
    versioning = {"Bucket": tenant.bucket, "VersioningConfiguration": {"Status": "Enabled"}}
    tenant.s3.put_bucket_versioning(**versioning)
    return tenant


def path_of(generation: Generation, index: int | None = None) -> str:
    if index is None:
        return f"/api/v1/generations/{generation.id}"
    return f"/api/v1/images/{generation.images[index].id}"


def permalink(shop: PictureTenant, generation: Generation, index: int) -> Answer:
    token = encode_permalink(generation.workspace_id, generation.images[index].id, generation.permalink_secret)
    return shop.world.call("GET", f"/i/{token}")


def versions(shop: PictureTenant, generation: Generation) -> list[str]:
    """Every version of every object that has to do with this generation."""
    pages = shop.s3.get_paginator("list_object_versions").paginate(Bucket=shop.bucket)
    return [
        one["Key"]
        for page in pages
        for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        if generation.id in one["Key"]
    ]


def events(shop: PictureTenant, image: str) -> list[dict[str, Any]]:
    found = (json.loads(decompressed(item["event"])) for item in shop.world.stored() if item.get("entity") == "OUTBOX")
    return [event for event in found if event["type"] == "image.deleted" and event["data"]["image"]["id"] == image]


@pytest.mark.requirement("X-13")
def test_a_deleted_picture_is_gone_with_every_version_its_archive_and_its_permalink(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)
    gone, kept = generation.images
    link = shop.call("GET", path_of(generation, 0)).header("Location") or ""
    shop.ask(generation)
    assert gone.stored is not None
    shop.s3.put_object(Bucket=shop.bucket, Key=gone.stored.original_key, Body=b"a version more")
    shop.s3.delete_object(Bucket=shop.bucket, Key=gone.stored.preview_key)

    answer = shop.call("DELETE", path_of(generation, 0))

    assert (answer.status, answer.body) == (204, "")
    assert [key for key in versions(shop, generation) if gone.id in key or key.startswith("archives/")] == []
    assert len([key for key in versions(shop, generation) if kept.id in key]) == 4
    assert httpx.get(link).status_code == 404
    for method in ("GET", "HEAD"):
        assert shop.call(method, path_of(generation, 0)).status == 404
    assert permalink(shop, generation, 0).status == 404
    assert shop.call("GET", path_of(generation, 1)).status == 302


def test_its_generation_says_when_it_was_deleted_and_what_it_has_cost_stays(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)
    before = shop.call("GET", path_of(generation)).json

    shop.call("DELETE", path_of(generation, 0))

    after = shop.call("GET", path_of(generation)).json
    assert after["images"][0]["deletedAt"]
    assert (after["images"][0]["url"], after["images"][0]["status"]) == (None, "COMPLETED")
    for field in ("price", "chargedMilliCredits", "imagesCompleted"):
        assert after.get(field) == before.get(field)


def test_its_archive_is_built_anew_without_it(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, 2_000)
    shop.ask(generation)

    shop.call("DELETE", path_of(generation, 0))

    described = shop.ask(generation, query="format=json").json["archive"]
    assert [file["bytes"] for file in described["files"]] == [2_000]
    assert described["missing"][0]["reason"] == "It was deleted."


def test_a_deletion_is_told_once_and_may_be_repeated(shop: PictureTenant) -> None:
    generation = shop.generation(1_000)

    statuses = [shop.call("DELETE", path_of(generation, 0)).status for _ in range(3)]

    assert statuses == [204, 204, 204]
    (event,) = events(shop, generation.images[0].id)
    assert event["workspaceId"] == generation.workspace_id
    assert event["data"]["image"]["generationId"] == generation.id


@pytest.mark.requirement("X-13", "X-34")
def test_a_deleted_generation_is_gone_with_all_its_pictures(shop: PictureTenant) -> None:
    generation, other = shop.generation(1_000, 2_000, failed=1), shop.generation(1_000)

    statuses = [shop.call("DELETE", path_of(generation)).status for _ in range(2)]

    assert statuses == [204, 204]
    assert versions(shop, generation) == []
    for path in (path_of(generation), path_of(generation, 0), path_of(generation, 2), f"{path_of(generation)}/archive"):
        assert shop.call("GET", path).status == 404
    assert permalink(shop, generation, 1).status == 404
    assert [len(events(shop, image.id)) for image in generation.images] == [1, 1, 0]
    for query in ("", "status=COMPLETED"):
        listed = shop.call("GET", "/api/v1/generations", query=query).json["generations"]
        assert [item["id"] for item in listed] == [other.id]
    assert len(versions(shop, other)) == 4


@pytest.mark.requirement("X-13")
@pytest.mark.parametrize("singles", [1, 3])
def test_a_picture_that_is_deleted_at_the_same_moment_does_not_keep_its_generation(
    shop: PictureTenant, monkeypatch: pytest.MonkeyPatch, singles: int
) -> None:
    generation = shop.generation(1_000, 2_000, 3_000)
    commit, others = DynamoTransactions.commit, list(range(singles))

    def after_another(self: DynamoTransactions, *writes: Any) -> None:
        if others:
            assert shop.call("DELETE", path_of(generation, others.pop())).status == 204
        commit(self, *writes)

    monkeypatch.setattr(DynamoTransactions, "commit", after_another)

    assert shop.call("DELETE", path_of(generation)).status == 204

    assert shop.call("GET", path_of(generation)).status == 404
    assert shop.call("GET", "/api/v1/generations").json["generations"] == []
    assert versions(shop, generation) == []
    assert [len(events(shop, image.id)) for image in generation.images] == [1, 1, 1]


def test_a_generation_that_is_under_way_is_cancelled_first(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, status=Status.PROCESSING, completed_at=None)

    answer = shop.call("DELETE", path_of(generation))

    assert (answer.status, answer.json["error"]["code"]) == (409, "conflict")
    assert versions(shop, generation)


def test_a_request_that_cannot_reach_the_bucket_is_finished_by_the_worker(
    shop: PictureTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = shop.generation(1_000)
    with monkeypatch.context() as broken:
        broken.setattr(S3PictureFiles, "delete_picture", _unavailable)
        assert shop.call("DELETE", path_of(generation, 0)).status == 204
    assert versions(shop, generation)

    message = {"workspaceId": generation.workspace_id, "generationId": generation.id, "requestId": "r"}
    body = json.dumps(message | {"imageIds": [generation.images[0].id]})
    assert shop.work(worker, [body, body]) == {"batchItemFailures": []}

    assert versions(shop, generation) == []


@pytest.mark.requirement("X-13")
def test_copies_of_reference_pictures_go_with_their_generation_and_not_with_one_picture(shop: PictureTenant) -> None:
    generation, other = shop.generation(1_000, 1_000), shop.generation(1_000)
    copy, kept = (f"lent/{one.workspace_id}/{one.id}/abc.png" for one in (generation, other))
    for key in (copy, kept):
        shop.s3.put_object(Bucket=shop.bucket, Key=key, Body=b"a reference")

    shop.call("DELETE", path_of(generation, 0))
    assert copy in versions(shop, generation)
    shop.call("DELETE", path_of(generation))

    assert versions(shop, generation) == []
    assert kept in versions(shop, other)
    # A worker that was late with one of its images makes a copy again.
    shop.s3.put_object(Bucket=shop.bucket, Key=copy, Body=b"a reference")
    message = {"workspaceId": generation.workspace_id, "generationId": generation.id, "requestId": "r"}
    shop.work(worker, [json.dumps(message | {"imageIds": [image.id for image in generation.images]})])
    assert versions(shop, generation) == []


def test_a_request_that_ends_before_its_mark_has_deleted_nothing(
    shop: PictureTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = shop.generation(1_000)
    with monkeypatch.context() as broken:
        broken.setattr(DynamoTransactions, "commit", _unavailable)
        assert shop.call("DELETE", path_of(generation, 0)).status == 503

    message = {"workspaceId": generation.workspace_id, "generationId": generation.id, "requestId": "r"}
    shop.work(worker, [json.dumps(message | {"imageIds": [generation.images[0].id]})])

    assert len(versions(shop, generation)) == 4
    assert shop.call("GET", path_of(generation, 0)).status == 302


def test_the_message_comes_after_the_request(shop: PictureTenant) -> None:
    shop.call("DELETE", path_of(shop.generation(1_000), 0))

    # It waits in the queue for longer than a request may take.
    assert shop.messages("DELETIONS_QUEUE_URL") == []


@pytest.mark.parametrize("index", [0, None])
def test_another_tenants_picture_and_generation_are_not_found(shop: PictureTenant, index: int | None) -> None:
    generation = shop.generation(1_000)
    stranger = shop.world.tenant("Other")["apiKey"]

    assert shop.call("DELETE", path_of(generation, index), key=stranger).status == 404
    assert len(versions(shop, generation)) == 4


def test_what_there_is_not_cannot_be_deleted(shop: PictureTenant) -> None:
    unknown, failed = new_generation_id(), shop.generation(failed=1)

    for path in (f"/api/v1/generations/{unknown}", f"/api/v1/images/{image_id(unknown, 0)}", path_of(failed, 0)):
        assert shop.call("DELETE", path).status == 404


def _unavailable(*_: object, **__: object) -> None:
    raise StorageUnavailable("not now")
