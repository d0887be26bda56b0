"""What OpenAI's refusals mean for us: `{"error": {"type", "code", "param", "message"}}`, any of which may be null.

A picture is billed when it is delivered. So 500 and 503 in the vendor's own envelope say that nothing was made for
money, and may be tried again. Without the envelope somebody in between is speaking (as with 502 and 504 always), and
he does not know what became of the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.base import Answer, Effect, VendorHttp, parse_retry_after
from easel.providers.wire import parse_object

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

_TEXTS: Final = (
    (
        ProviderErrorClass.CONTENT,
        re.compile(r"safety[_ ](?:system|violations)|content polic|blocked by (?:our )?moderation", re.IGNORECASE),
    ),
    (
        # A rate limit's message mentions billing too: as the way to a higher one.
        ProviderErrorClass.QUOTA,
        re.compile(r"exceeded your current quota|hard limit|credit balance|(?:spend|usage) limit", re.IGNORECASE),
    ),
    (
        ProviderErrorClass.GONE,
        re.compile(
            r"\bmodel\b.{0,200}\b(?:does not exist|not found|shut ?down|deprecated|retired|no longer)\b", re.IGNORECASE
        ),
    ),
)
"""How the same is told in words. They count where no code is known and the status leaves the question open."""

_OPEN_STATUSES: Final = frozenset({400, 403, 422, 429})
_OWN_FAULTS: Final = frozenset({500, 503})
_BETWEEN_US: Final = frozenset({408, 502, 504})
_SLOW_DOWN_SECONDS: Final = 30.0
"""How long we stay away after `slow_down` when the vendor names no time: it wants a lower rate for minutes."""

_SENTENCES: Final[Mapping[ProviderErrorClass, str]] = {
    ProviderErrorClass.CONTENT: "refused the content of this request",
    ProviderErrorClass.CALLER: "refused the parameters or the reference pictures",
    ProviderErrorClass.QUOTA: "takes no more requests on this account for now",
    ProviderErrorClass.GONE: "does not serve this model any more",
}

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
    def known(self) -> str:
        """The code that we know, or the type that we know; empty when neither."""
        return next((name for name in (self.code, self.type) if name in _CODES), "")


def refusal(http: VendorHttp, answer: Answer, effect: Effect) -> ProviderError:
    """The error that an answer with another status than success is."""
    failure = http.status_failure(answer, effect)
    error = _read(parse_object(answer.body))
    if error is not None and answer.status not in _BETWEEN_US:
        if explained := _explained(error, answer.status):
            failure = _as_failure(http, explained, f"answered with HTTP status {answer.status}")
        elif answer.status in _OWN_FAULTS:
            failure.error_class = ProviderErrorClass.RETRYABLE
    if failure.error_class is ProviderErrorClass.RETRYABLE:
        failure.retry_after = _wished_pause(answer.headers)
        if failure.retry_after is None and failure.provider_code == "slow_down":
            failure.retry_after = _SLOW_DOWN_SECONDS
    return failure


def no_picture(http: VendorHttp, body: Mapping[str, Any]) -> ProviderError:
    """The error that success without a picture is: compatible servers tell errors over status 200, too."""
    error = _read(body)
    explained = _explained(error, HTTPStatus.BAD_REQUEST) if error else None
    if explained:
        return _as_failure(http, explained, "answered without a picture")
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
        # A retired model is also told as an invalid value of this parameter.
        return ProviderErrorClass.GONE, "model_not_found"
    if known := error.known:
        return _CODES[known], known
    if status in _OPEN_STATUSES:
        for error_class, text in _TEXTS:
            if text.search(error.message):
                return error_class, error_class.value
    return None


def _as_failure(http: VendorHttp, explained: tuple[ProviderErrorClass, str], otherwise: str) -> ProviderError:
    error_class, code = explained
    return http.failure(error_class, code, _SENTENCES.get(error_class, otherwise))


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


def _wished_pause(headers: httpx.Headers) -> float | None:
    """Seconds that the vendor asks us to wait; None when it does not say."""
    asked = parse_retry_after(headers.get("Retry-After"))
    if asked is not None:
        return asked
    resets = (
        parse_duration(value)
        for name, value in headers.items()
        if name.startswith("x-ratelimit-reset-") and _is_used_up(headers, name.removeprefix("x-ratelimit-reset-"))
    )
    return max((seconds for seconds in resets if seconds is not None), default=None)


def _is_used_up(headers: httpx.Headers, kind: str) -> bool:
    """Whether a limit may be the one that was hit: one with something left is not."""
    return not re.fullmatch(r"0*[1-9]\d*", headers.get(f"x-ratelimit-remaining-{kind}", "0"), re.ASCII)
