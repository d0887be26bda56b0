"""What Google's answers with status 200 mean: a picture, or one of the many ways to say that there is none.

Order of decision for `generateContent`: was the prompt blocked, are there candidates, why did the model stop, is there
a picture. A reason that is not about the content does not outweigh a picture that is there: it is paid for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from easel.domain.provider import Finished, TokenUsage
from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.base import Effect, VendorHttp
from easel.providers.google_errors import is_about_content, unreadable
from easel.providers.google_json import field_of, items_of, text_of
from easel.providers.verdicts import verdict
from easel.providers.wire import inline_picture

_CONTENT_REASONS: Final = frozenset(
    {
        "SAFETY",
        "IMAGE_SAFETY",
        "PROHIBITED_CONTENT",
        "IMAGE_PROHIBITED_CONTENT",
        "BLOCKLIST",
        "SPII",
        "RECITATION",
        "IMAGE_RECITATION",
        "MODEL_ARMOR",
        "ESCALATION",
    }
)
_ACCOUNT_REASON: Final = "PUP_LIMITED_DISABLED"
"""The vendor has limited our account, for what was asked through it before."""
_UNSPECIFIED: Final = frozenset({"", "BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED"})
_MAX_TOKENS: Final = 10**9
"""More than this is no count of tokens."""


def content_result(http: VendorHttp, answer: Mapping[str, Any]) -> Finished:
    """The picture in an answer of `generateContent`. Raises ProviderError when there is none."""
    _check_prompt(http, answer)
    candidates, usage = field_of(answer, "candidates"), field_of(answer, "usageMetadata")
    if not isinstance(candidates, list) and (candidates is not None or usage is None):
        raise unreadable(http, Effect.STARTS_JOB)
    if not candidates:
        raise http.failure(ProviderErrorClass.FAILED, "no_candidates", "answered without a picture")
    candidate = candidates[0]
    if not isinstance(candidate, dict):
        raise unreadable(http, Effect.STARTS_JOB)
    _check_finish(http, candidate)
    pictures = [
        encoded
        for part in items_of(field_of(candidate, "content"), "parts")
        if not field_of(part, "thought")
        and isinstance(encoded := field_of(field_of(part, "inlineData"), "data"), str)
        and encoded
    ]
    if not pictures:
        raise _no_picture(http, candidate)
    # Drafts come before the final picture.
    return Finished(inline_picture(http, pictures[-1]), usage=_token_usage(usage))


def prediction_result(http: VendorHttp, answer: Mapping[str, Any]) -> Finished:
    """The picture in an answer of Imagen's `predict`. Raises ProviderError when there is none."""
    predictions = field_of(answer, "predictions")
    if predictions is not None and not isinstance(predictions, list):
        raise unreadable(http, Effect.STARTS_JOB)
    for prediction in predictions or ():
        encoded = field_of(prediction, "bytesBase64Encoded")
        if isinstance(encoded, str) and encoded:
            return Finished(inline_picture(http, encoded))
    if predictions is None and answer:
        raise unreadable(http, Effect.STARTS_JOB)
    # A filtered picture is told with a reason or, by some versions, simply left out.
    raise verdict(http, ProviderErrorClass.CONTENT, "rai_filtered")


def _check_prompt(http: VendorHttp, answer: Mapping[str, Any]) -> None:
    reason = text_of(field_of(answer, "promptFeedback"), "blockReason").upper()
    if reason not in _UNSPECIFIED:
        raise verdict(http, ProviderErrorClass.CONTENT, f"prompt_{_code(reason)}")


def _check_finish(http: VendorHttp, candidate: Mapping[str, Any]) -> None:
    reason = text_of(candidate, "finishReason").upper()
    if reason in _CONTENT_REASONS:
        raise verdict(http, ProviderErrorClass.CONTENT, _code(reason))
    if reason == "LANGUAGE":
        raise http.failure(ProviderErrorClass.CALLER, "language", "does not understand the language of the prompt")
    if reason == _ACCOUNT_REASON:
        raise http.failure(ProviderErrorClass.AUTH, _code(reason), "has limited this account")


def _no_picture(http: VendorHttp, candidate: Mapping[str, Any]) -> ProviderError:
    """The error that an answer without a picture is: FAILED, so that another candidate may try.

    Not RETRYABLE: its words and thoughts were billed, and a model that would rather talk does so again, up to four
    times. Words about a policy are a refusal all the same, without the reason that usually tells one.
    """
    # What it thinks of policies on its way is no verdict.
    parts = (part for part in items_of(field_of(candidate, "content"), "parts") if not field_of(part, "thought"))
    words = [text_of(part, "text") for part in parts]
    if any(is_about_content(text) for text in [*words, text_of(candidate, "finishMessage")]):
        return verdict(http, ProviderErrorClass.CONTENT, "refused_in_words")
    reason = text_of(candidate, "finishReason").upper()
    code = "no_image" if reason in {"", "STOP", "FINISH_REASON_UNSPECIFIED"} else _code(reason)
    return http.failure(ProviderErrorClass.FAILED, code, "answered without a picture")


def _code(reason: str) -> str:
    """The vendor's reason for our journal, if it is a word and not a text."""
    return reason.lower() if re.fullmatch(r"[A-Z_]{1,40}", reason) else "unknown_reason"


def _token_usage(usage: Any) -> TokenUsage | None:
    """The vendor's metering, None when it is silent. Thoughts are billed as text that came out.

    Where it does not tell pictures from words, all that came out counts as picture, the dearer kind.
    """
    image_in = _tokens_of_pictures(usage, "promptTokensDetails") or 0
    text_in = max(0, _count(usage, "promptTokenCount") - image_in)
    out = _count(usage, "candidatesTokenCount")
    image_out = _tokens_of_pictures(usage, "candidatesTokensDetails")
    if image_out is None:
        image_out = out
    text_out = max(0, out - image_out) + _count(usage, "thoughtsTokenCount")
    metered = TokenUsage(text_in=text_in, image_in=image_in, text_out=text_out, image_out=image_out)
    return metered if metered != TokenUsage() else None


def _tokens_of_pictures(usage: Any, name: str) -> int | None:
    """The tokens of pictures in a breakdown by kind, None when there is no breakdown."""
    kinds = items_of(usage, name)
    return sum(_count(kind, "tokenCount") for kind in kinds if text_of(kind, "modality") == "IMAGE") if kinds else None


def _count(source: Any, name: str) -> int:
    value = field_of(source, name)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_TOKENS
    return value if is_count else 0
