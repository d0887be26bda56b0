"""Images that wait for a free worker: the wait is not taken from the time that making them may take."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.engine import (
    WORKER_SECONDS,
    Engine,
    Fuse,
    a_request,
    finished_at_once,
    refusing,
    running_for,
)
from tests.support.invariants import check_invariants
from tests.support.tables import create_core_table

from easel.domain.catalogue import load_catalogue
from easel.domain.deadlines import MAX_QUEUE_WAIT
from easel.domain.generation import CLOSE_GRACE, Generation
from easel.domain.image import NOT_STARTED, TIMED_OUT, Status
from easel.errors import ProviderErrorClass

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

WORK = timedelta(seconds=load_catalogue().find("seedream-v4").deadline_seconds)
FOREVER = 10_000
"""Polls; more than fit into any deadline."""


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def table(client: DynamoDBClient) -> str:
    return create_core_table(client)


@pytest.fixture
def engine(client: DynamoDBClient, table: str) -> Engine:
    return Engine(client, table)


def waited(engine: Engine, wait: timedelta, n: int = 1) -> Generation:
    """A generation whose render messages lie in their queue for this long, at its end."""
    engine.queue_wait = wait
    generation = engine.run(engine.submit(a_request(n=n)).generation.id)
    check_invariants(engine, generation)
    return generation


@pytest.mark.parametrize("wait", [WORK / 2, WORK + timedelta(seconds=30), MAX_QUEUE_WAIT - timedelta(seconds=1)])
def test_images_that_wait_longer_than_making_them_may_take_are_made(engine: Engine, wait: timedelta) -> None:
    engine.provider.default = running_for(3)

    generation = waited(engine, wait, n=2)

    assert (generation.status, generation.images_completed) == (Status.COMPLETED, 2)


def test_the_provider_has_its_whole_time_after_the_wait(engine: Engine) -> None:
    engine.provider.default = finished_at_once

    waited(engine, WORK + timedelta(seconds=30))

    (task,) = engine.provider.tasks
    assert task.timeout_seconds > min(WORK.total_seconds(), WORKER_SECONDS) / 2


def test_a_provider_that_is_silent_after_the_wait_is_given_up_after_its_own_time(engine: Engine) -> None:
    engine.provider.default = running_for(FOREVER)

    generation = waited(engine, timedelta(seconds=100))

    assert generation.failure == TIMED_OUT
    assert generation.completed_at is not None
    begun = generation.images[0].attempts[0].started_at
    assert timedelta() <= generation.completed_at - (begun + WORK) < timedelta(minutes=1)
    assert generation.completed_at < generation.deadline


def test_an_image_that_no_worker_takes_ends_at_the_overall_deadline_and_nothing_was_asked(engine: Engine) -> None:
    generation = waited(engine, timedelta(hours=1))

    assert (generation.status, generation.failure) == (Status.FAILED, NOT_STARTED)
    assert generation.deadline == generation.created_at + WORK + MAX_QUEUE_WAIT
    assert generation.completed_at is not None
    assert generation.deadline <= generation.completed_at <= generation.deadline + CLOSE_GRACE + timedelta(minutes=1)
    assert engine.provider.tasks == []
    assert generation.charged == 0


def test_the_callers_own_limit_covers_the_wait(engine: Engine) -> None:
    engine.queue_wait = timedelta(seconds=100)
    submitted = engine.submit(a_request(cancel_after=timedelta(seconds=60))).generation

    generation = engine.run(submitted.id)

    assert (generation.status, generation.failure) == (Status.FAILED, NOT_STARTED)
    assert engine.provider.tasks == []


def test_a_retry_that_comes_after_the_images_time_asks_nobody(engine: Engine) -> None:
    # Given a provider that is busy, and a retry that waits in the queue beyond the time of the image
    engine.provider.script = [refusing(ProviderErrorClass.RETRYABLE)]
    engine.retry_wait = WORK
    # When the generation runs to its end
    generation = waited(engine, timedelta())
    # Then it has timed out before its overall deadline, and the provider was asked once
    assert generation.failure == TIMED_OUT
    assert len(engine.provider.tasks) == 1
    assert generation.completed_at is not None
    assert generation.completed_at < generation.deadline


def test_a_worker_that_dies_after_a_long_wait_changes_nothing(client: DynamoDBClient, table: str) -> None:
    undisturbed = Engine(client, table)
    waited(undisturbed, WORK + timedelta(seconds=30))
    for victim in range(3, len(undisturbed.fuse.steps) + 1):
        engine = Engine(client, table, fuse=Fuse(burns_at=victim))
        generation = waited(engine, WORK + timedelta(seconds=30))
        killed_after = engine.fuse.steps[victim - 1]
        assert generation.status.is_final, killed_after
        assert len(engine.provider.tasks) <= 1, f"a second paid job after {killed_after}"
