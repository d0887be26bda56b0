"""Batches under crashes, repeated messages and several workers: each line is one generation, the results are whole."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from tests.functions.api.world import World
from tests.functions.api.world import world as running
from tests.support.emulator import Emulator
from tests.support.engine import Fuse, WorkerKilledError, fused
from tests.support.generations import a_stored_image
from tests.support.issuer import Issuer
from tests.support.item_sizes import ITEM_LIMIT, item_size
from tests.support.mini_app import BOT_TOKEN

from easel import settings
from easel.clock import system_clock
from easel.domain.batch import MAX_LINES, BatchStatus, PauseReason
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.plans import PLANS
from easel.domain.request import Channel
from easel.doors.openai.batch_output import OpenAIOutput
from easel.errors import EaselError
from easel.events.schema import BatchEvent
from easel.identity.telegram import derived_key
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.generations.batches import DynamoBatches
from easel.repositories.generations.file_records import DynamoFileRecords
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.generations.batch_status import ChangeBatchStatus
from easel.services.generations.run_batch import RunBatch
from easel.services.generations.submit_generation import Submitted
from easel.services.generations.write_batch_output import WriteBatchOutput
from easel.storage.batch_files import S3BatchFiles
from easel.storage.file_contents import S3FileContents
from easel.wiring.generations import batches as wiring
from easel.wiring.generations.batch_lines import line_reader
from easel.wiring.generations.submit_generation import submit_generation
from easel.wiring.images.image_store import bucket_client, image_store

LINES = 7
SIDE_EFFECTS = ("refuse_line", "end_line", "advance", "change", "append_results", "put")


@pytest.fixture
def world(emulator: Emulator, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with running(emulator, issuer) as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        settings.forget()
        yield found


class EndedAtOnce:
    """The generations of the table as if the engine had made them meanwhile."""

    def __init__(self, inner: DynamoGenerations) -> None:
        self._inner = inner

    def get(self, workspace_id: str, generation_id: str) -> Generation | None:
        found = self._inner.get(workspace_id, generation_id)
        if found is None:
            return None
        images = tuple(replace(image, status=Status.COMPLETED, stored=a_stored_image()) for image in found.images)
        return replace(found, status=Status.COMPLETED, images=images, charged=found.price.total if found.price else 0)


def a_batch(
    world: World, *, query: str = "start=true", owner: dict[str, Any] | None = None, token: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    owner = owner or world.tenant("Batches", credits=1_000, plan="scale")
    lines = [
        {"custom_id": f"line-{number}", "body": {"model": "seedream-v4", "prompt": f"a fox {number}"}}
        for number in range(LINES - 1)
    ]
    lines.insert(3, {"custom_id": "wrong", "body": {"model": "none", "prompt": "x"}})
    answer = world.call(
        "POST", "/api/v1/batches", token=token or owner["apiKey"], body={"requests": lines}, query=query
    )
    assert answer.status == 201, answer.json
    return owner, answer.json


def message_of(world: World, batch_id: str) -> dict[str, str]:
    sqs, queue = world.emulator.client("sqs"), world.environment["BATCHES_QUEUE_URL"]
    for _ in range(20):
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get(
            "Messages", []
        ):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            body: dict[str, str] = json.loads(message["Body"])
            if body["batchId"] == batch_id:
                return body
    raise AssertionError("no message")


def a_worker(world: World, fuse: Fuse) -> RunBatch:
    env = settings.load(wiring.RunEnv)
    client, table = world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"]
    submit = submit_generation(env)

    def submit_and_step(*args: Any, **more: Any) -> Submitted:
        submitted = submit(*args, **more)
        fuse.step("submit")
        return submitted

    files = S3BatchFiles(bucket_client(), env.IMAGES_BUCKET_NAME, image_store(env))
    batches = fused(DynamoBatches(client, table), fuse, *SIDE_EFFECTS)
    words = OpenAIOutput(env.PUBLIC_BASE_URL)
    return RunBatch(
        batches=batches,
        change_status=ChangeBatchStatus(batches=batches, outbox=DynamoOutbox(client, table), clock=system_clock),
        files=fused(files, fuse, *SIDE_EFFECTS),
        reader=line_reader(env),
        submit=submit_and_step,  # type: ignore[arg-type]  # called only
        generations=EndedAtOnce(DynamoGenerations(client, table)),  # type: ignore[arg-type]  # `get` only
        still_allowed=wiring.still_allowed(env),
        permalink_of=lambda generation, image: f"https://easel.example/i/{generation.id}/{image.index}",
        words=words,
        write_output=WriteBatchOutput(
            batches=batches,
            records=fused(DynamoFileRecords(client, table), fuse, *SIDE_EFFECTS),
            contents=fused(S3FileContents(bucket_client(), env.IMAGES_BUCKET_NAME, image_store(env)), fuse, "put"),
            words=words,
            clock=system_clock,
        ),
        clock=system_clock,
    )


def run_to_the_end(world: World, message: dict[str, str], fuse: Fuse) -> None:
    for _ in range(50):
        try:
            more = a_worker(world, fuse)(message["workspaceId"], message["batchId"], message["run"], "r")
        except (WorkerKilledError, EaselError):
            continue  # The message comes again.
        if not more:
            return
    raise AssertionError("the batch does not end")


def check(world: World, owner: dict[str, Any], batch_id: str) -> None:
    batch = world.call("GET", f"/api/v1/batches/{batch_id}", token=owner["apiKey"]).json
    assert batch["status"] == "COMPLETED"
    assert batch["counts"] == {"total": LINES, "waiting": 0, "running": 0, "completed": LINES - 1, "failed": 1}
    assert (
        batch["cost"]["chargedMilliCredits"]
        == batch["cost"]["reservedMilliCredits"]
        == batch["cost"]["quotedMilliCredits"]
    )
    key = f"batches/{owner['workspaceId']}/{batch_id}/results-{LINES:04d}.jsonl"
    text = (
        world.emulator.client("s3").get_object(Bucket=world.environment["IMAGES_BUCKET_NAME"], Key=key)["Body"].read()
    )
    results = [json.loads(line) for line in text.splitlines()]
    assert [line["line"] for line in results] == list(range(1, LINES + 1))
    assert results[3]["custom_id"] == "wrong"
    assert results[3]["error"]["code"] == "unknown_model"
    of_owner = f"WS#{owner['workspaceId']}"
    made = Counter(
        item["clientReference"] for item in world.stored() if item["pk"] == of_owner and item["sk"].endswith("#REQUEST")
    )
    assert made == Counter(f"line-{number}" for number in range(LINES - 1))
    wallet = world.call("GET", "/api/v1/wallet", token=owner["apiKey"]).json
    assert wallet["held"]["milliCredits"] == batch["cost"]["quotedMilliCredits"]
    assert told(world, batch_id).count("batch.completed") == 1


def told(world: World, batch_id: str) -> list[str]:
    """The types of the events about a batch, in their order. Each is as its schema says."""
    outbox = DynamoOutbox(world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"])
    later = system_clock() + timedelta(hours=1)
    texts = [
        waiting.text for waiting in outbox.waiting(later, later, 1_000) if waiting.text and batch_id in waiting.text
    ]
    events = [BatchEvent.model_validate_json(text) for text in texts]
    assert len({event.id for event in events}) == len(events)
    return [event.type for event in sorted(events, key=lambda event: event.sequence)]


@pytest.mark.requirement("S002-71")
def test_a_worker_may_die_after_any_side_effect(world: World) -> None:
    counted = Fuse()
    owner, batch = a_batch(world)
    run_to_the_end(world, message_of(world, batch["id"]), counted)
    check(world, owner, batch["id"])

    for burns_at in range(1, len(counted.steps) + 1, 5):
        owner, batch = a_batch(world)
        run_to_the_end(world, message_of(world, batch["id"]), Fuse(burns_at))
        check(world, owner, batch["id"])


def test_several_workers_on_one_batch_make_each_line_once(world: World) -> None:
    owner, batch = a_batch(world)
    message = message_of(world, batch["id"])

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: run_to_the_end(world, message, Fuse()), range(3)))

    check(world, owner, batch["id"])


def test_a_paused_batch_begins_nothing_and_an_earlier_run_is_void(world: World) -> None:
    owner, batch = a_batch(world)
    first = message_of(world, batch["id"])
    path = f"/api/v1/batches/{batch['id']}"
    assert world.call("POST", f"{path}/pause", token=owner["apiKey"]).json["status"] == "PAUSED"

    assert a_worker(world, Fuse())(first["workspaceId"], batch["id"], first["run"], "r") is False
    paused = world.call("GET", path, token=owner["apiKey"]).json
    assert (paused["pauseReason"], paused["counts"]["waiting"]) == ("requested", LINES)
    assert world.call("POST", f"{path}/start", token=owner["apiKey"]).json["status"] == "RUNNING"
    assert a_worker(world, Fuse())(first["workspaceId"], batch["id"], first["run"], "r") is None
    run_to_the_end(world, message_of(world, batch["id"]), Fuse())

    check(world, owner, batch["id"])
    assert world.call("POST", f"{path}/cancel", token=owner["apiKey"]).status == 409
    assert told(world, batch["id"]) == ["batch.started", "batch.paused", "batch.started", "batch.completed"]


def test_results_are_read_a_page_at_a_time_while_the_batch_runs(world: World) -> None:
    owner = world.tenant("Small", credits=1_000)
    _, batch = a_batch(world, owner=owner)
    message, path = message_of(world, batch["id"]), f"/api/v1/batches/{batch['id']}/results"

    def results(query: str = "limit=2") -> list[dict[str, Any]]:
        page: dict[str, Any] = world.call("GET", path, token=owner["apiKey"], query=query).json
        found: list[dict[str, Any]] = page["results"]
        more = page["nextCursor"]
        return found + (results(f"limit=2&cursor={more}") if more else [])

    assert results() == []
    a_worker(world, Fuse())(message["workspaceId"], message["batchId"], message["run"], "r")
    begun = results()
    # As many as this plan makes at the same time, and the one that cannot be made.
    assert [each["custom_id"] for each in begun] == ["line-0", "line-1", "line-2", "wrong", "line-3"]
    assert [each["status"] for each in begun] == ["RUNNING", "RUNNING", "RUNNING", "FAILED", "RUNNING"]
    assert begun[3]["error"]["code"] == "unknown_model"
    a_worker(world, Fuse())(message["workspaceId"], message["batchId"], message["run"], "r")

    ended = results()
    assert world.call("GET", path.removesuffix("/results"), token=owner["apiKey"]).json["status"] == "RUNNING"
    assert [each["status"] for each in ended[:5]] == ["COMPLETED"] * 3 + ["FAILED", "COMPLETED"]
    assert all(each["images"][0]["url"] for each in ended[:3])
    assert [each["line"] for each in ended] == list(range(1, len(ended) + 1))
    stranger = world.tenant("Stranger")
    assert world.call("GET", path, token=stranger["apiKey"]).status == 404


def test_what_a_person_asks_for_meanwhile_is_not_delayed_by_a_batch(world: World) -> None:
    owner = world.tenant("Small", credits=1_000)
    _, batch = a_batch(world, owner=owner)
    message = message_of(world, batch["id"])
    a_worker(world, Fuse())(message["workspaceId"], message["batchId"], message["run"], "r")
    running = PLANS["standard"].max_active[Channel.BATCH]
    path = f"/api/v1/batches/{batch['id']}"
    assert world.call("GET", path, token=owner["apiKey"]).json["counts"]["running"] == running

    fox = {"model": "seedream-v4", "prompt": "a fox"}
    answers = [
        world.call("POST", "/api/v1/generations", token=owner["apiKey"], body=fox).status
        for _ in range(PLANS["standard"].max_active[Channel.API] + 1)
    ]

    assert answers == [202] * (len(answers) - 1) + [409], "all that the plan allows beside the batch"


def submit_lines(world: World, owner: dict[str, Any], count: int) -> tuple[dict[str, Any], int]:
    """Submit and start a batch of lines; returns it, and the bytes that were sent."""
    prompt = "a fox in the snow, " * 15
    lines = "\n".join(
        json.dumps({"custom_id": f"{number:05d}".ljust(64, "x"), "body": {"model": "sandbox", "prompt": prompt}})
        for number in range(count)
    ).encode()
    headers = {"content-type": "application/jsonl"}
    answer = world.call(
        "POST", "/api/v1/batches", token=owner["apiKey"], headers=headers, form=lines, query="start=true"
    )
    assert answer.status == 201, answer.json
    return answer.json, len(lines)


def test_no_item_of_ten_thousand_lines_is_large_and_a_worker_reads_few_of_them(world: World) -> None:
    owner = world.tenant("Many", credits=100)
    batch, sent = submit_lines(world, owner, MAX_LINES)
    message = message_of(world, batch["id"])
    a_worker(world, Fuse())(message["workspaceId"], message["batchId"], message["run"], "r")

    batches = DynamoBatches(world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"])
    stored = batches.get(owner["workspaceId"], batch["id"])
    assert stored is not None
    assert (stored.lines, stored.chunks) == (MAX_LINES, 100)
    assert max(later - earlier for earlier, later in pairwise(stored.offsets)) < sent / 50, "it reads one chunk"
    items = world.stored()
    assert {"BATCH", "BATCHLINE"} <= {item["sk"].partition("#")[0] for item in items}
    assert max(map(item_size, items)) < ITEM_LIMIT / 10


def test_a_submit_takes_memory_for_the_bytes_that_it_was_sent(world: World) -> None:
    owner = world.tenant("Many", credits=100)
    submit_lines(world, owner, 1)  # what is loaded once

    tracemalloc.start()
    try:
        _, sent = submit_lines(world, owner, MAX_LINES // 20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # At most 4.5 MB are taken, so that a function of 1,769 MB has room for ten times as much.
    assert sent < peak < 35 * sent


def test_a_key_that_was_revoked_begins_no_further_line_until_somebody_else_starts_the_batch(world: World) -> None:
    owner = world.tenant("Batches", credits=1_000, plan="scale")
    key = world.call("POST", "/api/v1/api-keys", token=owner["apiKey"], body={"name": "soon gone"}).json
    _, batch = a_batch(world, owner=owner, token=key["apiKey"])
    message, path = message_of(world, batch["id"]), f"/api/v1/batches/{batch['id']}"
    assert world.call("DELETE", f"/api/v1/api-keys/{key['id']}", token=owner["apiKey"]).status == 200

    assert a_worker(world, Fuse())(message["workspaceId"], batch["id"], message["run"], "r") is False

    paused = world.call("GET", path, token=owner["apiKey"]).json
    assert (paused["status"], paused["pauseReason"], paused["counts"]["waiting"]) == ("PAUSED", "caller_ended", LINES)
    assert world.call("POST", f"{path}/start", token=owner["apiKey"]).json["status"] == "RUNNING"
    run_to_the_end(world, message_of(world, batch["id"]), Fuse())
    check(world, owner, batch["id"])


def test_a_person_of_a_bot_has_batches_for_as_long_as_the_key_of_the_bot_works(world: World) -> None:
    bot, person = world.tenant("Bot", key="bot"), {"x-act-as": "telegram:99"}
    world.call("POST", "/api/v1/users/sync", token=bot["apiKey"], body={"telegram_id": 99})
    requests = [{"custom_id": "one", "body": {"model": "sandbox", "prompt": "a fox"}}]
    sent: dict[str, Any] = {"token": bot["apiKey"], "headers": person, "query": "start=true"}

    def started() -> dict[str, str]:
        answer = world.call("POST", "/api/v1/batches", body={"requests": requests}, **sent)
        return message_of(world, answer.json["id"])

    first, second = started(), started()

    run_to_the_end(world, first, Fuse())
    client = world.emulator.client("dynamodb")
    (key,) = (item for item in world.stored() if item["pk"] == f"WS#{bot['workspaceId']}" and "keyHash" in item)
    client.update_item(
        TableName=world.environment["CORE_TABLE_NAME"],
        Key={"pk": {"S": key["pk"]}, "sk": {"S": key["sk"]}},
        UpdateExpression="SET revokedAt = :now",
        ExpressionAttributeValues={":now": {"S": "2026-01-01T00:00:00.000Z"}},
    )
    assert a_worker(world, Fuse())(second["workspaceId"], second["batchId"], second["run"], "r") is False

    batches = DynamoBatches(client, world.environment["CORE_TABLE_NAME"])
    ended, paused = (batches.get(message["workspaceId"], message["batchId"]) for message in (first, second))
    assert ended is not None
    assert paused is not None
    assert (ended.status, ended.counts.completed) == (BatchStatus.COMPLETED, 1)
    assert (paused.pause_reason, paused.counts.submitted) == (PauseReason.CALLER_ENDED, 0)


def test_a_batch_of_a_derived_key_goes_on_only_while_the_bot_is_stored(world: World) -> None:
    bot = world.tenant("Bot", key="bot")
    world.set_bot(bot["workspaceId"])
    world.call("POST", "/api/v1/users/sync", token=bot["apiKey"], body={"telegram_id": 99})
    headers = {"x-internal-api-key": derived_key(BOT_TOKEN), "x-act-as": "telegram:99"}
    requests = [{"custom_id": "one", "body": {"model": "sandbox", "prompt": "a fox"}}]

    def started() -> dict[str, str]:
        answer = world.call("POST", "/api/v1/batches", body={"requests": requests}, headers=headers, query="start=true")
        assert answer.status == 201, answer.json
        return message_of(world, answer.json["id"])

    first, second = started(), started()
    run_to_the_end(world, first, Fuse())
    world.set_bot("0192f0c4-0000-7000-8000-00000000beef")
    assert a_worker(world, Fuse())(second["workspaceId"], second["batchId"], second["run"], "r") is False

    batches = DynamoBatches(world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"])
    ended, paused = (batches.get(message["workspaceId"], message["batchId"]) for message in (first, second))
    assert ended is not None
    assert paused is not None
    assert (ended.status, ended.counts.completed) == (BatchStatus.COMPLETED, 1)
    assert (paused.pause_reason, paused.counts.submitted) == (PauseReason.CALLER_ENDED, 0)


DOORS_LINES: dict[str, dict[str, Any]] = {
    "/api/v1/generations": {"model": "dall-e-3", "prompt": "a fox", "size": "1792x1024", "quality": "hd"},
    "/api/ai/images": {
        "prompt": "a fox",
        "model": "dall-e-3",
        "provider": "openai",
        "size": "1792x1024",
        "quality": "hd",
        "style": "artistic",
        "more": "is ignored",
    },
    "/api/v1/images/generate": {"prompt": "a fox", "imageSize": "512x512", "watermark": None},
    "/v1/images/generations": {"prompt": "a fox", "model": "dall-e-3", "size": "1792x1024", "quality": "hd"},
}


@pytest.mark.requirement("S002-71")
def test_lines_may_be_requests_of_other_doors(world: World) -> None:
    owner = world.tenant("Doors", credits=1_000, plan="scale")
    lines = [
        {"custom_id": str(number), "method": "POST", "url": url, "body": body}
        for number, (url, body) in enumerate(DOORS_LINES.items())
    ]
    wrong = [
        ("size", "/api/ai/images", {"prompt": "x", "model": "dall-e-3", "provider": "openai", "size": "3x3"}),
        ("size of another", "/api/v1/images/generate", {"prompt": "x", "imageSize": "100x100"}),
        ("no prompt", "/api/v1/images/generate", {}),
        (
            "foreign",
            "/api/ai/images",
            DOORS_LINES["/api/ai/images"] | {"workspaceId": "0192f0c4-0000-7000-8000-00000000beef"},
        ),
        ("stream", "/v1/images/generations", {"prompt": "x", "stream": True}),
        ("elsewhere", "/api/v1/wallet", {"prompt": "x"}),
        ("no text", ["/api/ai/images"], {"prompt": "x"}),
    ]
    lines += [{"custom_id": name, "url": url, "body": body} for name, url, body in wrong]

    answer = world.call("POST", "/api/v1/batches", token=owner["apiKey"], body={"requests": lines}, query="start=true")
    assert answer.status == 201, answer.json
    assert [fault["custom_id"] for fault in answer.json["faults"]] == [name for name, _, _ in wrong]
    assert [fault["code"] for fault in answer.json["faults"]] == [
        *("invalid_request", "invalid_request", "invalid_request", "not_found"),
        *("invalid_request", "invalid_request", "invalid_request"),
    ]
    message = message_of(world, answer.json["id"])
    run_to_the_end(world, message, Fuse())

    page = world.call("GET", "/api/v1/generations", token=owner["apiKey"], query="limit=50").json["generations"]
    made = {one["clientReference"]: one for one in page}
    assert sorted(made) == ["0", "1", "2", "3"]
    # The same request costs the same through each door.
    prices = {number: made[number]["price"]["milliCredits"] for number in made}
    assert prices["0"] == prices["1"] == prices["3"] == 30_000
    assert made["2"]["model"] == "sandbox"
    batch = world.call("GET", f"/api/v1/batches/{answer.json['id']}", token=owner["apiKey"]).json
    assert (batch["status"], batch["counts"]["completed"], batch["counts"]["failed"]) == ("COMPLETED", 4, len(wrong))


def test_a_line_for_a_closed_door_fails_by_itself(world: World) -> None:
    owner = world.tenant("Closed", credits=100)
    lines = [
        {"custom_id": "open", "body": {"model": "sandbox", "prompt": "x"}},
        {"custom_id": "closed", "url": "/api/ai/images", "body": DOORS_LINES["/api/ai/images"]},
    ]
    world.environment["EASEL_DOORS"] = "canonical,studio"

    answer = world.call("POST", "/api/v1/batches", token=owner["apiKey"], body={"requests": lines})

    assert answer.status == 201, answer.json
    assert [(fault["custom_id"], fault["code"]) for fault in answer.json["faults"]] == [("closed", "not_found")]


def test_a_budget_pauses_before_it_would_be_passed(world: World) -> None:
    owner, batch = a_batch(world, query="start=true&budget_credits=3")
    message = message_of(world, batch["id"])
    worker = a_worker(world, Fuse())

    while worker(message["workspaceId"], batch["id"], message["run"], "r"):
        pass

    paused = world.call("GET", f"/api/v1/batches/{batch['id']}", token=owner["apiKey"]).json
    assert (paused["status"], paused["pauseReason"]) == ("PAUSED", "budget_reached")
    assert 0 < paused["cost"]["reservedMilliCredits"] <= 3_000
    assert paused["counts"]["waiting"] > 0
    assert world.call("POST", f"/api/v1/batches/{batch['id']}/cancel", token=owner["apiKey"]).status == 200
    run_to_the_end(world, message_of(world, batch["id"]), Fuse())
    assert told(world, batch["id"]) == ["batch.started", "batch.paused", "batch.cancelled"]


@pytest.mark.parametrize(
    ("content_type", "body", "status", "field"),
    [
        ("application/json", b'{"requests": []}', 400, "requests"),
        ("application/json", b'{"requests": [{"body": {}}]}', 400, "requests[0].custom_id"),
        ("application/json", b'{"lines": []}', 400, "requests"),
        ("application/jsonl", b'{"custom_id": "a", "body": {}}\n{oops', 400, "requests[1]"),
        ("application/jsonl", b'{"custom_id": "a", "body": {}}\n{"custom_id": "a", "body": {}}', 400, "custom_id"),
        ("application/jsonl", b'{"custom_id": "a", "body": {"model": "none"}}', 400, "requests"),
        ("text/csv", b"a,b", 415, None),
        ("application/jsonl", b" " * 4_500_001, 413, None),
    ],
    ids=["empty", "no id", "other field", "no JSON", "same id", "none can be made", "csv", "too large"],
)
def test_what_is_no_batch_is_refused_as_a_whole(
    world: World, content_type: str, body: bytes, status: int, field: str | None
) -> None:
    owner = world.tenant("Batches")

    answer = world.call(
        "POST", "/api/v1/batches", token=owner["apiKey"], headers={"content-type": content_type}, form=body
    )

    assert answer.status == status, answer.json
    assert field is None or field in [detail["field"] for detail in answer.json["error"]["details"]]
    assert [item for item in world.stored() if item["sk"].startswith("BATCH#")] == []
