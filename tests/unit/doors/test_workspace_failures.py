"""Failures at the workspace door that no route of the tests brings about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from easel import errors
from easel.doors.workspace.door import WORKSPACE
from easel.http import refusals
from easel.http.incoming import Incoming
from easel.observability import bind_request_id


def refused(error: Exception) -> tuple[int, Any]:
    bind_request_id("r-1")
    answer = refusals.answer(WORKSPACE, error, Incoming({"rawPath": "/api/ai/images"}))
    return answer.status_code, json.loads(answer.body or "")


def test_a_failure_has_the_members_of_every_door_beside_those_of_the_seed() -> None:
    status, body = refused(errors.Unavailable("The queue is away."))

    assert (status, body["status"], body["success"]) == (503, 503, False)
    assert body["error"] == {"code": "SERVICE_UNAVAILABLE", "message": "The queue is away.", "retryable": True}
    assert (body["type"], body["detail"], body["instance"]) == (
        "/docs#unavailable",
        "The queue is away.",
        "/api/ai/images",
    )
    assert body["requestId"] == "r-1"


def test_too_few_credits_name_where_there_are_more_in_deployments_that_say_so() -> None:
    _, body = refused(errors.InsufficientCredits(10_000, 4_000, "https://shop.example/credits"))

    assert body["error"]["details"] == {
        "required": 10,
        "available": 4,
        "shortfall": 6,
        "topUpUrl": "https://shop.example/credits",
    }


def test_a_budget_that_is_used_up_is_told_as_credits_that_are_missing() -> None:
    status, body = refused(errors.BudgetExceeded("key", limit=20_000, used=15_000, required=10_000))

    assert (status, body["error"]["code"]) == (402, "INSUFFICIENT_CREDITS")
    assert body["error"]["details"] == {"required": 10, "available": 5, "shortfall": 5, "budget": "key"}


@pytest.mark.requirement("S002-33", "S002-59")
@pytest.mark.parametrize("error", [ZeroDivisionError("secret"), errors.StillLeased("secret")])
def test_what_nobody_foresaw_is_a_500_that_tells_nothing(error: Exception) -> None:
    status, body = refused(error)

    assert (status, body["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert body["error"]["message"] == "An error occurred while generating image"
