"""The Google adapter: what it sends, and what it makes of answers with status 200. Refusals: test_google_errors.py."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.providers.vendor import JPEG, PNG, REFERENCES, Vendor, a_task, encoded, submit_failure

from easel.domain.provider import (
    CallbackRequest,
    Finished,
    InlinePicture,
    OfferedModel,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Submission,
    TokenUsage,
    UpstreamParameters,
)
from easel.domain.request import Mode
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.google import MAX_REQUEST_BYTES, Google

if TYPE_CHECKING:
    from collections.abc import Callable

API = "https://vendor.test/v1beta"
TASK = a_task("gemini-3-pro-image")
IMAGEN = replace(TASK, upstream_model="imagen-4.0-generate-001")


def adapter(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> Google:
    defaults: dict[str, Any] = {"api_key": lambda: "sim-key", "base_url": "https://vendor.test"}
    return Google(transport=httpx.MockTransport(handler), **(defaults | options))


def image(data: bytes = PNG, **fields: Any) -> dict[str, Any]:
    return {"inlineData": {"mimeType": "image/png", "data": encoded(data)}} | fields


def candidate(*parts: Any, **fields: Any) -> dict[str, Any]:
    return {"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": list(parts)}} | fields


def answer(*candidates: Any, **fields: Any) -> httpx.Response:
    usage = {"promptTokenCount": 9, "totalTokenCount": 9}
    return httpx.Response(200, json={"candidates": list(candidates), "usageMetadata": usage} | fields)


def state_after(reply: httpx.Response, task: ProviderTask = TASK) -> Finished:
    submission = adapter(Vendor(reply)).submit(task)
    assert submission.job_id is None, "one call, no job to ask for"
    assert isinstance(submission.state, Finished)
    return submission.state


def failure(reply: httpx.Response | Exception, task: ProviderTask = TASK) -> tuple[Class, str | None]:
    error = submit_failure(adapter, task, reply)
    return error.error_class, error.provider_code


# What is sent


@pytest.mark.requirement("S000-37")
def test_a_gemini_is_asked_in_the_vendors_words() -> None:
    vendor = Vendor(answer(candidate(image())))

    adapter(vendor).submit(replace(TASK, parameters=UpstreamParameters(aspect_ratio="16:9", resolution="2k")))

    (request,) = vendor.requests
    assert (request.method, str(request.url)) == ("POST", f"{API}/models/gemini-3-pro-image:generateContent")
    assert request.headers["x-goog-api-key"] == "sim-key"
    assert request.headers["content-type"] == "application/json"
    assert vendor.form == {
        "contents": [{"role": "user", "parts": [{"text": "a red fox"}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"},
        },
    }


@pytest.mark.parametrize(
    ("parameters", "image_config"),
    [
        (UpstreamParameters(), None),
        (UpstreamParameters(aspect_ratio="1:1"), {"aspectRatio": "1:1"}),
        (UpstreamParameters(resolution="4k"), {"imageSize": "4K"}),
        (UpstreamParameters(resolution="512"), {"imageSize": "512"}),
        # The vendor refuses them: it alone decides the type of a picture, and it has no words for the rest.
        (UpstreamParameters(output_format="jpeg", quality="high", style="vivid", background="opaque"), None),
    ],
)
def test_only_what_the_plan_sets_and_the_vendor_knows_is_sent(
    parameters: UpstreamParameters, image_config: dict[str, str] | None
) -> None:
    vendor = Vendor(answer(candidate(image())))
    adapter(vendor).submit(replace(TASK, parameters=parameters))
    assert vendor.form["generationConfig"].get("imageConfig") == image_config


@pytest.mark.requirement("S000-37")
def test_reference_pictures_travel_after_the_prompt_in_their_order() -> None:
    vendor = Vendor(answer(candidate(image())))
    adapter(vendor).submit(replace(TASK, mode=Mode.IMAGE_TO_IMAGE, references=REFERENCES))
    assert vendor.form["contents"][0]["parts"] == [
        {"text": "a red fox"},
        {"inlineData": {"mimeType": "image/png", "data": encoded(PNG)}},
        {"inlineData": {"mimeType": "image/webp", "data": encoded(b"2nd")}},
    ]


@pytest.mark.requirement("S002-1", "X-25")
@pytest.mark.parametrize(
    ("parameters", "fields"),
    [
        (UpstreamParameters(), {}),
        (
            UpstreamParameters(aspect_ratio="3:4", resolution="2k", output_format="jpeg"),
            {"aspectRatio": "3:4", "sampleImageSize": "2K", "outputOptions": {"mimeType": "image/jpeg"}},
        ),
    ],
)
def test_an_imagen_is_asked_in_its_own_form(parameters: UpstreamParameters, fields: dict[str, Any]) -> None:
    vendor = Vendor(httpx.Response(200, json={"predictions": [{"bytesBase64Encoded": encoded(PNG)}]}))

    adapter(vendor).submit(replace(IMAGEN, parameters=parameters))

    assert str(vendor.requests[0].url) == f"{API}/models/imagen-4.0-generate-001:predict"
    assert vendor.form == {
        "instances": [{"prompt": "a red fox"}],
        "parameters": {"sampleCount": 1, "includeRaiReason": True, **fields},
    }


def test_an_imagen_makes_nothing_of_reference_pictures() -> None:
    vendor = Vendor()
    with pytest.raises(ProviderError) as caught:
        adapter(vendor).submit(replace(IMAGEN, references=REFERENCES))
    assert (caught.value.error_class, caught.value.provider_code) == (Class.CALLER, "references_refused")
    assert vendor.requests == []


@pytest.mark.parametrize(("spare", "is_sent"), [(0, True), (-1, False)])
def test_a_request_over_the_vendors_limit_is_refused_before_it_is_sent(*, spare: int, is_sent: bool) -> None:
    def with_reference(size: int) -> ProviderTask:
        return replace(TASK, prompt=prompt, references=(ReferenceImage(bytes(size), "image/png", "r.png"),))

    prompt = ""
    vendor = Vendor(answer(candidate(image())), answer(candidate(image())))
    adapter(vendor).submit(with_reference(15_000_000))
    prompt = "x" * (MAX_REQUEST_BYTES - len(vendor.requests[0].content) - spare)

    if is_sent:
        adapter(vendor).submit(with_reference(15_000_000))
        assert len(vendor.requests[-1].content) == MAX_REQUEST_BYTES
        return
    with pytest.raises(ProviderError, match="at most 20 MB") as caught:
        adapter(vendor).submit(with_reference(15_000_000))
    assert (caught.value.error_class, caught.value.provider_code) == (Class.CALLER, "request_too_large")
    assert len(vendor.requests) == 1


@pytest.mark.requirement("S004-54")
@pytest.mark.parametrize(
    ("base_url", "api"),
    [
        ("https://vendor.test", API),
        ("https://vendor.test/", API),
        (API, API),
        (f"{API}/", API),
        ("https://vendor.test/v1", "https://vendor.test/v1"),
        ("https://relay.test/google", "https://relay.test/google/v1beta"),
    ],
)
def test_the_base_url_may_be_the_sdks_or_the_documents(base_url: str, api: str) -> None:
    vendor = Vendor(answer(candidate(image())))
    adapter(vendor, base_url=base_url).submit(TASK)
    assert str(vendor.requests[0].url) == f"{api}/models/gemini-3-pro-image:generateContent"


@pytest.mark.parametrize(("allowed", "expected"), [(20, 20), (170, 170), (400, 180)])
def test_a_submit_waits_as_long_as_the_task_allows(allowed: float, expected: float) -> None:
    vendor = Vendor(answer(candidate(image())))
    adapter(vendor).submit(replace(TASK, timeout_seconds=allowed))
    assert vendor.requests[0].extensions["timeout"]["read"] == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("key", ["", "   ", "two words", "ключ", "line\nbreak"])
@pytest.mark.parametrize("call", ["submit", "list_models"])
def test_an_unusable_key_is_told_before_anything_is_sent(key: str, call: str) -> None:
    vendor = Vendor()
    provider = adapter(vendor, api_key=lambda: key)
    calls: dict[str, Callable[[], object]] = {
        "submit": lambda: provider.submit(TASK),
        "list_models": provider.list_models,
    }
    with pytest.raises(ProviderError) as caught:
        calls[call]()
    assert (caught.value.error_class, caught.value.provider_code) == (Class.AUTH, "provider_not_configured")
    assert vendor.requests == []


def test_the_key_is_never_part_of_an_address() -> None:
    vendor = Vendor(answer(candidate(image())), httpx.Response(200, json={"models": []}))
    provider = adapter(vendor, api_key=lambda: "sim-secret")
    provider.submit(TASK)
    provider.list_models()
    assert all("sim-secret" not in str(request.url) for request in vendor.requests)


def test_half_a_surrogate_pair_in_the_prompt_does_no_harm() -> None:
    vendor = Vendor(answer(candidate(image())))
    adapter(vendor).submit(replace(TASK, prompt="fox \ud83e"))
    assert vendor.form["contents"][0]["parts"] == [{"text": "fox ?"}]


def test_a_models_name_cannot_change_the_address() -> None:
    vendor = Vendor(answer(candidate(image())))
    adapter(vendor).submit(replace(TASK, upstream_model="../files?x="))
    assert vendor.requests[0].url.raw_path == b"/v1beta/models/..%2Ffiles%3Fx%3D:generateContent"


# What comes back


@pytest.mark.parametrize(
    ("parts", "data"),
    [
        ([image()], PNG),
        ([{"text": "Here is your fox."}, image()], PNG),
        ([image(), {"text": "There it was."}], PNG),
        ([image(b"\xff\xd8\xffdraft", thought=True), image(JPEG)], JPEG),
        ([image(JPEG), image(b"\xff\xd8\xffdraft", thought=True)], JPEG),
        ([image(b"\xff\xd8\xfffirst"), image(PNG)], PNG),
        ([{"inline_data": {"mime_type": "image/jpeg", "data": encoded(JPEG)}}], JPEG),
        ([{"inlineData": {"mimeType": "text/html", "data": encoded(PNG)}}], PNG),
        ([{"inlineData": {"data": encoded(PNG)}, "thoughtSignature": "c2ln"}], PNG),
        ([None, 7, "text", {}, {"inlineData": None}, {"inlineData": {"data": 7}}, image()], PNG),
    ],
    ids=[
        "picture",
        "words-first",
        "words-last",
        "draft-first",
        "draft-last",
        "last-of-two",
        "snake-case",
        "wrong-type",
        "no-type",
        "noise",
    ],
)
def test_the_last_picture_that_is_no_draft_is_the_result(parts: list[Any], data: bytes) -> None:
    assert state_after(answer(candidate(*parts))).picture == InlinePicture(data)


def test_an_answer_all_in_snake_case_is_understood() -> None:
    reply = {
        "candidates": [
            {"finish_reason": "STOP", "content": {"parts": [{"inline_data": {"data": encoded(PNG)}, "thought": False}]}}
        ],
        "usage_metadata": {"prompt_token_count": 5, "candidates_token_count": 1120},
    }
    state = state_after(httpx.Response(200, json=reply))
    assert state == Finished(InlinePicture(PNG), usage=TokenUsage(text_in=5, image_out=1120))


@pytest.mark.parametrize("reason", ["STOP", None, "FINISH_REASON_UNSPECIFIED", "MAX_TOKENS", "SOMETHING_NEW"])
def test_a_picture_that_is_there_is_taken_whatever_made_the_model_stop(reason: str | None) -> None:
    assert state_after(answer(candidate(image(), finishReason=reason))).picture == InlinePicture(PNG)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            {
                "promptTokenCount": 589,
                "promptTokensDetails": [
                    {"modality": "TEXT", "tokenCount": 29},
                    {"modality": "IMAGE", "tokenCount": 280},
                    {"modality": "IMAGE", "tokenCount": 280},
                ],
                "candidatesTokenCount": 1160,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
                "thoughtsTokenCount": 200,
                "totalTokenCount": 1949,
            },
            TokenUsage(text_in=29, image_in=560, text_out=240, image_out=1120),
        ),
        ({"promptTokenCount": 9, "candidatesTokenCount": 1290}, TokenUsage(text_in=9, image_out=1290)),
        (
            {"candidatesTokenCount": 30, "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 30}]},
            TokenUsage(text_out=30, is_complete=False),
        ),
        (
            {"promptTokenCount": -4, "candidatesTokenCount": True, "thoughtsTokenCount": "7", "promptTokensDetails": 5},
            None,
        ),
        ({"candidatesTokenCount": 10**12}, None),
        ({}, None),
        ("free", None),
        (None, None),
    ],
)
def test_the_vendors_metering_is_read_by_kind(usage: Any, expected: TokenUsage | None) -> None:
    assert state_after(answer(candidate(image()), usageMetadata=usage)).usage == expected


@pytest.mark.parametrize(
    "reason",
    ["SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "OTHER", "MODEL_ARMOR", "JAILBREAK", "NEW_ONE"],
)
def test_a_blocked_prompt_is_refused_content(reason: str) -> None:
    blocked = (Class.CONTENT, f"prompt_{reason.lower()}")
    assert failure(answer(promptFeedback={"blockReason": reason})) == blocked
    assert failure(httpx.Response(200, json={"promptFeedback": {"blockReason": reason}})) == blocked
    assert failure(httpx.Response(200, json={"prompt_feedback": {"block_reason": reason}})) == blocked
    assert failure(answer(candidate(image()), promptFeedback={"blockReason": reason})) == blocked, (
        "the prompt goes first"
    )


@pytest.mark.parametrize(
    "reason",
    [
        "SAFETY",
        "IMAGE_SAFETY",
        "PROHIBITED_CONTENT",
        "IMAGE_PROHIBITED_CONTENT",
        "BLOCKLIST",
        "SPII",
        "RECITATION",
        "IMAGE_RECITATION",
        "MODEL_ARMOR",
        "ESCALATION",
    ],
)
def test_a_stop_for_the_content_is_refused_content(reason: str) -> None:
    assert failure(answer({"finishReason": reason})) == (Class.CONTENT, reason.lower())
    # A picture that the vendor itself holds back is not ours to deliver.
    assert failure(answer(candidate(image(), finishReason=reason))) == (Class.CONTENT, reason.lower())


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer({"finishReason": "LANGUAGE"}), (Class.CALLER, "language")),
        (answer({"finishReason": "PUP_LIMITED_DISABLED"}), (Class.AUTH, "pup_limited_disabled")),
        (answer({"finishReason": "NO_IMAGE"}), (Class.FAILED, "no_image")),
        (answer({"finishReason": "IMAGE_OTHER"}), (Class.FAILED, "image_other")),
        (answer({"finishReason": "OTHER"}), (Class.FAILED, "other")),
        (answer({"finishReason": "MAX_TOKENS"}), (Class.FAILED, "max_tokens")),
        (answer({"finishReason": "MALFORMED_FUNCTION_CALL"}), (Class.FAILED, "malformed_function_call")),
        (answer({"finishReason": "UNEXPECTED_TOOL_CALL"}), (Class.FAILED, "unexpected_tool_call")),
        (answer({"finishReason": "TOO_MANY_TOOL_CALLS"}), (Class.FAILED, "too_many_tool_calls")),
        (answer({"finishReason": "a sentence, not a word"}), (Class.FAILED, "unknown_reason")),
        (answer(candidate({"text": "What a lovely fox that would be!"})), (Class.CONTENT, "refused_in_words")),
        (answer(candidate(image(thought=True))), (Class.FAILED, "no_image")),
        (
            answer(candidate({"text": "Does this meet the safety guidelines?", "thought": True})),
            (Class.FAILED, "no_image"),
        ),
        (answer(candidate(content=None)), (Class.FAILED, "no_image")),
        (answer(), (Class.FAILED, "no_candidates")),
        (httpx.Response(200, json={"usageMetadata": {"promptTokenCount": 9}}), (Class.FAILED, "no_candidates")),
        (answer(candidate(image(b"<!doctype html>"))), (Class.FAILED, "not_a_picture")),
        (answer(candidate({"inlineData": {"data": "no base64!"}})), (Class.FAILED, "not_a_picture")),
    ],
)
def test_an_answer_without_a_picture_says_why(reply: httpx.Response, expected: tuple[Class, str]) -> None:
    assert failure(reply) == expected


@pytest.mark.parametrize(
    "refused",
    [
        candidate({"text": "I can't draw that, because it goes against my safety guidelines."}),
        candidate({"text": "That request violates the content policy."}),
        {"finishReason": "IMAGE_OTHER", "finishMessage": "It was filtered under the Prohibited Use policy."},
    ],
)
def test_a_refusal_in_words_is_told_to_no_other_vendor(refused: dict[str, Any]) -> None:
    assert failure(answer(refused)) == (Class.CONTENT, "refused_in_words")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"[{}, {}]",
        b'"text"',
        b"{}",
        b'{"candidates": {}}',
        b'{"candidates": [7]}',
        b'{"candidates": null, "kind": "new"}',
        b"[" * 100_000,
        b'{"candidates": [{"content": {"parts": [{"inlineData": {"data": "iVBOR',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_success_that_cannot_be_read_leaves_the_outcome_open(body: bytes) -> None:
    assert failure(httpx.Response(200, content=body)) == (Class.AMBIGUOUS, "unreadable_answer")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"predictions": [{"bytesBase64Encoded": encoded(JPEG), "mimeType": "image/png"}]}, JPEG),
        ({"predictions": [{"raiFilteredReason": "no"}, {"bytesBase64Encoded": encoded(PNG)}]}, PNG),
        ({"predictions": [{"bytes_base64_encoded": encoded(PNG)}]}, PNG),
        ({"predictions": [{"raiFilteredReason": "Unable to show generated images."}]}, (Class.CONTENT, "rai_filtered")),
        ({"predictions": [{"mimeType": "image/png"}]}, (Class.CONTENT, "rai_filtered")),
        ({}, (Class.CONTENT, "rai_filtered")),
        ({"predictions": []}, (Class.CONTENT, "rai_filtered")),
        ({"predictions": [{"bytesBase64Encoded": encoded(b"text")}]}, (Class.FAILED, "not_a_picture")),
        ({"predictions": "none"}, (Class.AMBIGUOUS, "unreadable_answer")),
        ({"candidates": []}, (Class.AMBIGUOUS, "unreadable_answer")),
    ],
)
def test_what_an_imagen_answers(body: dict[str, Any], expected: bytes | tuple[Class, str]) -> None:
    reply = httpx.Response(200, json=body)
    if isinstance(expected, bytes):
        assert state_after(reply, IMAGEN) == Finished(InlinePicture(expected))
    else:
        assert failure(reply, IMAGEN) == expected


_NAMES = st.sampled_from(
    [
        *("candidates", "content", "parts", "inlineData", "inline_data", "data", "thought", "text", "finishReason"),
        *("finish_reason", "finishMessage", "promptFeedback", "blockReason", "usageMetadata", "promptTokenCount"),
        *("candidatesTokensDetails", "modality", "tokenCount", "predictions", "bytesBase64Encoded", "error", "code"),
        *("status", "message", "details", "@type", "retryDelay", "violations", "quotaId"),
    ]
)
_WORDS = st.sampled_from(
    [
        *(
            "STOP",
            "SAFETY",
            "LANGUAGE",
            "NO_IMAGE",
            "IMAGE",
            "RESOURCE_EXHAUSTED",
            "INVALID_ARGUMENT",
            "27.5s",
            "1e999s",
        ),
        *(encoded(PNG), encoded(JPEG), "data:image/png;base64,", "type.googleapis.com/google.rpc.RetryInfo", "\ud83e"),
    ]
)
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | _WORDS | st.text(max_size=8)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=4), inner, max_size=5),
    max_leaves=25,
)


def _within(shape: Callable[[Any], Any]) -> st.SearchStrategy[Any]:
    return _JSON.map(shape)


_ANSWERS = st.one_of(
    _JSON,
    _within(lambda any_json: {"candidates": [any_json], "usageMetadata": any_json}),
    _within(lambda any_json: {"candidates": [{"content": {"parts": [any_json, image()]}, "finishReason": any_json}]}),
    _within(
        lambda any_json: {"candidates": [candidate(image())], "usageMetadata": {"promptTokensDetails": [any_json]}}
    ),
    _within(lambda any_json: {"promptFeedback": any_json, "candidates": any_json}),
    _within(lambda any_json: {"predictions": [any_json]}),
    _within(lambda any_json: {"error": any_json}),
    _within(lambda any_json: [{"error": {"code": any_json, "status": "RESOURCE_EXHAUSTED", "details": [any_json]}}]),
)


@given(body=_ANSWERS, task=st.sampled_from([TASK, IMAGEN]), status=st.sampled_from([200, 200, 400, 429, 503]))
def test_whatever_the_vendor_answers_ends_in_a_picture_or_in_an_error_of_ours(
    body: Any, task: ProviderTask, status: int
) -> None:
    reply = httpx.Response(status, content=json.dumps(body).encode())
    provider, submission = adapter(Vendor(reply)), None
    with contextlib.suppress(ProviderError):
        submission = provider.submit(task)
    if submission is not None:
        assert status == 200
        assert isinstance(submission, Submission)
        assert isinstance(submission.state, Finished)
        assert isinstance(submission.state.picture, InlinePicture)


# What it cannot do


@pytest.mark.parametrize(
    "call",
    [
        lambda provider: provider.fetch("job-1"),
        lambda provider: provider.download(RemotePicture("https://vendor.test/1.png")),
    ],
    ids=["fetch", "download"],
)
def test_there_is_no_job_to_fetch_and_nothing_to_download(call: Callable[[Google], object]) -> None:
    with pytest.raises(ProviderError) as caught:
        call(adapter(Vendor()))
    assert caught.value.error_class is Class.FAILED


def test_there_is_no_job_to_cancel_and_no_callback() -> None:
    provider = adapter(Vendor())
    assert provider.cancel("job-1") is False
    assert provider.parse_callback(CallbackRequest({}, {}, b"{}")) is None


# The list of models


@pytest.mark.requirement("X-25")
def test_the_models_on_offer_are_read_page_by_page() -> None:
    vendor = Vendor(
        httpx.Response(200, json={"models": [{"name": "models/gemini-3-pro-image"}, {}], "nextPageToken": "p/" * 2000}),
        httpx.Response(200, json={"models": [{"name": "models/gemini-nano-banana-2.1"}, None, {"name": 7}]}),
    )
    assert adapter(vendor).list_models() == (OfferedModel("gemini-3-pro-image"), OfferedModel("gemini-nano-banana-2.1"))
    assert [dict(request.url.params) for request in vendor.requests] == [
        {"pageSize": "1000"},
        {"pageSize": "1000", "pageToken": "p/" * 2000},
    ]


def test_half_a_list_is_not_a_list() -> None:
    page = {"models": [{"name": "models/a"}], "nextPageToken": "again"}
    with pytest.raises(ProviderError) as caught:
        adapter(lambda _: httpx.Response(200, json=page)).list_models()
    assert (caught.value.error_class, caught.value.provider_code) == (Class.RETRYABLE, "endless_list")

    vendor = Vendor(httpx.Response(200, json=page), httpx.Response(503))
    with pytest.raises(ProviderError):
        adapter(vendor).list_models()


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (httpx.Response(200, json={}), Class.RETRYABLE),
        (httpx.Response(200, text="<html>"), Class.RETRYABLE),
        (httpx.Response(504), Class.RETRYABLE),
        (httpx.Response(504, json={"error": {"status": "DEADLINE_EXCEEDED"}}), Class.RETRYABLE),
        (httpx.ReadTimeout("late"), Class.RETRYABLE),
        (httpx.Response(401, json={"error": {"status": "UNAUTHENTICATED"}}), Class.AUTH),
        (httpx.Response(200, json={"error": {"status": "UNAUTHENTICATED"}}), Class.AUTH),
    ],
    ids=["empty", "no-json", "504", "deadline", "lost", "key", "key-over-200"],
)
def test_a_list_that_cannot_be_had_is_an_error_that_may_be_tried_again(
    reply: httpx.Response | Exception, expected: Class
) -> None:
    with pytest.raises(ProviderError) as caught:
        adapter(Vendor(reply)).list_models()
    assert caught.value.error_class is expected
