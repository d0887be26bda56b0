"""Every fault that the two Nanobananas can show, through the real adapters: its class, and how often we asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from infra.local.simulators import callbacks
from infra.local.simulators.nanobanana import NanobananaSimulator
from infra.local.simulators.nanobanana_seed import NanobananaSeedSimulator
from tests.contract.providers.simulation import finish, opened, picture_bytes

from easel.domain.provider import ProviderTask, RemotePicture, UpstreamParameters
from easel.domain.request import Mode
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class

if TYPE_CHECKING:
    from tests.contract.providers.simulation import Simulator

    from easel.providers.base import ProviderAdapter

MODELS = {
    "generate": "generate",
    "generate-2": "generate-2",
    "generate-pro": "generate-pro",
    "seed": "sd3-medium",
}
EVERYWHERE = pytest.mark.parametrize("where", MODELS)

AT_SUBMIT = {
    "rate-limit": (Class.RETRYABLE, "429", "http_429", 0),
    "server-error": (Class.AMBIGUOUS, "500", "http_500", 0),
    "unavailable": (Class.RETRYABLE, "455", "http_503", 0),
    "auth": (Class.AUTH, "401", "http_401", 0),
    "balance": (Class.QUOTA, "402", "http_402", 0),
    "gone": (Class.GONE, "505", "http_404", 0),
    "hang": (Class.AMBIGUOUS, "read_timeout", "read_timeout", 0),
    "drop": (Class.AMBIGUOUS, "remote_protocol_error", "remote_protocol_error", 1),
    "gateway-timeout": (Class.AMBIGUOUS, "http_504", "http_504", 1),
}
"""Fault -> class, code of the vendor, code of the document's host, and the jobs that run all the same."""

OF_THE_JOB = {
    "moderation": (Class.CONTENT, "400"),
    "failed": (Class.FAILED, "501"),
    "job-error": (Class.RETRYABLE, "500"),
    "unreachable-input": (Class.CALLER, "422"),
    "garbage": (Class.FAILED, "not_a_picture"),
    "wrong-type": (Class.FAILED, "not_a_picture"),
    "wrong-type as=text": (Class.FAILED, "not_a_picture"),
    "huge": (Class.FAILED, "too_large"),
}
OF_THE_TASK = {
    "moderation": (Class.CONTENT, "failed"),
    "failed": (Class.FAILED, "failed"),
    "unreachable-input": (Class.FAILED, "failed"),
    "garbage": (Class.FAILED, "not_a_picture"),
    "wrong-type": (Class.FAILED, "not_a_picture"),
    "huge": (Class.FAILED, "too_large"),
}
"""The same at the document's host, whose only word for a bad ending is FAILED."""

ENDS_WELL = ("slow seconds=0.2",)
ENDS_WELL_AFTER_RETRIES = ("poll-error", "download-error")


def adapter_of(simulator: Simulator, where: str) -> ProviderAdapter:
    return simulator.nanobanana_seed() if where == "seed" else simulator.nanobanana()


def asking_for(where: str, fault: str) -> ProviderTask:
    return ProviderTask(
        attempt_id="attempt-1",
        upstream_model=MODELS[where],
        mode=Mode.TEXT_TO_IMAGE,
        prompt=f"a red fox [fault:{fault}]",
        parameters=UpstreamParameters(),
    )


def test_every_fault_is_tried_here() -> None:
    def names(*tried: str) -> set[str]:
        return {fault.split()[0] for fault in tried}

    vendor = names(*AT_SUBMIT, *OF_THE_JOB, *ENDS_WELL, *ENDS_WELL_AFTER_RETRIES)
    assert vendor == NanobananaSimulator.faults - callbacks.FAULTS
    assert names(*AT_SUBMIT, *OF_THE_TASK, *ENDS_WELL, "poll-error") == NanobananaSeedSimulator.faults


@EVERYWHERE
@pytest.mark.parametrize("fault", AT_SUBMIT)
def test_a_fault_at_submit_has_its_class_and_is_not_sent_twice(simulator: Simulator, where: str, fault: str) -> None:
    error_class, code, code_of_host, jobs = AT_SUBMIT[fault]
    if where == "seed" and fault == "unavailable":
        error_class = Class.AMBIGUOUS  # a plain 503, and not the vendor's own word for maintenance
    patience = 0.3 if fault == "hang" else 30.0

    with pytest.raises(ProviderError) as caught:
        adapter_of(simulator, where).submit(replace(asking_for(where, fault), timeout_seconds=patience))

    expected = code_of_host if where == "seed" else code
    assert (caught.value.error_class, caught.value.provider_code) == (error_class, expected)
    assert (simulator.submits, len(simulator.jobs)) == (1, jobs)


@EVERYWHERE
def test_the_wish_to_wait_comes_through(simulator: Simulator, where: str) -> None:
    with pytest.raises(ProviderError) as caught:
        adapter_of(simulator, where).submit(asking_for(where, "rate-limit retry_after=7"))
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize("where", ["generate", "generate-2", "generate-pro"])
@pytest.mark.parametrize("fault", OF_THE_JOB)
def test_a_fault_of_the_job_has_its_class(simulator: Simulator, where: str, fault: str) -> None:
    error_class, code = OF_THE_JOB[fault]
    adapter = adapter_of(simulator, where)

    with pytest.raises(ProviderError) as caught:
        picture_bytes(adapter, adapter.submit(asking_for(where, fault)))

    assert (caught.value.error_class, caught.value.provider_code) == (error_class, code)
    assert caught.value.job_ended or error_class is not Class.RETRYABLE, "or the engine would go on asking for it"
    assert simulator.submits == 1


@pytest.mark.parametrize("fault", OF_THE_TASK)
def test_a_fault_of_the_task_has_its_class(simulator: Simulator, fault: str) -> None:
    error_class, code = OF_THE_TASK[fault]
    adapter = adapter_of(simulator, "seed")

    with pytest.raises(ProviderError) as caught:
        picture_bytes(adapter, adapter.submit(asking_for("seed", fault)))

    assert (caught.value.error_class, caught.value.provider_code) == (error_class, code)
    assert simulator.submits == 1


def test_a_job_that_broke_inside_the_vendor_may_be_tried_as_a_new_one(simulator: Simulator) -> None:
    adapter = simulator.nanobanana()
    task = asking_for("generate-2", "job-error times=1")
    with pytest.raises(ProviderError) as caught:
        finish(adapter, adapter.submit(task))
    assert (caught.value.error_class, caught.value.job_ended) == (Class.RETRYABLE, True)
    assert opened(picture_bytes(adapter, adapter.submit(task))).size == (1024, 1024)
    assert [job["status"] for job in simulator.jobs] == ["failed", "completed"]


@EVERYWHERE
@pytest.mark.parametrize("fault", ENDS_WELL)
def test_a_late_job_is_followed_to_its_end(simulator: Simulator, where: str, fault: str) -> None:
    adapter = adapter_of(simulator, where)
    assert opened(picture_bytes(adapter, adapter.submit(asking_for(where, fault)))).size == (1024, 1024)
    assert simulator.submits == 1


@EVERYWHERE
def test_polls_that_fail_are_repeated_until_one_succeeds(simulator: Simulator, where: str) -> None:
    adapter = adapter_of(simulator, where)
    submission = adapter.submit(asking_for(where, "poll-error times=2"))
    for _ in range(2):
        with pytest.raises(ProviderError) as caught:
            adapter.fetch(submission.job_id or "")
        assert (caught.value.error_class, caught.value.job_ended) == (Class.RETRYABLE, False)
    finish(adapter, submission)
    assert simulator.submits == 1


def test_downloads_that_fail_are_repeated_until_one_succeeds(simulator: Simulator) -> None:
    adapter = simulator.nanobanana()
    picture = finish(adapter, adapter.submit(asking_for("generate", "download-error times=1"))).picture
    assert isinstance(picture, RemotePicture)
    with pytest.raises(ProviderError) as caught:
        adapter.download(picture)
    assert caught.value.error_class is Class.RETRYABLE
    assert opened(adapter.download(picture)).size == (1024, 1024)


@EVERYWHERE
@pytest.mark.parametrize("fault", ["rate-limt", "slow seconds=soon", "nsfw", "sync-timeout"])
def test_a_fault_that_is_not_there_does_not_pass_for_a_success(simulator: Simulator, where: str, fault: str) -> None:
    with pytest.raises(ProviderError) as caught:
        adapter_of(simulator, where).submit(asking_for(where, fault))
    assert caught.value.error_class is Class.CALLER
    assert simulator.jobs == []
