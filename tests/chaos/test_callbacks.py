"""A callback may come early, twice, late, for a job that was given up, or never: the end is right, and paid once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.property.stepped_engine import SteppedEngine
from tests.support.engine import (
    Behaviour,
    Engine,
    Fuse,
    ScriptedProvider,
    a_request,
    caller,
    deaths,
    failure,
    finished_at_once,
    refusing,
)
from tests.support.invariants import attempts_of, check_invariants
from tests.support.tables import create_core_table

from easel.domain.attempt import Attempt
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.provider import Finished, ProviderTask, RemotePicture, Running, Submission
from easel.errors import ProviderErrorClass, QueueUnavailable
from easel.services.images.attempt_ends import DELIVERED, SURPLUS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

pytestmark = pytest.mark.long

AMBIGUOUS, FAILED = ProviderErrorClass.AMBIGUOUS, ProviderErrorClass.FAILED
DONE = Finished(RemotePicture("https://vendor.example/picture"))


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def table(client: DynamoDBClient) -> str:
    return create_core_table(client)


@pytest.fixture
def engine(client: DynamoDBClient, table: str) -> Engine:
    return Engine(client, table, calling_back=["wavespeed"])


# --- what vendors do --------------------------------------------------------------------------------------------------


def calling(engine: Engine, *after: float, lag: int = 0) -> Behaviour:
    """A job that is done when asked for the time after `lag`, and callbacks so many seconds after its submit."""

    def behave(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        job_id = provider.new_job(*[Running()] * lag, DONE)
        for pause in after:
            engine.call_back(task, job_id, seconds(pause))
        return Submission(job_id, Running())

    return behave


def dropping(engine: Engine, *after: float, state: Finished | None = DONE) -> Behaviour:
    """Takes the job and drops the connection: the callback is all that tells of the job. None: the job fails."""

    def behave(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        job_id = provider.new_job(state or failure(FAILED, provider.name, ended=True))
        for pause in after:
            engine.call_back(task, job_id, seconds(pause))
        raise failure(AMBIGUOUS, provider.name)

    return behave


def calling_before_it_answers(engine: Engine, then: str) -> Behaviour:
    """The callback is received and followed while the submit still waits for its answer."""

    def behave(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        job_id = provider.new_job(DONE)
        engine.call_back(task, job_id)
        engine.deliver_what_is_due_now()
        engine.deliver_what_is_due_now()
        if then == "drops":
            raise failure(AMBIGUOUS, provider.name)
        return Submission(job_id, DONE if then == "delivers" else Running())

    return behave


def attempt_log(engine: Engine, generation: Generation) -> list[Attempt]:
    return list(attempts_of(engine, generation, generation.images[0]))


def run(engine: Engine, **request: object) -> Generation:
    generation = engine.run(engine.submit(a_request(**request)).generation.id)
    check_invariants(engine, generation)
    assert engine.dead_letters == []
    return generation


def took(generation: Generation) -> timedelta:
    assert generation.completed_at is not None
    return generation.completed_at - generation.created_at


# --- the ordinary ones ------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-20", "S001-54")
def test_a_callback_brings_the_picture_before_any_poll(engine: Engine) -> None:
    engine.provider.default = calling(engine, 4)

    generation = run(engine)

    assert (generation.status, took(generation)) == (Status.COMPLETED, seconds(4))
    assert engine.provider.fetches == ["job-1"]
    assert engine.callbacks == ["accepted", "genuine"]


@pytest.mark.requirement("X-20")
@pytest.mark.parametrize(("lag", "asked_at"), [(0, 10), (1, 20), (2, 40), (3, 70), (4, 100)])
def test_where_callbacks_are_lost_slow_polls_bring_the_picture_in_time(
    engine: Engine, lag: int, asked_at: float
) -> None:
    engine.provider.default = calling(engine, lag=lag)

    generation = run(engine)

    assert (generation.status, took(generation)) == (Status.COMPLETED, seconds(asked_at))


def test_a_lost_callback_for_a_job_that_never_ends_ends_at_the_deadline(engine: Engine) -> None:
    engine.provider.default = calling(engine, lag=10_000)

    generation = run(engine, cancel_after=seconds(60))

    assert generation.failure is not None
    assert (generation.failure.code, took(generation)) == ("timeout", seconds(60))


@pytest.mark.requirement("X-20")
def test_a_vendor_that_calls_back_and_then_cannot_answer_is_asked_again_soon(engine: Engine) -> None:
    def behave(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        unavailable = failure(ProviderErrorClass.RETRYABLE)
        job_id = provider.new_job(unavailable, unavailable, unavailable, DONE)
        engine.call_back(task, job_id, seconds(4))
        return Submission(job_id, Running())

    engine.provider.default = behave

    generation = run(engine)

    assert generation.status is Status.COMPLETED
    longest = 1.5 * (2 + 2 + 3)  # each pause is stretched by up to a half, so that jobs do not ask in step
    assert took(generation) <= seconds(4 + longest), "nobody calls back a second time"


def test_a_vendor_that_calls_back_before_its_own_records_are_ready_is_asked_again_soon(engine: Engine) -> None:
    engine.provider.default = calling(engine, 4, lag=1)

    assert took(run(engine)) == seconds(4 + 2)


@pytest.mark.requirement("X-20")
@pytest.mark.parametrize("after", [(4, 4, 4), (4, 5, 30), (4, 200)])
def test_callbacks_that_come_again_change_nothing(engine: Engine, after: tuple[float, ...]) -> None:
    engine.provider.default = calling(engine, *after)

    generation = run(engine)

    assert (generation.status, took(generation)) == (Status.COMPLETED, seconds(4))
    assert engine.provider.fetches == ["job-1"]
    assert sorted(set(engine.callbacks)) == ["accepted", "duplicate", "genuine"]


def test_a_callback_amid_a_poll_waits_for_it(engine: Engine) -> None:
    # Given a poll at ten seconds, which finds the job running, and a callback right after it
    engine.provider.default = calling(engine, 11, lag=1)

    # Then the callback looks when that poll would have been done with a picture, and no sooner
    assert took(run(engine)) == seconds(11 + 5)


@pytest.mark.requirement("X-20")
def test_a_callback_that_cannot_be_queued_comes_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = engine.receive._queue
    refused = [QueueUnavailable("full")]

    class FullQueue:
        def hint(self, *args: object, **options: object) -> None:
            if refused:
                raise refused.pop()
            queue.hint(*args, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(engine.receive, "_queue", FullQueue())
    engine.provider.default = calling(engine, 4, lag=3)

    generation = engine.run(engine.submit(a_request()).generation.id)

    assert generation.status is Status.COMPLETED
    assert engine.callbacks[:2] == ["not_queued", "accepted"]


# --- early ------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-20")
@pytest.mark.parametrize(
    ("then", "needed"),
    [
        ("delivers", 0),
        ("leaves it running", 5),
        # The answer is lost, and the job is found all the same: nobody is paid twice.
        ("drops", 5),
    ],
)
def test_a_callback_that_overtakes_the_answer_names_the_job(engine: Engine, then: str, needed: float) -> None:
    engine.provider.default = calling_before_it_answers(engine, then)

    generation = run(engine)

    assert (generation.status, took(generation)) == (Status.COMPLETED, seconds(needed))
    assert [(attempt.job_id, attempt.outcome) for attempt in attempt_log(engine, generation)] == [("job-1", DELIVERED)]
    assert len(engine.provider.jobs) == 1
    assert "early" in engine.callbacks


@pytest.mark.requirement("X-20", "X-34")
def test_a_worker_that_dies_in_its_call_is_replaced_by_the_callback(client: DynamoDBClient, table: str) -> None:
    # Given a worker that dies after the vendor has taken the job, before it has noted its id
    engine = Engine(client, table, fuse=Fuse(), calling_back=["wavespeed"])
    engine.provider.default = calling(engine, 8)
    submitted = engine.submit(a_request()).generation
    engine.run_until(lambda: bool(engine.provider.tasks) or _burn(engine, "ScriptedProvider.submit"))
    # When the callback comes
    generation = engine.run(submitted.id)
    # Then it names the job: the picture is there after a moment, and not unknown after two minutes
    check_invariants(engine, generation)
    assert (generation.status, took(generation)) == (Status.COMPLETED, seconds(8 + 5))
    assert len(engine.provider.tasks) == 1


def _burn(engine: Engine, effect: str) -> bool:
    """Let the fuse burn at the next such side effect."""
    step = engine.fuse.step

    def burning(name: str) -> None:
        engine.fuse.burns_at = len(engine.fuse.steps) + 1 if name == effect else None
        step(name)

    if "step" not in vars(engine.fuse):
        vars(engine.fuse)["step"] = burning
    return False


# --- after an unknown outcome -----------------------------------------------------------------------------------------


@pytest.mark.requirement("X-20")
@pytest.mark.parametrize("after", [1, 19])
def test_a_submit_whose_answer_was_lost_finds_its_job(engine: Engine, after: float) -> None:
    engine.provider.default = dropping(engine, after)

    generation = run(engine)

    assert (generation.status, took(generation)) == (Status.COMPLETED, seconds(after))
    (attempt,) = attempt_log(engine, generation)
    assert (attempt.outcome, attempt.cost_micro_usd, attempt.cost_uncertain) == (DELIVERED, 27_000, False)
    assert engine.callbacks == ["accepted", "found"]


@pytest.mark.requirement("X-20")
def test_a_job_that_is_found_and_has_failed_is_free_and_leaves_the_rest_to_the_rules(engine: Engine) -> None:
    engine.provider.default = dropping(engine, 5, state=None)

    generation = run(engine)

    (attempt,) = attempt_log(engine, generation)
    assert (attempt.outcome, attempt.job_id) == (FAILED, "job-1")
    assert (attempt.cost_micro_usd, attempt.cost_uncertain) == (0, False)
    assert generation.failure is not None
    assert generation.failure.code == "provider_failed"


@pytest.mark.requirement("X-20", "X-34")
def test_a_job_that_is_found_after_the_end_is_kept_and_free(engine: Engine) -> None:
    engine.provider.default = dropping(engine, 50)

    generation = run(engine)

    image = generation.images[0]
    assert (generation.status, image.late, generation.charged) == (Status.FAILED, True, 0)
    assert [(attempt.outcome, attempt.cost_uncertain) for attempt in image.attempts] == [(DELIVERED, False)]
    assert engine.callbacks == ["accepted", "late"]


def test_a_late_picture_waits_for_the_other_images(engine: Engine) -> None:
    # Given two images: one ends as unknown and is called back for, the other one runs on
    engine.provider.script = [dropping(engine, 30), calling(engine, lag=3)]

    generation = run(engine, n=2)

    assert sorted((image.status, image.late) for image in generation.images) == [
        (Status.COMPLETED, False),
        (Status.FAILED, True),
    ]


@pytest.mark.requirement("X-20", "X-34")
def test_a_callback_after_a_cancel_brings_a_picture_that_is_kept_and_free(engine: Engine) -> None:
    engine.provider.default = calling(engine, 6)
    submitted = engine.submit(a_request()).generation
    engine.run_until(lambda: bool(engine.provider.tasks))
    engine.cancel(caller(), submitted.id)

    generation = engine.run(submitted.id)

    check_invariants(engine, generation)
    assert (generation.status, generation.images[0].late, generation.charged) == (Status.CANCELLED, True, 0)


# --- while another vendor is at work ----------------------------------------------------------------------------------


@pytest.fixture
def vendors(client: DynamoDBClient, table: str) -> SteppedEngine:
    """Three of them, of which the first calls back."""
    return SteppedEngine(client, table, calling_back=["wavespeed"])


def ended(vendors: SteppedEngine) -> Generation:
    vendors.submit(a_request())
    (generation,) = vendors.run_to_the_end()
    check_invariants(vendors, generation)
    assert vendors.dead_letters == []
    return generation


@pytest.mark.requirement("X-20")
def test_within_the_grace_no_other_vendor_is_asked(vendors: SteppedEngine) -> None:
    vendors.providers["wavespeed"].script = [dropping(vendors, 12)]

    generation = ended(vendors)

    assert (generation.status, took(generation)) == (Status.COMPLETED, seconds(12))
    assert vendors.providers["sandbox"].tasks == []


@pytest.mark.requirement("X-20")
def test_without_a_callback_the_next_vendor_is_asked_after_the_grace(vendors: SteppedEngine) -> None:
    vendors.providers["wavespeed"].script = [dropping(vendors)]

    generation = ended(vendors)

    assert (generation.status, took(generation)) == (Status.COMPLETED, seconds(20))
    assert [(attempt.outcome, attempt.cost_uncertain) for attempt in attempt_log(vendors, generation)] == [
        (AMBIGUOUS, True),
        (DELIVERED, False),
    ]


@pytest.mark.requirement("X-20", "X-34")
def test_the_first_picture_is_used_and_the_other_vendors_is_surplus(vendors: SteppedEngine) -> None:
    # Given a job that was given up, a second one elsewhere, and then the callback of the first
    vendors.providers["wavespeed"].script = [dropping(vendors, 23)]
    vendors.providers["sandbox"].script = [calling(vendors, lag=5)]

    generation = ended(vendors)

    # Then the first one's picture is used at once, and what the second one cost is known in the end
    assert (generation.status, took(generation)) == (Status.COMPLETED, seconds(23))
    served_by = generation.images[0].served_by
    assert served_by is not None
    assert served_by.provider == "wavespeed"
    assert [(attempt.outcome, attempt.cost_uncertain) for attempt in attempt_log(vendors, generation)] == [
        (DELIVERED, False),
        (SURPLUS, False),
    ]
    assert generation.charged == vendors.wallet().spent == 1_000


@pytest.mark.requirement("X-20", "X-34")
def test_a_callback_after_the_other_vendors_picture_only_settles_what_it_cost(vendors: SteppedEngine) -> None:
    vendors.providers["wavespeed"].script = [dropping(vendors, 60)]
    vendors.providers["sandbox"].script = [finished_at_once]

    generation = ended(vendors)

    assert [(attempt.outcome, attempt.cost_uncertain) for attempt in attempt_log(vendors, generation)] == [
        (SURPLUS, False),
        (DELIVERED, False),
    ]
    shown = vendors.pictures.get(caller(), generation.images[0].id)
    assert shown.image.stored == generation.images[0].stored
    assert generation.charged == vendors.wallet().spent == 1_000


def test_a_callback_for_a_failed_job_leaves_the_other_vendor_alone(vendors: SteppedEngine) -> None:
    vendors.providers["wavespeed"].script = [dropping(vendors, 23, state=None)]
    vendors.providers["sandbox"].script = [calling(vendors, lag=5)]

    generation = ended(vendors)

    assert [(attempt.outcome, attempt.cost_micro_usd) for attempt in attempt_log(vendors, generation)] == [
        (FAILED, 0),
        (DELIVERED, 40_000),
    ]


def test_a_callback_while_the_other_vendor_is_being_called_loses_neither_job(vendors: SteppedEngine) -> None:
    # Given a callback that is followed while the second vendor's submit waits for its answer
    first: list[ProviderTask] = []

    def dropping_silently(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        first.append(task)
        provider.new_job(DONE)
        raise failure(AMBIGUOUS, provider.name)

    def interrupted(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        vendors.call_back(first[0], "job-1")
        vendors.deliver_what_is_due_now()
        vendors.deliver_what_is_due_now()
        return Submission(provider.new_job(DONE), Running())

    vendors.providers["wavespeed"].script = [dropping_silently]
    vendors.providers["sandbox"].script = [interrupted]

    generation = ended(vendors)

    assert [(attempt.outcome, attempt.job_id) for attempt in attempt_log(vendors, generation)] == [
        (DELIVERED, "job-1"),
        (SURPLUS, "job-1"),
    ]


# --- deaths -----------------------------------------------------------------------------------------------------------


DEADLY = {
    "genuine": lambda engine: calling(engine, 4, 4),
    "early": lambda engine: calling_before_it_answers(engine, "delivers"),
    "early and dropped": lambda engine: calling_before_it_answers(engine, "drops"),
    "found": lambda engine: dropping(engine, 5),
    "late": lambda engine: dropping(engine, 50),
}


@pytest.mark.requirement("X-20", "X-34")
@pytest.mark.parametrize("scenario", DEADLY)
def test_a_worker_killed_after_any_side_effect_changes_nothing_for_the_customer(
    client: DynamoDBClient, table: str, scenario: str
) -> None:
    undisturbed = Engine(client, table, calling_back=["wavespeed"])
    undisturbed.provider.default = DEADLY[scenario](undisturbed)
    expected = run(undisturbed)
    for victim in deaths(3, len(undisturbed.fuse.steps), list(DEADLY).index(scenario)):
        engine = Engine(client, table, fuse=Fuse(burns_at=victim), calling_back=["wavespeed"])
        engine.provider.default = DEADLY[scenario](engine)
        generation = engine.run(engine.submit(a_request()).generation.id)

        killed_after = engine.fuse.steps[victim - 1]
        assert not engine.dead_letters, killed_after
        assert len(engine.provider.tasks) <= 1, f"a second paid job after {killed_after}"
        check_invariants(engine, generation)
        if engine.provider.tasks:
            # A death may save a picture from being late, as what follows the unknown outcome comes later.
            assert generation.status in {expected.status, Status.COMPLETED}, killed_after
            assert generation.images[0].stored is not None, killed_after


@pytest.mark.requirement("X-20")
@pytest.mark.parametrize("scenario", DEADLY)
def test_every_message_may_come_twice(client: DynamoDBClient, table: str, scenario: str) -> None:
    engine = Engine(client, table, calling_back=["wavespeed"])
    engine.deliver_twice = True
    engine.provider.default = DEADLY[scenario](engine)

    generation = run(engine, n=2)

    assert generation.images[0].stored is not None
    assert len(engine.provider.tasks) == 2


def test_a_provider_that_is_told_no_address_gets_none_and_is_polled_as_ever(client: DynamoDBClient, table: str) -> None:
    engine = Engine(client, table)
    engine.provider.default = refusing(AMBIGUOUS)
    generation = run(engine)
    assert took(generation) == seconds(0)
    assert [task.callback_url for task in engine.provider.tasks] == [None]
