"""When a provider is left alone, for how long, and how it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generations import NOW

from easel.domain.catalogue import Candidate
from easel.domain.circuits import (
    ANY_MODEL,
    LONGEST_PAUSE,
    PROBE,
    RULES,
    Circuit,
    Circuits,
    CircuitState,
    circuit_of,
)
from easel.errors import ProviderErrorClass

RETRYABLE, AUTH, QUOTA = ProviderErrorClass.RETRYABLE, ProviderErrorClass.AUTH, ProviderErrorClass.QUOTA
CANDIDATE = Candidate("provider", "model", "t2i", "i2i", {"default": 1})
FRESH = Circuit("provider", "model")


def failed_often(error_class: ProviderErrorClass, times: int, circuit: Circuit = FRESH) -> Circuit:
    for _ in range(times):
        circuit = circuit.failed(error_class, NOW)
    return circuit


@pytest.mark.requirement("S002-75")
@pytest.mark.parametrize("error_class", RULES)
def test_a_circuit_opens_with_the_last_failure_that_its_rule_allows(error_class: ProviderErrorClass) -> None:
    rule = RULES[error_class]

    almost = failed_often(error_class, rule.failures - 1)
    opened = almost.failed(error_class, NOW)

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
    assert failed_often(RETRYABLE, RULES[RETRYABLE].failures - 1).succeeded().is_spotless
    assert failed_often(RETRYABLE, RULES[RETRYABLE].failures).succeeded().is_spotless


def test_after_the_pause_one_probe_goes_out_and_the_others_wait_for_it() -> None:
    opened = failed_often(RETRYABLE, RULES[RETRYABLE].failures)
    later = NOW + opened.wait(NOW)

    assert opened.state(later) is CircuitState.HALF_OPEN
    assert opened.wait(later) == timedelta()
    assert opened.probing(later).wait(later) == PROBE


def test_a_probe_that_fails_doubles_the_pause_up_to_its_limit() -> None:
    circuit, now, pauses = failed_often(RETRYABLE, RULES[RETRYABLE].failures), NOW, []
    for _ in range(12):
        pauses.append(circuit.wait(now))
        now += pauses[-1]
        circuit = circuit.probing(now).failed(RETRYABLE, now)

    assert pauses[:3] == [RULES[RETRYABLE].pause * factor for factor in (1, 2, 4)]
    assert pauses[-1] == LONGEST_PAUSE


def test_calls_that_were_under_way_when_it_opened_change_nothing() -> None:
    opened = failed_often(RETRYABLE, RULES[RETRYABLE].failures)

    assert opened.failed(RETRYABLE, NOW + timedelta(seconds=1)) is opened


def test_a_longer_pause_that_the_vendor_wishes_for_is_kept() -> None:
    circuit = failed_often(RETRYABLE, RULES[RETRYABLE].failures - 1)

    assert circuit.failed(RETRYABLE, NOW, retry_after=300).wait(NOW) == timedelta(seconds=300)


@pytest.mark.parametrize(("error_class", "model"), [(RETRYABLE, "model"), (AUTH, ANY_MODEL), (QUOTA, ANY_MODEL)])
def test_what_is_wrong_with_the_account_counts_for_all_models(error_class: ProviderErrorClass, model: str) -> None:
    assert circuit_of(CANDIDATE, error_class) == ("provider", model)


def test_a_candidate_waits_for_the_slowest_of_its_circuits() -> None:
    own = failed_often(RETRYABLE, RULES[RETRYABLE].failures)
    account = failed_often(AUTH, RULES[AUTH].failures, Circuit("provider", ANY_MODEL))

    assert Circuits().wait(CANDIDATE, NOW) == timedelta()
    assert Circuits([own, account]).wait(CANDIDATE, NOW) == RULES[AUTH].pause


@given(st.lists(st.tuples(st.sampled_from(list(ProviderErrorClass)), st.integers(0, 120), st.booleans()), max_size=60))
def test_no_story_keeps_a_provider_away_for_ever(story: list[tuple[ProviderErrorClass, int, bool]]) -> None:
    circuit, now = FRESH, NOW
    for error_class, seconds, success in story:
        now += timedelta(seconds=seconds)
        circuit = circuit.succeeded() if success else circuit.failed(error_class, now)
        assert timedelta() <= circuit.wait(now) <= LONGEST_PAUSE
