"""The examples of successful answers in the document that ships."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
from tests.functions.api.harness import Answer
from tests.support import openapi, validator
from tests.support.answer_examples import MEDIA_TYPE, MOST_CHARACTERS, STORED, answers_in, size_of, stored
from tests.support.answer_recording import VARIABLE
from tests.support.choose_answers import chosen
from tests.support.failures import example, samples
from tests.support.neutral_answers import neutral

from easel.doors.canonical.door import CANONICAL
from easel.errors import RateLimited

ANSWERS: Final = list(answers_in(validator.document()["paths"]))
MOST_CHARACTERS_OF_THE_DOCUMENT: Final = 1_000_000
"""As it is served: every cold start that serves it, and every browser that shows it, reads all of it."""


@pytest.mark.requirement("S000-72")
def test_every_successful_answer_has_an_example() -> None:
    missing = [f"{operation} {status}" for operation, status, described in ANSWERS if "example" not in described]

    assert missing == [], "add them to tests/support/answer_examples.json, as tests/support/choose_answers.py says"


def test_every_example_is_one_of_an_answer() -> None:
    kept = {(operation, status) for operation, statuses in stored().items() for status in statuses}

    assert kept <= {(operation, status) for operation, status, _ in ANSWERS}


@pytest.fixture(scope="module")
def components() -> Any:
    return validator.document()["components"]


def test_the_schemas_take_their_examples_and_each_is_short(components: Any) -> None:
    for operation, status, described in ANSWERS:
        schema = {**described["schema"], "components": components}
        errors = list(jsonschema_rs.Draft202012Validator(schema).iter_errors(described["example"]))

        assert not errors, f"{operation} {status}: {errors[0].instance_path}: {errors[0].message[:500]}"
        assert size_of(described["example"]) <= MOST_CHARACTERS, f"{operation} {status}"


def test_the_document_stays_small_enough_to_be_read_at_run_time() -> None:
    served = json.dumps(json.loads(openapi.SHIPPED.read_text("utf-8")), separators=(",", ":"))

    assert len(served) <= MOST_CHARACTERS_OF_THE_DOCUMENT


def test_no_example_has_a_secret_or_an_address_of_a_test_run() -> None:
    text = STORED.read_text("utf-8")
    secrets = (
        r"\bek_[\w-]{12}",
        r"whsec_(?!removed)",
        r"[Ss]ignature=",
        r"127\.0\.0\.1",
        r"eyJ[\w-]{8}",
        r"[\w+-]{64}",
    )

    assert [found for pattern in secrets for found in re.findall(pattern, text) if set(found) != {"0"}] == []


def test_a_recorded_answer_becomes_short_and_neutral() -> None:
    example = neutral(
        {
            "ids": ["01a2285f-da2b-732c-95f7-b8c97cb30500", "01a2285f-da2b-732c-95f7-b8c97cb30501"],
            "apiKey": "ek_KxjYd0BDTUDko73SW-erNgaOWyge2gWl",
            "url": "http://127.0.0.1:4711/pictures-0856ff5130d1/a.png?X-Amz-Signature=0a1b",
            "token": "AaIoXgYufDqZay2U",
            "createdAt": "2027-03-01T17:33:03.700Z",
            "expiresAt": "2027-03-01T18:33:03.700Z",
            "note": "x" * 5_000,
        }
    )

    assert example == {
        "ids": ["019a9f1c-5c00-7abc-8def-0123456789a0"],
        "apiKey": "ek_removed",
        "url": "https://pictures.easel.example/a.png?signature-removed",
        "token": "token-removed",
        "createdAt": "2026-11-20T10:00:00.000Z",
        "expiresAt": "2026-11-20T11:00:00.000Z",
        "note": "x" * 300,
    }


def test_successful_answers_are_recorded_on_request_and_failed_ones_never(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "answers.jsonl"
    body = stored()["readWallet"]["200"]
    failure = example(samples(RateLimited)[0], CANONICAL)
    monkeypatch.setenv(VARIABLE, str(file))

    for status, media_type, answered in ((200, MEDIA_TYPE, body), (429, "application/problem+json", failure)):
        headers = {"X-Request-ID": "r", "Content-Type": media_type}
        validator.check("GET", "/api/v1/wallet", Answer(status, headers, json.dumps(answered)))

    lines = file.read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [{"operation": "readWallet", "status": 200, "body": body}]


def recorded(operation: str, status: int, body: Any) -> str:
    return json.dumps({"operation": operation, "status": status, "body": body})


def test_of_the_answers_that_fit_the_one_that_shows_most_is_chosen() -> None:
    waiting = {"status": "PENDING", "stage": "queued", "message": "Soon."}
    lines = [
        recorded("readPermalink", 202, {**waiting, "stage": None}),
        recorded("readPermalink", 202, waiting),
        recorded("readPermalink", 202, {**waiting, "status": 1}),
    ]

    assert chosen(lines) == {"readPermalink": {"202": waiting}}


def test_an_answer_with_failures_is_chosen_only_for_want_of_others() -> None:
    failure = {"code": "not_found", "message": "There is none."}
    failed = {"results": [{"id": "a", "ok": False, "error": failure}], "succeeded": 0, "failed": 1}
    done = {"results": [{"id": "a", "ok": True, "error": None}], "succeeded": 1, "failed": 0}

    assert chosen([recorded("trashImages", 200, body) for body in (failed, done)]) == {"trashImages": {"200": done}}
    assert chosen([recorded("trashImages", 200, failed)]) == {"trashImages": {"200": failed}}
