"""The working record of an image: one worker at a time, every attempt in the log, nobody overwrites anybody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contract.repositories.conftest import Core
from tests.support.generations import GENERATION_ID, NOW, WORKSPACE_ID

from easel.domain.attempt import Attempt
from easel.errors import StaleWrite
from easel.services.ports.image_tasks import ImageRef, ImageTask

REF = ImageRef(WORKSPACE_ID, GENERATION_ID, 2, "req-1")
LEASE = NOW + timedelta(seconds=125)
WORKERS = 10


def an_attempt(id_: str = "attempt-1") -> Attempt:
    return Attempt(id_, "wavespeed", "seedream-v4", "bytedance/seedream-v4", NOW)


def ended(attempt: Attempt, outcome: str = "retryable") -> Attempt:
    return replace(attempt, ended_at=NOW + timedelta(seconds=3), outcome=outcome, error_code="429")


@pytest.fixture
def task(core: Core) -> ImageTask:
    claimed = core.tasks.claim(REF, "token-1", an_attempt(), LEASE)
    assert claimed is not None
    return claimed


# --- claiming ---------------------------------------------------------------------------------------------------------


def test_a_claimed_task_reads_back_with_its_first_attempt(core: Core, task: ImageTask) -> None:
    assert task == ImageTask(REF, 1, "token-1", LEASE, (an_attempt(),))
    assert core.tasks.get(REF) == task


def test_an_image_nobody_works_on_has_no_task(core: Core, task: ImageTask) -> None:
    assert core.tasks.get(replace(REF, index=3)) is None
    assert core.tasks.get(replace(REF, workspace_id=GENERATION_ID)) is None


def test_of_many_workers_one_gets_the_image(core: Core) -> None:
    def claim(number: int) -> ImageTask | None:
        return core.tasks.claim(REF, f"token-{number}", an_attempt(f"attempt-{number}"), LEASE)

    with ThreadPoolExecutor(WORKERS) as workers:
        claimed = [task for task in workers.map(claim, range(WORKERS)) if task is not None]

    assert len(claimed) == 1
    assert core.tasks.get(REF) == claimed[0]


# --- changes ----------------------------------------------------------------------------------------------------------


def test_the_life_of_a_task_is_its_journal(core: Core, task: ImageTask) -> None:
    first, second = an_attempt(), an_attempt("attempt-2")
    busy = core.tasks.end_attempt(task, ended(first))
    assert busy is not None
    again = core.tasks.begin_attempt(busy, "token-2", second, LEASE + timedelta(seconds=9))
    assert again is not None
    noted = core.tasks.record_job(again, "job-7")
    assert noted is not None
    polled = core.tasks.begin_poll(noted, 3, LEASE + timedelta(seconds=20))

    expected = ImageTask(
        REF,
        version=5,
        task_token="token-2",
        lease_until=LEASE + timedelta(seconds=20),
        attempts=(ended(first), replace(second, job_id="job-7")),
        polls=3,
    )
    assert polled == expected
    assert core.tasks.get(REF) == expected


def test_a_further_attempt_is_polled_from_the_start(core: Core, task: ImageTask) -> None:
    polled = core.tasks.begin_poll(task, 8, LEASE)
    assert polled is not None

    again = core.tasks.begin_attempt(polled, "token", an_attempt("attempt-2"), LEASE)

    assert again is not None
    assert again.polls == 0


def test_whoever_read_an_older_version_changes_nothing(core: Core, task: ImageTask) -> None:
    current = core.tasks.record_job(task, "job-1")
    attempt = task.attempts[0]

    assert core.tasks.record_job(task, "job-2") is None
    assert core.tasks.begin_poll(task, 1, LEASE) is None
    assert core.tasks.end_attempt(task, ended(attempt)) is None
    assert core.tasks.begin_attempt(task, "token-2", an_attempt("attempt-2"), LEASE) is None
    with pytest.raises(StaleWrite):
        core.commit(core.tasks.ending_attempt(task, ended(attempt)))

    assert core.tasks.get(REF) == current


def test_of_many_workers_one_changes_the_task(core: Core, task: ImageTask) -> None:
    with ThreadPoolExecutor(WORKERS) as workers:
        changed = list(workers.map(lambda polls: core.tasks.begin_poll(task, polls, LEASE), range(1, WORKERS + 1)))

    winners = [winner for winner in changed if winner is not None]
    assert len(winners) == 1
    assert core.tasks.get(REF) == winners[0]


def test_an_attempt_ends_within_a_transaction(core: Core, task: ImageTask) -> None:
    delivered = ended(task.attempts[0], "delivered")

    core.commit(core.tasks.ending_attempt(task, delivered))

    assert core.tasks.get(REF) == replace(task, version=2, attempts=(delivered,))


def test_working_records_are_forgotten_a_month_later(core: Core, task: ImageTask) -> None:
    (item,) = core.items()

    assert item["expiresAt"] == int((NOW + timedelta(days=30)).timestamp())
