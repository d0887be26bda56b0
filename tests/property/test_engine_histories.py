"""Whatever providers, queues, workers and callers do, and in whatever order: the end is a correct one.

`EASEL_PROPERTY_EXAMPLES=2000` tries so many histories, new ones each time; without it a few, the same ones each time.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from tests.property.stepped_engine import PROVIDERS, SIDE_EFFECTS, SteppedEngine, hard_to_ask, job_ending_in
from tests.support.engine import (
    Behaviour,
    a_request,
    failure,
    finished_at_once,
    inline_at_once,
    refusing,
    running_for,
)
from tests.support.invariants import attempts_of, check_invariants
from tests.support.tables import create_core_table

from easel.domain.generation import Generation
from easel.domain.image import ALLOWED, Stage, Status
from easel.errors import IdempotencyKeyReused, ProviderErrorClass, StorageUnavailable
from easel.services.images.attempt_ends import SURPLUS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

pytestmark = pytest.mark.long

EXAMPLES = int(os.environ.get("EASEL_PROPERTY_EXAMPLES", "0"))
FEW_EXAMPLES = 7
MOST_GENERATIONS = 3
MOST_DEATHS = 3

RETRYABLE, AMBIGUOUS = ProviderErrorClass.RETRYABLE, ProviderErrorClass.AMBIGUOUS
STAGES = list(Stage)

error_classes = st.sampled_from(ProviderErrorClass)
behaviours: st.SearchStrategy[Behaviour] = st.one_of(
    st.just(finished_at_once),
    st.just(inline_at_once),
    st.sampled_from([1, 3, 200]).map(running_for),
    error_classes.map(refusing),
    st.floats(0.5, 400).map(lambda wish: refusing(RETRYABLE, wish)),
    error_classes.map(job_ending_in),
    st.sampled_from([RETRYABLE, AMBIGUOUS]).map(hard_to_ask),
)
# Around the call itself is where money gets lost, so it is hit more often.
side_effects = st.sampled_from([*SIDE_EFFECTS, *["BillingProvider.submit"] * 5])
visitors = st.sampled_from(["double", "worker", "caller", "sweeper"])
patience = st.sampled_from([None, None, None, timedelta(seconds=20), timedelta(seconds=90)])


class EngineHistories(RuleBasedStateMachine):
    """One history: the rules are what may happen, `teardown` is how it ends."""

    calling_back: Sequence[str] = ()

    def __init__(self, client: DynamoDBClient) -> None:
        super().__init__()
        self.engine = SteppedEngine(client, create_core_table(client), self.calling_back)
        self.asked: dict[str, str] = {}
        self.expected = 0
        self.deaths = 0
        self.seen: dict[str, Generation] = {}

    @initialize(
        days=st.lists(st.tuples(st.sampled_from(PROVIDERS), behaviours), max_size=8),
        deaths=st.lists(side_effects, max_size=2),
        visits=st.lists(st.tuples(side_effects, visitors), max_size=3),
        count=st.integers(1, 2),
        patience=patience,
    )
    def begin(
        self,
        days: list[tuple[str, Behaviour]],
        deaths: list[str],
        visits: list[tuple[str, str]],
        count: int,
        patience: timedelta | None,
    ) -> None:
        """Every history has a request and some trouble ahead; the rules add to it."""
        for name, behaviour in days:
            self.engine.providers[name].script.append(behaviour)
        self.submit(count, "", patience, lost=False)
        for effect in deaths:
            self.a_worker_will_die_after(effect)
        for effect, who in visits:
            self.somebody_will_come_in_between(effect, who)

    # --- callers --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.expected < MOST_GENERATIONS)
    @rule(
        count=st.integers(1, 2),
        key=st.sampled_from(["", "", "one", "two"]),
        patience=patience,
        lost=st.booleans(),
    )
    def submit(self, count: int, key: str, patience: timedelta | None, *, lost: bool) -> None:
        request = a_request(n=count, cancel_after=patience)
        asked_for, used_for = self.engine.appraise.fingerprint(request), self.asked.get(key)
        self.engine.lose_submit_message = lost
        try:
            answer = self.engine.ask(request, key or None)
        except IdempotencyKeyReused:
            assert used_for not in {None, asked_for}
            return
        finally:
            self.engine.lose_submit_message = False
        assert used_for in {None, asked_for}
        assert answer is None or answer.replayed == (used_for is not None)
        self.expected += used_for is None
        if key:
            self.asked[key] = asked_for

    @precondition(lambda self: self.expected)
    @rule(which=st.integers(0, MOST_GENERATIONS - 1))
    def cancel(self, which: int) -> None:
        self.engine.cancel_if_open(self.pick(which))

    # --- the outside world ----------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(PROVIDERS), error_class=st.sampled_from([RETRYABLE, AMBIGUOUS]))
    def a_download_will_fail(self, name: str, error_class: ProviderErrorClass) -> None:
        self.engine.providers[name].download_errors.append(failure(error_class, name))

    @rule()
    def the_bucket_will_refuse(self) -> None:
        self.engine.store.errors.append(StorageUnavailable("full"))

    # --- queues, workers, clocks ----------------------------------------------------------------------------------

    @rule(count=st.integers(1, 12))
    def things_happen(self, count: int) -> None:
        for _ in range(count):
            self.engine.deliver_next()
            self.look()

    @rule(delay=st.sampled_from([0, 1, 30, 140]))
    def the_next_message_comes_twice(self, delay: int) -> None:
        self.engine.double_next(timedelta(seconds=delay))

    @precondition(lambda self: self.deaths < MOST_DEATHS)
    @rule(effect=side_effects)
    def a_worker_will_die_after(self, effect: str) -> None:
        self.deaths += 1
        self.engine.interruptions.kill_after(effect)

    @rule(effect=side_effects, who=visitors)
    def somebody_will_come_in_between(self, effect: str, who: str) -> None:
        act = {
            "double": self.engine.deliver_double,
            "worker": self.engine.deliver_what_is_due_now,
            "caller": lambda: self.engine.cancel_if_open(self.pick(0)),
            "sweeper": self.engine.sweep_now,
        }
        self.engine.interruptions.interrupt_after(effect, act[who])

    @rule(seconds=st.sampled_from([1, 20, 130, 300]))
    def nothing_happens_for_a_while(self, seconds: int) -> None:
        self.engine.clock.now += timedelta(seconds=seconds)

    # --- what is true on the way and at the end -------------------------------------------------------------------

    def pick(self, which: int) -> str:
        found = [generation.id for generation in self.engine.stored()]
        return found[which % len(found)]

    def look(self) -> None:
        """A caller looks: nothing that was seen before may be taken back."""
        for generation in self.engine.stored():
            before = self.seen.get(generation.id)
            if before is not None:
                nothing_was_taken_back(before, generation)
            self.seen[generation.id] = generation

    def teardown(self) -> None:
        self.look()
        ended = self.engine.run_to_the_end()
        self.look()
        assert len(ended) == self.expected, "one generation per request"
        check_invariants(self.engine, *ended)
        for generation in ended:
            each_picture_was_paid_once(self.engine, generation)


class CallbackHistories(EngineHistories):
    """The same where every vendor is told where to call back, and does so early, late, often or never."""

    calling_back = PROVIDERS

    @rule(
        name=st.sampled_from(PROVIDERS),
        which=st.integers(0, 5),
        delay=st.sampled_from([0, 0, 1, 4, 15, 25, 90, 400]),
    )
    def a_vendor_calls_back(self, name: str, which: int, delay: int) -> None:
        bill = self.engine.bills[name]
        known = [task for task in bill.tasks if task.attempt_id in bill.jobs_of]
        if known:
            task = known[which % len(known)]
            self.engine.call_back(task, bill.jobs_of[task.attempt_id], timedelta(seconds=delay))

    @rule(name=st.sampled_from(PROVIDERS), delay=st.sampled_from([0, 2, 30]))
    def the_next_job_is_called_back_for(self, name: str, delay: int) -> None:
        self.engine.bills[name].calls_back_after.append(timedelta(seconds=delay))


def nothing_was_taken_back(before: Generation, after: Generation) -> None:
    """Statuses follow the table, ends are final, progress and stages of images only grow."""
    assert after.status in reachable(before.status), f"{before.status} -> {after.status}"
    assert after.progress >= before.progress, "progress ran backwards"
    for was, is_now in zip(before.images, after.images, strict=True):
        assert is_now.status in reachable(was.status), f"image: {was.status} -> {is_now.status}"
        if was.stored is not None:
            assert is_now.stored == was.stored
        if was.stage is not None and is_now.stage is not None:
            assert STAGES.index(is_now.stage) >= STAGES.index(was.stage), "a stage was left backwards"


def reachable(status: Status) -> set[Status]:
    """The status itself and all that may follow, with those in between unseen."""
    return {status}.union(*(reachable(following) for following in ALLOWED[status]))


def each_picture_was_paid_once(engine: SteppedEngine, generation: Generation) -> None:
    """By the providers' own bills: none of them twice, and a second one only after an outcome that nobody knew."""
    for image in generation.images:
        attempts = attempts_of(engine, generation, image)
        bills = [bill.charges([attempt.id for attempt in attempts]) for bill in engine.bills.values()]
        # A job that was given up as unknown may be found while, or after, another vendor works.
        unknown = sum(attempt.outcome in {AMBIGUOUS, SURPLUS} for attempt in attempts)
        assert max(bills) <= 1, f"one provider was paid twice: {bills}"
        assert sum(bills) <= 1 + unknown, f"paid twice: {bills}"


@pytest.mark.parametrize("machine", [EngineHistories, CallbackHistories])
def test_every_history_ends_well(emulator: Emulator, machine: type[EngineHistories]) -> None:
    client = emulator.client("dynamodb")
    effort = settings(
        max_examples=EXAMPLES or FEW_EXAMPLES,
        stateful_step_count=30 if EXAMPLES else 20,
        derandomize=not EXAMPLES,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: machine(client), settings=effort)  # type: ignore[arg-type]  # any factory
