"""Bad input gets a clear answer with the field and what is allowed, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest
from tests.e2e.conftest import Studio

URL = "/api/v1/generations"
BAD_BODIES: dict[str, tuple[dict[str, Any], str]] = {
    "no prompt": ({"model": "sandbox"}, "prompt"),
    "blank prompt": ({"model": "sandbox", "prompt": "  \n "}, "prompt"),
    "overlong prompt": ({"model": "sandbox", "prompt": "x" * 4001}, "prompt"),
    "unknown model": ({"model": "dall-e-9", "prompt": "x"}, "model"),
    "size out of range": ({"model": "seedream-v4", "prompt": "x", "size": "512x512"}, "size"),
    "size for a model without": ({"model": "nano-banana", "prompt": "x", "size": "1024x1024"}, "size"),
    "resolution for a model without": ({"model": "nano-banana", "prompt": "x", "resolution": "4k"}, "resolution"),
    "unknown ratio": ({"model": "nano-banana", "prompt": "x", "aspectRatio": "7:3"}, "aspectRatio"),
    "n = 0": ({"model": "sandbox", "prompt": "x", "n": 0}, "n"),
    "n = 11": ({"model": "sandbox", "prompt": "x", "n": 11}, "n"),
    "n as text": ({"model": "sandbox", "prompt": "x", "n": "two"}, "n"),
    "unknown field": ({"model": "sandbox", "prompt": "x", "colour": "red"}, "colour"),
    "eleven references": (
        {"model": "seedream-v4", "prompt": "x", "referenceUrls": ["https://a.example/1"] * 11},
        "referenceUrls",
    ),
}


def newest(studio: Studio) -> str | None:
    page = studio.api.get(URL, params={"limit": 1}).json()["generations"]
    return page[0]["id"] if page else None


@pytest.mark.requirement("S002-26", "S002-28", "S002-55", "S002-58", "S004-8", "S004-35", "X-6", "X-18")
@pytest.mark.parametrize("case", BAD_BODIES)
def test_a_bad_body_names_the_field_and_what_is_allowed(own_studio: Studio, case: str) -> None:
    body, field = BAD_BODIES[case]
    before = newest(own_studio)
    answer = own_studio.api.post(URL, json=body)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["success"] is False
    assert problem["requestId"] == answer.headers["x-request-id"]
    [detail] = [detail for detail in problem["error"]["details"] if detail["field"] == field]
    assert detail["message"]
    assert detail["allowed"] is not None
    assert newest(own_studio) == before, "nothing is written"


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"prompt": ', "application/json", 400),
        (b"[1, 2]", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"prompt=x", "application/x-www-form-urlencoded", 415),
        (b"--x--", "multipart/form-data", 415),
        (b'{"prompt":"' + b"x" * 300_000 + b'","model":"sandbox"}', "application/json", 413),
    ],
    ids=["cut off", "a list", "not text", "a form", "multipart without boundary", "oversize"],
)
def test_a_body_that_cannot_be_read_is_refused(
    own_studio: Studio, content: bytes, content_type: str, status: int
) -> None:
    before = newest(own_studio)
    answer = own_studio.api.post(URL, content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"]
    assert newest(own_studio) == before


@pytest.mark.requirement("S002-29", "S003-73", "S004-14")
def test_a_missing_or_bad_key_is_refused(studio: Studio) -> None:
    with studio.cloud.anonymous_api() as stranger:
        missing = stranger.post(URL, json={"prompt": "x", "model": "sandbox"})
        bad = stranger.get(URL, headers={"Authorization": "Bearer ek_wrong"})
    assert (missing.status_code, bad.status_code) == (401, 401)
    assert missing.json()["error"]["message"] == "Authorization header required"
    assert bad.json()["error"]["message"] == "Invalid or expired token"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/generations/01930000-0000-7000-8000-000000000000",
        "/api/v1/generations/not-an-id",
        "/api/v1/images/01930000-0000-7000-8000-000000000001",
        "/api/v1/models/none",
        "/i/AAAA",
    ],
)
def test_an_unknown_id_is_not_found(studio: Studio, path: str) -> None:
    answer = studio.api.get(path)
    assert answer.status_code == 404, answer.text
    assert answer.json()["error"]["code"]
