"""What each refusal of Google means for us, by its published error format and by bodies that callers have met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.providers.vendor import Vendor, a_task, submit_failure

from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.google import Google

if TYPE_CHECKING:
    from collections.abc import Mapping

RPC = "type.googleapis.com/google.rpc."
BAD_KEY = {"@type": f"{RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
PER_DAY = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel", "quotaValue": "250"}
PER_MINUTE = {"quotaId": "GenerateRequestsPerMinutePerProjectPerModel", "quotaValue": "10"}
LIMIT_MESSAGE = "You exceeded your current quota, please check your plan and billing details."
TASK = a_task("gemini-3-pro-image")


def adapter(vendor: Vendor) -> Google:
    return Google(api_key=lambda: "sim-key", base_url="https://vendor.test", transport=httpx.MockTransport(vendor))


def refused(reply: httpx.Response | Exception) -> ProviderError:
    return submit_failure(adapter, TASK, reply)


def envelope(code: int, status: str | None, message: str = "no", *details: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def answer(code: int, status: str | None, message: str = "no", *details: Any) -> httpx.Response:
    return httpx.Response(code, json=envelope(code, status, message, *details))


def quota(*violations: Any) -> dict[str, Any]:
    return {"@type": f"{RPC}QuotaFailure", "violations": list(violations)}


def retry(delay: Any) -> dict[str, Any]:
    return {"@type": f"{RPC}RetryInfo", "retryDelay": delay}


@pytest.mark.requirement("S000-37", "S000-74")
@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (400, "INVALID_ARGUMENT", Class.CALLER),
        (400, "OUT_OF_RANGE", Class.CALLER),
        (400, "FAILED_PRECONDITION", Class.AUTH),
        (401, "UNAUTHENTICATED", Class.AUTH),
        (403, "PERMISSION_DENIED", Class.AUTH),
        (404, "NOT_FOUND", Class.GONE),
        (409, "ABORTED", Class.RETRYABLE),
        (429, "RESOURCE_EXHAUSTED", Class.RETRYABLE),
        (499, "CANCELLED", Class.AMBIGUOUS),
        (500, "INTERNAL", Class.RETRYABLE),
        (500, "UNKNOWN", Class.AMBIGUOUS),
        (501, "UNIMPLEMENTED", Class.GONE),
        (503, "UNAVAILABLE", Class.RETRYABLE),
        (504, "DEADLINE_EXCEEDED", Class.AMBIGUOUS),
    ],
)
@pytest.mark.parametrize("wrapped", ["object", "list"])
def test_each_status_of_the_vendor_has_its_class(code: int, status: str, expected: Class, wrapped: str) -> None:
    body = envelope(code, status)
    error = refused(httpx.Response(code, json=[body] if wrapped == "list" else body))
    assert (error.error_class, error.provider_code) == (expected, status.lower())
    # The same told over status 200, which relays do.
    assert refused(httpx.Response(200, json=envelope(code, status))).error_class is expected
    if status not in {"OUT_OF_RANGE", "FAILED_PRECONDITION", "UNKNOWN"}:
        assert refused(answer(code, None)).error_class is expected, "the code alone says it too"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (302, Class.GONE),
        (400, Class.CALLER),
        (401, Class.AUTH),
        (403, Class.AUTH),
        (404, Class.GONE),
        (408, Class.AMBIGUOUS),
        (413, Class.CALLER),
        (429, Class.RETRYABLE),
        (500, Class.AMBIGUOUS),
        (502, Class.AMBIGUOUS),
        (503, Class.AMBIGUOUS),
        (504, Class.AMBIGUOUS),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": "text"}', b'{"error": {}}', b"[]"], ids=repr)
def test_without_the_vendors_envelope_somebody_else_is_speaking(code: int, body: bytes, expected: Class) -> None:
    error = refused(httpx.Response(code, content=body))
    assert (error.error_class, error.provider_code) == (expected, f"http_{code}")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", BAD_KEY), Class.AUTH),
        (answer(400, "INVALID_ARGUMENT", "API key expired.", BAD_KEY | {"reason": "API_KEY_EXPIRED"}), Class.AUTH),
        (answer(400, "INVALID_ARGUMENT", "no", {"@type": f"{RPC}Help", "reason": "API_KEY_INVALID"}), Class.CALLER),
        (answer(400, "INVALID_ARGUMENT", "no", BAD_KEY | {"reason": "IMAGE_TOO_LARGE"}), Class.CALLER),
        (answer(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), Class.AUTH),
        (
            answer(
                400, "FAILED_PRECONDITION", "The free tier is not available in your country. Please enable billing."
            ),
            Class.QUOTA,
        ),
        (
            answer(400, "INVALID_ARGUMENT", "Imagen is only accessible to billed users at this time."),
            Class.QUOTA,
        ),
        (answer(403, "PERMISSION_DENIED", "This API requires billing to be enabled."), Class.QUOTA),
        (answer(403, "PERMISSION_DENIED", "no", BAD_KEY | {"reason": "BILLING_DISABLED"}), Class.QUOTA),
        (answer(403, "PERMISSION_DENIED", "no", BAD_KEY | {"reason": "SERVICE_DISABLED"}), Class.AUTH),
        (answer(400, "INVALID_ARGUMENT", "The model imagen-3.0 is no longer available."), Class.GONE),
        (answer(400, "INVALID_ARGUMENT", "Aspect ratio 7:5 is not supported for this model."), Class.CALLER),
        (answer(400, "INVALID_ARGUMENT", "The prompt contains sensitive words."), Class.CONTENT),
        (answer(400, "INVALID_ARGUMENT", "Blocked by our Responsible AI practices."), Class.CONTENT),
    ],
)
def test_invalid_arguments_are_not_always_what_they_seem(reply: httpx.Response, expected: Class) -> None:
    assert refused(reply).error_class is expected


@pytest.mark.parametrize(
    ("details", "message", "expected", "wait"),
    [
        ((quota(PER_MINUTE), retry("27s")), LIMIT_MESSAGE, Class.RETRYABLE, 27.0),
        ((quota(PER_MINUTE), retry("27.541s")), LIMIT_MESSAGE, Class.RETRYABLE, 27.541),
        ((retry("0s"),), LIMIT_MESSAGE, Class.RETRYABLE, 0.0),
        ((retry("soon"),), LIMIT_MESSAGE, Class.RETRYABLE, None),
        ((retry(27),), LIMIT_MESSAGE, Class.RETRYABLE, None),
        ((retry("-1s"),), LIMIT_MESSAGE, Class.RETRYABLE, None),
        ((), "Resource has been exhausted (e.g. check quota).", Class.RETRYABLE, None),
        ((None, 7, "text", {"@type": 7}, quota(None, 7)), LIMIT_MESSAGE, Class.RETRYABLE, None),
        ((quota(PER_DAY), retry("22s")), LIMIT_MESSAGE, Class.QUOTA, None),
        ((quota(PER_MINUTE, PER_DAY),), LIMIT_MESSAGE, Class.QUOTA, None),
        ((quota(PER_MINUTE | {"quotaValue": "0"}),), LIMIT_MESSAGE, Class.QUOTA, None),
        ((quota({"quota_id": "RequestsPerDay"}),), LIMIT_MESSAGE, Class.QUOTA, None),
        (
            (retry("11s"),),
            f"{LIMIT_MESSAGE}\n* Quota exceeded for metric: requests, limit: 0, model: m",
            Class.QUOTA,
            None,
        ),
        ((retry("11s"),), f"{LIMIT_MESSAGE}\n* Quota exceeded for metric: requests, limit: 0.5", Class.RETRYABLE, 11.0),
        ((), "Your prepayment funds are depleted.", Class.QUOTA, None),
        ((), "Your project has reached its monthly spending cap.", Class.QUOTA, None),
    ],
)
def test_a_limit_is_waited_for_unless_only_a_day_or_money_lifts_it(
    details: tuple[Any, ...], message: str, expected: Class, wait: float | None
) -> None:
    error = refused(answer(429, "RESOURCE_EXHAUSTED", message, *details))
    assert (error.error_class, error.retry_after) == (expected, wait)


@pytest.mark.parametrize(
    ("headers", "details", "wait"),
    [
        ({"Retry-After": "9"}, (), 9.0),
        ({"Retry-After": "9"}, (retry("2.5s"),), 2.5),
        ({}, ({"@type": f"{RPC}RetryInfo", "retry_delay": "3s"},), 3.0),
    ],
)
def test_the_wish_to_wait_may_stand_in_a_header_too(
    headers: Mapping[str, str], details: tuple[Any, ...], wait: float
) -> None:
    body = envelope(503, "UNAVAILABLE", "The model is overloaded.", *details)
    assert refused(httpx.Response(503, json=body, headers=headers)).retry_after == wait


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (httpx.ConnectError("refused"), Class.RETRYABLE),
        (httpx.ConnectTimeout("nobody"), Class.RETRYABLE),
        (httpx.ReadTimeout("late"), Class.AMBIGUOUS),
        (httpx.WriteError("broken"), Class.AMBIGUOUS),
        (httpx.RemoteProtocolError("closed"), Class.AMBIGUOUS),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_a_call_that_broke_off_after_it_was_sent_is_never_repeated(failure: Exception, expected: Class) -> None:
    assert refused(failure).error_class is expected


def test_only_a_limit_can_be_used_up() -> None:
    error = refused(answer(503, "UNAVAILABLE", "Our balance of free machines is exhausted.", quota(PER_DAY)))
    assert error.error_class is Class.RETRYABLE


@pytest.mark.parametrize("code", [408, 502, 504])
def test_who_only_passes_messages_on_does_not_know_the_outcome(code: int) -> None:
    assert refused(answer(code, "UNAVAILABLE")).error_class is Class.AMBIGUOUS


@pytest.mark.parametrize("code", ["500", 500.5, True, [500], {}, None, 10**30])
def test_an_error_over_success_without_a_known_code_leaves_the_outcome_open(code: Any) -> None:
    assert refused(httpx.Response(200, json={"error": {"code": code, "message": "x"}})).error_class is Class.AMBIGUOUS


SECRET = "the vendor says: your key sim-key is bad"


@pytest.mark.parametrize(
    ("code", "status"), [(400, "INVALID_ARGUMENT"), (429, "RESOURCE_EXHAUSTED"), (500, "INTERNAL"), (418, SECRET)]
)
def test_the_vendors_words_go_into_no_message(code: int, status: str) -> None:
    error = refused(answer(code, status, SECRET))
    assert SECRET not in error.message
    assert error.provider_code is not None
    assert len(error.provider_code) < 40
