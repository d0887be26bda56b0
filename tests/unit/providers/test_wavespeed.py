"""The WaveSpeed adapter against the vendor's published answers, and against those that it does not publish."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.providers.vendor import Vendor, fetch_failure, submit_failure

from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Finished,
    InlinePicture,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Running,
    Submission,
    UpstreamParameters,
)
from easel.domain.request import Mode, Size
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.wavespeed import WaveSpeed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

API = "https://vendor.test/api/v3"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SECRET = "whsec_top-secret"


def adapter(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> WaveSpeed:
    defaults: dict[str, Any] = {"api_key": lambda: "sim-key", "base_url": "https://vendor.test"}
    options = defaults | options
    return WaveSpeed(transport=httpx.MockTransport(handler), clock=lambda: NOW, **options)


def prediction(**fields: Any) -> dict[str, Any]:
    return {"id": "job-1", "status": "processing", "outputs": [], "error": ""} | fields


def answer(http_status: int = 200, /, **fields: Any) -> httpx.Response:
    envelope = {"code": http_status, "message": "success", "data": prediction(**fields)}
    return httpx.Response(http_status, json=envelope)


def refusal(status: int, message: str = "no", **data: Any) -> httpx.Response:
    return httpx.Response(status, json={"code": status, "message": message, "data": data or None})


def failure_of_submit(task: ProviderTask, *answers: httpx.Response | Exception) -> ProviderError:
    return submit_failure(adapter, task, *answers)


def failure_of_fetch(reply: httpx.Response | Exception) -> ProviderError:
    return fetch_failure(adapter, reply)


# What is sent


@pytest.mark.requirement("S001-48", "S001-49", "S001-50", "S001-51", "S001-52", "S001-53")
def test_seedream_is_asked_in_the_vendors_words(task: ProviderTask) -> None:
    vendor = Vendor(answer())

    adapter(vendor).submit(replace(task, parameters=UpstreamParameters(size=Size(1024, 2048), output_format="png")))

    (request,) = vendor.requests
    assert (request.method, str(request.url)) == ("POST", f"{API}/bytedance/seedream-v4")
    assert request.headers["authorization"] == "Bearer sim-key"
    assert vendor.form == {
        "prompt": "a red fox",
        "size": "1024*2048",
        "enable_sync_mode": True,
        "enable_base64_output": False,
    }


@pytest.mark.requirement("S001-66")
def test_without_a_size_the_vendors_default_holds(task: ProviderTask) -> None:
    vendor = Vendor(answer())
    adapter(vendor).submit(task)
    assert "size" not in vendor.form


@pytest.mark.requirement("S001-60", "S001-62", "S001-63", "S001-65")
@pytest.mark.parametrize(
    ("model", "parameters", "fields"),
    [
        (
            "google/nano-banana/text-to-image",
            UpstreamParameters(aspect_ratio="16:9", output_format="jpeg"),
            {"aspect_ratio": "16:9", "output_format": "jpeg"},
        ),
        ("google/nano-banana/text-to-image", UpstreamParameters(), {}),
        (
            "google/nano-banana-pro/text-to-image",
            UpstreamParameters(aspect_ratio="4:5", resolution="4K", output_format="png"),
            {"aspect_ratio": "4:5", "resolution": "4k", "output_format": "png"},
        ),
        (
            "google/nano-banana-2.1/text-to-image",
            UpstreamParameters(aspect_ratio="8:1", resolution="2k"),
            {"aspect_ratio": "8:1", "resolution": "2k"},
        ),
        (
            "openai/gpt-image-2.5-sunburst/text-to-image",
            UpstreamParameters(aspect_ratio="9:21", resolution="1k", quality="xhigh", output_format="webp"),
            {"aspect_ratio": "9:21", "resolution": "1k", "quality": "xhigh", "output_format": "webp"},
        ),
    ],
)
def test_models_of_ratios_are_asked_in_the_vendors_words(
    task: ProviderTask, model: str, parameters: UpstreamParameters, fields: dict[str, str]
) -> None:
    vendor = Vendor(answer())

    adapter(vendor, sync_mode=False, base64_output=True).submit(
        replace(task, upstream_model=model, parameters=parameters)
    )

    assert str(vendor.requests[0].url) == f"{API}/{model}"
    assert vendor.form == {
        "prompt": "a red fox",
        "enable_sync_mode": False,
        "enable_base64_output": True,
        **fields,
    }


@pytest.mark.requirement("S001-55", "S001-56", "S001-58", "S001-71")
def test_reference_pictures_are_uploaded_first_and_named_in_order(task: ProviderTask, png: bytes) -> None:
    uploads = [httpx.Response(200, json={"code": 200, "data": {"download_url": f"https://f/{n}"}}) for n in "ab"]
    vendor = Vendor(*uploads, answer())
    references = (
        ReferenceImage(png, "image/png", "reference.png"),
        ReferenceImage(b"second", "image/webp", "reference.webp"),
    )

    adapter(vendor).submit(
        replace(task, upstream_model="bytedance/seedream-v4/edit", mode=Mode.IMAGE_TO_IMAGE, references=references)
    )

    assert [str(request.url) for request in vendor.requests] == [
        f"{API}/media/upload/binary",
        f"{API}/media/upload/binary",
        f"{API}/bytedance/seedream-v4/edit",
    ]
    first = vendor.requests[0].content
    assert b'name="file"; filename="reference.png"' in first
    assert b"image/png" in first
    assert png in first
    assert vendor.form["images"] == ["https://f/a", "https://f/b"]


def test_the_callback_address_travels_in_the_query(task: ProviderTask) -> None:
    vendor = Vendor(answer())
    callback = "https://easel.test/callbacks/wavespeed?attempt=a-1&token=x"

    adapter(vendor).submit(replace(task, callback_url=callback))

    assert dict(vendor.requests[0].url.params) == {"webhook": callback}
    assert b"%3A%2F%2Feasel.test" in vendor.requests[0].url.query


@pytest.mark.parametrize("base_url", ["https://vendor.test", "https://vendor.test/", f"{API}", f"{API}/"])
def test_the_base_url_may_be_the_sdks_or_the_documents(base_url: str) -> None:
    vendor = Vendor(answer())
    adapter(vendor, base_url=base_url).fetch("job-1")
    assert str(vendor.requests[0].url) == f"{API}/predictions/job-1/result"


@pytest.mark.parametrize(
    ("sync_mode", "allowed", "expected"), [(True, 300, 100), (True, 20, 20), (False, 300, 60), (False, 20, 20)]
)
def test_a_submit_waits_for_the_vendors_mode_but_never_beyond_the_task(
    task: ProviderTask, *, sync_mode: bool, allowed: float, expected: float
) -> None:
    vendor = Vendor(answer())
    adapter(vendor, sync_mode=sync_mode).submit(replace(task, timeout_seconds=allowed))
    assert vendor.requests[0].extensions["timeout"]["read"] == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("key", ["", "   ", "two words", "ключ", "line\nbreak"])
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


def test_half_a_surrogate_pair_in_the_prompt_does_no_harm(task: ProviderTask) -> None:
    vendor = Vendor(answer())
    adapter(vendor).submit(replace(task, prompt="fox \ud83e"))
    assert vendor.form["prompt"] == "fox ?"


# What comes back


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "created"}, Running()),
        ({"status": "processing"}, Running()),
        ({"status": "queued-somewhere-new"}, Running()),
        ({"status": None}, Running()),
        ({"status": "processing", "code": 5004, "error": "Sync mode timed out."}, Running()),
        ({"status": "completed", "outputs": ["https://cdn/1.png"]}, Finished(RemotePicture("https://cdn/1.png"))),
        (
            {"status": "COMPLETED", "outputs": ["https://cdn/1.png"], "has_nsfw_contents": [False]},
            Finished(RemotePicture("https://cdn/1.png")),
        ),
        (
            {"status": "completed", "outputs": ["https://cdn/1.png"], "has_nsfw_contents": None},
            Finished(RemotePicture("https://cdn/1.png")),
        ),
        (
            {"status": "completed", "outputs": ["https://cdn/1.png"], "has_nsfw_contents": [True, False]},
            Finished(RemotePicture("https://cdn/1.png")),
        ),
    ],
)
@pytest.mark.requirement("S001-54", "S001-59")
@pytest.mark.parametrize("sync_mode", [True, False])
def test_the_status_decides_not_the_mode(
    task: ProviderTask, fields: dict[str, Any], state: Finished | Running, *, sync_mode: bool
) -> None:
    vendor = Vendor(answer(**fields), answer(**fields))
    provider = adapter(vendor, sync_mode=sync_mode)
    assert provider.submit(task) == Submission("job-1", state)
    assert provider.fetch("job-1") == state


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_a_picture_may_come_inline(png: bytes, prefix: str) -> None:
    outputs = [prefix + base64.b64encode(png).decode()]
    state = adapter(Vendor(answer(outputs=outputs, status="completed"))).fetch("job-1")
    assert state == Finished(InlinePicture(png))


@pytest.mark.parametrize(
    "outputs", [[], None, ["not base64!"], [""], [base64.b64encode(b"no picture").decode()], [None], [{"x": 1}]]
)
def test_completed_without_a_usable_picture_is_a_failed_job(outputs: Any) -> None:
    assert failure_of_fetch(answer(status="completed", outputs=outputs)).error_class is Class.FAILED


def test_a_flagged_picture_is_refused_content() -> None:
    flagged = answer(status="completed", outputs=["https://cdn/1.png"], has_nsfw_contents=[True])
    assert failure_of_fetch(flagged).error_class is Class.CONTENT


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (1200, Class.CONTENT),
        (1400, Class.CALLER),
        (1401, Class.CALLER),
        (1402, Class.CALLER),
        (1403, Class.FAILED),
        (1405, Class.FAILED),
        (5000, Class.RETRYABLE),
        (5003, Class.RETRYABLE),
        (5004, Class.FAILED),
        (0, Class.FAILED),
        (None, Class.FAILED),
        (7777, Class.FAILED),
    ],
)
@pytest.mark.parametrize("way", ["number", "text", "in words", "in brackets", "flat", "beside status 400"])
def test_each_task_code_has_its_class_wherever_it_stands(
    task: ProviderTask, code: int | None, expected: Class, way: str
) -> None:
    reply = {
        "number": answer(status="failed", code=code, error="it did not work"),
        "text": answer(status="failed", code=str(code), error="it did not work"),
        "in words": answer(status="failed", error=f"task failed, code: {code}, sorry"),
        "in brackets": answer(status="failed", error=f"[{code}] sorry"),
        "flat": httpx.Response(200, json=prediction(status="failed", code=code, error="flat")),
        "beside status 400": httpx.Response(400, json={"code": 400, "data": prediction(status="failed", code=code)}),
    }[way]
    body = reply.content
    failure = failure_of_fetch(reply)
    assert failure.error_class is expected
    assert failure.job_ended, "asking again would bring the same answer for ever"
    assert failure_of_submit(task, httpx.Response(reply.status_code, content=body)).error_class is expected


@pytest.mark.parametrize("code", [1200, 1401, 1402])
def test_a_refused_request_is_classed_by_its_task_code(task: ProviderTask, code: int) -> None:
    expected = Class.CONTENT if code == 1200 else Class.CALLER
    assert failure_of_submit(task, refusal(400, code=code, error="no")).error_class is expected
    assert failure_of_submit(task, httpx.Response(400, json={"code": code, "message": "no"})).error_class is expected
    assert failure_of_submit(task, httpx.Response(200, json={"code": code, "message": "no"})).error_class is expected


@pytest.mark.parametrize("status", ["failed", "cancelled", "canceled", "timeout", "deleted"])
@pytest.mark.parametrize("spell", [str.lower, str.upper])
def test_every_bad_ending_without_a_known_reason_is_a_failed_job(status: str, spell: Callable[[str], str]) -> None:
    failure = failure_of_fetch(answer(status=spell(status)))
    assert (failure.error_class, failure.provider_code, failure.job_ended) == (Class.FAILED, status, True)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("Content flagged as potentially sensitive. Please try different prompts or images.", Class.CONTENT),
        ("rejected by content policy", Class.CONTENT),
        ("NSFW content detected", Class.CONTENT),
        ("Insufficient credits on this account", Class.QUOTA),
        ("the picture is 1200 px wide, 1400x1400 wanted", Class.FAILED),
        ("a policy of honesty, with credit to all", Class.FAILED),
    ],
)
@pytest.mark.parametrize("code", [None, 1405])
def test_words_speak_where_the_code_says_nothing(error: str, expected: Class, code: int | None) -> None:
    assert failure_of_fetch(answer(status="failed", error=error, code=code)).error_class is expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (refusal(400), Class.CALLER),
        (refusal(400, "Insufficient balance, please recharge"), Class.QUOTA),
        (refusal(400, "prompt rejected by moderation"), Class.CONTENT),
        (refusal(401, "invalid key"), Class.AUTH),
        (refusal(402, "pay"), Class.QUOTA),
        (refusal(403, "no"), Class.QUOTA),
        (refusal(404, "model not found"), Class.GONE),
        (refusal(429, "credit limit exceeded for this minute"), Class.RETRYABLE),
        (refusal(500), Class.AMBIGUOUS),
        (refusal(500, code=5000, error="internal"), Class.AMBIGUOUS),
        (refusal(502), Class.AMBIGUOUS),
        (refusal(503), Class.AMBIGUOUS),
        (httpx.Response(504, text="<html>Gateway Time-out</html>"), Class.AMBIGUOUS),
        (httpx.Response(200, text="<html>hello</html>"), Class.AMBIGUOUS),
        (httpx.Response(200, json=[1, 2]), Class.AMBIGUOUS),
        (httpx.Response(200, json={"code": 200, "data": None}), Class.AMBIGUOUS),
        (httpx.Response(200, json={"code": 200, "data": {"status": "processing"}}), Class.AMBIGUOUS),
        (httpx.Response(200, json={"code": 500, "message": "oops"}), Class.AMBIGUOUS),
        (httpx.Response(200, json={"code": 429, "message": "slow down"}), Class.RETRYABLE),
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
        (refusal(401), Class.AUTH),
        (refusal(404), Class.FAILED),
        (refusal(410), Class.FAILED),
        (refusal(429), Class.RETRYABLE),
        (refusal(500), Class.RETRYABLE),
        (refusal(503), Class.RETRYABLE),
        (refusal(504), Class.RETRYABLE),
        (httpx.Response(200, text="<html>hello</html>"), Class.RETRYABLE),
        (httpx.Response(200, json={"code": 200, "data": None}), Class.RETRYABLE),
        (httpx.ReadTimeout("silence"), Class.RETRYABLE),
        (httpx.RemoteProtocolError("gone"), Class.RETRYABLE),
    ],
    ids=str,
)
def test_a_lost_poll_is_never_ambiguous(reply: httpx.Response | Exception, expected: Class) -> None:
    failure = failure_of_fetch(reply)
    assert failure.error_class is expected
    assert not failure.job_ended, "nothing was learned about the job"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (refusal(413, "too large"), Class.CALLER),
        (refusal(400, code=1401, error="bad file"), Class.CALLER),
        (refusal(500), Class.RETRYABLE),
        (httpx.ReadTimeout("silence"), Class.RETRYABLE),
        (httpx.Response(200, json={"code": 200, "data": {}}), Class.RETRYABLE),
    ],
    ids=str,
)
def test_a_failed_upload_never_leaves_a_job_in_doubt(
    task: ProviderTask, png: bytes, reply: httpx.Response | Exception, expected: Class
) -> None:
    edit = replace(task, references=(ReferenceImage(png, "image/png", "reference.png"),))
    assert failure_of_submit(edit, reply).error_class is expected


@pytest.mark.parametrize("status", [500, 503, 504])
def test_an_error_answer_that_names_the_job_is_followed_up(task: ProviderTask, status: int) -> None:
    assert adapter(Vendor(answer(status))).submit(task) == Submission("job-1", Running())


def test_the_vendors_wish_to_wait_is_passed_on(task: ProviderTask) -> None:
    limited = httpx.Response(429, headers={"Retry-After": "12"}, json={"code": 429, "message": "slow"})
    failure = failure_of_submit(task, limited)
    assert (failure.error_class, failure.retry_after, failure.provider_code) == (Class.RETRYABLE, 12.0, "http_429")


@pytest.mark.parametrize(
    "reply",
    [
        refusal(400, "SECRET-BODY", code=1401, error="SECRET-BODY"),
        refusal(500, "SECRET-BODY"),
        httpx.Response(200, text="SECRET-BODY"),
        answer(status="failed", error="SECRET-BODY"),
    ],
)
def test_nothing_that_the_vendor_wrote_appears_in_our_messages(task: ProviderTask, reply: httpx.Response) -> None:
    failure = failure_of_submit(task, reply)
    assert "SECRET-BODY" not in f"{failure} {failure.provider_code}"


def test_a_job_id_cannot_lead_a_poll_astray() -> None:
    vendor = Vendor(answer())
    adapter(vendor).fetch("../balance?x=1#")
    assert vendor.requests[0].url.raw_path == b"/api/v3/predictions/..%2Fbalance%3Fx%3D1%23/result"


def test_a_job_cannot_be_cancelled_there() -> None:
    vendor = Vendor()
    assert adapter(vendor).cancel("job-1") is False
    assert vendor.requests == []


# Callbacks


def callback(
    body: bytes, *, secret: str = SECRET, age: int = 0, headers: Mapping[str, str] = MappingProxyType({})
) -> CallbackRequest:
    stamp = str(int(NOW.timestamp()) - age)
    key = secret.removeprefix("whsec_").encode()
    digest = hmac.new(key, b"msg-1." + stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    signed = {"webhook-id": "msg-1", "webhook-timestamp": stamp, "webhook-signature": f"v3,{digest}"}
    return CallbackRequest({**signed, **headers}, {"attempt": "attempt-1"}, body)


BODY = json.dumps(prediction(status="completed", outputs=["https://cdn/1.png"])).encode()


def test_a_signed_callback_names_the_job_and_the_attempt() -> None:
    provider = adapter(Vendor(), webhook_secret=lambda: SECRET)
    assert provider.parse_callback(callback(BODY)) == Callback("job-1", "attempt-1")
    assert provider.parse_callback(callback(BODY, age=299)) == Callback("job-1", "attempt-1")


@pytest.mark.parametrize(
    "request_",
    [
        callback(BODY, secret="whsec_another"),
        callback(BODY, age=301),
        callback(BODY, age=-301),
        replace(callback(BODY), body=BODY + b" "),
        callback(BODY, headers={"webhook-signature": ""}),
        callback(BODY, headers={"webhook-signature": "v3,ключ"}),
        callback(BODY, headers={"webhook-timestamp": "now"}),
        CallbackRequest({}, {}, BODY),
    ],
)
def test_a_callback_without_a_good_fresh_signature_is_none(request_: CallbackRequest) -> None:
    assert adapter(Vendor(), webhook_secret=lambda: SECRET).parse_callback(request_) is None


def test_an_empty_secret_opens_no_door() -> None:
    assert adapter(Vendor(), webhook_secret=lambda: "").parse_callback(callback(BODY, secret="")) is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"id": 5, "status": "completed"}', b'{"id": "job-1"}'])
def test_a_callback_that_is_no_job_is_none(body: bytes) -> None:
    assert adapter(Vendor()).parse_callback(CallbackRequest({}, {}, body)) is None


def test_without_a_secret_a_callback_is_read_as_the_hint_it_is() -> None:
    assert adapter(Vendor()).parse_callback(CallbackRequest({}, {}, BODY)) == Callback("job-1", None)
