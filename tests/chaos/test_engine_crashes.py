"""A worker may die after any side effect, any message may come twice or never: the end is always a correct one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.engine import (
    WORKSPACE,
    Behaviour,
    Engine,
    Fuse,
    WorkerKilledError,
    a_request,
    caller,
    deaths,
    finished_at_once,
    inline_at_once,
    job_ending_in,
    refusing,
    running_for,
)
from tests.support.invariants import check_invariants
from tests.support.tables import create_core_table

from easel.domain.image import Status
from easel.errors import ProviderErrorClass

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def table(client: DynamoDBClient) -> str:
    return create_core_table(client)


SCENARIOS: dict[str, tuple[Behaviour, Status]] = {
    "done at once": (finished_at_once, Status.COMPLETED),
    "picture in the answer": (inline_at_once, Status.COMPLETED),
    "polled": (running_for(3), Status.COMPLETED),
    "refused content": (refusing(ProviderErrorClass.CONTENT), Status.FAILED),
    "job failed": (job_ending_in(ProviderErrorClass.FAILED), Status.FAILED),
    "unknown outcome": (refusing(ProviderErrorClass.AMBIGUOUS), Status.FAILED),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
def test_every_message_may_come_twice(client: DynamoDBClient, table: str, scenario: str, *, twice: bool) -> None:
    # Given a provider with this behaviour, and queues that deliver everything once or twice
    behaviour, expected = SCENARIOS[scenario]
    engine = Engine(client, table)
    engine.deliver_twice = twice
    engine.provider.default = behaviour
    # When a generation runs to its end
    generation = engine.run(engine.submit(a_request(n=2)).generation.id)
    # Then it ends as it should, with one paid job per image
    assert generation.status is expected
    assert len(engine.provider.tasks) == 2
    check_invariants(engine, generation)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_worker_killed_after_any_side_effect_changes_nothing_for_the_customer(
    client: DynamoDBClient, table: str, scenario: str
) -> None:
    # Given the history of an undisturbed run
    behaviour, _ = SCENARIOS[scenario]
    undisturbed = Engine(client, table)
    undisturbed.provider.default = behaviour
    undisturbed.run(undisturbed.submit(a_request()).generation.id)
    # When the worker is killed after each side effect of it in turn
    for victim in deaths(3, len(undisturbed.fuse.steps), list(SCENARIOS).index(scenario)):
        engine = Engine(client, table, fuse=Fuse(burns_at=victim))
        engine.provider.default = behaviour
        submitted = engine.submit(a_request()).generation
        generation = engine.run(submitted.id)
        # Then it ends, the provider was asked once, and a picture that was made is delivered
        killed_after = engine.fuse.steps[victim - 1]
        assert not engine.dead_letters, killed_after
        assert len(engine.provider.tasks) <= 1, f"a second paid job after {killed_after}"
        check_invariants(engine, generation)
        if generation.status is Status.FAILED and scenario in {"done at once", "picture in the answer", "polled"}:
            # Only a death around the call itself leaves the outcome unknown.
            assert generation.failure is not None
            assert generation.failure.code == "provider_outcome_unknown", killed_after


@pytest.mark.requirement("X-4")
def test_a_submit_killed_after_its_transaction_is_healed_by_the_sweeper(client: DynamoDBClient, table: str) -> None:
    # Given a submit that dies between its transaction and its message
    engine = Engine(client, table, fuse=Fuse(burns_at=1))
    with pytest.raises(WorkerKilledError):
        engine.submit(a_request(), idempotency_key="once")
    # When the caller repeats it with the same key
    again = engine.submit(a_request(), idempotency_key="once")
    # Then it finds the generation, and the sweeper brings it to its end
    assert again.replayed
    generation = engine.run(again.generation.id)
    assert generation.status is Status.COMPLETED
    assert len(engine.provider.tasks) == 1


def test_a_lost_message_after_the_transaction_is_healed_by_the_sweeper(client: DynamoDBClient, table: str) -> None:
    engine = Engine(client, table)
    engine.lose_submit_message = True
    submitted = engine.submit(a_request())
    generation = engine.run(submitted.generation.id)
    assert generation.status is Status.COMPLETED
    check_invariants(engine, generation)


def test_a_generation_that_has_begun_and_was_not_started_is_queued_again(client: DynamoDBClient, table: str) -> None:
    # Given a worker that died for good between the two steps of a start
    engine = Engine(client, table)
    engine.lose_submit_message = True
    submitted = engine.submit(a_request()).generation
    assert engine.generations.begin(WORKSPACE, submitted.id, engine.clock.now)
    # When the sweep has found it
    generation = engine.run(submitted.id)
    # Then it is made, long before its deadline
    assert generation.status is Status.COMPLETED
    assert generation.completed_at is not None
    assert generation.completed_at < submitted.deadline
    check_invariants(engine, generation)


def test_a_generation_that_was_never_started_ends_at_its_deadline(client: DynamoDBClient, table: str) -> None:
    engine = Engine(client, table)
    engine.lose_submit_message = True
    submitted = engine.submit(a_request()).generation
    engine.clock.now = submitted.deadline + timedelta(seconds=1)
    generation = engine.run(submitted.id)
    assert generation.status is Status.FAILED
    assert engine.provider.tasks == []


@pytest.mark.requirement("X-16", "X-34")
def test_one_failed_image_of_four_leaves_a_partial_success(client: DynamoDBClient, table: str) -> None:
    engine = Engine(client, table)
    engine.provider.script = [
        finished_at_once,
        refusing(ProviderErrorClass.CONTENT),
        running_for(2),
        finished_at_once,
    ]
    generation = engine.run(engine.submit(a_request(n=4)).generation.id)
    assert generation.status is Status.COMPLETED
    assert (generation.images_completed, generation.images_failed) == (3, 1)
    check_invariants(engine, generation)


def test_a_busy_provider_is_asked_again_and_its_wish_is_kept(client: DynamoDBClient, table: str) -> None:
    engine = Engine(client, table)
    engine.provider.script = [refusing(ProviderErrorClass.RETRYABLE, retry_after=7), finished_at_once]
    generation = engine.run(engine.submit(a_request()).generation.id)
    assert generation.status is Status.COMPLETED
    first, second = generation.images[0].attempts
    assert second.started_at - first.started_at >= timedelta(seconds=7)


def test_a_silent_provider_ends_in_a_timeout_and_its_late_picture_is_kept(client: DynamoDBClient, table: str) -> None:
    engine = Engine(client, table)
    engine.provider.default = running_for(18)
    generation = engine.run(engine.submit(a_request(cancel_after=timedelta(seconds=60))).generation.id)
    assert generation.status is Status.FAILED
    assert generation.failure is not None
    assert generation.failure.code == "timeout"
    assert generation.images[0].late
    assert generation.images[0].stored is not None
    assert len(set(engine.published)) == 1


@pytest.mark.requirement("X-34")
def test_cancelling_before_dispatch_never_reaches_the_provider(client: DynamoDBClient, table: str) -> None:
    engine = Engine(client, table)
    submitted = engine.submit(a_request(n=3)).generation
    engine.cancel(caller(), submitted.id)
    generation = engine.run(submitted.id)
    assert generation.status is Status.CANCELLED
    assert engine.provider.tasks == []


@pytest.mark.parametrize("victim", [1, 2])
def test_a_cancel_that_dies_half_way_can_be_repeated(client: DynamoDBClient, table: str, victim: int) -> None:
    engine = Engine(client, table)
    submitted = engine.submit(a_request()).generation
    engine.fuse.burns_at = len(engine.fuse.steps) + victim
    with pytest.raises(WorkerKilledError):
        engine.cancel(caller(), submitted.id)
    assert engine.cancel(caller(), submitted.id).status is Status.CANCELLED
    assert engine.run(submitted.id).status is Status.CANCELLED
    assert len(set(engine.published)) == 1
