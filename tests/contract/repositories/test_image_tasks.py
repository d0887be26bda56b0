"""The working record of an image: one worker at a time, every attempt in the log, nobody overwrites anybody."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.repositories.conftest import Core, an_id, ref_to
from tests.support.generations import GENERATION_ID, NOW, WORKSPACE_ID, a_generation, a_stored_image

from easel.domain.attempt import Attempt
from easel.domain.generation import Generation, cancel
from easel.domain.image import INTERNAL_FAILURE, TIMED_OUT, Image, ServedBy, Status
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
    assert core.tasks.get(REF) == uncalled(task)


def test_an_image_nobody_works_on_has_no_task(core: Core, task: ImageTask) -> None:
    assert core.tasks.get(replace(REF, index=3)) is None
    assert core.tasks.get(replace(REF, workspace_id=GENERATION_ID)) is None


def test_of_many_workers_one_gets_the_image(core: Core) -> None:
    def claim(number: int) -> ImageTask | None:
        return core.tasks.claim(REF, f"token-{number}", an_attempt(f"attempt-{number}"), LEASE)

    with ThreadPoolExecutor(WORKERS) as workers:
        claimed = [task for task in workers.map(claim, range(WORKERS)) if task is not None]

    assert len(claimed) == 1
    assert core.tasks.get(REF) == uncalled(claimed[0])


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
    assert core.tasks.get(REF) == uncalled(expected)


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
    assert core.tasks.deliver(task, a_picture(attempt), ended(attempt)) is None

    assert current is not None
    assert core.tasks.get(REF) == uncalled(current)


def test_of_many_workers_one_changes_the_task(core: Core, task: ImageTask) -> None:
    with ThreadPoolExecutor(WORKERS) as workers:
        changed = list(workers.map(lambda polls: core.tasks.begin_poll(task, polls, LEASE), range(1, WORKERS + 1)))

    winners = [winner for winner in changed if winner is not None]
    assert len(winners) == 1
    assert core.tasks.get(REF) == uncalled(winners[0])


# --- calls ------------------------------------------------------------------------------------------------------------

TOKEN = "token-1"
REAL_TOKEN = base64.b64encode(bytes(range(256)) * 3).decode()
"""As long, and of the same letters, as those of Step Functions."""


@pytest.fixture
def running(core: Core) -> Generation:
    return core.running(id=GENERATION_ID, count=3)


def begun(core: Core, *, token: str = TOKEN) -> ImageTask:
    task = core.tasks.claim(REF, token, an_attempt(), LEASE)
    assert task is not None
    return task


@pytest.mark.parametrize("token", [REAL_TOKEN, TOKEN, "AQ==", "", "AQ", "not base64!", "AQ==\n", "жетон"])
def test_a_call_keeps_its_attempt_and_the_token_as_it_was(core: Core, running: Generation, token: str) -> None:
    task = begun(core, token=token)

    assert core.tasks.begin_call(task, "attempt-1")

    assert core.tasks.get(REF) == replace(task, called_attempt="attempt-1")


def test_an_attempt_is_called_once(core: Core, running: Generation) -> None:
    task = begun(core)

    with ThreadPoolExecutor(WORKERS) as workers:
        called = list(workers.map(lambda _: core.tasks.begin_call(task, "attempt-1"), range(WORKERS)))

    assert called.count(True) == 1


def test_a_further_attempt_is_called_with_its_own_token(core: Core, running: Generation) -> None:
    task = begun(core)
    core.tasks.begin_call(task, "attempt-1")
    busy = core.tasks.end_attempt(task, ended(an_attempt()))
    assert busy is not None
    again = core.tasks.begin_attempt(busy, "token-2", an_attempt("attempt-2"), LEASE)
    assert again is not None

    assert core.tasks.begin_call(again, "attempt-2")

    assert core.tasks.get(REF) == replace(again, called_attempt="attempt-2")
    assert again.task_token == "token-2"


def test_no_call_is_made_for_an_image_that_has_ended(core: Core, running: Generation) -> None:
    task = begun(core)
    core.tasks.fail(REF, failed(running.images[2]))

    assert not core.tasks.begin_call(task, "attempt-1")


def test_no_call_is_made_for_a_generation_that_is_not_running(core: Core) -> None:
    # Given one that has not begun, one that was cancelled, and one that nobody has heard of
    waiting, cancelled = core.created(), core.running(id=an_id(1))
    outcome = cancel(cancelled.images)
    core.commit(core.generations.closing(cancelled, replace(cancelled, completed_at=NOW), outcome))
    refs = [ref_to(waiting), ref_to(cancelled), replace(REF, generation_id=an_id(2))]

    for ref in refs:
        task = core.tasks.claim(ref, "token", an_attempt(), LEASE)
        assert task is not None
        assert not core.tasks.begin_call(task, "attempt-1")


def test_tokens_are_forgotten_once_no_callback_comes_any_more_and_images_are_kept(
    core: Core, running: Generation
) -> None:
    core.tasks.begin_call(begun(core), "attempt-1")

    (call,) = (item for item in core.items() if "expiresAt" in item)
    assert call["sk"].startswith("CALL#")
    assert call["expiresAt"] > (LEASE + timedelta(days=1)).timestamp()


# --- the ends of an image ---------------------------------------------------------------------------------------------


def a_picture(attempt: Attempt, **changes: Any) -> Image:
    image = a_generation(count=3).images[2]
    made = {"status": Status.COMPLETED, "stage": None, "stored": a_stored_image(), "completed_at": NOW}
    return replace(image, **made | changes, attempts=(attempt,), served_by=ServedBy(attempt.provider, attempt.model))


def failed(image: Image, *attempts: Attempt) -> Image:
    return replace(image, status=Status.FAILED, stage=None, failure=TIMED_OUT, attempts=attempts, completed_at=NOW)


def test_a_picture_ends_its_image_and_the_attempt_that_made_it(core: Core, running: Generation) -> None:
    task, attempt = begun(core), ended(an_attempt(), "delivered")

    delivered = core.tasks.deliver(task, a_picture(attempt), attempt)

    assert delivered is not None
    assert (delivered.version, delivered.attempts) == (2, (attempt,))
    assert core.stored(running).images == (*running.images[:2], a_picture(attempt))


def test_an_image_has_one_picture(core: Core, running: Generation) -> None:
    task, attempt = begun(core), ended(an_attempt(), "delivered")
    delivered = core.tasks.deliver(task, a_picture(attempt), attempt)
    assert delivered is not None

    assert core.tasks.deliver(delivered, a_picture(attempt, stored=a_stored_image(width=1)), attempt) is None

    assert core.stored(running).images[2] == a_picture(attempt)


def test_an_image_that_nobody_began_can_fail(core: Core, running: Generation) -> None:
    assert core.tasks.fail(REF, failed(running.images[2]))

    assert core.stored(running).images == (*running.images[:2], failed(running.images[2]))
    assert core.tasks.get(REF) is None
    assert core.tasks.claim(REF, "token", an_attempt(), LEASE) is None


def test_an_image_fails_once_and_never_after_its_picture(core: Core, running: Generation) -> None:
    task, attempt = begun(core), ended(an_attempt(), "delivered")
    other = replace(REF, index=1)
    core.tasks.deliver(task, a_picture(attempt), attempt)
    core.tasks.fail(other, failed(running.images[1]))

    again = replace(failed(running.images[1]), failure=INTERNAL_FAILURE)

    assert not core.tasks.fail(REF, failed(running.images[2], attempt))
    assert not core.tasks.fail(other, again)
    assert core.stored(running).images[1:] == (failed(running.images[1]), a_picture(attempt))


def test_a_worker_that_read_an_image_before_it_failed_changes_nothing(core: Core, running: Generation) -> None:
    task = begun(core)
    core.tasks.fail(REF, failed(running.images[2], an_attempt()))

    assert core.tasks.record_job(task, "job-1") is None
    assert core.tasks.deliver(task, a_picture(an_attempt()), ended(an_attempt(), "delivered")) is None


def test_a_picture_for_an_image_that_has_failed_is_a_late_one(core: Core, running: Generation) -> None:
    begun(core)
    core.tasks.fail(REF, failed(running.images[2], an_attempt()))
    task, attempt = core.tasks.get(REF), ended(an_attempt(), "delivered")
    assert task is not None

    late = a_picture(attempt, status=Status.FAILED, failure=TIMED_OUT, late=True)
    assert core.tasks.deliver(task, late, attempt) is not None

    assert core.stored(running).images[2] == late


def test_a_late_picture_is_counted_once_and_only_when_it_is_there(core: Core, running: Generation) -> None:
    task, attempt = begun(core), ended(an_attempt(), "delivered")
    with pytest.raises(StaleWrite):
        core.commit(core.tasks.counting_late(REF))
    core.tasks.deliver(task, a_picture(attempt), attempt)

    core.commit(core.tasks.counting_late(REF))
    with pytest.raises(StaleWrite):
        core.commit(core.tasks.counting_late(REF))


def uncalled(task: ImageTask) -> ImageTask:
    """As it is read back before any call: the token comes with the call."""
    return replace(task, task_token="")
