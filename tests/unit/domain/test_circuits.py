"""When a provider is left alone, for how long, and how it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generations import NOW

from easel.domain.catalogue import Candidate
from easel.domain.circuits import (
    ALL_CALLERS,
    ANY_MODEL,
    MAX_PAUSE,
    MIN_CALLERS,
    PROBE_TIMEOUT,
    RULES,
    Circuit,
    CircuitName,
    Circuits,
    CircuitState,
    caller_key,
    circuit_names,
    circuits_of_failure,
)
from easel.errors import ProviderErrorClass

RETRYABLE, AUTH, QUOTA = ProviderErrorClass.RETRYABLE, ProviderErrorClass.AUTH, ProviderErrorClass.QUOTA
CANDIDATE = Candidate("provider", "model", "t2i", "i2i", {"default": 1})
FRESH = Circuit("provider", "model")


def failed_often(error_class: ProviderErrorClass, times: int, circuit: Circuit = FRESH) -> Circuit:
    """After so many failures, of several callers in turn."""
    for number in range(times):
        circuit = circuit.failed(error_class, NOW, caller=f"caller-{number % MIN_CALLERS}")
    return circuit


def failed_for(caller: str, error_class: ProviderErrorClass, times: int, circuit: Circuit = FRESH) -> Circuit:
    """After so many failures of one caller."""
    for _ in range(times):
        circuit = circuit.failed(error_class, NOW, caller=caller)
    return circuit


@pytest.mark.requirement("S002-75")
@pytest.mark.parametrize("error_class", RULES)
def test_a_circuit_opens_with_the_last_failure_that_its_rule_allows(error_class: ProviderErrorClass) -> None:
    rule = RULES[error_class]

    almost = failed_often(error_class, rule.failures - 1)
    opened = almost.failed(error_class, NOW, caller="another")

    assert almost.state(NOW) is CircuitState.CLOSED
    assert (opened.state(NOW), opened.opened_by, opened.wait(NOW)) == (CircuitState.OPEN, error_class, rule.pause)


@pytest.mark.parametrize("error_class", [ProviderErrorClass.CALLER, ProviderErrorClass.CONTENT])
def test_what_callers_got_wrong_says_nothing_about_the_provider(error_class: ProviderErrorClass) -> None:
    assert failed_often(error_class, 100) == FRESH


def test_each_class_is_counted_for_itself() -> None:
    mixed = failed_often(AUTH, RULES[AUTH].failures - 1, failed_often(RETRYABLE, RULES[RETRYABLE].failures - 1))

    assert mixed.state(NOW) is CircuitState.CLOSED


def test_failures_that_are_far_apart_do_not_add_up() -> None:
    rule = RULES[RETRYABLE]
    circuit = failed_often(RETRYABLE, rule.failures - 1)

    later = circuit.failed(RETRYABLE, NOW + rule.window + timedelta(seconds=1))

    assert later.state(NOW + rule.window) is CircuitState.CLOSED
    assert later.counts[RETRYABLE].failures == 1


def test_a_success_forgets_everything() -> None:
    assert failed_often(RETRYABLE, RULES[RETRYABLE].failures - 1).succeeded().is_clean
    assert failed_often(RETRYABLE, RULES[RETRYABLE].failures).succeeded().is_clean


def test_after_the_pause_one_probe_goes_out_and_the_others_wait_for_it() -> None:
    opened = failed_often(RETRYABLE, RULES[RETRYABLE].failures)
    later = NOW + opened.wait(NOW)

    assert opened.state(later) is CircuitState.HALF_OPEN
    assert opened.wait(later) == timedelta()
    assert opened.probing(later).wait(later) == PROBE_TIMEOUT


def test_a_probe_that_fails_doubles_the_pause_up_to_its_limit() -> None:
    circuit, now, pauses = failed_often(RETRYABLE, RULES[RETRYABLE].failures), NOW, []
    for _ in range(12):
        pauses.append(circuit.wait(now))
        now += pauses[-1]
        circuit = circuit.probing(now).failed(RETRYABLE, now)

    assert pauses[:3] == [RULES[RETRYABLE].pause * factor for factor in (1, 2, 4)]
    assert pauses[-1] == MAX_PAUSE


def test_calls_that_were_under_way_when_it_opened_change_nothing() -> None:
    opened = failed_often(RETRYABLE, RULES[RETRYABLE].failures)

    assert opened.failed(RETRYABLE, NOW + timedelta(seconds=1)) is opened


def test_a_longer_pause_that_the_vendor_wishes_for_is_kept() -> None:
    circuit = failed_often(RETRYABLE, RULES[RETRYABLE].failures - 1)

    assert circuit.failed(RETRYABLE, NOW, retry_after=300, caller="another").wait(NOW) == timedelta(seconds=300)


@pytest.mark.parametrize(("error_class", "model"), [(RETRYABLE, "model"), (AUTH, ANY_MODEL), (QUOTA, ANY_MODEL)])
def test_what_is_wrong_with_the_account_counts_for_all_models(error_class: ProviderErrorClass, model: str) -> None:
    assert circuits_of_failure(CANDIDATE, error_class, "caller-1") == (
        CircuitName("provider", model),
        CircuitName("provider", model, "caller-1"),
    )


def test_a_candidate_is_held_back_by_our_account_as_long_as_that_circuit_is_open() -> None:
    circuits = Circuits([failed_often(QUOTA, RULES[QUOTA].failures, Circuit("provider", ANY_MODEL))])

    assert circuits.is_open_by(QUOTA, CANDIDATE, NOW)
    assert not circuits.is_open_by(AUTH, CANDIDATE, NOW)
    assert not circuits.is_open_by(QUOTA, CANDIDATE, NOW + RULES[QUOTA].pause)
    assert not Circuits().is_open_by(QUOTA, CANDIDATE, NOW)


def test_a_candidate_waits_for_the_slowest_of_its_circuits() -> None:
    own = failed_often(RETRYABLE, RULES[RETRYABLE].failures)
    account = failed_often(AUTH, RULES[AUTH].failures, Circuit("provider", ANY_MODEL))

    assert Circuits().wait(CANDIDATE, NOW) == timedelta()
    assert Circuits([own, account]).wait(CANDIDATE, NOW) == RULES[AUTH].pause


# --- whose failures they are ------------------------------------------------------------------------------------------

CALLERS = [f"caller-{number}" for number in range(30)]


@pytest.mark.parametrize("error_class", RULES)
@pytest.mark.parametrize("callers", range(1, MIN_CALLERS))
def test_fewer_callers_than_several_never_open_the_circuit_of_all(
    error_class: ProviderErrorClass, callers: int
) -> None:
    circuit = FRESH
    for caller in CALLERS[:callers]:
        circuit = failed_for(caller, error_class, 1_000, circuit)

    assert circuit.state(NOW) is CircuitState.CLOSED
    assert failed_often(error_class, RULES[error_class].failures).state(NOW) is CircuitState.OPEN


def test_a_caller_that_counts_for_no_more_changes_nothing() -> None:
    circuit = failed_for("caller-1", RETRYABLE, RULES[RETRYABLE].failures_per_caller)

    assert circuit.failed(RETRYABLE, NOW, caller="caller-1") is circuit, "so nothing has to be written"


def test_a_callers_own_circuit_is_opened_by_its_failures_alone_and_holds_nobody_else_back() -> None:
    name = CircuitName("provider", "model", "caller-1")
    own = failed_for("caller-1", RETRYABLE, RULES[RETRYABLE].failures, Circuit(*name))
    shared = failed_for("caller-1", RETRYABLE, RULES[RETRYABLE].failures)

    assert own.state(NOW) is CircuitState.OPEN
    assert Circuits([own, shared], "caller-1").wait(CANDIDATE, NOW) == RULES[RETRYABLE].pause
    assert Circuits([own, shared], "caller-2").wait(CANDIDATE, NOW) == timedelta()
    assert Circuits([own, shared]).wait(CANDIDATE, NOW) == timedelta()


def test_a_caller_whose_probe_failed_lets_others_probe_first() -> None:
    opened = failed_often(RETRYABLE, RULES[RETRYABLE].failures)
    now = NOW + opened.wait(NOW)
    reopened = opened.probing(now).failed(RETRYABLE, now, caller="caller-1")
    later = now + reopened.wait(now)

    assert reopened.wait(later, "caller-2") == timedelta()
    assert reopened.wait(later, "caller-1") == PROBE_TIMEOUT
    assert reopened.wait(later + PROBE_TIMEOUT, "caller-1") == timedelta(), "when there are no others it probes again"


def test_one_caller_cannot_keep_the_probe_for_itself() -> None:
    # Given a circuit that others have opened, and a caller whose calls fail for a reason of its own
    circuit, now = failed_often(RETRYABLE, RULES[RETRYABLE].failures), NOW
    now += circuit.wait(now)
    circuit = circuit.probing(now).failed(RETRYABLE, now, caller="bad")
    # When its pause is over, and both ask at once
    now += circuit.wait(now)
    # Then the other one is the probe, and its success closes the circuit for all
    assert circuit.wait(now, "bad") > circuit.wait(now, "good") == timedelta()
    assert circuit.probing(now).succeeded().wait(now, "bad") == timedelta()


def test_a_call_goes_through_the_circuits_of_all_and_through_its_own() -> None:
    assert circuit_names(CANDIDATE, "me") == (
        ("provider", "model", ALL_CALLERS),
        ("provider", ANY_MODEL, ALL_CALLERS),
        ("provider", "model", "me"),
        ("provider", ANY_MODEL, "me"),
    )


def test_a_tenant_is_named_by_something_short_that_tells_nobody_who_it_is() -> None:
    first, second = (caller_key(f"01930000-0000-7000-8000-00000000000{number}") for number in (1, 2))

    assert first != second
    assert len(first) == len(second) == 12


STORIES = st.lists(
    st.tuples(st.sampled_from(list(ProviderErrorClass)), st.integers(0, 120), st.booleans(), st.sampled_from(CALLERS)),
    max_size=80,
)


@given(STORIES)
def test_no_story_keeps_a_provider_away_for_ever(story: list[tuple[ProviderErrorClass, int, bool, str]]) -> None:
    circuit, now = FRESH, NOW
    for error_class, seconds, success, caller in story:
        now += timedelta(seconds=seconds)
        circuit = circuit.succeeded() if success else circuit.failed(error_class, now, caller=caller)
        assert timedelta() <= circuit.wait(now) <= MAX_PAUSE
        assert timedelta() <= circuit.wait(now, caller) <= MAX_PAUSE + PROBE_TIMEOUT


@given(STORIES)
def test_the_record_of_a_circuit_stays_small(story: list[tuple[ProviderErrorClass, int, bool, str]]) -> None:
    circuit, now = FRESH, NOW
    for error_class, seconds, _, caller in story:
        now += timedelta(seconds=seconds)
        circuit = circuit.failed(error_class, now, caller=caller)
        for counted, count in circuit.counts.items():
            assert len(count.callers) <= count.failures < RULES[counted].failures
            assert sum(count.callers.values()) == count.failures
