"""GET /api/v1/generations/{generationId}/archive, over the emulated tables, queue and bucket."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from functions.workers.build_archive import handler as worker
from tests.functions.api.harness import Answer
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World

from easel.domain.archive import ArchivePlan
from easel.domain.image import Status
from easel.ids import image_id, new_generation_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.images.request_archive import BUILT_AT_ONCE
from easel.storage.archives import S3ArchiveStore

SMALL = (1_000, 2_000)
LARGE = (BUILT_AT_ONCE, 50_000)


@pytest.fixture
def shop(world: World) -> PictureTenant:
    return PictureTenant(world, world.tenant())


def opened(answer: Answer) -> zipfile.ZipFile:
    """The archive behind the redirect."""
    assert answer.status == 302, answer.body
    got = httpx.get(answer.header("Location") or "")
    assert (got.status_code, got.headers["content-type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(got.content))


@pytest.mark.requirement("S000-27", "S000-47")
def test_a_small_archive_is_there_at_once_with_the_manifest_first(shop: PictureTenant) -> None:
    generation = shop.generation(*SMALL)

    archive = opened(shop.ask(generation))

    assert archive.testzip() is None
    assert archive.namelist() == ["manifest.json", "linen-shirt-hero-1.png", "linen-shirt-2.png"]
    assert [len(archive.read(name)) for name in archive.namelist()[1:]] == list(SMALL)
    manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["prompt"], manifest["model"], manifest["missing"]) == ("Linen Shirt", "seedream-v4", [])
    assert manifest["images"][0]["file"] == "linen-shirt-hero-1.png"
    assert manifest["images"][0]["servedBy"] == {"provider": "wavespeed", "model": "seedream-v4"}
    assert manifest["images"][0]["provenance"]["digitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert set(manifest["cost"]) == {"currency", "charged", "price"}


def test_head_and_range_work_where_the_redirect_leads(shop: PictureTenant) -> None:
    generation = shop.generation(*SMALL)
    described = shop.ask(generation, query="format=json").json["archive"]

    head = httpx.head(shop.ask(generation, "HEAD").header("Location") or "")
    whole = httpx.get(shop.ask(generation).header("Location") or "")
    piece = httpx.get(shop.ask(generation).header("Location") or "", headers={"Range": "bytes=4-9"})

    assert (head.status_code, head.headers["content-length"]) == (200, str(described["bytes"]))
    assert (
        head.headers["content-disposition"]
        == "attachment; filename=\"linen-shirt.zip\"; filename*=UTF-8''linen-shirt.zip"
    )
    assert (piece.status_code, len(piece.content)) == (206, 6)
    assert whole.headers["content-disposition"].startswith('attachment; filename="linen-shirt.zip"')


def test_the_same_content_is_built_once(shop: PictureTenant) -> None:
    generation = shop.generation(*SMALL)
    first, before = shop.ask(generation), shop.objects()

    second, after = shop.ask(generation), shop.objects()

    assert (first.status, second.status) == (302, 302)
    assert before == after
    assert len(after) == 1


@pytest.mark.requirement("S000-47")
def test_a_large_archive_tells_its_size_before_it_is_built_by_a_worker(shop: PictureTenant) -> None:
    generation = shop.generation(*LARGE)

    waiting = shop.ask(generation)
    described = waiting.json["archive"]
    assert (waiting.status, described["status"], described["progress"]) == (202, "QUEUED", 0)
    assert int(waiting.header("Retry-After") or 0) > 0
    assert described["files"][1] == {"name": "linen-shirt-2.png", "bytes": LARGE[1]}
    assert described["url"] is None

    assert shop.work(worker, shop.messages()) == {"batchItemFailures": []}

    ready = shop.ask(generation, query="format=json").json["archive"]
    assert (ready["status"], ready["progress"], ready["bytes"]) == ("READY", 100, described["bytes"])
    got = httpx.get(ready["url"])
    assert len(got.content) == described["bytes"]
    assert opened(shop.ask(generation)).testzip() is None


def test_asking_again_while_it_is_queued_sends_no_second_message(shop: PictureTenant) -> None:
    generation = shop.generation(*LARGE)

    assert [shop.ask(generation).status for _ in range(3)] == [202, 202, 202]
    assert len(shop.messages()) == 1


def test_a_message_that_comes_twice_builds_it_once(shop: PictureTenant) -> None:
    generation = shop.generation(*LARGE)
    shop.ask(generation)
    messages = shop.messages()
    shop.work(worker, messages)
    before = shop.objects()

    assert shop.work(worker, messages) == {"batchItemFailures": []}
    assert shop.objects() == before


def test_an_archive_of_a_partial_generation_says_what_is_missing(shop: PictureTenant) -> None:
    generation = shop.generation(1_000, failed=1)

    missing = json.loads(opened(shop.ask(generation)).read("manifest.json"))["missing"]

    expected = {"index": 1, "shot": None, "status": "FAILED", "reason": "The provider refused it."}
    assert missing == [expected]
    assert shop.ask(generation, query="format=json").json["archive"]["missing"] == [expected]


def test_a_generation_without_pictures_has_no_archive(shop: PictureTenant) -> None:
    answer = shop.ask(shop.generation(failed=1))

    assert (answer.status, answer.json["error"]["code"]) == (410, "image_unavailable")


def test_a_generation_that_is_under_way_is_waited_for(shop: PictureTenant) -> None:
    answer = shop.ask(shop.generation(1_000, status=Status.PROCESSING, completed_at=None))

    assert (answer.status, answer.json["archive"]["status"], answer.json["archive"]["bytes"]) == (202, "WAITING", None)
    assert answer.header("Retry-After")


def test_pictures_of_before_checksums_were_kept_are_packed_too(shop: PictureTenant) -> None:
    old = shop.generation(1_000)
    (image,) = old.images
    assert image.stored is not None
    identity = new_generation_id()
    without = replace(image, id=image_id(identity, 0), stored=replace(image.stored, crc32=None))
    repository = DynamoGenerations(shop.dynamodb, shop.world.environment["CORE_TABLE_NAME"])
    older = replace(old, id=identity, images=(without,))
    DynamoTransactions(shop.dynamodb).commit(*repository.creation(older))

    assert opened(shop.ask(older)).testzip() is None


def test_an_archive_whose_time_is_over_is_built_again(shop: PictureTenant) -> None:
    generation = shop.generation(*SMALL)
    shop.ask(generation)
    (key,) = shop.objects()
    shop.s3.delete_object(Bucket=shop.bucket, Key=key)
    (record,) = [item for item in shop.world.stored() if item.get("entity") == "ARCHIVE"]
    past = (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    shop.dynamodb.update_item(
        TableName=shop.world.environment["CORE_TABLE_NAME"],
        Key={"pk": {"S": record["pk"]}, "sk": {"S": record["sk"]}},
        UpdateExpression="SET #until = :past",
        ExpressionAttributeNames={"#until": "until"},
        ExpressionAttributeValues={":past": {"S": past}},
    )

    assert opened(shop.ask(generation)).testzip() is None


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_archive_of_another_tenant_is_not_found(shop: PictureTenant, method: str) -> None:
    generation = shop.generation(*SMALL)
    stranger = shop.world.tenant("Other")["apiKey"]

    assert shop.ask(generation, method, key=stranger).status == 404
    assert shop.objects() == {}


def test_a_build_that_fails_can_be_asked_for_again(shop: PictureTenant) -> None:
    generation = shop.generation(*SMALL)
    image = generation.images[0]
    assert image.stored is not None
    kept = shop.s3.get_object(Bucket=shop.bucket, Key=image.stored.original_key)["Body"].read()
    shop.s3.delete_object(Bucket=shop.bucket, Key=image.stored.original_key)

    failed = shop.ask(generation)
    shop.s3.put_object(Bucket=shop.bucket, Key=image.stored.original_key, Body=kept)

    assert (failed.status, failed.json["error"]["code"]) == (503, "storage_unavailable")
    assert shop.ask(generation).status == 302


@pytest.mark.requirement("X-13")
@pytest.mark.parametrize("whole", [False, True], ids=["one picture", "the generation"])
@pytest.mark.parametrize("moment", ["before its first part", "after its last part", "once it is there"])
def test_what_is_deleted_while_its_archive_is_built_is_in_none(
    shop: PictureTenant, monkeypatch: pytest.MonkeyPatch, moment: str, *, whole: bool
) -> None:
    generation = shop.generation(*LARGE)
    address = f"/api/v1/generations/{generation.id}" if whole else f"/api/v1/images/{generation.images[1].id}"
    shop.ask(generation)
    messages, build, deletions = shop.messages(), S3ArchiveStore.build, [moment]

    def delete_at(now: str) -> None:
        if now in deletions:
            deletions.remove(now)
            assert shop.call("DELETE", address).status == 204

    def interrupted(store: S3ArchiveStore, key: str, plan: ArchivePlan, on_progress: Callable[[int], None]) -> None:
        def note(done: int) -> None:
            on_progress(done)
            if done == plan.size:
                delete_at("after its last part")

        delete_at("before its first part")
        build(store, key, plan, note)
        delete_at("once it is there")

    monkeypatch.setattr(S3ArchiveStore, "build", interrupted)
    shop.work(worker, messages)

    assert (deletions, shop.objects()) == ([], {})
    shop.work(worker, messages)  # As the queue delivers it again where the build failed.
    if whole:
        assert (shop.objects(), shop.ask(generation).status) == ({}, 404)
    else:
        archive = opened(shop.ask(generation))
        assert archive.namelist() == ["manifest.json", "linen-shirt-hero-1.png"]
        assert archive.testzip() is None
