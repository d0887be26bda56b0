"""Whatever comes in, a described answer goes out: never a fault of ours, always the one shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.functions.api.harness import WORKSPACE, Answer, Store, api_over
from tests.support.generations import GENERATION_ID, a_generation
from tests.support.validator import check_answer

from easel.domain.image import Status
from easel.doors.canonical.generations.requests import SubmitGenerationRequest
from easel.ids import image_id

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
plausible: dict[str, st.SearchStrategy[Any]] = {
    "prompt": st.text(min_size=1, max_size=50) | st.just("x" * 4001),
    "model": st.sampled_from(["seedream-v4", "nano-banana", "nano-banana-pro", "sandbox", "Sandbox ", "gone"]),
    "n": st.integers(-1, 12),
    "size": st.sampled_from(["1024x1024", "2048*2048", "1x1", "0x0", "99999x99999", "\u0661x\u0662"]),
    "aspectRatio": st.sampled_from(["1:1", "16:9", "0:0"]),
    "resolution": st.sampled_from(["1k", "2K", "9k"]),
    "referenceUrls": st.lists(
        st.sampled_from(["https://a.example/1.png", "http://[::1", "ftp://x", "https://"]), max_size=15
    ),
}
names = sorted({field.alias or name for name, field in SubmitGenerationRequest.model_fields.items()})
bodies = (
    st.fixed_dictionaries({}, optional=plausible)
    | st.dictionaries(st.sampled_from(names) | st.text(max_size=8), anything, max_size=5)
    | anything
).map(json.dumps) | st.text(max_size=40)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
segments = st.text(max_size=40) | st.sampled_from([GENERATION_ID, image_id(GENERATION_ID, 0), "%2e%2e", "sandbox"])

query_names = st.sampled_from(["limit", "page", "cursor", "status", "variant", "x"])

ROUTES = {
    "/api/v1/generations": "list_generations",
    "/api/v1/generations/{generationId}": "read_generations",
    "/api/v1/images/{imageId}": "read_images",
    "/i/{token}": "read_images",
    "/api/v1/models/{modelId}": "describe_models",
}

thorough = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def a_store() -> Store:
    store = Store()
    store.put(a_generation(workspace_id=WORKSPACE, status=Status.PROCESSING, count=2))
    return store


def check(method: str, path: str, answer: Answer) -> None:
    assert answer.status < 500
    check_answer(method, path, answer)
    if answer.status >= 400:
        assert answer.json["success"] is False
        assert answer.json["status"] == answer.status


@thorough
@given(
    body=bodies,
    headers=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("Prefer", "Cancel-After", "Idempotency-Key", "X-Request-ID"), header_values)
    ),
)
@example(body="[" * 100_000, headers={})
@example(body='{"n": 1' + "0" * 5000 + "}", headers={})
@example(body='{"prompt": "\\udead", "model": "sandbox"}', headers={})
@example(body='[{"prompt": "a", "model": "sandbox"}]', headers={})
def test_any_body_gets_a_described_answer(body: str, headers: dict[str, str]) -> None:
    with api_over(a_store()) as api:
        answer = api.submit(body, headers=headers)

    check("post", "/api/v1/generations", answer)


@pytest.mark.parametrize(("path", "function"), ROUTES.items())
@thorough
@given(data=st.data())
def test_any_path_and_query_get_a_described_answer(path: str, function: str, data: st.DataObject) -> None:
    segment = data.draw(segments.filter(lambda text: text.strip("/") and "/" not in text))
    query = data.draw(
        st.lists(
            st.tuples(st.sampled_from(["limit", "page", "cursor", "status", "variant", "x"]), st.text(max_size=12)),
            max_size=3,
        )
    )
    concrete = "/".join(segment if part.startswith("{") else part for part in path.split("/"))

    with api_over(a_store()) as api:
        event_query = "&".join(f"{name}={value}" for name, value in query)
        answer = api.call(function, "GET", concrete, query=event_query)

    check("get", path, answer)


@thorough
@given(method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "BREW"]), path=st.text(max_size=60))
def test_any_address_gets_an_answer(method: str, path: str) -> None:
    with api_over(Store()) as api:
        answer = api.call("describe_service", method, f"/{path}", authorizer=None)

    assert answer.status in {200, 404, 405}
