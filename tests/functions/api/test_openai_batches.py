"""Files and batches at the OpenAI door, by OpenAI's own client as it is, over the emulated AWS."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import openai
import pytest
from tests.functions.api.openai_client import client_of
from tests.functions.api.world import World
from tests.functions.api.world import world as running
from tests.functions.workers.test_run_batch import a_worker, message_of, run_to_the_end
from tests.support.engine import Fuse, deaths

from easel import settings
from easel.clock import system_clock
from easel.domain.batch import BatchStatus, PauseReason
from easel.repositories.generations.batches import DynamoBatches
from easel.wiring.generations import batches as wiring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer

GENERATIONS = "/v1/images/generations"
EDITS = "/v1/images/edits"
FOX = {"model": "seedream-v4", "prompt": "a fox", "size": "1024x1024"}


@pytest.fixture
def world(emulator: Emulator, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with running(emulator, issuer) as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        settings.forget()
        yield found


@pytest.fixture
def owner(world: World) -> dict[str, Any]:
    return world.tenant("Batches", credits=1_000, plan="scale")


@pytest.fixture
def client(world: World, owner: dict[str, Any]) -> Iterator[openai.OpenAI]:
    with client_of(world, owner["apiKey"]) as client:
        yield client


def line(custom_id: str, body: Any, url: str = GENERATIONS) -> dict[str, Any]:
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": body}


def upload(client: openai.OpenAI, *lines: Any, name: str = "lines.jsonl") -> str:
    content = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    return client.files.create(purpose="batch", file=(name, content.encode())).id


def create(client: openai.OpenAI, file_id: str, endpoint: Any = GENERATIONS, **more: Any) -> Any:
    return client.batches.create(input_file_id=file_id, endpoint=endpoint, completion_window="24h", **more)


def make(world: World, batch_id: str) -> None:
    run_to_the_end(world, message_of(world, batch_id.removeprefix("batch_")), Fuse())


def lines_of(client: openai.OpenAI, file_id: str | None) -> list[dict[str, Any]]:
    assert file_id
    return [json.loads(text) for text in client.files.content(file_id).text.splitlines()]


# --- a batch from the file to the results -----------------------------------------------------------------------------


@pytest.mark.requirement("S002-71")
def test_a_batch_of_a_file_ends_with_a_file_of_images_and_one_of_errors(world: World, client: openai.OpenAI) -> None:
    file_id = upload(
        client,
        line("a", FOX),
        line("b", {"prompt": "an owl"}),
        line("wrong", FOX | {"size": "1x1"}),
        line("none", FOX | {"model": "none"}),
        line("elsewhere", FOX, "/v1/images/edits"),
        line("bytes", FOX | {"response_format": "b64_json"}),
    )

    kept: Any = {"anchor": "created_at", "seconds": 7_200}
    batch = create(client, file_id, metadata={"season": "spring"}, output_expires_after=kept)
    assert (batch.status, batch.endpoint, batch.input_file_id) == ("in_progress", GENERATIONS, file_id)
    assert batch.metadata == {"season": "spring"}
    assert batch.output_file_id is batch.error_file_id is None
    make(world, batch.id)

    batch = client.batches.retrieve(batch.id)
    assert (batch.status, batch.completed_at is not None, batch.errors) == ("completed", True, None)
    assert batch.request_counts is not None
    assert batch.request_counts.model_dump() == {"total": 6, "completed": 2, "failed": 4}
    made = lines_of(client, batch.output_file_id)
    assert [each["custom_id"] for each in made] == ["a", "b"]
    for each in made:
        assert (each["error"], each["response"]["status_code"]) == (None, 200)
        body = openai.types.ImagesResponse.construct(**each["response"]["body"])
        assert body.created > 0
        assert body.output_format
        assert body.usage
    failed = lines_of(client, batch.error_file_id)
    errors = {each["custom_id"]: each["response"]["body"]["error"] for each in failed}
    assert {name: (error["code"], error["param"]) for name, error in errors.items()} == {
        "wrong": ("invalid_value", "size"),
        "none": ("model_not_found", "model"),
        "elsewhere": ("invalid_value", None),
        "bytes": ("invalid_value", None),
    }
    assert [each["response"]["status_code"] for each in failed] == [400, 404, 400, 400]
    outputs = list(client.files.list(purpose="batch_output"))
    assert {file.id for file in outputs} == {batch.output_file_id, batch.error_file_id}
    assert [(file.expires_at or 0) - file.created_at for file in outputs] == [7_200, 7_200]


def test_lines_may_be_edits_of_pictures_that_have_addresses(world: World, client: openai.OpenAI) -> None:
    edit = {"model": "nano-banana-pro", "prompt": "a hat", "image": "http://127.0.0.1:8000/fox.png"}
    inline = edit | {"image": {"image_url": "data:image/png;base64,aGk="}}
    file_id = upload(client, line("named", edit, EDITS), line("inline", inline, EDITS), line("no", FOX, EDITS))

    batch = create(client, file_id, EDITS)
    make(world, batch.id)

    batch = client.batches.retrieve(batch.id)
    assert [each["custom_id"] for each in lines_of(client, batch.output_file_id)] == ["named"]
    failed = lines_of(client, batch.error_file_id)
    assert [each["response"]["body"]["error"]["param"] for each in failed] == ["image", "image"]


def test_a_worker_may_die_while_it_writes_the_files(world: World, client: openai.OpenAI, owner: dict[str, Any]) -> None:
    batch = create(client, upload(client, line("a", FOX), line("b", FOX | {"size": "1x1"})))
    message, counted = message_of(world, batch.id.removeprefix("batch_")), Fuse()
    run_to_the_end(world, message, counted)
    whole = client.batches.retrieve(batch.id)

    for burns_at in deaths(1, len(counted.steps), 0):
        again = create(client, upload(client, line("a", FOX), line("b", FOX | {"size": "1x1"})))
        run_to_the_end(world, message_of(world, again.id.removeprefix("batch_")), Fuse(burns_at))
        ended = client.batches.retrieve(again.id)
        assert (ended.status, ended.request_counts) == ("completed", whole.request_counts)
        assert len(lines_of(client, ended.output_file_id)) == len(lines_of(client, ended.error_file_id)) == 1
    assert {"S3FileContents.put", "DynamoFileRecords.put"} <= set(counted.steps)


def test_a_cancelled_batch_keeps_what_is_made(world: World) -> None:
    owner = world.tenant("Small", credits=1_000)
    with client_of(world, owner["apiKey"]) as client:
        batch = create(client, upload(client, *(line(str(number), FOX) for number in range(7))))
        message = message_of(world, batch.id.removeprefix("batch_"))
        a_worker(world, Fuse())(message["workspaceId"], message["batchId"], message["run"], "r")

        assert client.batches.cancel(batch.id).status == "cancelling"
        assert client.batches.cancel(batch.id).status == "cancelling", "cancelled twice is cancelled once"
        make(world, batch.id)

        batch = client.batches.retrieve(batch.id)
        assert (batch.status, batch.cancelled_at is not None) == ("cancelled", True)
        assert batch.request_counts is not None
        # As many as this plan makes at the same time.
        assert len(lines_of(client, batch.output_file_id)) == batch.request_counts.completed == 4
        assert client.batches.cancel(batch.id).status == "cancelled"


def test_a_cancelled_batch_says_when_its_end_was_asked_for(
    client: openai.OpenAI, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = create(client, upload(client, line("a", FOX)))
    message_of(world, batch.id.removeprefix("batch_"))
    with monkeypatch.context() as patch:
        patch.setattr(wiring, "system_clock", lambda: system_clock() - timedelta(hours=1))
        asked = client.batches.cancel(batch.id)
    assert asked.cancelling_at is not None
    make(world, batch.id)

    cancelled = client.batches.retrieve(batch.id)

    assert (cancelled.status, cancelled.cancelling_at) == ("cancelled", asked.cancelling_at)
    assert cancelled.cancelled_at is not None
    assert cancelled.cancelled_at >= asked.cancelling_at + 3600


def test_a_paused_batch_says_why(world: World, client: openai.OpenAI, owner: dict[str, Any]) -> None:
    batch = create(client, upload(client, line("a", FOX)))
    batches = DynamoBatches(world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"])
    stored = batches.get(owner["workspaceId"], batch.id.removeprefix("batch_"))
    assert stored is not None
    paused_for = PauseReason.INSUFFICIENT_CREDITS
    batches.change(stored, replace(stored, status=BatchStatus.PAUSED, pause_reason=paused_for))

    paused = client.batches.retrieve(batch.id)

    assert paused.status == "in_progress"
    assert paused.errors is not None
    assert [fault.code for fault in paused.errors.data or ()] == ["insufficient_credits"]


def test_a_file_may_begin_with_a_mark_of_its_encoding(client: openai.OpenAI) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(line("a", FOX)).encode()
    file = client.files.create(purpose="batch", file=("lines.jsonl", content))

    assert create(client, file.id).status == "in_progress"


def test_a_line_for_another_route_is_told_the_endpoint_of_the_batch(client: openai.OpenAI) -> None:
    file_id = upload(client, line("a", FOX, "/v1/chat/completions"))

    with pytest.raises(openai.BadRequestError) as refused:
        create(client, file_id)

    assert "url must be /v1/images/generations." in refused.value.message


# --- a call that is repeated ------------------------------------------------------------------------------------------


def test_a_repetition_of_a_call_is_the_same_batch(world: World, client: openai.OpenAI) -> None:
    file_id = upload(client, line("a", FOX))
    first = create(client, file_id)

    again = create(client, file_id, extra_headers={"x-stainless-retry-count": "1"})
    another = create(client, file_id)

    assert again.id == first.id
    assert another.id != first.id
    assert {batch.id for batch in client.batches.list()} == {first.id, another.id}


def test_a_repetition_makes_the_batch_that_a_first_try_did_not_store(
    world: World, client: openai.OpenAI, owner: dict[str, Any]
) -> None:
    file_id = upload(client, line("a", FOX))
    claimed = create(client, file_id)
    key = {"pk": {"S": f"WS#{owner['workspaceId']}"}, "sk": {"S": f"BATCH#{claimed.id.removeprefix('batch_')}"}}
    table = world.environment["CORE_TABLE_NAME"]
    world.emulator.client("dynamodb").delete_item(TableName=table, Key=key)

    again = create(client, file_id, extra_headers={"x-stainless-retry-count": "1"})

    assert again.id == claimed.id
    assert again.status == "in_progress"


def test_a_call_with_the_same_key_is_the_same_batch(world: World, client: openai.OpenAI, owner: dict[str, Any]) -> None:
    file_id, other_id = upload(client, line("a", FOX)), upload(client, line("b", FOX))
    body = {"input_file_id": file_id, "endpoint": GENERATIONS, "completion_window": "24h"}
    key = {"Idempotency-Key": "spring-1"}
    first = world.call("POST", "/v1/batches", token=owner["apiKey"], headers=key, body=body)

    client.files.delete(file_id)
    again = world.call("POST", "/v1/batches", token=owner["apiKey"], headers=key, body=body)
    changed = world.call(
        "POST", "/v1/batches", token=owner["apiKey"], headers=key, body=body | {"input_file_id": other_id}
    )

    assert (first.status, "Idempotent-Replayed" in first.headers) == (200, False)
    assert (again.status, again.json["id"], again.headers["Idempotent-Replayed"]) == (200, first.json["id"], "true")
    assert (changed.status, changed.json["error"]["code"]) == (422, "idempotency_key_reused")
    assert [batch.id for batch in client.batches.list()] == [first.json["id"]]


# --- files and lists --------------------------------------------------------------------------------------------------


def test_files_are_listed_read_and_deleted(world: World, client: openai.OpenAI) -> None:
    ids = [upload(client, line(str(number), FOX), name=f"{number}.jsonl") for number in range(3)]

    file = client.files.retrieve(ids[0])
    assert (file.filename, file.purpose, file.status) == ("0.jsonl", "batch", "processed")
    assert client.files.content(ids[0]).text == json.dumps(line("0", FOX))
    assert file.bytes == len(client.files.content(ids[0]).content)
    assert [each.id for each in client.files.list(limit=1)] == ids[::-1], "the client reads on"
    assert [each.id for each in client.files.list(order="asc", after=ids[0])] == ids[1:]
    assert client.files.delete(ids[0]).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(ids[0])
    with pytest.raises(openai.BadRequestError) as refused:
        create(client, ids[0])
    assert refused.value.param == "input_file_id"


def test_a_file_ends_when_its_client_says(client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    content = ("a.jsonl", b"{}")
    month = client.files.create(purpose="batch", file=content)
    hour = client.files.create(purpose="batch", file=content, expires_after={"anchor": "created_at", "seconds": 3600})

    assert month.expires_at == month.created_at + 30 * 24 * 3600
    assert hour.expires_at == hour.created_at + 3600
    assert client.files.retrieve(hour.id).expires_at == hour.expires_at
    monkeypatch.setattr(wiring, "system_clock", lambda: system_clock() + timedelta(hours=1))
    assert [file.id for file in client.files.list()] == [month.id]
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(hour.id)


@pytest.mark.parametrize(
    "sent",
    [
        {"anchor": "created_at", "seconds": 3599},
        {"anchor": "created_at", "seconds": 2_592_001},
        {"anchor": "created_at", "seconds": "soon"},
        {"anchor": "last_active_at", "seconds": 3600},
        {"anchor": "created_at"},
        "3600",
    ],
)
def test_a_time_for_which_no_file_is_kept_is_refused(client: openai.OpenAI, sent: Any) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.files.create(purpose="batch", file=("a.jsonl", b"{}"), expires_after=sent)

    assert refused.value.param == "expires_after"
    assert list(client.files.list()) == []


def test_batches_are_listed_the_newest_first(world: World, client: openai.OpenAI) -> None:
    file_id = upload(client, line("a", FOX))
    ids = [create(client, file_id).id for _ in range(3)]

    assert [batch.id for batch in client.batches.list(limit=2)] == ids[::-1]


def test_another_workspace_sees_none_of_it(world: World, client: openai.OpenAI) -> None:
    file_id = upload(client, line("a", FOX))
    batch = create(client, file_id)
    with client_of(world, world.tenant("Stranger", credits=10)["apiKey"]) as stranger:
        calls: list[Any] = [
            lambda: stranger.files.retrieve(file_id),
            lambda: stranger.files.content(file_id),
            lambda: stranger.files.delete(file_id),
            lambda: stranger.batches.retrieve(batch.id),
            lambda: stranger.batches.cancel(batch.id),
        ]
        for call in calls:
            with pytest.raises(openai.NotFoundError):
                call()
        with pytest.raises(openai.BadRequestError):
            create(stranger, file_id)
        assert [*stranger.files.list(), *stranger.batches.list()] == []


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        ({"endpoint": "/v1/chat/completions"}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"metadata": {"a": "x" * 513}}, "metadata"),
        ({"metadata": {str(number): "x" for number in range(17)}}, "metadata"),
        ({"output_expires_after": {"anchor": "created_at", "seconds": 60}}, "output_expires_after.seconds"),
        ({"output_expires_after": {"anchor": "now", "seconds": 7_200}}, "output_expires_after.anchor"),
        ({"input_file_id": "file-x"}, "input_file_id"),
        ({"input_file_id": "file-0192f0c4-0000-7000-8000-00000000beef"}, "input_file_id"),
    ],
)
def test_what_is_no_batch_is_refused(client: openai.OpenAI, sent: dict[str, Any], param: str) -> None:
    body: Any = {"input_file_id": "file-x", "endpoint": GENERATIONS, "completion_window": "24h"} | sent
    with pytest.raises(openai.BadRequestError) as refused:
        client.batches.create(**body)

    assert refused.value.param == param
    assert refused.value.response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    "lines",
    [
        ["no JSON"],
        [line("a", FOX), line("a", FOX)],
        [{"url": GENERATIONS, "body": FOX}],
        [line("a", {"model": "none", "prompt": "x"})],
    ],
    ids=["no JSON", "same id", "no id", "none can be made"],
)
def test_a_file_whose_lines_cannot_be_told_apart_or_made_is_refused(client: openai.OpenAI, lines: list[Any]) -> None:
    file_id = upload(client, *lines)

    with pytest.raises(openai.BadRequestError):
        create(client, file_id)

    assert list(client.batches.list()) == []


def test_files_of_other_purposes_and_empty_ones_are_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as purpose:
        client.files.create(purpose="vision", file=("a.png", b"x"))
    with pytest.raises(openai.BadRequestError) as empty:
        client.files.create(purpose="batch", file=("a.jsonl", b""))

    assert (purpose.value.param, empty.value.param) == ("purpose", "file")
