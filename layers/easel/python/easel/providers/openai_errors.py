"""What OpenAI's refusals mean for us: `{"error": {"type", "code", "param", "message"}}`, any of which may be null.

A picture is billed when it is delivered. So 500 and 503 in the vendor's own envelope say that nothing was made for
money, and may be tried again. Without the envelope the answer is a proxy's (as with 502 and 504 always), which does not
know what became of the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.encoding import parse_object
from easel.providers.error_texts import class_of_text, verdict
from easel.providers.numbers import parse_retry_after
from easel.providers.refusals import is_refusal
from easel.providers.vendor_http import Answer, Effect, VendorHttp

_CODES: Final[Mapping[str, ProviderErrorClass]] = {
    "moderation_blocked": ProviderErrorClass.CONTENT,
    "content_policy_violation": ProviderErrorClass.CONTENT,
    "insufficient_quota": ProviderErrorClass.QUOTA,
    "credit_balance_exhausted": ProviderErrorClass.QUOTA,
    "organization_spend_limit_exceeded": ProviderErrorClass.QUOTA,
    "project_spend_limit_exceeded": ProviderErrorClass.QUOTA,
    "organization_usage_limit_exceeded": ProviderErrorClass.QUOTA,
    "billing_hard_limit_reached": ProviderErrorClass.QUOTA,
    "billing_not_active": ProviderErrorClass.QUOTA,
    "model_not_found": ProviderErrorClass.GONE,
    "invalid_api_key": ProviderErrorClass.AUTH,
    "unsupported_country_region_territory": ProviderErrorClass.AUTH,
    "rate_limit_exceeded": ProviderErrorClass.RETRYABLE,
    "slow_down": ProviderErrorClass.RETRYABLE,
    "requests": ProviderErrorClass.RETRYABLE,
    "tokens": ProviderErrorClass.RETRYABLE,
    "images": ProviderErrorClass.RETRYABLE,
    "unknown_parameter": ProviderErrorClass.CALLER,
    "invalid_value": ProviderErrorClass.CALLER,
}
"""The vendor's codes and, where the code is null, its types. `invalid_request_error` says too little to be one."""

_LIMIT_TEXT: Final = re.compile(r"\bhard limit\b|\b(?:spend|usage) limit\b|\bcredit balance\b", re.IGNORECASE)
"""Not `billing`: a rate limit's message names that too, as the way to a higher one."""
_MODEL_TEXT: Final = re.compile(
    r"\bmodel\b.{0,200}\b(?:does not exist|not found|shut ?down|deprecated|retired|no longer)\b", re.IGNORECASE
)

_OPEN_STATUSES: Final = frozenset({400, 403, 422, 429})
"""Where the vendor's words count if no code is known: each of these statuses is used for several things."""
_OWN_FAULTS: Final = frozenset({500, 503})
_BETWEEN_US: Final = frozenset({408, 502, 504})
_SLOW_DOWN_SECONDS: Final = 30.0
"""How long we stay away after `slow_down` when the vendor names no time: it wants a lower rate for minutes."""

_DURATION: Final = re.compile(
    r"(?:(?P<d>\d{1,4})d)?(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,5})m(?!s))?(?:(?P<s>\d{1,6}(?:\.\d{1,9})?)s)?"
    r"(?:(?P<ms>\d{1,9}(?:\.\d{1,9})?)ms)?",
    re.ASCII,
)
_UNIT_SECONDS: Final = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True, slots=True)
class _VendorError:
    """The vendor's error object; what is null or of another type is empty. Read to classify, never repeated."""

    type: str
    code: str
    param: str
    message: str

    @property
    def listed(self) -> str:
        """The code that `_CODES` has, or the type that it has; empty when neither."""
        return next((name for name in (self.code, self.type) if name in _CODES), "")


def refusal(http: VendorHttp, answer: Answer, effect: Effect) -> ProviderError:
    """The error that an answer with another status than success is."""
    failure = http.status_failure(answer, effect)
    error = _read(parse_object(answer.body))
    if error is not None and answer.status not in _BETWEEN_US:
        if explained := _explained(error, answer.status):
            failure = verdict(http, *explained)
        elif answer.status in _OWN_FAULTS and is_refusal(error.message):
            failure = verdict(http, ProviderErrorClass.CONTENT, ProviderErrorClass.CONTENT.value)
        elif answer.status in _OWN_FAULTS:
            failure.error_class = ProviderErrorClass.RETRYABLE
    if failure.error_class is ProviderErrorClass.RETRYABLE:
        failure.retry_after = _retry_after(answer.headers)
        if failure.retry_after is None and failure.provider_code == "slow_down":
            failure.retry_after = _SLOW_DOWN_SECONDS
    return failure


def error_over_success(http: VendorHttp, body: Mapping[str, Any]) -> ProviderError | None:
    """The error in an answer with status 200, as compatible servers write it; None when it has none."""
    error = _read(body)
    if error is None:
        return None
    if explained := _explained(error, HTTPStatus.BAD_REQUEST):
        return verdict(http, *explained)
    return http.failure(ProviderErrorClass.FAILED, "no_outputs", "answered without a picture")


def parse_duration(text: str) -> float | None:
    """Seconds of a duration as the vendor writes it (`1s`, `6m0s`, `20ms`), None when it cannot be read."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    return sum(float(amount) * _UNIT_SECONDS[unit] for unit, amount in match.groupdict().items() if amount)


def _explained(error: _VendorError, status: int) -> tuple[ProviderErrorClass, str] | None:
    """The class and the code that the error object itself speaks for; None when it says nothing that we know."""
    if error.param == "model" and status == HTTPStatus.BAD_REQUEST:
        # A retired model is also reported as an invalid value of this parameter.
        return ProviderErrorClass.GONE, "model_not_found"
    if listed := error.listed:
        return _CODES[listed], listed
    error_class = _class_of_text(error.message) if status in _OPEN_STATUSES else None
    return (error_class, error_class.value) if error_class else None


def _class_of_text(text: str) -> ProviderErrorClass | None:
    if error_class := class_of_text(text):
        return error_class
    if _LIMIT_TEXT.search(text):
        return ProviderErrorClass.QUOTA
    return ProviderErrorClass.GONE if _MODEL_TEXT.search(text) else None


def _read(body: Mapping[str, Any] | None) -> _VendorError | None:
    error = body.get("error") if body else None
    if isinstance(error, str) and error:
        return _VendorError("", "", "", error)
    if not isinstance(error, dict) or not error:
        return None
    type_, code, param, message = (
        value if isinstance(value, str) else "" for value in map(error.get, ("type", "code", "param", "message"))
    )
    return _VendorError(type_, code, param, message[:2000])


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds that the vendor asks us to wait; None when it does not say."""
    stated = parse_retry_after(headers.get("Retry-After"))
    if stated is not None:
        return stated
    resets = (
        parse_duration(value)
        for name, value in headers.items()
        if name.startswith("x-ratelimit-reset-") and _is_used_up(headers, name.removeprefix("x-ratelimit-reset-"))
    )
    return max((seconds for seconds in resets if seconds is not None), default=None)


def _is_used_up(headers: httpx.Headers, kind: str) -> bool:
    """Whether a limit may be the one that was hit: one with something left is not."""
    return not re.fullmatch(r"0*[1-9]\d*", headers.get(f"x-ratelimit-remaining-{kind}", "0"), re.ASCII)
