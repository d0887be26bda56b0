"""A failure that is not the provider's costs nothing, is not counted against the provider, and ends one attempt."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.engine import (
    WORKSPACE,
    Engine,
    NoReferences,
    ScriptedProvider,
    WorkerKilledError,
    a_request,
    failure,
    finished_at_once,
    inline_at_once,
    job_ending_in,
    refusing,
    running_for,
)
from tests.support.invariants import attempts_of, check_invariants
from tests.support.tables import create_core_table

from easel.domain.attempt import Attempt
from easel.domain.circuits import RULES, CircuitName, caller_key
from easel.domain.generation import Generation
from easel.domain.image import INTERNAL_FAILURE, Status
from easel.domain.provider import (
    BilledFailure,
    Charge,
    Finished,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Submission,
)
from easel.domain.reference import at_url
from easel.errors import ProviderErrorClass, SecretUnavailable, StillLeased, StorageUnavailable
from easel.services.ports.image_tasks import ImageRef

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

REFERENCES = (at_url("https://pictures.example/1.png"),)
PRICE = 27_000
"""What the catalogue says that WaveSpeed takes for a picture of seedream-v4, in micro-USD."""


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def engine(client: DynamoDBClient) -> Engine:
    return Engine(client, create_core_table(client))


class BrokenReferences(NoReferences):
    """Raises what it is given, one by one, and then fetches as usual."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)

    def fetch(self, url: str) -> ReferenceImage:
        if self.errors:
            raise self.errors.pop(0)
        return super().fetch(url)


def with_references(engine: Engine, *errors: BaseException) -> None:
    broken = BrokenReferences(*errors)
    engine.use(references=broken, cleaner=broken)


def attempts(engine: Engine, generation: Generation) -> list[Attempt]:
    return list(attempts_of(engine, generation, generation.images[0]))


def ends(engine: Engine, generation: Generation) -> list[tuple[str | None, int, bool]]:
    """Outcome and cost of each attempt."""
    return [(one.outcome, one.cost_micro_usd, one.cost_uncertain) for one in attempts(engine, generation)]


@pytest.mark.parametrize(
    "error",
    [UnicodeError("xn--"), OverflowError("date"), KeyError("x"), RecursionError(), MemoryError(), ValueError("secret")],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_nobody_foresaw_before_the_call_is_free_and_says_nothing_about_the_provider(
    engine: Engine, error: Exception
) -> None:
    # Given a reference picture on which our own code stumbles, for as many images as would open a circuit
    with_references(engine, *[error] * 100)
    images = max(rule.failures for rule in RULES.values()) // 2
    generations = [engine.submit(a_request(references=REFERENCES)).generation for _ in range(images)]
    # When they have run to their ends
    ended = [engine.run(generation.id) for generation in generations]
    # Then nobody was called, nothing is booked, and the provider's circuits know nothing of it
    assert engine.provider.tasks == []
    assert engine.health.known == {}
    for generation in ended:
        assert (generation.status, generation.images[0].failure) == (Status.FAILED, INTERNAL_FAILURE)
        assert {one.outcome for one in attempts(engine, generation)} == {"internal"}
        assert (generation.provider_cost_micro_usd, generation.charged) == (0, 0)
    assert engine.errors == [], "the message is done: it does not come again until it is dead"
    check_invariants(engine, *ended)


def test_a_passing_fault_of_ours_is_repeated_and_the_picture_comes(engine: Engine) -> None:
    with_references(engine, ValueError("once"))

    generation = engine.run(engine.submit(a_request(references=REFERENCES)).generation.id)

    assert generation.status is Status.COMPLETED
    assert ends(engine, generation) == [("internal", 0, False), ("delivered", PRICE, False)]
    check_invariants(engine, generation)


@pytest.mark.parametrize("earlier", [0, 1], ids=["first attempt", "second attempt"])
def test_a_worker_that_dies_before_the_call_leaves_no_cost_and_no_sign_against_the_provider(
    engine: Engine, earlier: int
) -> None:
    # Given a worker that dies while it fetches a reference picture, or reads the copy again after an attempt in vain
    engine.provider.script = [refusing(ProviderErrorClass.RETRYABLE)] * earlier
    deaths: list[str] = []

    def die_once(place: str) -> None:
        if not deaths:
            deaths.append(place)
            raise WorkerKilledError

    class Deadly(NoReferences):
        def fetch(self, url: str) -> ReferenceImage:
            if not earlier:
                die_once("fetch")
            return super().fetch(url)

    def read(key: str) -> bytes | None:
        if engine.provider.tasks:
            die_once("read")
        return engine.store.objects.get(key)

    engine.store.get = read  # type: ignore[method-assign]  # of this store alone
    engine.use(references=Deadly(), cleaner=Deadly())
    # When the generation runs to its end
    generation = engine.run(engine.submit(a_request(references=REFERENCES, n=1)).generation.id)
    # Then the attempt was free, and another one made the picture
    assert generation.status is Status.COMPLETED
    assert deaths == ["read" if earlier else "fetch"]
    assert ends(engine, generation)[-2:] == [("internal", 0, False), ("delivered", PRICE, False)]
    assert generation.provider_cost_micro_usd == PRICE
    check_invariants(engine, generation)


def test_a_worker_that_dies_around_the_call_may_have_cost_something_but_its_death_is_not_counted(
    engine: Engine,
) -> None:
    def killed(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        provider.new_job(Finished(RemotePicture("https://vendor.example/lost")))
        raise WorkerKilledError

    engine.provider.default = killed
    generation = engine.run(engine.submit(a_request()).generation.id)

    assert ends(engine, generation) == [("ambiguous", PRICE, True)]
    assert engine.health.known == {}


def test_an_adapter_that_stumbles_over_the_answer_is_our_fault_and_the_call_may_be_billed(engine: Engine) -> None:
    def stumbling(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        provider.new_job(Finished(RemotePicture("https://vendor.example/lost")))
        raise OverflowError("a date out of range")

    engine.provider.default = stumbling
    generation = engine.run(engine.submit(a_request()).generation.id)

    assert [(one.outcome, one.error_code) for one in attempts(engine, generation)] == [("ambiguous", "internal_error")]
    assert ends(engine, generation) == [("ambiguous", PRICE, True)]
    assert generation.images[0].failure == INTERNAL_FAILURE
    assert engine.health.known == {}
    assert len(engine.provider.tasks) == 1, "what may have been made is not asked for again"
    assert engine.errors == []


def test_a_stumble_over_a_jobs_state_or_picture_ends_the_attempt_and_keeps_its_cost(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise ArithmeticError

    for place in ("fetch", "download"):
        engine.provider.default = running_for(1)
        with monkeypatch.context() as patched:
            patched.setattr(engine.provider, place, stumble)
            generation = engine.run(engine.submit(a_request()).generation.id)
        assert ends(engine, generation) == [("ambiguous", PRICE, True)], place
        assert generation.images[0].failure == INTERNAL_FAILURE
    assert engine.health.known == {}
    assert engine.errors == []


@pytest.mark.parametrize("place", ["submit", "fetch"])
def test_a_secret_that_cannot_be_read_is_read_again_and_the_picture_comes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    engine.provider.default = running_for(1)
    read, usual = [], getattr(engine.provider, place)

    def without_a_key(*arguments: object) -> object:
        read.append(place)
        if len(read) == 1:
            raise SecretUnavailable("The secret could not be read.")
        return usual(*arguments)

    monkeypatch.setattr(engine.provider, place, without_a_key)
    generation = engine.run(engine.submit(a_request()).generation.id)

    assert generation.status is Status.COMPLETED
    assert ends(engine, generation)[-1] == ("delivered", PRICE, False)
    assert generation.provider_cost_micro_usd == PRICE
    assert engine.health.known == {}


def test_what_only_we_know_of_is_not_counted_even_when_it_looks_like_the_vendors(engine: Engine) -> None:
    local = failure(ProviderErrorClass.AUTH)
    local.from_vendor = False

    class NotSetUp:
        reads_references = False

        def submit(self, task: ProviderTask) -> Submission:
            raise local

    engine.providers["wavespeed"].submit = NotSetUp().submit  # type: ignore[method-assign]  # a provider without a key
    for _ in range(RULES[ProviderErrorClass.AUTH].failures):
        generation = engine.run(engine.submit(a_request()).generation.id)
        assert ends(engine, generation) == [("auth", 0, False)]
    assert engine.health.known == {}


def test_an_image_that_is_cancelled_while_its_references_are_fetched_calls_nobody(engine: Engine) -> None:
    submitted = engine.submit(a_request(references=REFERENCES)).generation

    class Cancelling(NoReferences):
        def fetch(self, url: str) -> ReferenceImage:
            close_it(engine, submitted.id)
            return super().fetch(url)

    engine.use(references=Cancelling(), cleaner=Cancelling())
    generation = engine.run(submitted.id)

    assert generation.status is Status.CANCELLED
    assert engine.provider.tasks == []
    assert ends(engine, generation) == [("cancelled", 0, False)]


def close_it(engine: Engine, generation_id: str) -> None:
    from tests.support.engine import caller  # noqa: PLC0415 - only here

    engine.cancel(caller(), generation_id)


def test_an_attempt_that_was_never_called_is_free_when_time_runs_out(engine: Engine) -> None:
    class Endless(NoReferences):
        def fetch(self, url: str) -> ReferenceImage:
            raise WorkerKilledError

    engine.use(references=Endless(), cleaner=Endless())
    generation = engine.run(
        engine.submit(a_request(references=REFERENCES, cancel_after=timedelta(seconds=60))).generation.id
    )

    assert generation.status is Status.FAILED
    assert generation.provider_cost_micro_usd == 0


def test_a_tenant_all_of_whose_images_fail_holds_back_itself_and_nobody_else(engine: Engine) -> None:
    # Given a tenant whose calls all end in an unknown outcome
    engine.provider.default = refusing(ProviderErrorClass.AMBIGUOUS)
    images = RULES[ProviderErrorClass.AMBIGUOUS].failures
    engine.run(engine.submit(a_request(n=images)).generation.id)
    # Then its own circuit has opened, and the one of all has not
    own = engine.health.known[CircuitName("wavespeed", "seedream-v4", caller_key(WORKSPACE))]
    shared = engine.health.known[CircuitName("wavespeed", "seedream-v4")]
    assert (own.openings, shared.openings) == (1, 0)
    assert engine.routing.admits(
        "another workspace", engine.routing.candidate("seedream-v4", "wavespeed", "seedream-v4")
    )


# --- what a vendor may bill is booked ---------------------------------------------------------------------------------


def billed(provider: ScriptedProvider, task: ProviderTask) -> Submission:
    raise BilledFailure(
        "The vendor answered in words.",
        provider=provider.name,
        error_class=ProviderErrorClass.CONTENT,
        provider_code="refused_in_words",
        charge=Charge(),
    )


def job_lost(provider: ScriptedProvider, task: ProviderTask) -> Submission:
    return Submission(provider.new_job(failure(ProviderErrorClass.FAILED)), running_for(1)(provider, task).state)


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (billed, ("content", PRICE, True)),
        (job_lost, ("failed", PRICE, True)),
        (job_ending_in(ProviderErrorClass.FAILED), ("failed", 0, False)),
        (refusing(ProviderErrorClass.CONTENT), ("content", 0, False)),
        (refusing(ProviderErrorClass.GONE), ("gone", 0, False)),
    ],
    ids=["billed", "job of unknown end", "failed job", "refused", "gone"],
)
def test_an_attempt_without_a_picture_costs_what_its_vendor_may_bill(
    engine: Engine,
    behaviour: Callable[[ScriptedProvider, ProviderTask], Submission],
    expected: tuple[str, int, bool],
) -> None:
    engine.provider.default = behaviour
    generation = engine.run(engine.submit(a_request()).generation.id)
    assert ends(engine, generation) == [expected]
    assert generation.charged == 0


def test_a_picture_without_a_job_is_downloaded_again_instead_of_paid_again(engine: Engine) -> None:
    def address_at_once(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        provider.new_job(Finished(RemotePicture("https://vendor.example/1")))
        return Submission(None, Finished(RemotePicture("https://vendor.example/1")))

    engine.provider.default = address_at_once
    engine.provider.download_errors = [failure(ProviderErrorClass.RETRYABLE)] * 2
    generation = engine.run(engine.submit(a_request()).generation.id)
    assert ends(engine, generation) == [("delivered", PRICE, False)]

    engine.provider.download_errors = [failure(ProviderErrorClass.RETRYABLE)] * 9
    generation = engine.run(engine.submit(a_request()).generation.id)
    assert ends(engine, generation) == [("failed", PRICE, True)]
    assert len(engine.provider.tasks) == 2


def test_a_picture_whose_model_has_left_the_catalogue_is_delivered_all_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.provider.default = running_for(2)
    submitted = engine.submit(a_request()).generation
    engine.run_until(lambda: bool(engine.provider.fetches))

    monkeypatch.setattr(engine.catalogue.__class__, "candidate", lambda *_: None)
    generation = engine.run(submitted.id)

    assert generation.status is Status.COMPLETED
    assert ends(engine, generation) == [("delivered", PRICE, True)]


def test_a_message_for_a_model_that_has_left_the_catalogue_leads_to_those_that_are_there(engine: Engine) -> None:
    submitted = engine.submit(a_request()).generation
    engine.run_until(lambda: any(due.kind.startswith("render") for due in engine._due))
    usual = engine.render

    def stale(ref: ImageRef, **arguments: str) -> None:
        engine.render = usual
        usual(ref, **(arguments | {"model": "seedream-v3"}))

    engine.render = stale  # type: ignore[assignment]  # the first message names a model that is gone
    generation = engine.run(submitted.id)

    assert generation.status is Status.COMPLETED
    assert engine.errors == []
    assert ends(engine, generation) == [("delivered", PRICE, False)]


def test_a_message_for_a_model_that_has_left_the_catalogue_leaves_a_running_job_alone(engine: Engine) -> None:
    engine.provider.default = running_for(2)
    submitted = engine.submit(a_request()).generation
    engine.run_until(lambda: bool(engine.provider.tasks))
    ref = ImageRef(WORKSPACE, submitted.id, 0)
    task = engine.tasks.get(ref)
    assert task is not None

    with pytest.raises(StillLeased):
        engine.render(ref, provider="wavespeed", model="seedream-v3", task_token=task.task_token)
    generation = engine.run(submitted.id)

    assert ends(engine, generation) == [("delivered", PRICE, False)]
    assert len(engine.provider.tasks) == 1


# --- one line in the logs for each attempt ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "outcome", "level"),
    [
        (finished_at_once, "delivered", logging.INFO),
        (inline_at_once, "delivered", logging.INFO),
        (running_for(2), "delivered", logging.INFO),
        (refusing(ProviderErrorClass.CONTENT), "content", logging.WARNING),
        (job_ending_in(ProviderErrorClass.FAILED), "failed", logging.WARNING),
        (refusing(ProviderErrorClass.AMBIGUOUS), "ambiguous", logging.WARNING),
    ],
)
def test_every_attempt_has_one_line_in_the_logs(
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    behaviour: Callable[[ScriptedProvider, ProviderTask], Submission],
    outcome: str,
    level: int,
) -> None:
    engine.provider.default = behaviour
    with caplog.at_level(logging.INFO):
        submitted = engine.submit(a_request(prompt="a very private fox")).generation
        engine.run(submitted.id)

    (line,) = [record for record in caplog.records if record.message == "provider attempt ended"]
    fields = vars(line)
    (attempt,) = attempts(engine, submitted)
    assert line.levelno == level
    assert fields["outcome"] == outcome
    assert (fields["request_id"], fields["workspace_id"]) == (submitted.request_id, WORKSPACE)
    assert (fields["generation_id"], fields["image_index"]) == (submitted.id, 0)
    assert (fields["attempt_id"], fields["provider"], fields["model"]) == (attempt.id, "wavespeed", "seedream-v4")
    assert (fields["cost_micro_usd"], fields["cost_uncertain"]) == (attempt.cost_micro_usd, attempt.cost_uncertain)
    assert fields["duration_ms"] >= 0
    assert "private" not in " ".join(str(value) for record in caplog.records for value in vars(record).values())


def test_what_was_never_called_is_logged_too(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with_references(engine, StorageUnavailable("full"))
    with caplog.at_level(logging.INFO):
        engine.run(engine.submit(a_request(references=REFERENCES)).generation.id)

    outcomes = [vars(one)["outcome"] for one in caplog.records if one.message == "provider attempt ended"]
    assert outcomes == ["internal", "delivered"]
