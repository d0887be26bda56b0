"""One table, one shape: each class of failure with its status, headers and log line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Response

from easel import errors
from easel.doors.canonical.door import CANONICAL
from easel.http import refusals
from easel.http.failures import MethodNotAllowed, PictureGone, RouteNotFound
from easel.http.incoming import Incoming
from easel.observability import bind_request_id


def said(error: Exception) -> tuple[Response[str], Any]:
    bind_request_id("r-1")
    answer = refusals.answer(CANONICAL, error, Incoming({"rawPath": "/somewhere"}))
    return answer, json.loads(answer.body or "")


STATUSES = [
    (errors.InvalidRequest("no"), 400),
    (errors.UnknownModel("no"), 400),
    (errors.InvalidCursor("no"), 400),
    (errors.Unauthenticated("no"), 401),
    (errors.InsufficientCredits(2000, 500), 402),
    (errors.Forbidden("no"), 403),
    (errors.NotFound("no"), 404),
    (RouteNotFound("no"), 404),
    (MethodNotAllowed("PUT", ["GET"]), 405),
    (errors.GenerationClosed("no"), 409),
    (errors.KeyAlreadyClaimed("id", "fingerprint"), 409),
    (PictureGone("no"), 410),
    (errors.PayloadTooLarge("no"), 413),
    (errors.UnsupportedMediaType("no"), 415),
    (errors.IdempotencyKeyReused("no"), 422),
    (errors.ImageRejected("no"), 422),
    (errors.ReferenceUnavailable("no"), 422),
    (errors.LimitReached("no", kind="generations_per_day", limit=50), 429),
    (errors.LimitReached("no", kind="active_generations", limit=1, active_ids=["g-1"]), 409),
    (errors.EaselError("no"), 500),
    (ZeroDivisionError("no"), 500),
    (errors.ProviderError("no", provider="p", error_class=errors.ProviderErrorClass.RETRYABLE), 502),
    (errors.Contended("no"), 503),
    (errors.ImagingUnavailable("no"), 503),
    (errors.StorageUnavailable("no"), 503),
]


@pytest.mark.parametrize(("error", "status"), STATUSES, ids=lambda value: type(value).__name__)
def test_a_failure_has_its_status(error: Exception, status: int) -> None:
    answer, body = said(error)

    assert answer.status_code == body["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (ZeroDivisionError("no"), False),
        (errors.EaselError("no"), False),
        (errors.DatabaseRefused("no"), False),
        (errors.StorageUnavailable("no"), True),
        (errors.DatabaseUnavailable("no"), True),
        (errors.Contended("no"), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_of_ours_that_repeats_is_not_called_retryable(error: Exception, *, retryable: bool) -> None:
    answer, body = said(error)

    assert body["error"]["retryable"] is retryable
    assert ("Retry-After" in answer.headers) is retryable


def test_a_body_has_the_fields_of_rfc_9457_and_ours() -> None:
    _, body = said(errors.InvalidRequest("Two faults.", [errors.FieldError("n", "Too many.", {"maximum": 10})]))

    assert body == {
        "type": "/docs#invalid_request",
        "title": "The request is not valid",
        "status": 400,
        "detail": "Two faults.",
        "instance": "/somewhere",
        "success": False,
        "error": {
            "code": "invalid_request",
            "message": "Two faults.",
            "details": [{"field": "n", "message": "Too many.", "allowed": {"maximum": 10}}],
            "retryable": False,
        },
        "requestId": "r-1",
    }


def test_what_may_work_later_says_when() -> None:
    answer, body = said(errors.StorageUnavailable("Not now."))

    assert body["error"]["retryable"] is True
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.requirement("S002-56", "S001-21")
def test_a_refusal_over_credits_or_limits_tells_the_numbers() -> None:
    _, poor = said(errors.InsufficientCredits(2000, 500))
    _, busy = said(errors.LimitReached("One at a time.", kind="active_generations", limit=1, active_ids=["g-1"]))

    assert poor["error"]["code"] == "insufficient_credits"
    assert poor["error"]["details"][0]["allowed"] == {
        "required": {"milliCredits": 2000, "credits": 2.0},
        "available": {"milliCredits": 500, "credits": 0.5},
    }
    assert "active_request_id" not in poor
    assert busy["active_request_id"] == "g-1"
    assert busy["error"]["details"] == [
        {"field": "active_generations", "message": "One at a time.", "allowed": {"maximum": 1, "active": ["g-1"]}}
    ]


@pytest.mark.requirement("S002-56")
def test_a_refusal_over_a_budget_tells_whose_and_the_numbers() -> None:
    _, spent = said(errors.BudgetExceeded("key", limit=100_000, used=99_500, required=1_000))

    assert (spent["status"], spent["error"]["code"]) == (402, "budget_exceeded")
    (detail,) = spent["error"]["details"]
    assert detail["field"] == "key_budget"
    assert {name: amount["credits"] for name, amount in detail["allowed"].items()} == {
        "required": 1.0,
        "limit": 100.0,
        "used": 99.5,
    }


def test_a_refusal_over_requests_says_when_to_come_again() -> None:
    answer, body = said(errors.RateLimited("Too many.", kind="user_per_minute", limit=60, retry_after=17))

    assert (body["status"], body["error"]["code"], answer.headers["Retry-After"]) == (429, "rate_limited", "17")


def test_an_error_that_knows_when_says_so() -> None:
    slow = errors.ProviderError("Busy.", provider="p", error_class=errors.ProviderErrorClass.RETRYABLE, retry_after=2.1)

    assert said(slow)[0].headers["Retry-After"] == "3"
    assert "Retry-After" not in said(errors.NotFound("no"))[0].headers


def test_any_text_can_be_told() -> None:
    _, body = said(errors.NotFound("half a character: \ud800"))

    assert body["detail"] == "half a character: \ud800"
