"""Batches that are submitted again with the same `Idempotency-Key`: one batch, one charge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.world import World
from tests.functions.api.world import world as running

from easel import settings
from easel.errors import QueueUnavailable
from easel.repositories.generations.idempotency import DynamoIdempotencyClaims
from easel.workflow.queues import SqsBatchQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functions.api.harness import Answer
    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer

pytestmark = pytest.mark.requirement("S002-71")

LINES = [
    {"custom_id": "fox", "body": {"model": "seedream-v4", "prompt": "a fox"}},
    {"custom_id": "wrong", "body": {"model": "none", "prompt": "x"}},
]


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


def submit(
    world: World, owner: dict[str, Any], lines: Any = LINES, *, key: str = "spring-1", query: str = "start=true"
) -> Answer:
    headers = {"Idempotency-Key": key}
    body = {"requests": lines}
    return world.call("POST", "/api/v1/batches", token=owner["apiKey"], headers=headers, body=body, query=query)


def batches(world: World, owner: dict[str, Any]) -> list[str]:
    found = world.call("GET", "/api/v1/batches", token=owner["apiKey"]).json["batches"]
    return [batch["id"] for batch in found]


def test_the_same_key_and_body_is_the_same_batch(world: World, owner: dict[str, Any]) -> None:
    first = submit(world, owner)
    again = submit(world, owner)
    respelled = submit(world, owner, [{"customId": "fox", "body": LINES[0]["body"], "method": "POST"}, LINES[1]])

    assert (first.status, first.json["status"], "Idempotent-Replayed" in first.headers) == (201, "RUNNING", False)
    for one in (again, respelled):
        assert (one.status, one.json, one.headers["Idempotent-Replayed"]) == (201, first.json, "true")
        assert one.headers["Location"] == first.headers["Location"]
    assert batches(world, owner) == [first.json["id"]]
    assert submit(world, owner, key="spring-2").json["id"] != first.json["id"]


@pytest.mark.parametrize(
    ("lines", "query"),
    [
        ([LINES[0] | {"body": {"model": "seedream-v4", "prompt": "an owl"}}, LINES[1]], "start=true"),
        (LINES[:1], "start=true"),
        (LINES, "start=true&budget_credits=5"),
        (LINES, ""),
    ],
    ids=["prompt", "fewer", "budget", "not started"],
)
def test_the_same_key_with_another_request_is_refused(
    world: World, owner: dict[str, Any], lines: Any, query: str
) -> None:
    first = submit(world, owner)

    refused = submit(world, owner, lines, query=query)

    assert (refused.status, refused.json["error"]["code"]) == (422, "idempotency_key_reused")
    assert batches(world, owner) == [first.json["id"]]


def test_a_budget_below_nothing_is_refused_and_one_of_nothing_is_not(world: World, owner: dict[str, Any]) -> None:
    refused = submit(world, owner, query="budget_credits=-1")

    (fault,) = refused.json["error"]["details"]
    assert (refused.status, fault["field"], fault["allowed"]) == (400, "budget_credits", {"minimum": 0})
    assert batches(world, owner) == []
    assert submit(world, owner, query="budget_credits=0").json["cost"]["budgetMilliCredits"] == 0


def test_of_two_calls_at_the_same_moment_one_stores_a_batch(
    world: World, owner: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each has looked before the other one stored its batch.
    monkeypatch.setattr(DynamoIdempotencyClaims, "find", lambda *_: None)
    first, second = submit(world, owner), submit(world, owner)

    assert (second.status, second.json["id"], second.headers["Idempotent-Replayed"]) == (201, first.json["id"], "true")
    assert submit(world, owner, LINES[:1]).status == 422
    assert batches(world, owner) == [first.json["id"]]


def test_a_repetition_starts_the_batch_that_a_first_call_only_stored(
    world: World, owner: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise QueueUnavailable("down")

    with monkeypatch.context() as patch:
        patch.setattr(SqsBatchQueue, "run", refuse)
        assert submit(world, owner).status == 503

    again = submit(world, owner)

    assert (again.status, again.json["status"]) == (201, "RUNNING")
    assert batches(world, owner) == [again.json["id"]]


def test_a_key_that_made_a_generation_makes_no_batch(world: World, owner: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "spring-1"}
    body = LINES[0]["body"]
    made = world.call("POST", "/api/v1/generations", token=owner["apiKey"], headers=headers, body=body)
    assert made.status == 202

    assert submit(world, owner).status == 422
    assert batches(world, owner) == []


def test_a_refused_batch_leaves_its_key_free(world: World, owner: dict[str, Any]) -> None:
    assert submit(world, owner, LINES[1:]).status == 400

    assert submit(world, owner).status == 201
