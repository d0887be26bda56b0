"""How a generation and its images may change, and how a generation ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generations import NOW, a_generation, a_stored_image

from easel.domain.attempt import Attempt
from easel.domain.generation import CLOSE_GRACE, Generation, cancel, conclude
from easel.domain.image import ALLOWED, FAILURE_TEXTS, NOT_STARTED, OPEN, TIMED_OUT, Failure, Image, Stage, Status
from easel.domain.request import Size
from easel.errors import ProviderErrorClass
from easel.ids import MAX_IMAGES

ATTEMPT = Attempt("attempt-1", "wavespeed", "seedream-v4", "seedream-v4", started_at=NOW + timedelta(seconds=100))
REFUSED = Failure("content_policy", "No.")

TRANSITIONS = """
    from        PENDING PROCESSING COMPLETED FAILED CANCELLED
    PENDING     -       yes        -         yes    yes
    PROCESSING  -       -          yes       yes    yes
    COMPLETED   -       -          -         -      -
    FAILED      -       -          -         -      -
    CANCELLED   -       -          -         -      -
"""


def an_image(index: int, status: Status, stage: Stage | None = None) -> Image:
    delivered = status is Status.COMPLETED
    return Image(
        id=f"image-{index}",
        index=index,
        status=status,
        stage=None if status.is_final else stage or Stage.QUEUED,
        stored=a_stored_image() if delivered else None,
        failure=replace(REFUSED, message=f"No {index}.") if status is Status.FAILED else None,
    )


def images_of(*statuses: Status) -> list[Image]:
    return [an_image(index, status) for index, status in enumerate(statuses)]


some_images = st.lists(st.sampled_from(Status), min_size=1, max_size=MAX_IMAGES).map(lambda found: images_of(*found))


# --- the state machine ----------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-3", "S000-22", "S002-20")
def test_statuses_change_as_the_table_says_and_in_no_other_way() -> None:
    header, *rows = [line.split() for line in TRANSITIONS.strip().splitlines()]

    expected = {row[0]: {to for to, mark in zip(header[1:], row[1:], strict=True) if mark == "yes"} for row in rows}

    assert {str(status): {str(to) for to in allowed} for status, allowed in ALLOWED.items()} == expected


def test_a_status_is_either_open_or_final() -> None:
    assert [status for status in Status if not status.is_final] == list(OPEN)


# --- the regular end ------------------------------------------------------------------------------------------------


def test_all_images_delivered_is_a_success() -> None:
    outcome = conclude(images_of(Status.COMPLETED, Status.COMPLETED))

    assert (outcome.status, outcome.failure, outcome.timed_out) == (Status.COMPLETED, None, ())


@pytest.mark.requirement("X-3")
def test_one_delivered_image_is_a_success_whatever_became_of_the_others() -> None:
    generation = a_generation(count=3)
    outcome = conclude(images_of(Status.FAILED, Status.COMPLETED, Status.FAILED))

    ended = replace(generation, status=outcome.status, images=outcome.images)

    assert (ended.status, ended.images_completed, ended.images_failed) == (Status.COMPLETED, 1, 2)
    assert outcome.failure is None


def test_no_delivered_image_is_a_failure_for_the_reason_of_the_first() -> None:
    outcome = conclude(images_of(Status.FAILED, Status.FAILED))

    assert outcome.status is Status.FAILED
    assert outcome.failure == Failure("content_policy", "No 0.")


@pytest.mark.requirement("S004-32")
def test_an_image_that_is_still_open_has_run_out_of_time() -> None:
    delivered, begun, waiting = images_of(Status.COMPLETED, Status.PROCESSING, Status.PENDING)

    outcome = conclude((delivered, replace(begun, attempts=(ATTEMPT,)), waiting))

    assert outcome.timed_out == (1, 2)
    assert [image.failure for image in outcome.images] == [None, TIMED_OUT, NOT_STARTED]
    assert {TIMED_OUT.code, NOT_STARTED.code} == {"timeout"}
    assert not TIMED_OUT.retryable, "its job may still run"
    assert NOT_STARTED.retryable


def test_a_generation_whose_images_were_withdrawn_says_that_nothing_came() -> None:
    outcome = conclude(images_of(Status.CANCELLED))

    assert outcome.failure is not None
    assert (outcome.status, outcome.failure.code) == (Status.FAILED, "no_images")


@given(some_images)
def test_every_end_is_final_for_all_and_keeps_what_had_ended(images: list[Image]) -> None:
    outcome = conclude(images)

    assert outcome.status.is_final
    assert all(image.status.is_final and image.stage is None for image in outcome.images)
    assert [image.index for image in outcome.images] == [image.index for image in images]
    assert all(after == before for before, after in zip(images, outcome.images, strict=True) if before.status.is_final)
    delivered = any(image.status is Status.COMPLETED for image in images)
    assert (outcome.status is Status.COMPLETED) == delivered == (outcome.failure is None)


@given(some_images)
def test_concluding_twice_changes_nothing(images: list[Image]) -> None:
    once = conclude(images)

    again = conclude(once.images)

    assert (again.status, again.images, again.failure) == (once.status, once.images, once.failure)


# --- cancelling -----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-34")
@given(some_images)
def test_a_cancel_keeps_what_was_delivered_and_ends_the_rest(images: list[Image]) -> None:
    outcome = cancel(images)

    assert (outcome.status, outcome.failure) == (Status.CANCELLED, None)
    for before, after in zip(images, outcome.images, strict=True):
        if before.status.is_final:
            assert after == before
        else:
            assert (after.status, after.stage) == (Status.CANCELLED, None)


# --- stage and progress ---------------------------------------------------------------------------------------------


def test_the_stage_is_that_of_the_image_furthest_behind() -> None:
    stages = [Stage.STORING, Stage.SUBMITTED, Stage.GENERATING]
    images = tuple(an_image(index, Status.PROCESSING, stage) for index, stage in enumerate(stages))

    assert a_generation(status=Status.PROCESSING, images=images).stage is Stage.SUBMITTED


def test_a_generation_whose_images_have_all_ended_is_being_put_away() -> None:
    images = tuple(images_of(Status.COMPLETED, Status.FAILED))

    assert a_generation(status=Status.PROCESSING, images=images).stage is Stage.STORING


@pytest.mark.parametrize("status", [status for status in Status if status.is_final])
def test_an_ended_generation_has_no_stage_and_is_at_100(status: Status) -> None:
    generation = a_generation(status=status)

    assert (generation.stage, generation.progress) == (None, 100)


STEPS = [*Stage, Status.COMPLETED]
"""What an image goes through, in this order."""


def _progress(reached: list[int]) -> int:
    images = [
        an_image(index, Status.COMPLETED) if isinstance(step, Status) else an_image(index, Status.PROCESSING, step)
        for index, step in enumerate(STEPS[number] for number in reached)
    ]
    return a_generation(status=Status.PROCESSING, images=tuple(images)).progress


@given(st.data())
def test_progress_never_runs_backwards_and_reaches_100_only_at_the_end(data: st.DataObject) -> None:
    reached = [0] * data.draw(st.integers(1, MAX_IMAGES))
    seen = [_progress(reached)]
    while min(reached) < len(STEPS) - 1:
        unfinished = [index for index, step in enumerate(reached) if step < len(STEPS) - 1]
        reached[data.draw(st.sampled_from(unfinished))] += 1
        seen.append(_progress(reached))

    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 99)


# --- small facts ----------------------------------------------------------------------------------------------------


def test_a_running_generation_is_left_to_the_state_machine_until_a_while_after_its_deadline() -> None:
    generation: Generation = a_generation(deadline=NOW + timedelta(seconds=60))

    assert generation.attention_when_running == NOW + timedelta(seconds=60) + CLOSE_GRACE


@pytest.mark.parametrize(
    ("work_seconds", "attempts", "seconds"),
    [
        (60, [], 600),
        (60, [ATTEMPT], 160),
        (60, [ATTEMPT, replace(ATTEMPT, started_at=NOW + timedelta(seconds=150))], 160),
        (550, [ATTEMPT], 600),
        (None, [ATTEMPT], 600),
    ],
    ids=["not begun", "begun", "tried again", "bounded by the overall deadline", "no limit of its own"],
)
def test_the_time_of_an_image_begins_with_its_first_attempt(
    work_seconds: int | None, attempts: list[Attempt], seconds: int
) -> None:
    generation = a_generation(deadline=NOW + timedelta(seconds=600), work_seconds=work_seconds)

    assert generation.image_deadline(attempts) == NOW + timedelta(seconds=seconds)


@pytest.mark.requirement("X-5")
def test_a_size_is_written_with_an_x() -> None:
    size = Size(1792, 1024)

    assert (str(size), size.pixels) == ("1792x1024", 1_835_008)


@pytest.mark.parametrize("error_class", ProviderErrorClass)
def test_every_class_of_provider_error_has_words_for_the_caller(error_class: ProviderErrorClass) -> None:
    failure = FAILURE_TEXTS[error_class]

    assert failure.code.isidentifier()
    assert failure.message.endswith(".")
