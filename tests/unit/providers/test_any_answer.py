"""Whatever a vendor sends ends in what the port promises: a picture, a job, or a `ProviderError` and nothing else."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.providers.adapters import ADAPTERS, with_reference
from tests.unit.providers.vendor import JPEG, PNG, encoded

from easel.domain.catalogue import Candidate
from easel.domain.provider import (
    BilledFailure,
    Callback,
    CallbackRequest,
    Finished,
    InlinePicture,
    RemotePicture,
    Running,
    Submission,
)
from easel.domain.routing import MAX_RETRY_AFTER_SECONDS
from easel.errors import ProviderError

NAMES = [
    # Jobs
    *("id", "status", "outputs", "has_nsfw_contents", "code", "error", "message", "msg", "data", "urls", "taskId"),
    *("successFlag", "errorCode", "errorMessage", "response", "resultImageUrl", "resultUrls", "originImageUrl", "info"),
    *("images", "cost", "success", "download_url", "executionTime", "progress", "created_at", "completeTime"),
    # Answers with the picture
    *(
        "candidates",
        "content",
        "parts",
        "inlineData",
        "thought",
        "text",
        "finishReason",
        "finishMessage",
        "predictions",
    ),
    *("promptFeedback", "blockReason", "b64_json", "url", "revised_prompt", "created", "output"),
    # Metering
    *("usageMetadata", "promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount", "modality"),
    *("candidatesTokensDetails", "tokenCount", "usage", "input_tokens", "output_tokens", "input_tokens_details"),
    *("output_tokens_details", "text_tokens", "image_tokens", "total_tokens"),
    # Errors
    *("type", "param", "details", "@type", "retryDelay", "violations", "quotaId", "quotaValue", "reason"),
    # Lists of models
    *("models", "name", "nextPageToken", "shutdown_date"),
]
WORDS = [
    *(
        "completed",
        "failed",
        "processing",
        "COMPLETED",
        "FAILED",
        "STOP",
        "SAFETY",
        "IMAGE",
        "INVALID_ARGUMENT",
        "1200",
    ),
    *("RESOURCE_EXHAUSTED", "27.5s", "1e999s", "type.googleapis.com/google.rpc.RetryInfo", "moderation_blocked"),
    *(
        "https://cdn.test/1.png",
        "http://127.0.0.1/",
        "https://xn--/",
        "https://a:99999/",
        "https://[",
        "data:,",
        "data:",
    ),
    *(
        encoded(PNG),
        encoded(JPEG),
        f"data:image/png;base64,{encoded(PNG)}",
        "\ud83e",
        "\x00",
        "9999-12-31",
        "0001-01-01",
    ),
    *("I can't create that picture.", "x" * 300, "1e400", "NaN", "-1", "1120", "1120.5"),
]
NUMBERS = st.sampled_from(
    [0, 1, -1, 2, 3, 200, 400, 401, 429, 500, 501, 1200, 5004, 1.5, -0.0, 1e308, 2**31, 2**63, 10**25, True, False]
)
LEAVES = st.none() | NUMBERS | st.sampled_from(WORDS) | st.integers() | st.floats() | st.text(max_size=6)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=30,
)
SHAPES = st.one_of(
    JSON,
    JSON.map(lambda any_json: {"code": 200, "message": "success", "data": any_json}),
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6).map(
        lambda fields: {"code": 200, "data": {"id": "job-1", "taskId": "job-1", "status": "completed"} | fields}
    ),
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6).map(
        lambda fields: {"taskId": "job-1", "status": "COMPLETED", "images": [encoded(PNG)]} | fields
    ),
    JSON.map(lambda any_json: {"code": 200, "data": {"taskId": "j", "successFlag": 1, "response": any_json}}),
    JSON.map(lambda any_json: {"candidates": [{"content": {"parts": [any_json]}}], "usageMetadata": any_json}),
    JSON.map(
        lambda any_json: {
            "candidates": [{"content": {"parts": [{"inlineData": {"data": encoded(PNG)}}, any_json]}}],
            "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 1120, "candidatesTokensDetails": any_json},
        }
    ),
    JSON.map(lambda any_json: {"data": [any_json, {"b64_json": encoded(PNG)}], "usage": any_json}),
    JSON.map(lambda any_json: {"data": [{"b64_json": encoded(PNG)}], "usage": {"output_tokens": any_json}}),
    JSON.map(lambda any_json: {"predictions": any_json}),
    JSON.map(lambda any_json: {"error": any_json}),
    JSON.map(lambda any_json: {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [any_json]}}),
    JSON.map(lambda any_json: {"models": any_json, "data": any_json}),
)
BODIES = SHAPES.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=40)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["Retry-After", "x-ratelimit-reset-requests", "x-ratelimit-remaining-requests", "Location", "Set-Cookie"]
    ),
    st.sampled_from(
        [
            *(
                "Sat, 28 Nov 9999999999999 16:01:00 GMT",
                "Fri, 31 Dec 9999 23:59:59 -2359",
                "9e99",
                "-1",
                "NaN",
                "1" * 400,
            ),
            *("7", "1.5", "6m0s", "9999d", "https://xn--/", "http://169.254.169.254/", "//", "\x7f", ""),
            "a=b; expires=Sat, 28-Nov-9999999999 16:01:00 GMT; max-age=9e99",
        ]
    ),
    max_size=3,
)
STATUSES = st.sampled_from([200, 200, 200, 201, 302, 400, 401, 403, 404, 408, 429, 499, 500, 502, 503, 504, 599])
OFFER = Candidate("p", "m", "t", "i", {"default": 134_000})


def check_error(error: ProviderError) -> None:
    """It can be waited for, stored, and priced."""
    assert error.retry_after is None or 0 <= min(error.retry_after, MAX_RETRY_AFTER_SECONDS) <= MAX_RETRY_AFTER_SECONDS
    assert error.provider_code is None or (len(error.provider_code) <= 60 and error.provider_code.isprintable())
    assert error.message.encode()
    if isinstance(error, BilledFailure):
        assert 0 <= OFFER.cost_of_failure(error.charge).micro_usd < 10**15


def check_state(state: Finished | Running) -> None:
    if isinstance(state, Running):
        assert 0 < state.poll_after < 3600
        return
    assert isinstance(state.picture, InlinePicture | RemotePicture)
    cost = OFFER.cost_of(state)
    assert 0 <= cost.micro_usd < 10**15


@pytest.mark.parametrize("name", ADAPTERS)
@settings(max_examples=250)
@given(body=BODIES, status=STATUSES, headers=HEADERS)
def test_whatever_a_vendor_answers_to_a_submit(name: str, body: bytes, status: int, headers: dict[str, str]) -> None:
    make, task = ADAPTERS[name]
    try:
        submission = make(lambda _: httpx.Response(status, content=body, headers=headers)).submit(task)
    except ProviderError as error:
        check_error(error)
    else:
        assert isinstance(submission, Submission)
        assert submission.job_id is None or submission.job_id.isprintable()
        check_state(submission.state)


@pytest.mark.parametrize("name", ["wavespeed", "nanobanana", "nanobanana-seed"])
@settings(max_examples=250)
@given(body=BODIES, status=STATUSES, headers=HEADERS)
def test_whatever_a_vendor_answers_to_a_poll(name: str, body: bytes, status: int, headers: dict[str, str]) -> None:
    make, _ = ADAPTERS[name]
    try:
        check_state(make(lambda _: httpx.Response(status, content=body, headers=headers)).fetch("job-1"))
    except ProviderError as error:
        check_error(error)


@given(body=BODIES, status=STATUSES)
def test_whatever_a_vendor_answers_to_an_upload(body: bytes, status: int) -> None:
    make, task = ADAPTERS["wavespeed"]
    try:
        make(lambda _: httpx.Response(status, content=body)).submit(with_reference(task))
    except ProviderError as error:
        check_error(error)


@pytest.mark.parametrize("name", ["google", "openai"])
@given(body=BODIES, status=STATUSES, headers=HEADERS)
def test_whatever_a_vendor_lists_as_its_models(name: str, body: bytes, status: int, headers: dict[str, str]) -> None:
    make, _ = ADAPTERS[name]
    try:
        models = make(lambda _: httpx.Response(status, content=body, headers=headers)).list_models()
    except ProviderError as error:
        check_error(error)
    else:
        assert all(model.shutdown_on is None or 1970 <= model.shutdown_on.year < 3000 for model in models or ())


@pytest.mark.parametrize("name", ADAPTERS)
@given(
    body=BODIES,
    headers=st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]),
        st.text(max_size=20) | st.sampled_from(["9" * 12, "9" * 400, "-1", "1e9", "v3,\ud800"]),
    ),
)
def test_whatever_comes_as_a_callback(name: str, body: bytes, headers: dict[str, str]) -> None:
    make, _ = ADAPTERS[name]
    hint = make(lambda _: httpx.Response(500)).parse_callback(CallbackRequest(headers, {}, body))
    assert hint is None or isinstance(hint, Callback)


@pytest.mark.parametrize("name", ["openai", "wavespeed", "nanobanana", "nanobanana-seed"])
@given(
    url=st.sampled_from([word for word in WORDS if ":" in word]) | st.text(max_size=40),
    location=st.sampled_from([word for word in WORDS if ":" in word]) | st.text(max_size=20),
    status=STATUSES,
    body=st.sampled_from([PNG, JPEG, b"", b"<html>", b"GIF89a"]),
)
def test_whatever_address_a_vendor_names(name: str, url: str, location: str, status: int, body: bytes) -> None:
    make, _ = ADAPTERS[name]
    headers = [(b"Location", location.encode("utf-8", "replace"))]
    try:
        data = make(lambda _: httpx.Response(status, content=body, headers=headers)).download(RemotePicture(url))
    except ProviderError as error:
        check_error(error)
    else:
        assert data in {PNG, JPEG}


def test_the_extremes_of_every_number_one_by_one() -> None:
    extremes: list[Any] = [
        float("nan"),
        float("inf"),
        -1,
        10**400,
        "9e99",
        "1e400",
        1120.5,
        True,
        [],
        {},
        None,
        "x" * 999,
    ]
    for name in NAMES:
        for value in extremes:
            for body in (
                {"code": 200, "data": {"id": "j", "taskId": "j", "status": "completed", name: value}, name: value},
                {"data": [{"b64_json": encoded(PNG), name: value}], "usage": {"output_tokens": 9, name: value}},
                {"candidates": [{name: value}], "usageMetadata": {name: value, "candidatesTokenCount": 9}},
            ):
                answer_with_every_adapter(json.dumps(body).encode())


def answer_with_every_adapter(content: bytes) -> None:
    for make, task in ADAPTERS.values():
        try:
            check_state(make(lambda _: httpx.Response(200, content=content)).submit(task).state)
        except ProviderError as error:
            check_error(error)
