"""Generations in DynamoDB: what is written reads back, lists are paged, and no write overtakes another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contract.repositories.conftest import Core, an_id, ref_to
from tests.support.generations import NOW, WORKSPACE_ID, a_generation, a_stored_image

from easel.domain.attempt import Attempt
from easel.domain.generation import START_GRACE, Counted, Generation, Outcome, UsedTemplate, cancel, conclude
from easel.domain.image import NOT_STARTED, TIMED_OUT, Adjustment, Failure, Image, ServedBy, Stage, Status
from easel.domain.reference import ImageSource, Reference, TelegramSource, UploadSource, UrlSource, at_url
from easel.domain.request import Channel, ImageParameters, Mode, Size
from easel.errors import StaleWrite
from easel.ids import image_id, new_generation_id
from easel.repositories.generations import keys
from easel.services.ports.accounts import WorkspaceRecord
from easel.services.ports.image_tasks import ImageTask

ANOTHER_WORKSPACE = "019a9f1c-0000-7000-8000-0000000000ff"
LONG_AFTER = NOW + timedelta(days=1)


# --- reading back -----------------------------------------------------------------------------------------------------


def test_a_new_generation_reads_back(core: Core) -> None:
    generation = core.created(count=10)

    assert core.stored(generation) == generation


@pytest.mark.requirement("S001-37", "S001-71", "S001-73", "S002-50", "S002-79")
def test_every_field_of_a_generation_reads_back(core: Core) -> None:
    identity = an_id(0)
    ended_at = NOW + timedelta(seconds=9)
    attempt = Attempt(
        "attempt-1",
        "wavespeed",
        "seedream-v4",
        "model",
        NOW,
        "job-1",
        ended_at,
        "failed",
        "E5",
        27_000,
        cost_uncertain=True,
    )
    images = (
        Image(
            image_id(identity, 0),
            0,
            Status.COMPLETED,
            stage=None,
            prompt="қизил тулки, ён томондан",
            shot="close-up",
            references=(1,),
            stored=a_stored_image(),
            served_by=ServedBy("wavespeed", "seedream-v4"),
            adjustments=(Adjustment("size", "512x512", "1024x1024", "Made larger and reduced."),),
            attempts=(attempt,),
            completed_at=NOW,
        ),
        Image(
            image_id(identity, 1),
            1,
            Status.FAILED,
            stage=None,
            stored=a_stored_image(unmarked_key=None),
            failure=TIMED_OUT,
            served_by=ServedBy("google", "gemini"),
            attempts=(replace(attempt, id="attempt-2"),),
            completed_at=NOW,
            late=True,
        ),
        Image(image_id(identity, 2), 2, Status.PROCESSING, Stage.GENERATING, attempts=(an_attempt(),)),
        Image(image_id(identity, 3), 3, prompt="another"),
    )
    generation = a_generation(
        id=identity,
        channel=Channel.TELEGRAM,
        prompt="қизил тулки 🦊",
        mode=Mode.IMAGE_TO_IMAGE,
        parameters=ImageParameters(Size(1024, 768), "16:9", "2k", "webp", "hd", "vivid", "opaque", "© Easel"),
        input_params={"prompt": "қизил", "scale": 1.5, "empty": "", "none": None, "list": [1, {"a": True}]},
        references=(
            at_url("https://a.example/1.png", "front", "file-1"),
            Reference(UrlSource("https://a.example/2.png?sig=***", sealed="Zm94")),
            Reference(UploadSource("019a9f1c-0000-7000-8000-0000000000b1"), "back"),
            Reference(ImageSource("019a9f1c-0000-7000-8000-0000000000a1")),
            Reference(TelegramSource("file-2")),
        ),
        images=images,
        status=Status.PROCESSING,
        started_at=NOW + timedelta(seconds=1),
        completed_at=NOW + timedelta(seconds=2),
        failure=Failure("timeout", "Too late.", retryable=True),
        client_reference="order 7",
        template=UsedTemplate("product-shots", 2, ("material was shortened from 9 to 4 characters.",)),
        work_seconds=180,
    )

    core.created(**{name: getattr(generation, name) for name in generation.__slots__})

    assert core.stored(generation) == generation


def test_an_id_can_be_taken_only_once(core: Core) -> None:
    generation = core.created()

    with pytest.raises(StaleWrite):
        core.commit(*core.generations.creation(replace(generation, prompt="another")))

    assert core.stored(generation) == generation


@pytest.mark.requirement("S001-17")
@pytest.mark.parametrize("status", [None, Status.PENDING])
def test_another_workspace_sees_nothing(core: Core, status: Status | None) -> None:
    generation = core.created()

    assert core.generations.get(ANOTHER_WORKSPACE, generation.id) is None
    page = core.generations.list(ANOTHER_WORKSPACE, limit=10, after=None, status=status)
    assert (page.items, page.next_after) == ((), None)


# --- lists ------------------------------------------------------------------------------------------------------------


def pages(core: Core, limit: int, status: Status | None = None) -> list[list[str]]:
    """The ids on each page, by following the cursor to its end."""
    found: list[list[str]] = []
    after: str | None = None
    while True:
        page = core.generations.list(WORKSPACE_ID, limit=limit, after=after, status=status)
        found.append([generation.id for generation in page.items])
        after = page.next_after
        if after is None:
            return found


@pytest.mark.requirement("S000-23", "S000-61", "S000-62", "S000-64", "X-7")
def test_pages_hold_all_generations_once_the_newest_first(core: Core) -> None:
    ids = [core.created(id=an_id(second)).id for second in (3, 1, 7, 5, 2, 6, 4)]
    newest_first = sorted(ids, reverse=True)

    assert pages(core, limit=3) == [newest_first[:3], newest_first[3:6], newest_first[6:]]


def test_a_list_that_fills_its_last_page_ends_there_or_with_an_empty_one(core: Core) -> None:
    ids = [core.created(id=an_id(second)).id for second in range(4)]

    found = pages(core, limit=2)

    assert [page for page in found if page] == [[ids[3], ids[2]], [ids[1], ids[0]]]
    assert len(found) <= 3


def test_what_is_new_does_not_shift_the_pages_that_follow(core: Core) -> None:
    ids = [core.created(id=an_id(second)).id for second in range(4)]
    first = core.generations.list(WORKSPACE_ID, limit=2, after=None, status=None)
    core.created(id=an_id(99))

    second = core.generations.list(WORKSPACE_ID, limit=2, after=first.next_after, status=None)

    assert [generation.id for generation in second.items] == [ids[1], ids[0]]


@pytest.mark.requirement("S000-24", "S000-63", "S003-84")
def test_a_list_by_status_is_paged_the_same_way(core: Core) -> None:
    ids = [core.created(id=an_id(second)).id for second in range(7)]
    for id_ in ids[::3]:
        core.begin(core.stored(a_generation(id=id_)))

    assert [page for page in pages(core, limit=2, status=Status.PROCESSING) if page] == [[ids[6], ids[3]], [ids[0]]]
    assert pages(core, limit=10, status=Status.PENDING) == [[ids[5], ids[4], ids[2], ids[1]]]
    assert pages(core, limit=10, status=Status.CANCELLED) == [[]]


def test_a_list_by_status_follows_a_generation_to_its_end(core: Core) -> None:
    generation = core.running()
    close(core, generation)

    assert pages(core, limit=10, status=Status.FAILED) == [[generation.id]]
    assert pages(core, limit=10, status=Status.PROCESSING) == [[]]


def test_lists_show_generations_and_nothing_else_of_the_workspace(core: Core) -> None:
    generation = core.running()
    claimed(core, generation)
    core.commit(core.workspaces.adding(WorkspaceRecord(WORKSPACE_ID, "ours", NOW)))

    assert pages(core, limit=10) == [[generation.id]]


@pytest.mark.parametrize("status", [None, Status.PROCESSING, Status.CANCELLED])
def test_lists_show_generations_of_many_images_whole(core: Core, status: Status | None) -> None:
    generations = [core.running(id=an_id(second), count=10) for second in range(5)]
    for generation in generations:
        for index in range(0, 10, 2):
            claimed(core, generation, index)
        if status is Status.CANCELLED:
            close(core, core.stored(generation), cancel(core.stored(generation).images))

    found: list[Generation] = []
    after: str | None = None
    while page := core.generations.list(WORKSPACE_ID, limit=2, after=after, status=status):
        found += page.items
        after = page.next_after
        if after is None:
            break

    assert found == [core.stored(generation) for generation in reversed(generations)]


def test_what_runs_is_listed_for_every_user_and_channel(core: Core) -> None:
    ids = [
        core.running(id=an_id(second), user_id=f"user-{second % 2}", channel=channel).id
        for second, channel in enumerate((Channel.API, Channel.TELEGRAM, Channel.API, Channel.TELEGRAM))
    ]

    page = core.generations.list(WORKSPACE_ID, limit=2, after=None, status=Status.PROCESSING)
    rest = core.generations.list(WORKSPACE_ID, limit=2, after=page.next_after, status=Status.PROCESSING)
    skipped = core.generations.list(WORKSPACE_ID, limit=2, after=None, skip=1, status=Status.PROCESSING)

    listed = [[generation.id for generation in page.items] for page in (page, rest, skipped)]
    assert listed == [[ids[3], ids[2]], [ids[1], ids[0]], [ids[2], ids[1]]]


# --- the end of a generation ------------------------------------------------------------------------------------------


def close(core: Core, generation: Generation, outcome: Outcome | None = None) -> Generation:
    """End it, and say how it then is."""
    outcome = outcome or conclude(generation.images)
    ended = replace(
        generation,
        status=outcome.status,
        images=outcome.images,
        failure=outcome.failure,
        completed_at=NOW,
        charged=0,
        counted=tuple(map(Counted.of, outcome.images)),
    )
    core.commit(core.generations.closing(generation, ended, outcome), core.usage.ending(ended))
    return ended


def an_attempt() -> Attempt:
    return Attempt("attempt-1", "wavespeed", "seedream-v4", "model", NOW, cost_micro_usd=27_000)


def claimed(core: Core, generation: Generation, index: int = 0) -> ImageTask:
    task = core.tasks.claim(ref_to(generation, index), "token", an_attempt(), NOW)
    assert task is not None
    return task


def deliver(core: Core, generation: Generation, index: int = 0) -> Image:
    """A picture for an image that a worker had claimed, as it is then stored."""
    task = core.tasks.get(ref_to(generation, index)) or claimed(core, generation, index)
    ended = replace(task.attempts[-1], outcome="delivered", ended_at=NOW)
    image = replace(
        core.stored(generation).images[index],
        status=Status.COMPLETED,
        stage=None,
        stored=a_stored_image(),
        served_by=ServedBy("wavespeed", "seedream-v4"),
        attempts=(ended,),
        completed_at=NOW,
    )
    assert core.tasks.deliver(task, image, ended) is not None
    return image


def test_a_closed_generation_has_its_outcome(core: Core) -> None:
    generation = core.running(count=2)
    deliver(core, generation)
    generation = core.stored(generation)
    outcome = conclude(generation.images)

    ended = close(core, generation, outcome)

    found = core.stored(generation)
    assert found == ended
    assert (found.status, found.images, found.failure) == (Status.COMPLETED, outcome.images, None)
    assert [image.status for image in found.images] == [Status.COMPLETED, Status.FAILED]


def test_a_failed_generation_keeps_its_reason(core: Core) -> None:
    generation = core.running()

    close(core, generation)

    assert core.stored(generation).failure == NOT_STARTED


def test_a_generation_ends_once(core: Core) -> None:
    generation = core.running()
    close(core, generation)

    with pytest.raises(StaleWrite):
        close(core, generation, cancel(generation.images))

    assert core.stored(generation).status is Status.FAILED


def test_a_generation_begins_once_and_keeps_when(core: Core) -> None:
    generation = core.created()

    assert core.generations.begin(WORKSPACE_ID, generation.id, NOW)
    assert core.generations.begin(WORKSPACE_ID, generation.id, NOW + timedelta(seconds=5)), "a message comes twice"

    found = core.stored(generation)
    assert (found.status, found.started_at) == (Status.PROCESSING, NOW)


def test_what_has_ended_or_is_not_there_does_not_begin(core: Core) -> None:
    generation = core.created()
    close(core, generation, cancel(generation.images))

    assert not core.generations.begin(WORKSPACE_ID, generation.id, NOW)
    assert not core.generations.begin(WORKSPACE_ID, new_generation_id(), NOW)

    assert core.stored(generation).status is Status.CANCELLED


def test_a_generation_that_was_begun_meanwhile_is_read_again_before_it_ends(core: Core) -> None:
    generation = core.created()
    core.begin(generation)

    with pytest.raises(StaleWrite):
        close(core, generation, cancel(generation.images))


def test_a_picture_that_was_delivered_while_the_generation_ended_is_kept_as_a_late_one(core: Core) -> None:
    # Given a generation that was read before its picture came
    before = core.running(count=2)
    claimed(core, before, 1)
    before = core.stored(before)
    delivered = deliver(core, before, 1)
    # When it is ended as it was read
    close(core, before)
    # Then it stays so, and the picture is there
    found = core.stored(before)
    assert (found.status, found.images_completed) == (Status.FAILED, 0)
    assert (found.images[1].late, found.images[1].stored) == (True, delivered.stored)


def test_an_attempt_that_goes_on_does_not_hinder_the_end(core: Core) -> None:
    generation = core.running()
    task = claimed(core, generation)
    generation = core.stored(generation)
    assert core.tasks.record_job(task, "job-1", running=True)

    close(core, generation)

    found = core.stored(generation)
    assert (found.status, found.images[0].status, found.images[0].stage) == (Status.FAILED, Status.FAILED, None)
    assert found.images[0].attempts[0].job_id == "job-1"


def test_an_attempt_that_was_never_sent_costs_nothing_after_the_end(core: Core) -> None:
    generation = core.running()
    claimed(core, generation)
    generation = core.stored(generation)
    free = tuple(replace(image, attempts=(an_attempt().free(),)) for image in generation.images)

    ended = close(core, generation, conclude(free))

    assert core.stored(generation) == ended
    assert ended.provider_cost_micro_usd == 0


# --- late pictures ----------------------------------------------------------------------------------------------------


def test_a_picture_that_came_after_the_end_is_kept_and_changes_nothing_else(core: Core) -> None:
    generation = core.running()
    claimed(core, generation)
    ended = close(core, core.stored(generation))

    delivered = deliver(core, generation)

    (image,) = core.stored(generation).images
    assert (image.status, image.failure, image.late) == (Status.FAILED, ended.images[0].failure, True)
    assert (image.stored, image.served_by, image.attempts) == (
        delivered.stored,
        delivered.served_by,
        delivered.attempts,
    )
    assert core.stored(generation).status is Status.FAILED


# --- progress ---------------------------------------------------------------------------------------------------------


def test_the_stage_is_that_of_the_work_on_the_image(core: Core) -> None:
    generation = core.running(count=2)
    before, waiting = core.stored(generation).images

    task = claimed(core, generation)
    submitted, _ = core.stored(generation).images
    core.tasks.record_job(task, "job-1", running=True)
    generating, still_waiting = core.stored(generation).images

    assert [(image.status, image.stage) for image in (before, submitted, generating)] == [
        (Status.PENDING, Stage.QUEUED),
        (Status.PROCESSING, Stage.SUBMITTED),
        (Status.PROCESSING, Stage.GENERATING),
    ]
    assert still_waiting == waiting


# --- what needs attention ---------------------------------------------------------------------------------------------


def overdue(core: Core, after: timedelta) -> set[str]:
    return {generation_id for _, generation_id in core.generations.overdue(NOW + after, 100)}


def test_a_generation_that_was_not_begun_is_overdue_after_a_minute(core: Core) -> None:
    ids = {core.created(id=an_id(second)).id for second in range(12)}

    assert overdue(core, START_GRACE) == set()
    assert overdue(core, START_GRACE + timedelta(seconds=1)) == ids


def test_ended_generations_leave_the_index_of_open_ones(core: Core) -> None:
    ended, open_ = core.running(), core.running(id=an_id(1))
    close(core, ended)

    assert overdue(core, timedelta(days=1)) == {open_.id}
    indexed = [keys.generation_id_of(item) for item in core.items() if "openShard" in item or "attentionAt" in item]
    assert indexed == [(WORKSPACE_ID, open_.id)]


def test_the_sweeper_gets_no_more_than_it_asks_for(core: Core) -> None:
    for second in range(6):
        core.created(id=an_id(second))

    assert len(core.generations.overdue(LONG_AFTER, 4)) == 4


def test_every_shard_gets_its_share_of_a_sweep(core: Core) -> None:
    # Given many overdue generations in one shard and a single one in another
    ids = [f"{an_id(second)[:-1]}0" for second in range(20)]
    by_shard = Counter(keys.open_shard(id_) for id_ in ids)
    (crowded, _), *_, (lonely, _) = by_shard.most_common()
    crowd = [id_ for id_ in ids if keys.open_shard(id_) == crowded]
    single = next(id_ for id_ in ids if keys.open_shard(id_) == lonely)
    for id_ in (*crowd, single):
        core.created(id=id_)
    # When a sweep takes fewer than there are in the crowded one
    found = core.generations.overdue(LONG_AFTER, 2)
    # Then the single one is among them
    assert (WORKSPACE_ID, single) in found


def test_a_generation_that_was_set_aside_is_overdue_again_after_that(core: Core) -> None:
    aside, other, ended = core.created(), core.created(id=an_id(1)), core.running(id=an_id(2))
    close(core, ended)

    for generation in (aside, ended):
        core.generations.set_aside(WORKSPACE_ID, generation.id, NOW + timedelta(hours=1))

    assert overdue(core, timedelta(minutes=59)) == {other.id}
    assert overdue(core, timedelta(minutes=61)) == {aside.id, other.id}
