"""Every way in which OpenAI refuses, and those in which a call to it gets lost: what each means for us."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.unit.providers.vendor import Vendor, a_task, submit_failure

from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.openai import OpenAI
from easel.providers.openai_errors import parse_duration

TASK = a_task("gpt-image-2.5-flare")


def refusal(status: int, *, headers: dict[str, str] | None = None, **error: Any) -> httpx.Response:
    """The vendor's envelope; what is not given is null, as the vendor writes it."""
    envelope = {"error": {"message": "no", "type": None, "param": None, "code": None} | error}
    return httpx.Response(status, json=envelope, headers=headers)


def adapter(vendor: Vendor) -> OpenAI:
    return OpenAI(api_key=lambda: "sk-secret", transport=httpx.MockTransport(vendor))


def failure(reply: httpx.Response | Exception) -> ProviderError:
    return submit_failure(adapter, TASK, reply)


INVALID = "invalid_request_error"
SAFETY = "Your request was rejected by the safety system. safety_violations=[violence]."
RATE = (
    "Rate limit reached for gpt-image-2 on input-images per min: Limit 5, Used 5, Requested 1. You can increase your "
    "rate limit by adding a payment method to your account at https://platform.openai.com/account/billing."
)
ACCOUNT = "You exceeded your current quota, please check your plan and billing details."


@pytest.mark.requirement("S002-1", "X-25")
@pytest.mark.parametrize(
    ("reply", "expected", "code"),
    [
        # Content
        (
            refusal(400, type="image_generation_user_error", code="moderation_blocked", message=SAFETY),
            Class.CONTENT,
            "moderation_blocked",
        ),
        (refusal(400, type=INVALID, code="content_policy_violation"), Class.CONTENT, "content_policy_violation"),
        (refusal(400, type="image_generation_user_error", message=SAFETY), Class.CONTENT, "content"),
        (
            refusal(400, message="Your prompt may contain text that is not allowed by our safety system."),
            Class.CONTENT,
            "content",
        ),
        (refusal(500, code="moderation_blocked"), Class.CONTENT, "moderation_blocked"),
        # The caller's parameters
        (refusal(400, type=INVALID, code="invalid_value", param="size"), Class.CALLER, "invalid_value"),
        (refusal(400, type=INVALID, code="unknown_parameter", param="style"), Class.CALLER, "unknown_parameter"),
        (
            refusal(
                400, type=INVALID, message="Invalid size '1792x936'. Width and height must both be divisible by 16."
            ),
            Class.CALLER,
            "http_400",
        ),
        (
            refusal(400, code="invalid_value", param="moderation", message="moderation must be low or auto"),
            Class.CALLER,
            "invalid_value",
        ),
        (
            refusal(400, type="image_generation_user_error", message="The picture cannot be read."),
            Class.CALLER,
            "http_400",
        ),
        (refusal(413), Class.CALLER, "http_413"),
        (httpx.Response(400, text="<html>Bad Request</html>"), Class.CALLER, "http_400"),
        # A model that is gone
        (refusal(404, type=INVALID, code="model_not_found"), Class.GONE, "model_not_found"),
        (refusal(400, type=INVALID, code="model_not_found", param="model"), Class.GONE, "model_not_found"),
        (
            refusal(403, code="model_not_found", message="Project x does not have access to model y"),
            Class.GONE,
            "model_not_found",
        ),
        (
            refusal(400, code="invalid_value", param="model", message="Supported values are: gpt-image-2"),
            Class.GONE,
            "model_not_found",
        ),
        (refusal(400, message="The model `dall-e-3` does not exist."), Class.GONE, "gone"),
        (
            refusal(400, message="The model `gpt-image-1` has been shut down. Use gpt-image-2.5-flare."),
            Class.GONE,
            "gone",
        ),
        (refusal(404), Class.GONE, "http_404"),
        (httpx.Response(301, headers={"Location": "https://elsewhere.test/"}), Class.GONE, "http_301"),
        # Our key and our right to use it
        (refusal(401, type=INVALID, code="invalid_api_key"), Class.AUTH, "invalid_api_key"),
        (refusal(401), Class.AUTH, "http_401"),
        (
            refusal(403, type="request_forbidden", code="unsupported_country_region_territory"),
            Class.AUTH,
            "unsupported_country_region_territory",
        ),
        (
            refusal(403, type=INVALID, message="Your organization must be verified to use the model `gpt-image-2`."),
            Class.AUTH,
            "http_403",
        ),
        (refusal(400, code="invalid_api_key"), Class.AUTH, "invalid_api_key"),
        # Our account
        *[
            (refusal(429, type="insufficient_quota", code=code), Class.QUOTA, code)
            for code in (
                "insufficient_quota",
                "credit_balance_exhausted",
                "organization_spend_limit_exceeded",
                "project_spend_limit_exceeded",
                "organization_usage_limit_exceeded",
            )
        ],
        (refusal(429, type="insufficient_quota", code="a_newer_one"), Class.QUOTA, "insufficient_quota"),
        (refusal(429, type="insufficient_quota"), Class.QUOTA, "insufficient_quota"),
        (refusal(429, message=ACCOUNT), Class.QUOTA, "quota"),
        (refusal(400, type=INVALID, code="billing_hard_limit_reached"), Class.QUOTA, "billing_hard_limit_reached"),
        (refusal(400, message="Billing hard limit has been reached"), Class.QUOTA, "quota"),
        (refusal(402), Class.QUOTA, "http_402"),
        # Too much at once
        (
            refusal(429, type="rate_limit_error", code="rate_limit_exceeded", message=RATE),
            Class.RETRYABLE,
            "rate_limit_exceeded",
        ),
        *[(refusal(429, type=kind, message=RATE), Class.RETRYABLE, kind) for kind in ("requests", "tokens", "images")],
        (refusal(429, code="slow_down"), Class.RETRYABLE, "slow_down"),
        (refusal(429, message=RATE), Class.RETRYABLE, "http_429"),
        (httpx.Response(429, text="calm down"), Class.RETRYABLE, "http_429"),
        (httpx.Response(429, json={"error": ACCOUNT}), Class.QUOTA, "quota"),
        # The vendor's own faults: nothing was made for money
        (refusal(500, type="server_error"), Class.RETRYABLE, "http_500"),
        (refusal(500, code="server_error", message=ACCOUNT), Class.RETRYABLE, "http_500"),
        (refusal(503, code="server_is_overloaded"), Class.RETRYABLE, "http_503"),
        # Somebody between us, who does not know what became of the request
        (httpx.Response(500, text="<html>Internal Server Error</html>"), Class.AMBIGUOUS, "http_500"),
        (httpx.Response(503, text="<html>Service Unavailable</html>"), Class.AMBIGUOUS, "http_503"),
        (httpx.Response(500, json={"error": {}}), Class.AMBIGUOUS, "http_500"),
        (httpx.Response(500, json={"error": None}), Class.AMBIGUOUS, "http_500"),
        (refusal(502, type="server_error"), Class.AMBIGUOUS, "http_502"),
        (refusal(504, code="rate_limit_exceeded"), Class.AMBIGUOUS, "http_504"),
        (refusal(408), Class.AMBIGUOUS, "http_408"),
        (refusal(520), Class.AMBIGUOUS, "http_520"),
        (httpx.Response(524, text="a timeout occurred"), Class.AMBIGUOUS, "http_524"),
        # Below HTTP
        (httpx.ConnectError("refused"), Class.RETRYABLE, "connect_error"),
        (httpx.ConnectTimeout("silence"), Class.RETRYABLE, "connect_timeout"),
        (httpx.ReadTimeout("silence"), Class.AMBIGUOUS, "read_timeout"),
        (httpx.WriteTimeout("stuck"), Class.AMBIGUOUS, "write_timeout"),
        (httpx.ReadError("reset"), Class.AMBIGUOUS, "read_error"),
        (httpx.RemoteProtocolError("closed"), Class.AMBIGUOUS, "remote_protocol_error"),
        # Odd envelopes
        (refusal(400, type=7, code=["x"], message={"a": 1}), Class.CALLER, "http_400"),
        (httpx.Response(400, json={"error": "The model x is no longer available"}), Class.GONE, "gone"),
        (httpx.Response(400, json=["error"]), Class.CALLER, "http_400"),
        # Errors over status 200, as some compatible servers tell them
        (refusal(200, code="moderation_blocked"), Class.CONTENT, "moderation_blocked"),
        (refusal(200, code="insufficient_quota"), Class.QUOTA, "insufficient_quota"),
        (refusal(200, message="something went wrong"), Class.FAILED, "no_outputs"),
    ],
    ids=lambda value: f"{value.status_code}" if isinstance(value, httpx.Response) else str(value),
)
def test_each_refusal_has_its_class(reply: httpx.Response | Exception, expected: Class, code: str) -> None:
    caught = failure(reply)
    assert (caught.error_class, caught.provider_code) == (expected, code)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "12", "x-ratelimit-reset-requests": "6m0s"}, 12.0),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-images": "6m0s"}, 360.0),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-remaining-requests": "0"}, 1.0),
        (
            {
                "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-remaining-images": "0",
                "x-ratelimit-reset-images": "12s",
                "x-ratelimit-remaining-tokens": "150000",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            12.0,
        ),
        ({"x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1s"}, None),
        ({"x-ratelimit-reset-requests": "soon"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_the_vendors_wish_to_wait_is_passed_on(headers: dict[str, str], expected: float | None) -> None:
    assert failure(refusal(429, code="rate_limit_exceeded", headers=headers)).retry_after == expected
    assert failure(refusal(503, code="server_is_overloaded", headers=headers)).retry_after == expected


def test_slow_down_keeps_us_away_even_when_it_names_no_time() -> None:
    assert failure(refusal(429, code="slow_down")).retry_after == 30.0
    assert failure(refusal(429, code="slow_down", headers={"Retry-After": "90"})).retry_after == 90.0


def test_an_empty_account_has_no_time_to_wait_for() -> None:
    assert failure(refusal(429, code="insufficient_quota", headers={"Retry-After": "12"})).retry_after is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("20ms", 0.02),
        ("1.5s", 1.5),
        ("1h2m3s", 3723.0),
        ("12m", 720.0),
        ("1d", 86_400.0),
        ("1s500ms", 1.5),
        (" 2s ", 2.0),
        ("", None),
        ("12", None),
        ("s", None),
        ("-1s", None),
        ("1s2m", None),
        ("٣s", None),
        ("9" * 5000 + "s", None),
    ],
)
def test_durations_are_read_as_the_vendor_writes_them(text: str, seconds: float | None) -> None:
    assert parse_duration(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500, 503, 504])
def test_nothing_that_the_vendor_wrote_and_no_key_appears_in_our_messages(status: int) -> None:
    errors: tuple[dict[str, Any], ...] = (
        {"message": "SECRET-BODY sk-secret"},
        {"message": "SECRET-BODY", "code": "SECRET-BODY", "type": "SECRET-BODY", "param": "SECRET-BODY"},
        {"message": "SECRET-BODY", "code": "moderation_blocked"},
        {"message": "SECRET-BODY the model x does not exist"},
    )
    for error in errors:
        caught = failure(refusal(status, **error))
        told = f"{caught} {caught.provider_code}"
        assert "SECRET-BODY" not in told
        assert "sk-secret" not in told


def test_the_reason_that_a_customer_sees_is_ours() -> None:
    assert str(failure(refusal(400, code="moderation_blocked"))) == "openai refused the content of this request."
    assert str(failure(refusal(429, code="slow_down"))) == "openai had a passing fault."
    assert str(failure(refusal(500, code="server_error"))) == "openai answered with HTTP status 500."
