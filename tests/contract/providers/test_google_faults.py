"""Every fault that the Google simulator can show, through the real adapter: its class, and how often we paid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from infra.local.simulators.google import GoogleSimulator
from tests.contract.providers.simulation import opened, picture_bytes

from easel.domain.provider import ProviderTask, UpstreamParameters
from easel.domain.request import Mode
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

TASK = ProviderTask(
    attempt_id="attempt-1",
    upstream_model="gemini-3-pro-image",
    mode=Mode.TEXT_TO_IMAGE,
    prompt="a red fox",
    parameters=UpstreamParameters(),
)

FAULTS = {
    "rate-limit": (Class.RETRYABLE, "resource_exhausted", 0),
    "rate-limit as=list": (Class.RETRYABLE, "resource_exhausted", 0),
    "quota": (Class.QUOTA, "resource_exhausted", 0),
    "balance": (Class.QUOTA, "resource_exhausted", 0),
    "server-error": (Class.RETRYABLE, "internal", 0),
    "unavailable": (Class.RETRYABLE, "unavailable", 0),
    "auth": (Class.AUTH, "invalid_argument", 0),
    "gone": (Class.GONE, "not_found", 0),
    "hang": (Class.AMBIGUOUS, "read_timeout", 0),
    "drop": (Class.AMBIGUOUS, "remote_protocol_error", 1),
    "gateway-timeout": (Class.AMBIGUOUS, "deadline_exceeded", 1),
    "garbage": (Class.FAILED, "not_a_picture", 1),
    "wrong-type": (Class.FAILED, "not_a_picture", 1),
    "wrong-type as=text": (Class.FAILED, "not_a_picture", 1),
    "huge": (Class.AMBIGUOUS, "too_large", 1),
}
"""Fault -> class, code, and the pictures that the vendor made and bills all the same."""

BLOCKED = {
    "moderation": (Class.CONTENT, "prompt_safety"),
    "moderation reason=OTHER": (Class.CONTENT, "prompt_other"),
    "image-safety": (Class.CONTENT, "image_safety"),
    "image-safety reason=RECITATION": (Class.CONTENT, "recitation"),
    "image-safety reason=LANGUAGE": (Class.CALLER, "language"),
    "no-image": (Class.CONTENT, "refused_in_words"),
    "no-image reason=MAX_TOKENS": (Class.FAILED, "max_tokens"),
    "empty": (Class.FAILED, "no_candidates"),
}
"""Fault -> class and code of what hides behind status 200 in an answer of `generateContent`."""


def asking_for(fault: str) -> ProviderTask:
    return replace(TASK, prompt=f"a red fox [fault:{fault}]")


def test_every_fault_is_tried_here() -> None:
    assert {fault.split()[0] for fault in (*FAULTS, *BLOCKED)} | {"slow"} == GoogleSimulator.faults


@pytest.mark.requirement("S000-74")
@pytest.mark.parametrize(
    ("vendor", "model"),
    [("google", "gemini-3-pro-image"), ("google-compatible", "imagen-4.0-generate-001")],
    ids=["gemini", "imagen"],
)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_its_class_and_is_not_sent_twice(simulator: Simulator, fault: str, vendor: str, model: str) -> None:
    error_class, code, jobs = FAULTS[fault]
    task = replace(asking_for(fault), upstream_model=model, timeout_seconds=0.5 if fault == "hang" else 60.0)

    with pytest.raises(ProviderError) as caught:
        simulator.provider("google", vendor=vendor).submit(task)

    assert (caught.value.error_class, caught.value.provider_code) == (error_class, code)
    assert (simulator.submits, len(simulator.jobs)) == (1, jobs)


@pytest.mark.parametrize("fault", BLOCKED)
def test_what_hides_behind_success_has_its_class_and_makes_no_picture(simulator: Simulator, fault: str) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google").submit(asking_for(fault))
    assert (caught.value.error_class, caught.value.provider_code) == BLOCKED[fault]
    assert (simulator.submits, simulator.jobs) == (1, [])


@pytest.mark.parametrize("fault", ["moderation", "image-safety", "no-image", "empty"])
def test_a_picture_that_imagen_holds_back_is_refused_content(simulator: Simulator, fault: str) -> None:
    task = replace(asking_for(fault), upstream_model="imagen-4.0-generate-001")
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google", vendor="google-compatible").submit(task)
    assert (caught.value.error_class, caught.value.provider_code) == (Class.CONTENT, "rai_filtered")


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [("rate-limit", 1.0), ("rate-limit retry_after=7.25", 7.25), ("quota", None), ("unavailable", None)],
)
def test_the_wish_to_wait_comes_through(simulator: Simulator, fault: str, seconds: float | None) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google").submit(asking_for(fault))
    assert caught.value.retry_after == seconds


def test_a_call_that_is_given_up_may_have_been_paid_for(simulator: Simulator) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google").submit(replace(asking_for("slow seconds=60"), timeout_seconds=0.5))
    assert caught.value.error_class is Class.AMBIGUOUS
    assert (simulator.submits, len(simulator.jobs)) == (1, 1)


def test_a_slow_picture_is_waited_for(simulator: Simulator) -> None:
    adapter = simulator.provider("google")
    assert opened(picture_bytes(adapter, adapter.submit(asking_for("slow seconds=0.2")))).size == (1024, 1024)
    assert (simulator.submits, len(simulator.jobs)) == (1, 1)


def test_times_limits_a_fault_to_the_first_submits_of_that_prompt(simulator: Simulator) -> None:
    adapter = simulator.provider("google")
    for _ in range(2):
        with pytest.raises(ProviderError):
            adapter.submit(asking_for("unavailable times=2"))
    assert opened(picture_bytes(adapter, adapter.submit(asking_for("unavailable times=2"))))
    assert (simulator.submits, len(simulator.jobs)) == (3, 1)


@pytest.mark.parametrize("fault", ["rate-limt", "poll-error", "nsfw", "slow seconds=soon"])
def test_a_fault_that_it_does_not_have_does_not_pass_for_a_success(simulator: Simulator, fault: str) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("google").submit(asking_for(fault))
    assert (caught.value.error_class, simulator.jobs) == (Class.CALLER, [])
