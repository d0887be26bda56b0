"""The Nanobanana adapter in the contract of seed 003's live service: tasks, polls, base64 pictures, dollars."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.providers.vendor import Vendor, a_task, fetch_failure, submit_failure

from easel.domain.provider import (
    CallbackRequest,
    Finished,
    InlinePicture,
    ProviderTask,
    ReferenceImage,
    Running,
    Submission,
    UpstreamParameters,
)
from easel.domain.request import Mode, Size
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.nanobanana_seed import NanobananaSeed, SeedContract
from easel.providers.numbers import read_dollars

if TYPE_CHECKING:
    from collections.abc import Callable

TASKS = "https://vendor.test/api/predict"


@pytest.fixture
def task() -> ProviderTask:
    return replace(a_task("sd3-medium", "a beautiful sunset"), parameters=UpstreamParameters(size=Size(1024, 1024)))


def adapter(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> NanobananaSeed:
    defaults: dict[str, Any] = {"api_key": lambda: "sim-key", "base_url": "https://vendor.test/"}
    return NanobananaSeed(transport=httpx.MockTransport(handler), **(defaults | options))


def told(**fields: Any) -> httpx.Response:
    return httpx.Response(200, json={"task_id": "task-1", "status": "processing"} | fields)


def refused(status: int, message: str = "no") -> httpx.Response:
    return httpx.Response(status, json={"success": False, "error": {"message": message}})


def failure_of_submit(task: ProviderTask, reply: httpx.Response | Exception) -> ProviderError:
    return submit_failure(adapter, task, reply)


def failure_of_fetch(reply: httpx.Response | Exception) -> ProviderError:
    return fetch_failure(adapter, reply, "task-1")


# What is sent


@pytest.mark.requirement("S003-2", "S003-3", "S003-4", "S003-5", "S003-6")
def test_a_task_is_created_as_the_live_client_does_it(task: ProviderTask) -> None:
    vendor = Vendor(told())
    parameters = UpstreamParameters(size=Size(768, 768), watermark="© 2025")

    submission = adapter(vendor).submit(replace(task, parameters=parameters))

    (request,) = vendor.requests
    assert (request.method, str(request.url)) == ("POST", TASKS)
    assert request.headers["authorization"] == "Bearer sim-key"
    assert vendor.form == {
        "model_id": "sd3-medium",
        "webhook_return_type": "async",
        "generated_inputs": {
            "prompt": "a beautiful sunset",
            "width": 768,
            "height": 768,
            "num_inference_steps": 28,
            "guidance_scale": 7.0,
            "num_images_per_prompt": 1,
            "watermark": "© 2025",
        },
    }
    assert submission == Submission("task-1", Running(1.0))


def test_what_is_not_asked_is_not_sent(task: ProviderTask) -> None:
    vendor = Vendor(told())
    adapter(vendor).submit(replace(task, parameters=UpstreamParameters(), callback_url="https://easel.test/"))
    assert vendor.form["generated_inputs"] == {
        "prompt": "a beautiful sunset",
        "num_inference_steps": 28,
        "guidance_scale": 7.0,
        "num_images_per_prompt": 1,
    }


@pytest.mark.requirement("S003-88", "S003-89", "S003-90")
def test_what_the_document_plans_goes_along_when_asked_for(task: ProviderTask) -> None:
    tuned = replace(task.parameters, negative_prompt="people", guidance=7.5, steps=30, seed=42)
    vendor = Vendor(told())

    adapter(vendor).submit(replace(task, parameters=tuned))

    sent = json.loads(vendor.requests[0].content)["generated_inputs"]
    tuning = {"negative_prompt": "people", "guidance_scale": 7.5, "num_inference_steps": 30, "seed": 42}
    assert tuning.items() <= sent.items()


def test_reference_pictures_go_as_base64_in_order(task: ProviderTask, png: bytes) -> None:
    vendor = Vendor(told())
    references = (ReferenceImage(png, "image/png", "a.png"), ReferenceImage(b"second", "image/webp", "b.webp"))

    adapter(vendor).submit(replace(task, mode=Mode.IMAGE_TO_IMAGE, references=references))

    assert [base64.b64decode(text) for text in vendor.form["generated_inputs"]["images"]] == [png, b"second"]


def test_what_a_host_spells_otherwise_can_be_set(task: ProviderTask, png: bytes) -> None:
    contract = SeedContract(
        create_path="/v2/jobs",
        task_path="/v2/jobs/{task_id}/result",
        model_field="modelName",
        inputs_field="inputs",
        task_id_field="id",
        references_field="sources",
        pictures_field="artifacts",
        cost_field="price",
    )
    done = {"status": "COMPLETED", "artifacts": [base64.b64encode(png).decode()], "price": 0.5}
    vendor = Vendor(httpx.Response(200, json={"id": "j/1"}), httpx.Response(200, json=done))
    provider = adapter(vendor, contract=contract)

    submission = provider.submit(replace(task, references=(ReferenceImage(png, "image/png", "a.png"),)))
    form = vendor.form
    state = provider.fetch("j/1")

    assert submission.job_id == "j/1"
    assert [str(request.url) for request in vendor.requests] == [
        "https://vendor.test/v2/jobs",
        "https://vendor.test/v2/jobs/j%2F1/result",
    ]
    assert (form["modelName"], len(form["inputs"]["sources"])) == ("sd3-medium", 1)
    assert state == Finished(InlinePicture(png), 500_000)


@pytest.mark.parametrize("key", ["", "two words"])
def test_an_unusable_key_is_told_before_anything_is_sent(task: ProviderTask, key: str) -> None:
    vendor = Vendor()
    with pytest.raises(ProviderError) as caught:
        adapter(vendor, api_key=lambda: key).submit(task)
    assert (caught.value.error_class, caught.value.provider_code) == (Class.AUTH, "provider_not_configured")
    assert vendor.requests == []


def test_a_missing_address_is_an_operators_matter(task: ProviderTask) -> None:
    provider = NanobananaSeed(api_key=lambda: "sim-key", base_url="")
    with pytest.raises(ProviderError) as caught:
        provider.submit(task)
    assert (caught.value.error_class, caught.value.provider_code) == (Class.AUTH, "provider_not_configured")


# What comes back


@pytest.mark.requirement("S003-4", "S003-82", "X-20")
@pytest.mark.parametrize("status", ["PENDING", "PROCESSING", "processing", "QUEUED_SOMEWHERE", "", None])
def test_a_task_runs_until_its_status_says_otherwise(status: str | None) -> None:
    assert adapter(Vendor(told(status=status))).fetch("task-1") == Running(1.0)


@pytest.mark.requirement("S003-14", "S003-46", "S003-65")
@pytest.mark.parametrize("inside", [False, True], ids=["flat", "in-data"])
@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_a_finished_task_brings_the_picture_and_its_price(png: bytes, prefix: str, *, inside: bool) -> None:
    body = {"task_id": "t", "status": "completed", "images": [prefix + base64.b64encode(png).decode()], "cost": 0.0125}
    reply = httpx.Response(200, json={"success": True, "data": body} if inside else body)
    assert adapter(Vendor(reply)).fetch("task-1") == Finished(InlinePicture(png), 12_500)


def test_a_task_may_be_done_at_once(task: ProviderTask, png: bytes) -> None:
    picture = base64.b64encode(png).decode()
    named = told(status="completed", images=[picture])
    assert adapter(Vendor(named)).submit(task) == Submission("task-1", Finished(InlinePicture(png)))
    bare = httpx.Response(200, json={"images": [picture], "execution_time": 2.5, "cost": 0.0125})
    assert adapter(Vendor(bare)).submit(task) == Submission(None, Finished(InlinePicture(png), 12_500))


@pytest.mark.requirement("S003-68", "S003-69", "S003-70")
@pytest.mark.parametrize(
    ("written", "micro_usd"),
    [
        ("0.005", 5_000),
        ("0.0125", 12_500),
        ("0.045", 45_000),
        ('"0.0125"', 12_500),
        ('"$0.045"', 45_000),
        ("1.25e-2", 12_500),
        ("1", 1_000_000),
        ("0", 0),
        # What a binary fraction would get wrong, and less than the smallest unit.
        ("0.000001", 1),
        ("1.0000001", 1_000_001),
        ("0.1000000000000000055511151231257827", 100_001),
        ("null", None),
        ("-1", None),
        ("true", None),
        ('"free"', None),
        ("[1]", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e999999", None),
        ("1000.01", None),
    ],
)
def test_dollars_are_read_as_they_were_written(png: bytes, written: str, micro_usd: int | None) -> None:
    picture = base64.b64encode(png).decode()
    body = f'{{"taskId": "t", "status": "COMPLETED", "images": ["{picture}"], "cost": {written}}}'
    state = adapter(Vendor(httpx.Response(200, text=body))).fetch("task-1")
    unreadable = micro_usd is None and written != "null"
    assert state == Finished(InlinePicture(png), micro_usd, cost_uncertain=unreadable)


@given(st.integers(min_value=0, max_value=1_000_000_000))
def test_every_price_in_whole_micro_dollars_comes_through_unchanged(micro_usd: int) -> None:
    dollars = Decimal(micro_usd) / 1_000_000
    parsed = json.loads(json.dumps({"cost": float(dollars)}), parse_float=Decimal)
    assert read_dollars(dollars) == read_dollars(str(dollars)) == read_dollars(parsed["cost"]) == micro_usd


@pytest.mark.parametrize(
    "pictures", [None, [], "x", [None], [{"url": "x"}], ["not base64!"], [base64.b64encode(b"no picture").decode()]]
)
def test_completed_without_a_usable_picture_is_a_failed_task(pictures: Any) -> None:
    assert failure_of_fetch(told(status="COMPLETED", images=pictures)).error_class is Class.FAILED


@pytest.mark.requirement("S003-74")
@pytest.mark.parametrize("status", ["FAILED", "failed", "CANCELLED", "TIMEOUT"])
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Class.FAILED),
        ({"errorMessage": "out of memory"}, Class.FAILED),
        ({"errorMessage": "rejected by content policy"}, Class.CONTENT),
        ({"error": {"message": "NSFW content detected"}}, Class.CONTENT),
        ({"error": "Insufficient credits"}, Class.QUOTA),
    ],
    ids=["silent", "words", "content", "content-nested", "quota"],
)
def test_a_failed_task_has_its_class_and_is_final(status: str, fields: dict[str, Any], expected: Class) -> None:
    failure = failure_of_fetch(told(status=status, success=False, **fields))
    assert (failure.error_class, failure.job_ended) == (expected, True)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (refused(400, "Invalid image size"), Class.CALLER),
        (refused(400, "rejected by content policy"), Class.CONTENT),
        (refused(422, "not enough credits"), Class.QUOTA),
        (refused(401), Class.AUTH),
        (refused(402), Class.QUOTA),
        (refused(404), Class.GONE),
        (refused(429), Class.RETRYABLE),
        (refused(500, "rejected by content policy"), Class.AMBIGUOUS),
        (refused(503), Class.AMBIGUOUS),
        (refused(200, "something went wrong"), Class.AMBIGUOUS),
        (refused(200, "content policy violation"), Class.CONTENT),
        (httpx.Response(504, text="late"), Class.AMBIGUOUS),
        (httpx.Response(200, text="<html>hello</html>"), Class.AMBIGUOUS),
        (httpx.Response(200, json=[1]), Class.AMBIGUOUS),
        (httpx.Response(200, json={}), Class.AMBIGUOUS),
        (httpx.Response(200, json={"status": "PENDING"}), Class.AMBIGUOUS),
        (httpx.Response(200, json={"status": "PENDING", "task_id": 5}), Class.AMBIGUOUS),
        (httpx.ReadTimeout("silence"), Class.AMBIGUOUS),
        (httpx.ConnectError("refused"), Class.RETRYABLE),
    ],
    ids=str,
)
def test_each_answer_to_a_submit_has_its_class(
    task: ProviderTask, reply: httpx.Response | Exception, expected: Class
) -> None:
    assert failure_of_submit(task, reply).error_class is expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (refused(401), Class.AUTH),
        (refused(404), Class.FAILED),
        (refused(429), Class.RETRYABLE),
        (refused(500), Class.RETRYABLE),
        (refused(200), Class.RETRYABLE),
        (httpx.Response(200, text="<html>hello</html>"), Class.RETRYABLE),
        (httpx.ReadTimeout("silence"), Class.RETRYABLE),
    ],
    ids=str,
)
def test_a_lost_poll_is_never_ambiguous(reply: httpx.Response | Exception, expected: Class) -> None:
    failure = failure_of_fetch(reply)
    assert failure.error_class is expected
    assert not failure.job_ended


@pytest.mark.parametrize(
    "reply", [refused(400, "SECRET-BODY"), refused(200, "SECRET-BODY"), httpx.Response(200, text="SECRET-BODY")]
)
def test_nothing_that_the_vendor_wrote_appears_in_our_messages(task: ProviderTask, reply: httpx.Response) -> None:
    failure = failure_of_submit(task, reply)
    assert "SECRET-BODY" not in f"{failure} {failure.provider_code}"


def test_there_are_no_callbacks_and_no_cancelling() -> None:
    vendor = Vendor()
    body = json.dumps({"task_id": "task-1", "status": "COMPLETED"}).encode()
    assert adapter(vendor).parse_callback(CallbackRequest({}, {}, body)) is None
    assert adapter(vendor).cancel("task-1") is False
    assert vendor.requests == []
