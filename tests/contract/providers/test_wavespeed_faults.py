"""Every fault that the simulator can show, through the real adapter: its class, and how often we asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from infra.local.simulators import callbacks
from infra.local.simulators.wavespeed import WaveSpeedSimulator
from tests.contract.providers.simulation import finish, opened, picture_bytes

from easel.domain.provider import Finished, ProviderTask, Running, UpstreamParameters
from easel.domain.request import Mode
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

TASK = ProviderTask(
    attempt_id="attempt-1",
    upstream_model="google/nano-banana/text-to-image",
    mode=Mode.TEXT_TO_IMAGE,
    prompt="a red fox",
    parameters=UpstreamParameters(),
)
SYNC_MODES = pytest.mark.parametrize("sync_mode", [True, False], ids=["sync", "async"])

AT_SUBMIT = {
    "rate-limit": (Class.RETRYABLE, "http_429", 0),
    "server-error": (Class.AMBIGUOUS, "http_500", 0),
    "unavailable": (Class.AMBIGUOUS, "http_503", 0),
    "auth": (Class.AUTH, "http_401", 0),
    "balance": (Class.QUOTA, "quota", 0),
    "gone": (Class.GONE, "http_404", 0),
    "hang": (Class.AMBIGUOUS, "read_timeout", 0),
    "drop": (Class.AMBIGUOUS, "remote_protocol_error", 1),
    "gateway-timeout": (Class.AMBIGUOUS, "http_504", 1),
}
"""Fault -> class, code, and the jobs that the vendor runs all the same."""

OF_THE_JOB = {
    "moderation": (Class.CONTENT, "1200"),
    "failed": (Class.FAILED, "1405"),
    "job-error": (Class.RETRYABLE, "5000"),
    "cancelled": (Class.FAILED, "cancelled"),
    "timed-out": (Class.FAILED, "timeout"),
    "unreachable-input": (Class.CALLER, "1402"),
    "nsfw": (Class.CONTENT, "nsfw_output"),
    "garbage": (Class.FAILED, "not_a_picture"),
    "wrong-type": (Class.FAILED, "not_a_picture"),
    "wrong-type as=text": (Class.FAILED, "not_a_picture"),
    "huge": (Class.FAILED, "too_large"),
}

ENDS_WELL = ("slow seconds=0.2", "sync-timeout seconds=0.1")
ENDS_WELL_AFTER_RETRIES = ("poll-error", "download-error")


def asking_for(fault: str) -> ProviderTask:
    return replace(TASK, prompt=f"a red fox [fault:{fault}]")


def test_every_fault_is_tried_here() -> None:
    tried = [*AT_SUBMIT, *OF_THE_JOB, *ENDS_WELL, *ENDS_WELL_AFTER_RETRIES]
    assert {fault.split()[0] for fault in tried} == WaveSpeedSimulator.faults - callbacks.FAULTS


@SYNC_MODES
@pytest.mark.parametrize("fault", AT_SUBMIT)
def test_a_fault_at_submit_has_its_class_and_is_not_sent_twice(
    simulator: Simulator, fault: str, *, sync_mode: bool
) -> None:
    error_class, code, jobs = AT_SUBMIT[fault]
    patience = 0.3 if fault == "hang" else 30.0

    with pytest.raises(ProviderError) as caught:
        simulator.adapter(sync_mode=sync_mode).submit(replace(asking_for(fault), timeout_seconds=patience))

    assert (caught.value.error_class, caught.value.provider_code) == (error_class, code)
    assert (simulator.submits, len(simulator.jobs)) == (1, jobs)


def test_the_wish_to_wait_comes_through(simulator: Simulator) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.adapter().submit(asking_for("rate-limit retry_after=7"))
    assert caught.value.retry_after == 7.0


@SYNC_MODES
@pytest.mark.parametrize("fault", OF_THE_JOB)
def test_a_fault_of_the_job_has_its_class(simulator: Simulator, fault: str, *, sync_mode: bool) -> None:
    error_class, code = OF_THE_JOB[fault]
    adapter = simulator.adapter(sync_mode=sync_mode)

    with pytest.raises(ProviderError) as caught:
        picture_bytes(adapter, adapter.submit(asking_for(fault)))

    assert (caught.value.error_class, caught.value.provider_code) == (error_class, code)
    assert caught.value.job_ended or error_class is not Class.RETRYABLE, "or the engine would go on asking for it"
    assert simulator.submits == 1


@pytest.mark.parametrize("fault", ["garbage", "wrong-type", "huge"])
def test_bad_bytes_are_found_inline_too(simulator: Simulator, fault: str) -> None:
    adapter = simulator.adapter(base64_output=True)
    with pytest.raises(ProviderError) as caught:
        picture_bytes(adapter, adapter.submit(asking_for(fault)))
    # An answer to a submit that is too long to read leaves the job's fate unknown.
    assert caught.value.error_class is (Class.AMBIGUOUS if fault == "huge" else Class.FAILED)


@SYNC_MODES
@pytest.mark.parametrize("fault", ENDS_WELL)
def test_a_late_job_is_followed_to_its_end(simulator: Simulator, fault: str, *, sync_mode: bool) -> None:
    adapter = simulator.adapter(sync_mode=sync_mode)
    assert opened(picture_bytes(adapter, adapter.submit(asking_for(fault)))).size == (1024, 1024)
    assert simulator.submits == 1


def test_the_end_of_synchronous_mode_is_not_the_end_of_the_job(simulator: Simulator) -> None:
    adapter = simulator.adapter()
    submission = adapter.submit(asking_for("sync-timeout seconds=0.1"))
    assert isinstance(submission.state, Running)
    assert submission.job_id is not None
    finish(adapter, submission)


def test_polls_that_fail_are_repeated_until_one_succeeds(simulator: Simulator) -> None:
    adapter = simulator.adapter()
    submission = adapter.submit(asking_for("poll-error times=2"))
    assert submission.job_id is not None
    for _ in range(2):
        with pytest.raises(ProviderError) as caught:
            adapter.fetch(submission.job_id)
        assert caught.value.error_class is Class.RETRYABLE
    finish(adapter, submission)
    assert simulator.submits == 1


def test_downloads_that_fail_are_repeated_until_one_succeeds(simulator: Simulator) -> None:
    adapter = simulator.adapter()
    state = finish(adapter, adapter.submit(asking_for("download-error times=1")))
    assert isinstance(state, Finished)
    picture = state.picture
    with pytest.raises(ProviderError) as caught:
        adapter.download(picture)  # type: ignore[arg-type] # the simulator answers with links unless told otherwise
    assert caught.value.error_class is Class.RETRYABLE
    assert opened(adapter.download(picture)).size == (1024, 1024)  # type: ignore[arg-type] # as above


def test_times_limits_a_fault_to_the_first_submits_of_that_prompt(simulator: Simulator) -> None:
    adapter = simulator.adapter()
    for _ in range(2):
        with pytest.raises(ProviderError):
            adapter.submit(asking_for("rate-limit times=2"))
    assert opened(picture_bytes(adapter, adapter.submit(asking_for("rate-limit times=2"))))

    with pytest.raises(ProviderError):
        adapter.submit(replace(asking_for("rate-limit times=2"), prompt="another [fault:rate-limit times=2]"))

    simulator.control("reset", "POST")
    with pytest.raises(ProviderError):
        adapter.submit(asking_for("rate-limit times=2"))


@pytest.mark.parametrize("fault", ["rate-limt", "slow seconds=soon", "slow seconds = 3"])
def test_a_misspelt_fault_does_not_pass_for_a_success(simulator: Simulator, fault: str) -> None:
    with pytest.raises(ProviderError) as caught:
        simulator.adapter().submit(asking_for(fault))
    assert caught.value.error_class is Class.CALLER
