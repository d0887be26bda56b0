"""A failure at the shop door: what NestJS clients read, and the same code and details as at every other door."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Response

from easel import errors
from easel.doors.shop.door import SHOP
from easel.http import refusals
from easel.http.incoming import Incoming
from easel.observability import bind_request_id


def refused(error: Exception) -> tuple[Response[str], Any]:
    bind_request_id("r-1")
    answer = refusals.answer(SHOP, error, Incoming({"rawPath": "/api/products"}))
    return answer, json.loads(answer.body or "")


@pytest.mark.requirement("S000-66", "S000-67", "X-8")
def test_a_failure_names_the_field_what_it_takes_and_what_nestjs_clients_read() -> None:
    answer, body = refused(errors.InvalidRequest.of("name", "name is required.", {"minLength": 1}))

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json")
    assert (body["statusCode"], body["message"], body["success"]) == (400, "name is required.", False)
    assert body["error"] == {
        "code": "invalid_request",
        "message": "name is required.",
        "details": [{"field": "name", "message": "name is required.", "allowed": {"minLength": 1}}],
        "retryable": False,
    }
    assert (body["type"], body["title"]) == ("/docs#invalid_request", "The request is not valid")
    assert (body["status"], body["detail"], body["instance"]) == (400, "name is required.", "/api/products")
    assert body["requestId"] == "r-1"


def test_a_running_generation_is_named_where_no_further_one_may_run() -> None:
    limit = errors.LimitReached("One at a time.", kind="active_generations", limit=1, active_ids=["g-1"])

    assert refused(limit)[1]["active_request_id"] == "g-1"
    assert "active_request_id" not in refused(errors.NotFound("There is none."))[1]


def test_what_nobody_foresaw_is_a_500_that_tells_nothing() -> None:
    answer, body = refused(ZeroDivisionError("secret"))

    assert (answer.status_code, body["error"]["code"]) == (500, "internal_error")
    assert "secret" not in (answer.body or "")
