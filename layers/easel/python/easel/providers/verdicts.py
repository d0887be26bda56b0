"""What vendors' own words and codes mean. Texts are read to classify and never repeated: they may quote the prompt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.base import VendorHttp

MAX_JOB_ID_LENGTH: Final = 200

_BALANCE_TEXT: Final = re.compile(
    r"(?:insufficient|not enough|too low|out of|exhausted|exceeded)\W.{0,40}\b(?:balance|credits?|funds?|quota)\b"
    r"|\b(?:balance|credits?|funds?|quota)\b.{0,40}\b(?:insufficient|not enough|too low|exhausted|exceeded)\b"
    r"|\btop[ -]?up\b",
    re.IGNORECASE,
)
"""How an empty account is told is rarely documented, neither the status nor the code."""
_CONTENT_TEXT: Final = re.compile(
    r"potentially sensitive|sensitive (?:content|information|words?)|moderation|nsfw|content polic"
    r"|safety (?:system|filter|polic)|image_safety|prohibited[ _]content",
    re.IGNORECASE,
)
"""Vendors report moderation under many codes. Missing one would send refused content to another vendor."""

_SENTENCES: Final[Mapping[ProviderErrorClass, str]] = {
    ProviderErrorClass.AUTH: "refused our key",
    ProviderErrorClass.CALLER: "refused the parameters or the reference pictures",
    ProviderErrorClass.CONTENT: "refused the content of this request",
    ProviderErrorClass.FAILED: "ended the job without a picture",
    ProviderErrorClass.GONE: "does not offer this any more",
    ProviderErrorClass.QUOTA: "takes no more requests on this account for now",
    ProviderErrorClass.RETRYABLE: "had a passing fault",
    ProviderErrorClass.AMBIGUOUS: "had a fault of which nobody knows how far the request had come",
}


def class_of_text(text: str) -> ProviderErrorClass | None:
    """CONTENT or QUOTA when a vendor's words say so, else None."""
    if _CONTENT_TEXT.search(text):
        return ProviderErrorClass.CONTENT
    return ProviderErrorClass.QUOTA if _BALANCE_TEXT.search(text) else None


def verdict(
    http: VendorHttp,
    error_class: ProviderErrorClass,
    code: str,
    *,
    retry_after: float | None = None,
    job_ended: bool = False,
) -> ProviderError:
    """The error of this class in our words. `job_ended`: asking for the job again would only bring the same answer."""
    return http.failure(error_class, code, _SENTENCES[error_class], retry_after=retry_after, job_ended=job_ended)


def as_number(value: Any) -> int | None:
    """A code as a number, however the vendor writes it."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_job_id(value: Any) -> str | None:
    """A job's id as a vendor gave it; None when it could not be saved and asked for."""
    return value if isinstance(value, str) and 0 < len(value) <= MAX_JOB_ID_LENGTH else None


def joined_texts(*texts: Any) -> str:
    """All that a vendor says in words, short enough to be searched."""
    return " | ".join(str(text)[:2000] for text in texts if text)
