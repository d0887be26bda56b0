"""The Nanobanana adapter against what nanobananaapi.ai publishes about its answers, and what it does not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.providers.vendor import Vendor, fetch_failure, submit_failure

from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Finished,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Running,
    Submission,
    UpstreamParameters,
)
from easel.domain.request import Mode
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.nanobanana_api import NanobananaApi, NanobananaApiOptions

if TYPE_CHECKING:
    from collections.abc import Callable

API = "https://vendor.test/api/v1/nanobanana"
SPARE = "https://callback.invalid/"
UPSTREAM_MODEL = "generate"


def adapter(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> NanobananaApi:
    defaults: dict[str, Any] = {"api_key": lambda: "sim-key", "base_url": "https://vendor.test"}
    return NanobananaApi(transport=httpx.MockTransport(handler), **(defaults | options))


def taken(job_id: str = "job-1") -> httpx.Response:
    return httpx.Response(200, json={"code": 200, "msg": "success", "data": {"taskId": job_id}})


def said(code: int, text: str = "no", /, *, http_status: int = 200, field: str = "msg") -> httpx.Response:
    return httpx.Response(http_status, json={"code": code, field: text, "data": None})


def record(**fields: Any) -> httpx.Response:
    data = {
        "taskId": "job-1",
        "paramJson": "{}",
        "createTime": "2026-11-20 10:00:00",
        "completeTime": None,
        "response": None,
        "successFlag": 0,
        "errorCode": None,
        "errorMessage": None,
        "operationType": "nano-banana-2_1k",
    }
    return httpx.Response(200, json={"code": 200, "msg": "success", "data": data | fields})


def failure_of_submit(task: ProviderTask, reply: httpx.Response | Exception) -> ProviderError:
    return submit_failure(adapter, task, reply)


def failure_of_fetch(reply: httpx.Response | Exception) -> ProviderError:
    return fetch_failure(adapter, reply)


# What is sent


@pytest.mark.requirement("S003-2", "S003-3", "S003-6", "X-32")
def test_generate_is_asked_in_the_vendors_own_spelling(task: ProviderTask) -> None:
    vendor = Vendor(taken())
    parameters = UpstreamParameters(aspect_ratio="16:9", watermark="© 2025", resolution="2k", output_format="png")

    submission = adapter(vendor).submit(replace(task, parameters=parameters))

    (request,) = vendor.requests
    assert (request.method, str(request.url)) == ("POST", f"{API}/generate")
    assert request.headers["authorization"] == "Bearer sim-key"
    assert vendor.form == {
        "prompt": "a red fox",
        "type": "TEXTTOIAMGE",
        "callBackUrl": SPARE,
        "numImages": 1,
        "image_size": "16:9",
        "watermark": "© 2025",
    }
    assert submission == Submission("job-1", Running(2.0))


@pytest.mark.parametrize(
    ("model", "parameters", "form"),
    [
        ("generate-2", UpstreamParameters(), {"imageUrls": []}),
        (
            "generate-2",
            UpstreamParameters(aspect_ratio="1:8", resolution="4k", output_format="jpeg"),
            {"imageUrls": [], "aspectRatio": "1:8", "resolution": "4K", "outputFormat": "jpg"},
        ),
        (
            "generate-2",
            UpstreamParameters(aspect_ratio="auto", output_format="png"),
            {"imageUrls": [], "aspectRatio": "auto", "outputFormat": "png"},
        ),
        ("generate-pro", UpstreamParameters(output_format="png"), {"callBackUrl": SPARE}),
        (
            "generate-pro",
            UpstreamParameters(aspect_ratio="21:9", resolution="2k"),
            {"callBackUrl": SPARE, "aspectRatio": "21:9", "resolution": "2K"},
        ),
    ],
    ids=["2-plain", "2-all", "2-auto", "pro-plain", "pro-all"],
)
def test_each_endpoint_has_its_own_names_for_the_same_things(
    task: ProviderTask, model: str, parameters: UpstreamParameters, form: dict[str, Any]
) -> None:
    vendor = Vendor(taken())
    adapter(vendor).submit(replace(task, upstream_model=model, parameters=parameters))
    assert str(vendor.requests[0].url) == f"{API}/{model}"
    assert vendor.form == {"prompt": "a red fox", **form}


@pytest.mark.parametrize("model", ["generate", "generate-2", "generate-pro"])
def test_references_go_as_addresses_in_order(task: ProviderTask, png: bytes, model: str) -> None:
    vendor = Vendor(taken())
    references = tuple(
        ReferenceImage(png, "image/png", "reference.png", f"https://pictures.test/{name}") for name in "ab"
    )

    adapter(vendor).submit(replace(task, upstream_model=model, mode=Mode.IMAGE_TO_IMAGE, references=references))

    assert vendor.form["imageUrls"] == ["https://pictures.test/a", "https://pictures.test/b"]
    assert vendor.form.get("type") == ("IMAGETOIAMGE" if model == "generate" else None)


def test_a_reference_without_an_address_is_an_operators_matter_and_nothing_is_sent(
    task: ProviderTask, png: bytes
) -> None:
    vendor = Vendor()
    nowhere = replace(task, references=(ReferenceImage(png, "image/png", "reference.png"),))
    with pytest.raises(ProviderError) as caught:
        adapter(vendor).submit(nowhere)
    assert (caught.value.error_class, caught.value.provider_code) == (Class.AUTH, "provider_not_configured")
    assert vendor.requests == []


@pytest.mark.parametrize("model", ["generate", "generate-2", "generate-pro"])
def test_the_callback_address_travels_in_the_body(task: ProviderTask, model: str) -> None:
    vendor = Vendor(taken())
    callback = "https://easel.test/callbacks/nanobanana?attempt=a-1&token=x"
    adapter(vendor).submit(replace(task, upstream_model=model, callback_url=callback))
    assert vendor.form["callBackUrl"] == callback


def test_the_spare_callback_address_can_be_set(task: ProviderTask) -> None:
    vendor = Vendor(taken())
    adapter(vendor, options=NanobananaApiOptions(spare_callback_url="https://nobody.test/")).submit(task)
    assert vendor.form["callBackUrl"] == "https://nobody.test/"


@pytest.mark.parametrize("model", ["generate-v2", "", "google/nano-banana", "../common/get-credits"])
def test_a_model_that_the_vendor_does_not_have_is_gone_and_nothing_is_sent(task: ProviderTask, model: str) -> None:
    vendor = Vendor()
    with pytest.raises(ProviderError) as caught:
        adapter(vendor).submit(replace(task, upstream_model=model))
    assert caught.value.error_class is Class.GONE
    assert vendor.requests == []


@pytest.mark.parametrize("base_url", ["https://vendor.test", "https://vendor.test/", API, f"{API}/"])
def test_the_base_url_may_be_the_host_or_the_whole_path(base_url: str) -> None:
    vendor = Vendor(record())
    adapter(vendor, base_url=base_url).fetch("job-1")
    assert str(vendor.requests[0].url) == f"{API}/record-info?taskId=job-1"


@pytest.mark.parametrize("key", ["", "two words", "ключ"])
@pytest.mark.parametrize("call", ["submit", "fetch"])
def test_an_unusable_key_is_told_before_anything_is_sent(task: ProviderTask, key: str, call: str) -> None:
    vendor = Vendor()
    provider = adapter(vendor, api_key=lambda: key)
    calls: dict[str, Callable[[], object]] = {
        "submit": lambda: provider.submit(task),
        "fetch": lambda: provider.fetch("job-1"),
    }
    with pytest.raises(ProviderError) as caught:
        calls[call]()
    assert (caught.value.error_class, caught.value.provider_code) == (Class.AUTH, "provider_not_configured")
    assert vendor.requests == []


def test_a_submit_never_waits_beyond_the_task(task: ProviderTask) -> None:
    vendor = Vendor(taken())
    adapter(vendor).submit(replace(task, timeout_seconds=7))
    assert vendor.requests[0].extensions["timeout"]["read"] == pytest.approx(7, abs=0.5)


def test_a_job_id_cannot_lead_a_poll_astray() -> None:
    vendor = Vendor(record())
    adapter(vendor).fetch("x&taskId=another#")
    assert vendor.requests[0].url.params.multi_items() == [("taskId", "x&taskId=another#")]


# What comes back


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(200, json={"code": 200, "message": "success", "data": {"taskId": "job-1"}}),
        httpx.Response(200, json={"code": "200", "msg": None, "data": {"taskId": "job-1"}}),
        httpx.Response(200, json={"code": 500, "msg": "oops", "data": {"taskId": "job-1"}}),
        httpx.Response(504, json={"code": 504, "msg": "late", "data": {"taskId": "job-1"}}),
    ],
    ids=["pro", "text-code", "error-with-job", "http-error-with-job"],
)
def test_an_answer_that_names_a_job_is_followed_up(task: ProviderTask, reply: httpx.Response) -> None:
    assert adapter(Vendor(reply)).submit(task) == Submission("job-1", Running(2.0))


@pytest.mark.requirement("S003-4", "S003-82", "X-20")
@pytest.mark.parametrize("flag", [0, None, "0", 4, "soon", False])
def test_a_job_runs_until_its_flag_says_otherwise(flag: Any) -> None:
    assert adapter(Vendor(record(successFlag=flag))).fetch("job-1") == Running(2.0)


@pytest.mark.parametrize(
    "response",
    [
        {"originImageUrl": "https://cdn/origin.png", "resultImageUrl": "https://cdn/1.png"},
        {"resultImageUrl": ["https://cdn/1.png", "https://cdn/2.png"]},
        {"resultUrls": ["https://cdn/1.png"]},
        {"resultImageUrl": None, "resultUrls": "https://cdn/1.png"},
        {"resultImageUrl": "", "resultUrls": [], "originImageUrl": " https://cdn/1.png "},
        "https://cdn/1.png",
        [{"url": "https://cdn/1.png"}],
        {"resultImageUrl": {"url": "https://cdn/1.png"}},
    ],
    ids=["text", "list", "urls-list", "urls-text", "origin-only", "bare", "objects", "nested"],
)
@pytest.mark.parametrize("flag", [1, "1"])
def test_the_picture_is_found_under_each_of_its_names(response: Any, flag: Any) -> None:
    state = adapter(Vendor(record(successFlag=flag, response=response))).fetch("job-1")
    assert state == Finished(RemotePicture("https://cdn/1.png"))


@pytest.mark.parametrize("response", [None, {}, [], {"resultImageUrl": 5}, {"resultUrls": [None]}, {"note": "a b"}])
def test_done_without_a_picture_is_a_failed_job(response: Any) -> None:
    failure = failure_of_fetch(record(successFlag=1, response=response))
    assert (failure.error_class, failure.provider_code, failure.job_ended) == (Class.FAILED, "no_outputs", True)


@pytest.mark.parametrize("flag", [2, 3])
@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (400, "Your prompt was flagged for violating content policy", Class.CONTENT),
        (400, "", Class.CONTENT),
        (402, "", Class.QUOTA),
        (422, "", Class.CALLER),
        (500, "Internal error, please try again later", Class.RETRYABLE),
        (500, "The input was flagged as potentially sensitive.", Class.CONTENT),
        (501, "Image generation task failed", Class.FAILED),
        (501, "blocked: PROHIBITED_CONTENT", Class.CONTENT),
        ("501", "IMAGE_SAFETY", Class.CONTENT),
        (None, "Insufficient credits", Class.QUOTA),
        (None, None, Class.FAILED),
        (0, "", Class.FAILED),
        (7777, "a policy of honesty, with credit to all", Class.FAILED),
    ],
)
def test_each_bad_ending_has_its_class_and_is_final(flag: int, code: Any, text: Any, expected: Class) -> None:
    failure = failure_of_fetch(record(successFlag=flag, errorCode=code, errorMessage=text))
    assert (failure.error_class, failure.job_ended) == (expected, True)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (said(400, "parameter error"), Class.CALLER),
        (said(400, "Your prompt was flagged for violating content policy"), Class.CONTENT),
        (said(401, "You do not have access permissions"), Class.AUTH),
        (said(402, "The current credits are insufficient. Please top up"), Class.QUOTA),
        (said(403), Class.AUTH),
        (said(404), Class.CALLER),
        (said(422, "type is invalid"), Class.CALLER),
        (said(422, "Insufficient credits"), Class.QUOTA),
        (said(429, "Your call frequency is too high"), Class.RETRYABLE),
        (said(455, "Service unavailable: maintenance"), Class.RETRYABLE),
        (said(455, "Service unavailable: maintenance", http_status=455), Class.RETRYABLE),
        (said(501, "Generation failed"), Class.FAILED),
        (said(505, "Feature disabled"), Class.GONE),
        # Whether a job began before the vendor broke is told by nothing.
        (said(500, "Server error"), Class.AMBIGUOUS),
        (said(500, "Server error", field="message"), Class.AMBIGUOUS),
        (said(500, "your prompt violates our content policy", field="message"), Class.CONTENT),
        (said(500, "content policy", http_status=500), Class.AMBIGUOUS),
        (said(501, http_status=501), Class.AMBIGUOUS),
        (said(531), Class.AMBIGUOUS),
        (said(1), Class.AMBIGUOUS),
        (said(200), Class.AMBIGUOUS),
        (said(401, http_status=401), Class.AUTH),
        (said(402, http_status=402), Class.QUOTA),
        (said(404, http_status=404), Class.GONE),
        (said(429, http_status=429), Class.RETRYABLE),
        (httpx.Response(404, text="no such page"), Class.GONE),
        (httpx.Response(302, headers={"Location": "https://elsewhere.test"}), Class.GONE),
        (httpx.Response(413, text="too large"), Class.CALLER),
        (httpx.Response(502, text="<html>Bad Gateway</html>"), Class.AMBIGUOUS),
        (httpx.Response(504, text="<html>Gateway Time-out</html>"), Class.AMBIGUOUS),
        (httpx.Response(200, text="<html>hello</html>"), Class.AMBIGUOUS),
        (httpx.Response(200, json=[1, 2]), Class.AMBIGUOUS),
        (httpx.Response(200, json={}), Class.AMBIGUOUS),
        (httpx.Response(200, json={"code": 200, "data": {"taskId": 7}}), Class.AMBIGUOUS),
        (httpx.ReadTimeout("silence"), Class.AMBIGUOUS),
        (httpx.RemoteProtocolError("gone"), Class.AMBIGUOUS),
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
        (said(401), Class.AUTH),
        (said(404), Class.FAILED),
        (said(404, http_status=404), Class.FAILED),
        (said(422, "recordInfo is null"), Class.FAILED),
        (said(400), Class.FAILED),
        (said(429), Class.RETRYABLE),
        (said(455), Class.RETRYABLE),
        (said(500, "taskId is missing"), Class.RETRYABLE),
        (said(503, http_status=503), Class.RETRYABLE),
        (httpx.Response(504, text="late"), Class.RETRYABLE),
        (httpx.Response(200, text="<html>hello</html>"), Class.RETRYABLE),
        (httpx.Response(200, json={"code": 200, "data": None}), Class.RETRYABLE),
        (httpx.ReadTimeout("silence"), Class.RETRYABLE),
        (httpx.RemoteProtocolError("gone"), Class.RETRYABLE),
    ],
    ids=str,
)
def test_a_lost_poll_is_never_ambiguous_and_never_the_callers(
    reply: httpx.Response | Exception, expected: Class
) -> None:
    failure = failure_of_fetch(reply)
    assert failure.error_class is expected
    assert not failure.job_ended, "nothing was learned about the job"


def test_the_vendors_wish_to_wait_is_passed_on(task: ProviderTask) -> None:
    limited = httpx.Response(200, headers={"Retry-After": "12"}, json={"code": 429, "msg": "slow"})
    failure = failure_of_submit(task, limited)
    assert (failure.error_class, failure.retry_after, failure.provider_code) == (Class.RETRYABLE, 12.0, "429")


@pytest.mark.parametrize(
    "reply", [said(422, "SECRET-BODY"), said(500, "SECRET-BODY"), httpx.Response(200, text="SECRET-BODY")]
)
def test_nothing_that_the_vendor_wrote_appears_in_our_messages(task: ProviderTask, reply: httpx.Response) -> None:
    failure = failure_of_submit(task, reply)
    assert "SECRET-BODY" not in f"{failure} {failure.provider_code}"


def test_nothing_that_the_vendor_wrote_of_a_failed_job_appears_in_our_messages() -> None:
    failed = failure_of_fetch(record(successFlag=3, errorMessage="SECRET-BODY", errorCode="SECRET-BODY"))
    assert "SECRET-BODY" not in f"{failed} {failed.provider_code}"


def test_a_job_cannot_be_cancelled_there() -> None:
    vendor = Vendor()
    assert adapter(vendor).cancel("job-1") is False
    assert vendor.requests == []


# Callbacks


@pytest.mark.parametrize(
    "body",
    [
        {"code": 200, "msg": "ok", "data": {"taskId": "job-1", "info": {"resultImageUrl": "https://cdn/1.png"}}},
        {"code": 400, "msg": "content policy", "data": {"taskId": "job-1", "info": None}},
        {"code": 500, "msg": "internal error", "data": {"taskId": "job-1"}},
        {"code": 501, "msg": "failed", "data": {"taskId": "job-1"}},
        {"code": 200, "msg": "success", "data": {"taskId": "job-1", "successFlag": 1, "response": {}}},
        {"code": 200, "msg": "success", "data": {"taskId": "job-1", "successFlag": 3, "errorCode": 400}},
    ],
    ids=["success", "content", "internal", "failed", "2-success", "2-failed"],
)
def test_a_callback_of_either_form_names_the_job_and_claims_nothing_else(body: dict[str, Any]) -> None:
    request = CallbackRequest({}, {"attempt": "attempt-1", "token": "t"}, json.dumps(body).encode())
    assert adapter(Vendor()).parse_callback(request) == Callback("job-1", "attempt-1")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"code": 200}',
        b'{"code": 200, "data": []}',
        b'{"code": 200, "data": {"taskId": 5}}',
        b'{"code": 200, "data": {"taskId": ""}}',
        b'{"data": {"taskId": "job-1"}}',
        b'{"code": 200, "taskId": "job-1"}',
        json.dumps({"code": 200, "data": {"taskId": "x" * 201}}).encode(),
    ],
)
def test_a_callback_that_names_no_job_is_none(body: bytes) -> None:
    assert adapter(Vendor()).parse_callback(CallbackRequest({}, {}, body)) is None
