"""Generations in DynamoDB: what is written reads back, lists are paged, and no write overtakes another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contract.repositories.conftest import Core, an_id, ended_image, ref_to
from tests.support.generations import NOW, WORKSPACE_ID, a_generation, a_stored_image

from easel.domain.attempt import Attempt
from easel.domain.generation import CLOSE_GRACE, START_GRACE, Generation, Outcome, UsedTemplate, cancel, conclude
from easel.domain.image import NOT_STARTED, TIMED_OUT, Adjustment, Failure, Image, ServedBy, Stage, Status
from easel.domain.reference import ImageSource, Reference, TelegramSource, UploadSource, UrlSource, at_url
from easel.domain.request import Channel, ImageParameters, Mode, Size
from easel.errors import StaleWrite
from easel.ids import image_id
from easel.repositories import keys
from easel.services.ports.accounts import WorkspaceRecord
from easel.services.ports.image_tasks import ImageRef

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
        Image(image_id(identity, 1), 1, Status.FAILED, stage=None, failure=TIMED_OUT, completed_at=NOW, late=True),
        Image(image_id(identity, 2), 2, Status.PROCESSING, Stage.GENERATING),
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
            Reference(UrlSource("https://a.example/2.png?sig=***", sealed=True)),
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
        core.commit(core.generations.creation(replace(generation, prompt="another")))

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
    core.commit(core.generations.closing(generation, conclude(generation.images), NOW))

    assert pages(core, limit=10, status=Status.FAILED) == [[generation.id]]
    assert pages(core, limit=10, status=Status.PROCESSING) == [[]]


def test_lists_show_generations_and_nothing_else_of_the_workspace(core: Core) -> None:
    generation = core.created()
    core.tasks.claim(ref_to(generation), "token", Attempt("a", "wavespeed", "m", "u", NOW), NOW)
    core.commit(core.workspaces.adding(WorkspaceRecord(WORKSPACE_ID, "ours", NOW)))

    assert pages(core, limit=10) == [[generation.id]]


# --- the end of a generation ------------------------------------------------------------------------------------------


def close(core: Core, generation: Generation, outcome: Outcome | None = None) -> None:
    core.commit(core.generations.closing(generation, outcome or conclude(generation.images), NOW))


def test_a_closed_generation_has_its_outcome(core: Core) -> None:
    generation = core.running(count=2)
    delivered = replace(generation.images[0], status=Status.COMPLETED, stage=None, stored=a_stored_image())
    outcome = Outcome(Status.COMPLETED, (delivered, replace(generation.images[1], status=Status.FAILED, stage=None)))

    close(core, generation, outcome)

    found = core.stored(generation)
    assert (found.status, found.images, found.failure) == (Status.COMPLETED, outcome.images, None)
    assert found.completed_at == NOW


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


def test_a_generation_that_was_begun_meanwhile_is_read_again_before_it_ends(core: Core) -> None:
    generation = core.created()
    core.begin(generation)

    with pytest.raises(StaleWrite):
        close(core, generation, cancel(generation.images))


def test_an_image_that_was_delivered_meanwhile_is_not_overwritten_by_the_end(core: Core) -> None:
    generation = core.running(count=2)
    delivered = replace(ended_image(generation, 1, Status.COMPLETED), stored=a_stored_image())
    core.commit(core.generations.image_outcome(ref_to(generation, 1), delivered))

    with pytest.raises(StaleWrite):
        close(core, generation)

    assert core.stored(generation).images[1] == delivered


def test_a_stage_that_was_noted_meanwhile_does_not_hinder_the_end(core: Core) -> None:
    generation = core.running()
    core.generations.set_stage(ref_to(generation), Stage.SUBMITTED)
    generation = core.stored(generation)
    core.generations.set_stage(ref_to(generation), Stage.STORING)

    close(core, generation)

    assert core.stored(generation).status is Status.FAILED


# --- the end of an image ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_an_open_image_ends_and_its_siblings_stay(core: Core, status: Status) -> None:
    generation = core.running(count=3)
    image = ended_image(generation, 1, status)

    core.commit(core.generations.image_outcome(ref_to(generation, 1), image))

    assert core.stored(generation).images == (generation.images[0], image, generation.images[2])


def test_an_image_ends_once(core: Core) -> None:
    generation = core.running()
    core.commit(core.generations.image_outcome(ref_to(generation), ended_image(generation)))

    with pytest.raises(StaleWrite):
        core.commit(
            core.generations.image_outcome(ref_to(generation), ended_image(generation, status=Status.COMPLETED))
        )

    assert core.stored(generation).images[0].status is Status.FAILED


def test_no_image_ends_before_its_generation_has_begun(core: Core) -> None:
    waiting = core.created()

    with pytest.raises(StaleWrite):
        core.commit(core.generations.image_outcome(ref_to(waiting), ended_image(waiting)))


def test_no_image_ends_after_its_generation_has_ended(core: Core) -> None:
    ended = core.running()
    close(core, ended)

    with pytest.raises(StaleWrite):
        core.commit(core.generations.image_outcome(ref_to(ended), ended_image(ended)))


# --- late pictures ----------------------------------------------------------------------------------------------------


def a_late_image(generation: Generation) -> Image:
    return replace(ended_image(generation), failure=TIMED_OUT, stored=a_stored_image(), late=True)


def test_a_picture_that_came_after_the_end_is_attached(core: Core) -> None:
    generation = core.running()
    close(core, generation)

    core.commit(core.generations.late_image(ref_to(generation), a_late_image(generation)))

    assert core.stored(generation).images[0] == a_late_image(generation)


def test_a_second_late_picture_is_refused(core: Core) -> None:
    generation = core.running()
    close(core, generation)
    core.commit(core.generations.late_image(ref_to(generation), a_late_image(generation)))

    with pytest.raises(StaleWrite):
        core.commit(core.generations.late_image(ref_to(generation), a_late_image(generation)))


@pytest.mark.parametrize("begun", ["begun", "waiting"])
def test_a_picture_is_not_late_while_its_generation_is_open(core: Core, begun: str) -> None:
    generation = core.running() if begun == "begun" else core.created()

    with pytest.raises(StaleWrite):
        core.commit(core.generations.late_image(ref_to(generation), a_late_image(generation)))


# --- stages -----------------------------------------------------------------------------------------------------------


def test_a_stage_is_noted_and_the_image_is_then_being_worked_on(core: Core) -> None:
    generation = core.running(count=2)

    assert core.generations.set_stage(ref_to(generation, 1), Stage.SUBMITTED)

    images = core.stored(generation).images
    assert (images[1].status, images[1].stage) == (Status.PROCESSING, Stage.SUBMITTED)
    assert images[0] == generation.images[0]


@pytest.mark.parametrize("earlier", [Stage.QUEUED, Stage.SUBMITTED, Stage.GENERATING])
def test_an_earlier_stage_is_no_error_and_takes_nothing_back(core: Core, earlier: Stage) -> None:
    generation = core.running()
    core.generations.set_stage(ref_to(generation), Stage.STORING)

    assert core.generations.set_stage(ref_to(generation), earlier)

    assert core.stored(generation).images[0].stage is Stage.STORING


def test_the_stage_of_what_is_not_running_cannot_be_noted(core: Core) -> None:
    waiting, cancelled, over = core.created(), core.running(id=an_id(1)), core.running(id=an_id(2))
    close(core, cancelled, cancel(cancelled.images))
    core.commit(core.generations.image_outcome(ref_to(over), ended_image(over)))
    nobody = ImageRef(WORKSPACE_ID, an_id(3), 0)

    refs = [ref_to(waiting), ref_to(cancelled), ref_to(over), nobody]

    assert [core.generations.set_stage(ref, Stage.SUBMITTED) for ref in refs] == [False] * 4
    assert core.generations.get(WORKSPACE_ID, nobody.generation_id) is None


# --- calls ------------------------------------------------------------------------------------------------------------


def test_a_call_is_noted_with_its_attempt_and_the_image_is_then_being_worked_on(core: Core) -> None:
    generation = core.running(count=2)

    assert core.generations.begin_call(ref_to(generation, 1), "attempt-1")

    images = core.stored(generation).images
    assert (images[1].status, images[1].stage, images[1].called_attempt) == (
        Status.PROCESSING,
        Stage.SUBMITTED,
        "attempt-1",
    )
    assert images[0] == generation.images[0]


def test_a_further_call_is_noted_and_takes_no_progress_back(core: Core) -> None:
    generation = core.running()
    core.generations.begin_call(ref_to(generation), "attempt-1")
    core.generations.set_stage(ref_to(generation), Stage.GENERATING)

    assert core.generations.begin_call(ref_to(generation), "attempt-2")

    image = core.stored(generation).images[0]
    assert (image.stage, image.called_attempt) == (Stage.GENERATING, "attempt-2")


def test_no_call_is_made_for_what_is_not_running(core: Core) -> None:
    waiting, cancelled, over = core.created(), core.running(id=an_id(1)), core.running(id=an_id(2))
    close(core, cancelled, cancel(cancelled.images))
    core.commit(core.generations.image_outcome(ref_to(over), ended_image(over)))
    nobody = ImageRef(WORKSPACE_ID, an_id(3), 0)

    refs = [ref_to(waiting), ref_to(cancelled), ref_to(over), nobody]

    assert [core.generations.begin_call(ref, "attempt-1") for ref in refs] == [False] * 4
    assert core.generations.get(WORKSPACE_ID, nobody.generation_id) is None


# --- what needs attention ---------------------------------------------------------------------------------------------


def overdue(core: Core, after: timedelta) -> set[str]:
    return {generation_id for _, generation_id in core.generations.overdue(NOW + after, 100)}


def test_a_generation_that_was_not_begun_is_overdue_after_a_minute(core: Core) -> None:
    ids = {core.created(id=an_id(second)).id for second in range(12)}

    assert overdue(core, START_GRACE) == set()
    assert overdue(core, START_GRACE + timedelta(seconds=1)) == ids


def test_a_running_generation_is_overdue_a_while_after_its_deadline(core: Core) -> None:
    generation = core.running()
    due = generation.deadline - NOW + CLOSE_GRACE

    assert overdue(core, START_GRACE + timedelta(seconds=1)) == set()
    assert overdue(core, due + timedelta(seconds=1)) == {generation.id}


def test_ended_generations_leave_the_index_of_open_ones(core: Core) -> None:
    ended, open_ = core.running(), core.running(id=an_id(1))
    close(core, ended)

    assert overdue(core, timedelta(days=1)) == {open_.id}
    indexed = [item["id"] for item in core.items() if "openShard" in item or "attentionAt" in item]
    assert indexed == [open_.id]


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
