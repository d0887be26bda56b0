"""Callbacks that vendors really send, over HTTP, and every way in which they go wrong on request."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from infra.local.simulators import callbacks
from infra.local.simulators.nanobanana import NanobananaSimulator
from infra.local.simulators.wavespeed import WEBHOOK_SECRET, WaveSpeedSimulator
from tests.contract.providers.simulation import finish, opened, picture_bytes

from easel.domain.provider import Callback, CallbackRequest, Finished, ProviderTask, Running, UpstreamParameters
from easel.domain.request import Mode
from easel.errors import ProviderError, ProviderErrorClass

if TYPE_CHECKING:
    from tests.contract.providers.receiver import Receiver
    from tests.contract.providers.simulation import Simulator

    from easel.providers.base import ProviderAdapter

pytestmark = pytest.mark.requirement("X-20")

MODELS = {
    "wavespeed": "google/nano-banana-2/text-to-image",
    "generate": "generate",
    "generate-2": "generate-2",
    "generate-pro": "generate-pro",
}
VENDORS = pytest.mark.parametrize("vendor", MODELS)


def adapter_of(simulator: Simulator, vendor: str) -> ProviderAdapter:
    if vendor == "wavespeed":
        return simulator.adapter(sync_mode=False, webhook_secret=lambda: WEBHOOK_SECRET)
    return simulator.nanobanana()


def task_of(vendor: str, url: str | None, fault: str = "") -> ProviderTask:
    return ProviderTask(
        attempt_id="attempt-1",
        upstream_model=MODELS[vendor],
        mode=Mode.TEXT_TO_IMAGE,
        prompt=f"a red fox [fault:{fault}]" if fault else "a red fox",
        parameters=UpstreamParameters(),
        callback_url=url,
    )


def told_to_the_end(simulator: Simulator, job_id: str | None) -> list[int]:
    """What the receiver answered to each try, once there will be no further one."""
    job = simulator.job(job_id)
    assert job.callback_sent.wait(20), "the vendor never stopped trying"
    return job.callbacks


@VENDORS
def test_a_finished_job_is_told_and_the_result_is_fetched_with_our_key(
    simulator: Simulator, receiver: Receiver, vendor: str
) -> None:
    adapter = adapter_of(simulator, vendor)

    submission = adapter.submit(task_of(vendor, receiver.callback_url))
    callback = adapter.parse_callback(receiver.next())

    assert callback == Callback(submission.job_id or "", "attempt-1")
    assert isinstance(adapter.fetch(callback.job_id), Finished), "no callback comes before its job has ended"
    assert opened(picture_bytes(adapter, submission)).size == (1024, 1024)
    assert told_to_the_end(simulator, submission.job_id) == [204]


@VENDORS
@pytest.mark.parametrize("fault", ["moderation", "failed"])
def test_a_failed_job_is_told_too_and_says_no_more_than_its_name(
    simulator: Simulator, receiver: Receiver, vendor: str, fault: str
) -> None:
    adapter = adapter_of(simulator, vendor)
    submission = adapter.submit(task_of(vendor, receiver.callback_url, fault))
    assert adapter.parse_callback(receiver.next()) == Callback(submission.job_id or "", "attempt-1")
    with pytest.raises(ProviderError) as caught:
        finish(adapter, submission)
    expected = ProviderErrorClass.CONTENT if fault == "moderation" else ProviderErrorClass.FAILED
    assert caught.value.error_class is expected


@VENDORS
def test_a_job_whose_submit_was_never_answered_is_found_by_its_callback(
    simulator: Simulator, receiver: Receiver, vendor: str
) -> None:
    adapter = adapter_of(simulator, vendor)
    with pytest.raises(ProviderError) as caught:
        adapter.submit(task_of(vendor, receiver.callback_url, "drop"))
    assert caught.value.error_class is ProviderErrorClass.AMBIGUOUS

    callback = adapter.parse_callback(receiver.next())

    assert callback is not None
    assert callback.job_id == simulator.jobs[0]["id"]
    assert isinstance(adapter.fetch(callback.job_id), Finished)
    assert simulator.submits == 1


@VENDORS
def test_an_early_callback_overtakes_the_answer_to_its_submit(
    simulator: Simulator, receiver: Receiver, vendor: str
) -> None:
    adapter = adapter_of(simulator, vendor)
    submission = adapter.submit(task_of(vendor, receiver.callback_url, "callback-early"))
    (request,) = receiver.all()
    assert adapter.parse_callback(request) == Callback(submission.job_id or "", "attempt-1")


@VENDORS
def test_a_callback_can_come_twice(simulator: Simulator, receiver: Receiver, vendor: str) -> None:
    adapter = adapter_of(simulator, vendor)
    submission = adapter.submit(task_of(vendor, receiver.callback_url, "callback-twice"))
    assert told_to_the_end(simulator, submission.job_id) == [204, 204]
    first, second = receiver.all()
    assert adapter.parse_callback(first) == adapter.parse_callback(second) is not None
    assert first.body == second.body
    assert first.headers.get("webhook-id") == second.headers.get("webhook-id"), "what a receiver tells doubles by"


@VENDORS
def test_a_callback_can_be_lost(simulator: Simulator, receiver: Receiver, vendor: str) -> None:
    adapter = adapter_of(simulator, vendor)
    submission = adapter.submit(task_of(vendor, receiver.callback_url, "callback-lost"))
    assert told_to_the_end(simulator, submission.job_id) == []
    assert receiver.all() == []
    finish(adapter, submission)


@VENDORS
def test_a_late_callback_leaves_the_result_to_the_polls(simulator: Simulator, receiver: Receiver, vendor: str) -> None:
    adapter = adapter_of(simulator, vendor)
    finish(adapter, adapter.submit(task_of(vendor, receiver.callback_url, "callback-late seconds=3600")))
    assert receiver.all() == []

    submission = adapter.submit(task_of(vendor, receiver.callback_url, "callback-late seconds=0.05"))
    assert adapter.parse_callback(receiver.next()) == Callback(submission.job_id or "", "attempt-1")


@VENDORS
def test_a_forged_callback_comes_first_and_what_it_claims_is_not_so(
    simulator: Simulator, receiver: Receiver, vendor: str
) -> None:
    adapter = adapter_of(simulator, vendor)
    states: list[Finished | Running] = []

    def look(request: CallbackRequest) -> None:
        states.append(adapter.fetch(json.loads(request.body).get("id") or json.loads(request.body)["data"]["taskId"]))

    receiver.on_callback = look
    submission = adapter.submit(task_of(vendor, receiver.callback_url, "callback-forged"))
    forged, genuine = receiver.next(), receiver.next()

    assert b"stranger.invalid" in forged.body
    assert b"stranger.invalid" not in genuine.body
    assert [type(state) for state in states] == [Running, Finished]
    assert adapter.parse_callback(genuine) == Callback(submission.job_id or "", "attempt-1")
    # Where the vendor signs, the signature tells them apart; elsewhere both are the hint that they are.
    assert (adapter.parse_callback(forged) is None) == (vendor == "wavespeed")


def test_every_fault_of_callbacks_is_tried_here_and_belongs_to_every_vendor_that_calls_back() -> None:
    tried = {"callback-early", "callback-twice", "callback-lost", "callback-late", "callback-forged"}
    assert tried == callbacks.FAULTS
    assert tried <= WaveSpeedSimulator.faults & NanobananaSimulator.faults


# Delivery


@VENDORS
@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([500], [500, 204]),
        ([503, 429, 404], [503, 429, 404, 204]),
        ([500, 500, 500, 500, 500], [500, 500, 500, 500]),
        ([302], [302, 204]),
    ],
    ids=["once", "thrice", "for-ever", "redirect"],
)
def test_a_callback_that_is_not_taken_is_tried_three_times_more(
    simulator: Simulator, receiver: Receiver, vendor: str, answers: list[int], tries: list[int]
) -> None:
    receiver.statuses = list(answers)
    adapter = adapter_of(simulator, vendor)
    submission = adapter.submit(task_of(vendor, receiver.callback_url))
    assert told_to_the_end(simulator, submission.job_id) == tries
    assert len(receiver.all()) == len(tries), "a redirect is not followed"
    assert simulator.jobs[0]["callbacks"] == tries


@VENDORS
@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/callbacks",
        "http://localhost.example.com/callbacks",
        "https://callback.invalid/",
        "ftp://127.0.0.1/callbacks",
        "http://[broken/callbacks",
        "nonsense",
    ],
)
def test_only_loopback_and_https_are_called(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, vendor: str, url: str
) -> None:
    dialled: list[Any] = []
    original = socket.create_connection

    def dial(address: Any, *arguments: Any, **options: Any) -> socket.socket:
        dialled.append(address)
        return original(address, *arguments, **options)

    adapter = adapter_of(simulator, vendor)
    monkeypatch.setattr(socket, "create_connection", dial)
    submission = adapter.submit(task_of(vendor, url))
    assert told_to_the_end(simulator, submission.job_id) == [0, 0, 0, 0]
    assert {address[0] for address in dialled} <= {"127.0.0.1"}, "the simulator itself"


@pytest.mark.parametrize("vendor", ["wavespeed", "generate-2"])
def test_nobody_is_told_who_does_not_want_to_be(simulator: Simulator, vendor: str) -> None:
    adapter = adapter_of(simulator, vendor)
    submission = adapter.submit(task_of(vendor, None))
    finish(adapter, submission)
    assert told_to_the_end(simulator, submission.job_id) == []


# What the vendors write


def test_wavespeed_signs_in_its_own_way(simulator: Simulator, receiver: Receiver) -> None:
    receiver.statuses = [500]
    adapter = adapter_of(simulator, "wavespeed")
    adapter.submit(task_of("wavespeed", receiver.callback_url))
    refused, request = receiver.next(), receiver.next()

    stamp = request.headers["webhook-timestamp"]
    signed = f"{request.headers['webhook-id']}.{stamp}.".encode() + request.body
    digest = hmac.new(WEBHOOK_SECRET.removeprefix("whsec_").encode(), signed, hashlib.sha256).hexdigest()
    assert request.headers["webhook-signature"] == f"v3,{digest}"
    assert refused.headers["webhook-id"] == request.headers["webhook-id"]
    assert json.loads(request.body)["status"] == "completed", "the job object, flat"
    assert adapter.parse_callback(replace(request, body=request.body + b" ")) is None


def _body(simulator: Simulator, receiver: Receiver, vendor: str, fault: str = "") -> dict[str, Any]:
    adapter_of(simulator, vendor).submit(task_of(vendor, receiver.callback_url, fault))
    body: dict[str, Any] = json.loads(receiver.next().body)
    return body


@pytest.mark.parametrize(
    ("fault", "code", "has_picture"), [("", 200, True), ("moderation", 400, False), ("failed", 501, False)]
)
def test_generate_puts_the_outcome_into_the_code(
    simulator: Simulator, receiver: Receiver, fault: str, code: int, *, has_picture: bool
) -> None:
    body = _body(simulator, receiver, "generate", fault)
    assert (body["code"], body["data"]["info"] is not None) == (code, has_picture)


@pytest.mark.parametrize("vendor", ["generate-2", "generate-pro"])
@pytest.mark.parametrize(("fault", "flag"), [("", 1), ("moderation", 3), ("failed", 3)])
def test_the_others_say_200_and_put_the_outcome_into_the_record(
    simulator: Simulator, receiver: Receiver, vendor: str, fault: str, flag: int
) -> None:
    body = _body(simulator, receiver, vendor, fault)
    assert (body["code"], body["data"]["successFlag"]) == (200, flag)
    assert ("message" if vendor == "generate-pro" else "msg") in body
