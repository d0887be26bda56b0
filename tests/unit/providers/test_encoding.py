"""What vendors' answers are made of: base64 in all its spellings, JSON of any kind, texts within limits."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.providers.vendor import JPEG, PNG

from easel.domain.provider import InlinePicture, RemotePicture
from easel.providers.encoding import MAX_JOB_ID_LENGTH, as_job_id, as_text, decode_base64, joined_texts, parse_json
from easel.providers.pictures import read_picture


def in_lines(text: str, width: int, line_break: str) -> str:
    return line_break.join(text[start : start + width] for start in range(0, len(text), width))


@given(
    data=st.binary(max_size=300),
    line_break=st.sampled_from(["", "\n", "\r\n", " ", "\n\t"]),
    width=st.integers(1, 80),
    url_safe=st.booleans(),
    padded=st.booleans(),
    prefix=st.sampled_from(["", "data:image/png;base64,", "data:;base64,", "DATA:image/jpeg;charset=utf-8;BASE64,"]),
)
def test_base64_is_read_in_each_of_its_spellings(
    data: bytes,
    line_break: str,
    width: int,
    *,
    url_safe: bool,
    padded: bool,
    prefix: str,
) -> None:
    text = (base64.urlsafe_b64encode if url_safe else base64.b64encode)(data).decode()
    text = in_lines(text if padded else text.rstrip("="), width, line_break)
    assert decode_base64(f" {prefix}{text}\n") == data


@pytest.mark.parametrize(
    "text",
    [
        "data:image/png;base64," + quote(base64.b64encode(PNG).decode(), safe=""),
        "data:image/png," + quote(PNG),
        base64.b64encode(PNG).decode() + "===",
        "\ufeff" + base64.b64encode(PNG).decode(),
    ],
    ids=["percent-encoded", "not base64", "too much padding", "byte order mark"],
)
def test_other_ways_to_put_a_picture_into_text_are_read_too(text: str) -> None:
    assert read_picture(text) == InlinePicture(PNG)


@pytest.mark.parametrize("text", ["not base64!", "a", "äöü", "====", "{}", "PNG", "a,b", "\ud800"])
def test_what_is_no_picture_in_base64_is_none(text: str) -> None:
    assert read_picture(text) is None


def test_an_address_is_a_picture_that_lies_elsewhere() -> None:
    assert read_picture(" HTTPS://cdn.test/1.png\n") == RemotePicture("HTTPS://cdn.test/1.png")
    assert read_picture("ftp://cdn.test/1.png") is None
    assert read_picture(base64.b64encode(JPEG).decode()) == InlinePicture(JPEG)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"nul", b'"\\ud800', b"\x00"],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_json_is_none(body: bytes) -> None:
    assert parse_json(body) is None


def test_a_number_with_thousands_of_digits_does_not_hide_the_rest() -> None:
    parsed = parse_json(b'{"cost": ' + b"9" * 5000 + b', "data": "x", "f": 1e400, "n": NaN}')
    assert (parsed["cost"], parsed["data"], parsed["f"]) == (float("inf"), "x", float("inf"))


def nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        ({"message": "m", "code": 7}, "m"),
        ({"error": {"message": "m"}}, ""),
        ([{"message": "m"}, "a", None, "b"], "a | b"),
        (7, ""),
        (None, ""),
        (nested(900), ""),
        ("x" * 5000, "x" * 2000),
    ],
    ids=["text", "object", "nested", "list", "number", "none", "deep", "long"],
)
def test_what_a_vendor_says_is_read_without_going_deep(value: Any, expected: str) -> None:
    assert as_text(value) == expected


def test_all_that_a_vendor_says_is_joined() -> None:
    assert joined_texts("a", None, {"message": "b"}, 7, ["c"]) == "a | b | c"


@pytest.mark.parametrize(
    "value",
    ["", "x" * (MAX_JOB_ID_LENGTH + 1), "\ud800", "a\nb", "a\x00b", "\u202eabc", 7, None, True, [], {}, 1.5],
    ids=lambda value: repr(value)[:20],
)
def test_a_job_id_that_could_not_be_saved_or_asked_for_is_none(value: Any) -> None:
    assert as_job_id(value) is None


@given(st.text(max_size=MAX_JOB_ID_LENGTH + 10))
def test_every_job_id_can_be_sent(text: str) -> None:
    job_id = as_job_id(text)
    if job_id is not None:
        assert quote(job_id, safe="")
        assert json.dumps(job_id).encode()
