"""What Google's refusals mean for us: `{"error": {"code", "message", "status", "details"}}`, perhaps in a list of one.

A request that ends in 400 or 500 is not billed (https://ai.google.dev/gemini-api/docs/billing). So INTERNAL and
UNAVAILABLE in the vendor's own envelope may be tried again. Without the envelope the answer is a proxy's, as with 408,
502 and 504 always, and DEADLINE_EXCEEDED leaves open what had been made by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.error_texts import verdict
from easel.providers.google_json import field_of, items_of, parse_answer, text_of
from easel.providers.refusals import is_refusal
from easel.providers.vendor_http import Answer, Effect, VendorHttp, class_of_status

_STATUSES: Final[Mapping[int, str]] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
"""The vendor's name for each HTTP status, for envelopes that leave it out."""

_CLASSES: Final[Mapping[str, ProviderErrorClass]] = {
    "INVALID_ARGUMENT": ProviderErrorClass.CALLER,
    "OUT_OF_RANGE": ProviderErrorClass.CALLER,
    "FAILED_PRECONDITION": ProviderErrorClass.AUTH,
    "UNAUTHENTICATED": ProviderErrorClass.AUTH,
    "PERMISSION_DENIED": ProviderErrorClass.AUTH,
    "NOT_FOUND": ProviderErrorClass.GONE,
    "UNIMPLEMENTED": ProviderErrorClass.GONE,
    "RESOURCE_EXHAUSTED": ProviderErrorClass.RETRYABLE,
    "ABORTED": ProviderErrorClass.RETRYABLE,
    "INTERNAL": ProviderErrorClass.RETRYABLE,
    "UNAVAILABLE": ProviderErrorClass.RETRYABLE,
}
"""A status that is missing here (DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, DATA_LOSS) says nothing about the outcome."""

_REFUSED_AS: Final = frozenset({"INTERNAL", "UNAVAILABLE", "ABORTED", "UNKNOWN", "FAILED_PRECONDITION", "CANCELLED"})
"""Statuses behind which a refusal in words may stand, besides INVALID_ARGUMENT."""
_PROXY_STATUSES: Final = frozenset({408, 502, 504})
_KEY_REASONS: Final = re.compile(r"API_KEY_|CONSUMER_|SERVICE_DISABLED|ACCESS_TOKEN_|CREDENTIALS_", re.ASCII)
"""Reasons in an ErrorInfo that are about our key or project. A bad key is reported as INVALID_ARGUMENT, status 400."""
_BILLING_TEXT: Final = re.compile(
    r"\bbilling\b.{0,60}\b(?:enable|account|disabled|required)|\b(?:enable|set ?up|requires?)\b.{0,60}\bbilling\b"
    r"|\bbilled users\b|\bfree tier\b.{0,60}\bnot available\b",
    re.IGNORECASE,
)
_EMPTY_TEXT: Final = re.compile(
    r"\bspend(?:ing)? cap\b|\b(?:credits?|funds?|balance)\b.{0,40}\b(?:depleted|exhausted|insufficient)\b"
    r"|\blimit: 0(?![\d.])",
    re.IGNORECASE,
)
"""A 429 for which waiting does not help. Its usual message names plan and billing too, so those words prove nothing."""
_RETIRED_TEXT: Final = re.compile(
    r"\bmodels?\b.{0,200}\b(?:no longer|not found|shut ?down|retired|discontinued|deprecated)\b", re.IGNORECASE
)
_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s", re.ASCII)


@dataclass(frozen=True, slots=True)
class _VendorError:
    """The vendor's error object. Its words are read to classify, never repeated."""

    status: str
    message: str
    details: tuple[Any, ...]

    def reasons(self) -> Iterator[str]:
        """What the ErrorInfo items name as the reason."""
        return (text_of(detail, "reason") for detail in self._of_type("ErrorInfo"))

    def violations(self) -> Iterator[Any]:
        """The quotas that were exceeded."""
        return (violation for detail in self._of_type("QuotaFailure") for violation in items_of(detail, "violations"))

    def retry_delay(self) -> float | None:
        """Seconds that the vendor asks us to wait, None when it does not say."""
        for detail in self._of_type("RetryInfo"):
            if match := _DURATION.fullmatch(text_of(detail, "retryDelay")):
                return float(match[1])
        return None

    def _of_type(self, name: str) -> Iterator[Any]:
        return (detail for detail in self.details if text_of(detail, "@type").endswith(f"google.rpc.{name}"))


def refusal(http: VendorHttp, answer: Answer, effect: Effect) -> ProviderError:
    """The error that an answer is whose status or body says so."""
    body = parse_answer(answer.body)
    failure = http.status_failure(answer, effect)
    error = _read(body, answer.status)
    if error is None:
        return unreadable(http, effect) if answer.status < HTTPStatus.MULTIPLE_CHOICES else failure
    explained = None if answer.status in _PROXY_STATUSES else _explained(error)
    error_class = explained or class_of_status(HTTPStatus.GATEWAY_TIMEOUT, effect)
    retry_after = failure.retry_after
    if error_class is ProviderErrorClass.RETRYABLE:
        delay = error.retry_delay()
        retry_after = delay if delay is not None else retry_after
    return verdict(http, error_class, error.status.lower(), retry_after=retry_after)


def unreadable(http: VendorHttp, effect: Effect) -> ProviderError:
    """Success that cannot be read. Of a submit: a picture may have been made and billed."""
    error_class = class_of_status(HTTPStatus.GATEWAY_TIMEOUT, effect)
    return http.failure(error_class, "unreadable_answer", "sent an answer that cannot be read")


def is_error(body: Mapping[str, Any] | None) -> bool:
    """Whether an answer is the vendor's error envelope, whatever its status."""
    return isinstance(field_of(body, "error"), dict)


def _read(body: Mapping[str, Any] | None, http_status: int) -> _VendorError | None:
    error = field_of(body, "error")
    if not isinstance(error, dict) or not error:
        return None
    named = text_of(error, "status")
    if not re.fullmatch(r"[A-Z][A-Z_]{1,40}", named):
        # An error over status 200, as relays send it, carries the status that it should have had.
        code = field_of(error, "code") if http_status < HTTPStatus.MULTIPLE_CHOICES else http_status
        named = _STATUSES.get(code, "") if isinstance(code, int) else ""
    return _VendorError(named, text_of(error, "message"), items_of(error, "details")) if named else None


def _explained(error: _VendorError) -> ProviderErrorClass | None:
    """The class that the error object itself speaks for, None when it leaves the outcome open."""
    error_class = _CLASSES.get(error.status)
    if error.status in _REFUSED_AS and is_refusal(error.message):
        return ProviderErrorClass.CONTENT
    if error_class is ProviderErrorClass.RETRYABLE and _is_used_up(error):
        return ProviderErrorClass.QUOTA
    if error_class in (ProviderErrorClass.AUTH, ProviderErrorClass.CALLER) and _is_about_billing(error):
        return ProviderErrorClass.QUOTA
    return _told_as_invalid(error) if error_class is ProviderErrorClass.CALLER else error_class


def _told_as_invalid(error: _VendorError) -> ProviderErrorClass:
    """What INVALID_ARGUMENT means, which is more than invalid arguments."""
    if any(_KEY_REASONS.match(reason) for reason in error.reasons()):
        return ProviderErrorClass.AUTH
    if _RETIRED_TEXT.search(error.message):
        return ProviderErrorClass.GONE
    return ProviderErrorClass.CONTENT if is_refusal(error.message) else ProviderErrorClass.CALLER


def _is_used_up(error: _VendorError) -> bool:
    """Whether a limit was hit that waiting some seconds does not lift: one per day, one of zero, a spending cap."""
    if error.status != "RESOURCE_EXHAUSTED":
        return False
    return bool(_EMPTY_TEXT.search(error.message)) or any(
        "perday" in text_of(violation, "quotaId").lower() or str(field_of(violation, "quotaValue")) == "0"
        for violation in error.violations()
    )


def _is_about_billing(error: _VendorError) -> bool:
    return bool(_BILLING_TEXT.search(error.message)) or "BILLING_DISABLED" in error.reasons()
