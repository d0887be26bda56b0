"""What vendors' words mean, and our sentences for it. Their words are never repeated: they may quote a prompt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from easel.domain.provider import Charge
from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.refusals import is_refusal, is_technical
from easel.providers.vendor_http import VendorHttp

REFUSED_IN_WORDS: Final = "refused_in_words"

_BALANCE_TEXT: Final = re.compile(
    r"(?:insufficient|not enough|too low|out of|exhausted|exceeded)\W.{0,40}\b(?:balance|credits?|funds?|quota)\b"
    r"|\b(?:balance|credits?|funds?|quota)\b.{0,40}\b(?:insufficient|not enough|too low|exhausted|exceeded)\b"
    r"|\btop[ -]?up\b",
    re.IGNORECASE,
)
"""What an empty account answers with is rarely documented, neither the status nor the code."""

_SENTENCES: Final[Mapping[ProviderErrorClass, str]] = {
    ProviderErrorClass.AUTH: "refused our key",
    ProviderErrorClass.CALLER: "refused the parameters or the reference pictures",
    ProviderErrorClass.CONTENT: "refused the content of this request",
    ProviderErrorClass.FAILED: "ended the job without a picture",
    ProviderErrorClass.GONE: "does not offer this any more",
    ProviderErrorClass.QUOTA: "takes no more requests on this account for now",
    ProviderErrorClass.RETRYABLE: "had a passing fault",
    ProviderErrorClass.AMBIGUOUS: "had a fault that leaves open how far the request had come",
    ProviderErrorClass.INTERNAL: "was not asked",
}


def class_of_text(text: str) -> ProviderErrorClass | None:
    """CONTENT or QUOTA when an error's words say so, else None: then its status or code decides."""
    if is_refusal(text):
        return ProviderErrorClass.CONTENT
    return ProviderErrorClass.QUOTA if _BALANCE_TEXT.search(text) else None


def answer_in_words(http: VendorHttp, text: str, charge: Charge) -> ProviderError:
    """The error that words are where a picture was expected, without a technical reason beside them.

    A model that makes no picture and talks instead has refused the request, in whatever language, unless its words
    prove that something broke: a refused request must not be shown to the next vendor. Words are billed.
    """
    if is_technical(text):
        return verdict(http, ProviderErrorClass.FAILED, "no_image", charge=charge)
    return verdict(http, ProviderErrorClass.CONTENT, REFUSED_IN_WORDS, charge=charge)


def verdict(
    http: VendorHttp,
    error_class: ProviderErrorClass,
    code: str,
    *,
    retry_after: float | None = None,
    job_ended: bool = False,
    charge: Charge | None = None,
) -> ProviderError:
    """The error of this class in our words. `job_ended`: asking for the job again would only bring the same answer."""
    sentence = _SENTENCES[error_class]
    return http.failure(error_class, code, sentence, retry_after=retry_after, job_ended=job_ended, charge=charge)
