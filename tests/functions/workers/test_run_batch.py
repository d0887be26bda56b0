"""Batches under crashes, repeated messages and several workers: each line is one generation, the results are whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.functions.api.world import World
from tests.functions.api.world import world as running
from tests.support.emulator import Emulator
from tests.support.engine import Fuse, WorkerKilledError, fused
from tests.support.issuer import an_issuer, serving

from easel import settings
from easel.clock import system_clock
from easel.domain.batch import BatchStatus, PauseReason
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.doors.canonical.generations.batch_requests import BatchLineReader
from easel.errors import EaselError
from easel.repositories.generations.batches import DynamoBatches
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.generations.run_batch import RunBatch
from easel.services.generations.submit_generation import Submitted
from easel.storage.batch_files import S3BatchFiles
from easel.wiring.generations import batches as wiring
from easel.wiring.generations.submit_generation import submit_generation
from easel.wiring.images.image_store import bucket_client, image_store

LINES = 7
SIDE_EFFECTS = ("refuse_line", "end_line", "advance", "change", "append_results")


@pytest.fixture
def world(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with serving(an_issuer()) as issuer, running(emulator, issuer) as found:
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
        return replace(found, status=Status.COMPLETED, charged=found.price.total if found.price else 0)


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
    return RunBatch(
        batches=fused(DynamoBatches(client, table), fuse, *SIDE_EFFECTS),
        files=fused(files, fuse, *SIDE_EFFECTS),
        reader=BatchLineReader(),
        submit=submit_and_step,  # type: ignore[arg-type]  # called only
        generations=EndedAtOnce(DynamoGenerations(client, table)),  # type: ignore[arg-type]  # `get` only
        still_allowed=wiring.still_allowed(env),
        permalink_of=lambda generation, image: f"https://easel.example/i/{generation.id}/{image.index}",
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
