"""Every fault that the OpenAI simulator can show, through the real adapter: its class, and how often we paid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from infra.local.simulators.openai import OpenAISimulator
from tests.contract.providers.simulation import opened, picture_bytes

from easel.domain.provider import ProviderTask, ReferenceImage, UpstreamParameters
from easel.domain.request import Mode, Size
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

TASK = ProviderTask(
    attempt_id="attempt-1",
    upstream_model="gpt-image-2.5-flare",
    mode=Mode.TEXT_TO_IMAGE,
    prompt="a red fox",
    parameters=UpstreamParameters(size=Size(1024, 1024)),
)
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0c"
    b"IDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)
REFERENCE = ReferenceImage(PIXEL, "image/png", "reference.png")

FAULTS = {
    "rate-limit": (Class.RETRYABLE, "rate_limit_exceeded", 0),
    "slow-down": (Class.RETRYABLE, "slow_down", 0),
    "server-error": (Class.RETRYABLE, "http_500", 0),
    "unavailable": (Class.RETRYABLE, "http_503", 0),
    "auth": (Class.AUTH, "invalid_api_key", 0),
    "balance": (Class.QUOTA, "insufficient_quota", 0),
    "gone": (Class.GONE, "model_not_found", 0),
    "moderation": (Class.CONTENT, "moderation_blocked", 0),
    "empty": (Class.FAILED, "no_outputs", 0),
    "hang": (Class.AMBIGUOUS, "read_timeout", 0),
    "drop": (Class.AMBIGUOUS, "remote_protocol_error", 1),
    "gateway-timeout": (Class.AMBIGUOUS, "http_504", 1),
    "garbage": (Class.FAILED, "not_a_picture", 1),
    "wrong-type": (Class.FAILED, "not_a_picture", 1),
    "wrong-type as=text": (Class.FAILED, "not_a_picture", 1),
    "huge": (Class.AMBIGUOUS, "too_large", 1),
}
"""Fault -> class, code, and the pictures that the vendor made and bills all the same."""


def asking_for(fault: str, *references: ReferenceImage) -> ProviderTask:
    return replace(TASK, prompt=f"a red fox [fault:{fault}]", references=references)


def test_every_fault_is_tried_here() -> None:
    assert {fault.split()[0] for fault in FAULTS} | {"slow"} == OpenAISimulator.faults


@pytest.mark.parametrize("references", [(), (REFERENCE,)], ids=["generation", "edit"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_its_class_and_is_not_sent_twice(
    simulator: Simulator, fault: str, references: tuple[ReferenceImage, ...]
) -> None:
    error_class, code, jobs = FAULTS[fault]
    task = replace(asking_for(fault, *references), timeout_seconds=0.5 if fault == "hang" else 60.0)

    with pytest.raises(ProviderError) as caught:
        simulator.provider("openai").submit(task)

    assert (caught.value.error_class, caught.value.provider_code) == (error_class, code)
    assert (simulator.submits, len(simulator.jobs)) == (1, jobs)


def test_a_call_that_is_given_up_may_have_been_paid_for(simulator: Simulator) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("openai").submit(replace(asking_for("slow seconds=60"), timeout_seconds=0.5))
    assert caught.value.error_class is Class.AMBIGUOUS
    assert (simulator.submits, len(simulator.jobs)) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        ("rate-limit", 1.0),
        ("rate-limit retry_after=7", 7.0),
        ("rate-limit as=reset retry_after=7", 7.0),
        ("slow-down", 30.0),
        ("balance", None),
    ],
)
def test_the_wish_to_wait_comes_through(simulator: Simulator, fault: str, seconds: float | None) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("openai").submit(asking_for(fault))
    assert caught.value.retry_after == seconds


def test_a_slow_picture_is_waited_for(simulator: Simulator) -> None:
    adapter = simulator.provider("openai")
    assert opened(picture_bytes(adapter, adapter.submit(asking_for("slow seconds=0.2")))).size == (1024, 1024)
    assert (simulator.submits, len(simulator.jobs)) == (1, 1)


def test_times_limits_a_fault_to_the_first_submits_of_that_prompt(simulator: Simulator) -> None:
    adapter = simulator.provider("openai")
    for _ in range(2):
        with pytest.raises(ProviderError):
            adapter.submit(asking_for("server-error times=2"))
    assert opened(picture_bytes(adapter, adapter.submit(asking_for("server-error times=2"))))
    assert (simulator.submits, len(simulator.jobs)) == (3, 1)


@pytest.mark.parametrize("fault", ["rate-limt", "poll-error", "nsfw", "slow seconds=soon"])
def test_a_fault_that_it_does_not_have_does_not_pass_for_a_success(simulator: Simulator, fault: str) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.provider("openai").submit(asking_for(fault))
    assert (caught.value.error_class, simulator.jobs) == (Class.CALLER, [])
