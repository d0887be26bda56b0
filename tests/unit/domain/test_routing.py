"""What follows a provider's error: whom to ask next, when, and when to give up. The money rule is a property."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.generations import NOW

from easel.domain.attempt import Attempt
from easel.domain.catalogue import Candidate
from easel.domain.circuits import ANY_MODEL, Circuit, Circuits
from easel.domain.image import FAILURE_TEXTS, INTERNAL_FAILURE, TIMED_OUT, Failure
from easel.domain.routing import (
    INTERNAL_ERROR,
    MAX_ATTEMPTS_PER_CANDIDATE,
    MAX_INTERNAL_FAILURES,
    GiveUp,
    TryAgain,
    after_failure,
    in_order,
    may_attempt,
    poll_delay,
)
from easel.errors import ProviderError, ProviderErrorClass

RETRYABLE, AMBIGUOUS, FAILED = ProviderErrorClass.RETRYABLE, ProviderErrorClass.AMBIGUOUS, ProviderErrorClass.FAILED
CALLER, CONTENT = ProviderErrorClass.CALLER, ProviderErrorClass.CONTENT
QUOTA, AUTH, GONE = ProviderErrorClass.QUOTA, ProviderErrorClass.AUTH, ProviderErrorClass.GONE

DEADLINE = NOW + timedelta(seconds=180)
INTERNAL = ProviderErrorClass.INTERNAL
REPEATABLE = {RETRYABLE, INTERNAL}
NOTHING_STARTED = {RETRYABLE, QUOTA, AUTH, GONE, INTERNAL}
"""After these we know that the provider made no picture that we could have to pay for."""


ALL_WELL = Circuits()


def again(name: str, delay: timedelta = timedelta()) -> TryAgain:
    return TryAgain(candidates(name)[0], delay)


def candidates(*names: str) -> list[Candidate]:
    return [Candidate(name, "model", "t2i", "i2i", {"default": 1}) for name in names]


def an_attempt(provider: str, outcome: str | None) -> Attempt:
    return Attempt("attempt", provider, "model", "upstream", started_at=NOW, outcome=outcome)


def an_error(provider: str, error_class: ProviderErrorClass, retry_after: float | None = None) -> ProviderError:
    return ProviderError("Its words.", provider=provider, error_class=error_class, retry_after=retry_after)


def decide(
    *story: tuple[str, ProviderErrorClass],
    among: Sequence[str] = ("first", "second", "third"),
    now: datetime = NOW,
    retry_after: float | None = None,
    circuits: Circuits = ALL_WELL,
) -> TryAgain | GiveUp:
    """The decision after these attempts, the last of which has just ended."""
    provider, error_class = story[-1]
    attempts = [an_attempt(name, outcome.value) for name, outcome in story]
    error = an_error(provider, error_class, retry_after)
    chosen, jitter = candidates(*among), random.Random(1)  # noqa: S311 - a pause, not a secret
    return after_failure(error, attempts, chosen, circuits, now=now, deadline=DEADLINE, jitter=jitter)


AT_ONCE = timedelta()


# --- each class of error --------------------------------------------------------------------------------------------


def test_a_busy_provider_is_asked_again_after_a_pause() -> None:
    decision = decide(("first", RETRYABLE))

    assert isinstance(decision, TryAgain)
    assert decision.candidate.provider == "first"
    assert timedelta(seconds=0.5) <= decision.delay <= timedelta(seconds=1)


@pytest.mark.parametrize(("tries", "shortest", "longest"), [(1, 0.5, 1), (2, 1.5, 3), (3, 4, 8)])
def test_pauses_grow_and_are_spread(tries: int, shortest: float, longest: float) -> None:
    attempts = [an_attempt("first", RETRYABLE)] * tries
    pauses = set()
    for seed in range(20):
        decision = after_failure(
            an_error("first", RETRYABLE),
            attempts,
            candidates("first"),
            ALL_WELL,
            now=NOW,
            deadline=DEADLINE,
            jitter=random.Random(seed),  # noqa: S311 - as above
        )
        assert isinstance(decision, TryAgain)
        pauses.add(decision.delay.total_seconds())

    assert len(pauses) > 10
    assert shortest <= min(pauses) < max(pauses) <= longest


def test_a_provider_that_stays_busy_is_given_up_for_the_next_one() -> None:
    always_busy = [("first", RETRYABLE)] * MAX_ATTEMPTS_PER_CANDIDATE

    assert decide(*always_busy[:-1]) != again("second")
    assert decide(*always_busy) == again("second")
    assert decide(*always_busy, among=["first"]) == GiveUp(FAILURE_TEXTS[RETRYABLE])


@pytest.mark.requirement("S002-75", "S004-28", "S004-31")
@pytest.mark.parametrize("error_class", [FAILED, QUOTA, AUTH, GONE, AMBIGUOUS])
def test_an_error_of_the_providers_own_leads_to_the_next_candidate(error_class: ProviderErrorClass) -> None:
    assert decide(("first", error_class)) == again("second")
    assert decide(("first", error_class), among=["first"]) == GiveUp(FAILURE_TEXTS[error_class])


@pytest.mark.parametrize("error_class", [CALLER, CONTENT])
def test_what_a_provider_refuses_is_taken_to_no_other_and_keeps_its_reason(error_class: ProviderErrorClass) -> None:
    decision = decide(("first", error_class))

    known = FAILURE_TEXTS[error_class]
    assert decision == GiveUp(Failure(known.code, "Its words.", known.retryable))


def test_a_refusal_without_a_reason_gets_ours() -> None:
    error = ProviderError("", provider="first", error_class=CONTENT)

    decision = after_failure(
        error, [an_attempt("first", CONTENT)], candidates("first"), ALL_WELL, now=NOW, deadline=DEADLINE
    )

    assert decision == GiveUp(FAILURE_TEXTS[CONTENT])


@pytest.mark.parametrize("error_class", [RETRYABLE, AMBIGUOUS, FAILED, QUOTA, AUTH, GONE])
def test_the_vendors_words_are_not_shown_for_what_the_caller_cannot_mend(error_class: ProviderErrorClass) -> None:
    story = [("only", error_class)] * MAX_ATTEMPTS_PER_CANDIDATE

    decision = decide(*story, among=["only"])

    assert decision == GiveUp(FAILURE_TEXTS[error_class])


def test_a_fault_of_ours_is_repeated_some_times_and_then_ends_the_image_for_good() -> None:
    for times in range(1, MAX_INTERNAL_FAILURES):
        assert wait_for_first(decide(*[("first", INTERNAL)] * times)) > 0
    assert decide(*[("first", INTERNAL)] * MAX_INTERNAL_FAILURES) == GiveUp(INTERNAL_FAILURE)
    assert not INTERNAL_FAILURE.retryable, "it would only happen again"


def test_an_exception_of_ours_after_the_call_is_told_as_ours() -> None:
    error = ProviderError("", provider="first", error_class=AMBIGUOUS, provider_code=INTERNAL_ERROR, from_vendor=False)

    decision = after_failure(
        error, [an_attempt("first", AMBIGUOUS)], candidates("first"), ALL_WELL, now=NOW, deadline=DEADLINE
    )

    assert decision == GiveUp(INTERNAL_FAILURE)


# --- unknown outcomes -----------------------------------------------------------------------------------------------


def test_after_a_second_unknown_outcome_nobody_is_asked() -> None:
    assert decide(("first", AMBIGUOUS), ("second", AMBIGUOUS)) == GiveUp(FAILURE_TEXTS[AMBIGUOUS])


def test_after_an_unknown_outcome_and_a_failed_job_elsewhere_nobody_is_asked() -> None:
    assert decide(("first", AMBIGUOUS), ("second", FAILED)) == GiveUp(FAILURE_TEXTS[FAILED])


@pytest.mark.parametrize("error_class", [QUOTA, AUTH, GONE])
def test_a_refusal_that_started_nothing_does_not_use_up_the_one_attempt_elsewhere(
    error_class: ProviderErrorClass,
) -> None:
    assert decide(("first", AMBIGUOUS), ("second", error_class)) == again("third")


def test_a_failed_job_before_the_unknown_outcome_does_not_count() -> None:
    assert decide(("first", FAILED), ("second", AMBIGUOUS)) == again("third")


# --- time -----------------------------------------------------------------------------------------------------------


def wait_for_first(decision: TryAgain | GiveUp) -> float:
    """Seconds until the first provider is asked again."""
    assert isinstance(decision, TryAgain)
    assert decision.candidate.provider == "first"
    return decision.delay.total_seconds()


@pytest.mark.parametrize("among", [["first", "second"], ["first"]])
def test_a_vendors_retry_after_is_kept_and_spread_by_at_most_our_own_pause(among: list[str]) -> None:
    assert 13 <= wait_for_first(decide(("first", RETRYABLE), among=among, retry_after=13)) <= 14


def test_those_who_were_refused_at_once_do_not_return_at_once() -> None:
    waits = {
        wait_for_first(
            after_failure(
                an_error("first", RETRYABLE, 13),
                [an_attempt("first", RETRYABLE)],
                candidates("first"),
                ALL_WELL,
                now=NOW,
                deadline=DEADLINE,
            )
        )
        for _ in range(20)
    }
    assert len(waits) > 10


def test_a_long_pause_is_waited_for_only_when_nobody_else_can_be_asked() -> None:
    assert decide(("first", RETRYABLE), retry_after=15.5) == again("second")
    assert 15.5 <= wait_for_first(decide(("first", RETRYABLE), among=["first"], retry_after=15.5)) <= 16.5


def test_a_wish_shorter_than_our_own_pause_does_not_shorten_it() -> None:
    decision = decide(*[("first", RETRYABLE)] * 3, retry_after=0.1)

    assert isinstance(decision, TryAgain)
    assert decision.delay >= timedelta(seconds=4)


@pytest.mark.parametrize("retry_after", [None, 0.0, 1.0, 60.0, 1e300])
def test_polls_of_a_job_are_spread_and_never_sooner_than_asked(retry_after: float | None) -> None:
    waits = {poll_delay(retry_after, timedelta(seconds=3)).total_seconds() for _ in range(20)}

    assert len(waits) > 10
    assert max(3.0, min(retry_after or 0.0, 3600.0)) <= min(waits)


@pytest.mark.parametrize(("left", "provider"), [(16, "second"), (17, "first")])
def test_a_pause_that_reaches_beyond_the_deadline_is_not_waited_for(left: int, provider: str) -> None:
    now = DEADLINE - timedelta(seconds=left)

    decision = decide(("first", RETRYABLE), now=now, retry_after=14)

    assert isinstance(decision, TryAgain)
    assert decision.candidate.provider == provider


@pytest.mark.parametrize("wish", [150.0, 180.0, 1e9, 1e300])
def test_a_long_wish_is_kept_or_the_image_is_given_up(wish: float) -> None:
    decision = decide(("first", RETRYABLE), among=["first"], retry_after=wish)

    if wish == 150:
        assert 150 <= wait_for_first(decision) <= 151
    else:
        assert decision == GiveUp(FAILURE_TEXTS[RETRYABLE])


# --- circuits ---------------------------------------------------------------------------------------------------------


def opened(name: str, seconds: float) -> Circuit:
    return Circuit(name, "model", opened_by=RETRYABLE, open_until=NOW + timedelta(seconds=seconds), openings=1)


@pytest.mark.requirement("S002-75")
def test_a_candidate_with_an_open_circuit_is_passed_over() -> None:
    circuits = Circuits([opened("second", 30)])

    assert decide(("first", FAILED), circuits=circuits) == again("third")
    # When nobody else is left, its probe is waited for
    assert decide(("first", FAILED), among=["first", "second"], circuits=circuits) == again(
        "second", timedelta(seconds=30)
    )


def test_a_circuit_that_opens_on_the_way_sends_the_rest_elsewhere() -> None:
    assert decide(("first", RETRYABLE), circuits=Circuits([opened("first", 30)])) == again("second")


def test_circuits_that_stay_open_beyond_the_deadline_end_the_image() -> None:
    circuits = Circuits([opened("second", 300), opened("third", 400)])

    assert decide(("first", FAILED), circuits=circuits) == GiveUp(FAILURE_TEXTS[FAILED])


def test_what_is_wrong_with_the_account_keeps_all_models_of_the_provider_back() -> None:
    circuits = Circuits([replace(opened("second", 30), model=ANY_MODEL)])

    assert decide(("first", FAILED), circuits=circuits) == again("third")


# --- models and providers ---------------------------------------------------------------------------------------------


def offers(*names: tuple[str, str]) -> list[Candidate]:
    return [Candidate(provider, model, "t2i", "i2i", {"default": 1}) for provider, model in names]


@pytest.mark.requirement("X-37")
def test_preferred_providers_come_first_within_each_model() -> None:
    found = in_order(offers(("a", "m1"), ("b", "m1"), ("c", "m1"), ("a", "m2"), ("b", "m2")), ["c", "b"])

    assert [one.key for one in found] == [("c", "m1"), ("b", "m1"), ("a", "m1"), ("b", "m2"), ("a", "m2")]


@pytest.mark.parametrize("outcome", [AMBIGUOUS, QUOTA, AUTH])
def test_some_outcomes_rule_out_every_model_of_a_provider(outcome: ProviderErrorClass) -> None:
    (other_model,) = offers(("first", "other"))

    assert not may_attempt(other_model, [an_attempt("first", outcome)])
    assert may_attempt(other_model, [an_attempt("first", FAILED)])


def test_a_refusal_is_taken_elsewhere_only_when_the_caller_wants_it() -> None:
    error, attempts = an_error("first", CONTENT), [an_attempt("first", CONTENT)]

    decision = after_failure(
        error, attempts, candidates("first", "second"), ALL_WELL, now=NOW, deadline=DEADLINE, after_refusal=True
    )

    assert decision == again("second")


def test_without_time_for_a_try_the_image_has_run_out_of_time() -> None:
    now = DEADLINE - timedelta(seconds=2)

    assert decide(("first", FAILED), now=now) == GiveUp(TIMED_OUT)


def test_without_time_and_without_another_candidate_the_reason_is_the_providers() -> None:
    now = DEADLINE - timedelta(seconds=1)

    assert decide(("first", RETRYABLE), among=["first"], now=now) == GiveUp(FAILURE_TEXTS[RETRYABLE])


# --- may a call be made at all --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempts", "allowed"),
    [
        ([], "yes"),
        ([an_attempt("first", RETRYABLE)], "yes"),
        ([an_attempt("first", RETRYABLE)] * MAX_ATTEMPTS_PER_CANDIDATE, "no"),
        ([an_attempt("first", None)], "no"),
        ([an_attempt("second", None)], "no"),
        ([an_attempt("second", AMBIGUOUS)], "yes"),
        ([an_attempt("second", FAILED)], "yes"),
        ([an_attempt("first", INTERNAL)], "yes"),
        ([an_attempt("first", INTERNAL)] * MAX_INTERNAL_FAILURES, "no"),
        ([an_attempt("second", INTERNAL)] * MAX_INTERNAL_FAILURES, "no"),
        *[([an_attempt("first", outcome)], "no") for outcome in ProviderErrorClass if outcome not in REPEATABLE],
        ([an_attempt("first", "delivered")], "no"),
        ([an_attempt("first", "cancelled")], "no"),
    ],
)
def test_a_message_leads_to_a_call_only_when_none_is_open_or_was_paid(attempts: list[Attempt], allowed: str) -> None:
    assert may_attempt(candidates("first")[0], attempts) == (allowed == "yes")


# --- properties of whole stories ------------------------------------------------------------------------------------


OFTEN = [*ProviderErrorClass, RETRYABLE, AMBIGUOUS, AMBIGUOUS, FAILED, QUOTA]
"""Drawn from evenly: what makes long stories comes more often."""


@dataclass
class Story:
    """One image from its first attempt until somebody gives up, with errors as they are drawn."""

    data: st.DataObject
    names: list[str]
    now: datetime = NOW
    attempts: list[Attempt] = field(default_factory=list)
    wishes: list[tuple[float, TryAgain]] = field(default_factory=list)

    def run(self) -> GiveUp:
        provider = self.names[0]
        while True:
            assert may_attempt(candidates(provider)[0], self.attempts)
            assert self.now < DEADLINE
            decision = self._fail(provider)
            if isinstance(decision, GiveUp):
                return decision
            self.now += decision.delay
            provider = decision.candidate.provider

    def _fail(self, provider: str) -> TryAgain | GiveUp:
        self.now = min(self.now + timedelta(seconds=self.data.draw(st.integers(0, 30))), DEADLINE)
        error_class = self.data.draw(st.sampled_from(OFTEN))
        wish = self.data.draw(st.none() | st.floats(0, 400))
        self.attempts.append(an_attempt(provider, error_class.value))
        decision = after_failure(
            an_error(provider, error_class, wish),
            self.attempts,
            candidates(*self.names),
            ALL_WELL,
            now=self.now,
            deadline=DEADLINE,
            jitter=random.Random(len(self.attempts)),  # noqa: S311 - as above
        )
        if isinstance(decision, TryAgain) and decision.candidate.provider == provider:
            self.wishes.append((wish or 0.0, decision))
        return decision


@settings(max_examples=300)
@given(st.data(), st.integers(1, 5))
def test_no_story_asks_a_provider_again_that_may_have_taken_the_job(data: st.DataObject, count: int) -> None:
    story = Story(data, [f"provider-{number}" for number in range(count)])

    end = story.run()

    # Never a second call where the first may have started a job, and never more calls than allowed.
    for name in story.names:
        outcomes = [attempt.outcome for attempt in story.attempts if attempt.provider == name]
        assert all(outcome in REPEATABLE for outcome in outcomes[:-1])
        assert len(outcomes) <= MAX_ATTEMPTS_PER_CANDIDATE
    # At most one further job after an outcome that nobody knows.
    outcomes = [attempt.outcome for attempt in story.attempts]
    if AMBIGUOUS in outcomes:
        later = outcomes[outcomes.index(AMBIGUOUS) + 1 :]
        assert all(outcome in NOTHING_STARTED for outcome in later[:-1])
    # What a provider refuses ends the story.
    assert not {CALLER, CONTENT} & set(outcomes[:-1])
    assert end.failure.code


@given(st.data(), st.integers(1, 3))
def test_every_story_keeps_the_vendors_wishes_and_the_deadline(data: st.DataObject, count: int) -> None:
    story = Story(data, [f"provider-{number}" for number in range(count)])

    story.run()

    assert story.now <= DEADLINE
    for wish, decision in story.wishes:
        assert decision.delay >= timedelta(seconds=wish)
