"""What Google's answers with status 200 mean: a picture, or one of the many ways to say that there is none.

Order of decision for `generateContent`: was the prompt blocked, are there candidates, was one stopped for its content,
is there a picture, why did the model stop, what does it say. A reason that is not about the content does not outweigh
a picture that is there: it is paid for. Whatever came with status 200 may be billed, by its metering.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from easel.domain.provider import Charge, Finished, InlinePicture, TokenUsage
from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.error_texts import REFUSED_IN_WORDS, answer_in_words, verdict
from easel.providers.google_errors import unreadable
from easel.providers.google_json import field_of, items_of, text_of
from easel.providers.numbers import TokenCounts, as_tokens
from easel.providers.pictures import read_picture
from easel.providers.refusals import is_prose, is_refusal
from easel.providers.vendor_http import Effect, VendorHttp

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
_WITHOUT_REASON: Final = frozenset({"", "STOP", "FINISH_REASON_UNSPECIFIED"})
_CHEAP_KINDS: Final = frozenset({"TEXT", "DOCUMENT"})
_MAX_WORDS: Final = 2000
_TECHNICAL_REASONS: Final = frozenset(
    {
        "MAX_TOKENS",
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
        "TOO_MANY_TOOL_CALLS",
        "UNEXPECTED_TOOL_CALL",
    }
)
"""Why a model may have stopped before its picture without refusing anything. `OTHER` and `NO_IMAGE` are no reasons."""


def content_result(http: VendorHttp, answer: Mapping[str, Any]) -> Finished:
    """The picture in an answer of `generateContent`. Raises ProviderError when there is none."""
    candidates, metering = field_of(answer, "candidates"), field_of(answer, "usageMetadata")
    spoken = [candidate for candidate in items_of(answer, "candidates") if isinstance(candidate, dict)]
    allowed = [candidate for candidate in spoken if _reason(candidate) not in _CONTENT_REASONS]
    pictures = [encoded for candidate in allowed for encoded in _pictures(candidate)]
    usage = _token_usage(metering, has_picture=bool(pictures), has_answer=any(map(_parts, spoken)))
    charge = Charge(usage=usage)
    _check_prompt(http, answer, charge)
    if not isinstance(candidates, list) and (candidates is not None or metering is None):
        raise unreadable(http, Effect.STARTS_JOB)
    if not candidates:
        raise http.failure(ProviderErrorClass.FAILED, "no_candidates", "answered without a picture", charge=charge)
    if not spoken:
        raise unreadable(http, Effect.STARTS_JOB)
    # Drafts come before the final picture.
    for encoded in reversed(pictures):
        if isinstance(picture := read_picture(encoded), InlinePicture):
            return Finished(picture, usage=usage)
    raise _no_picture(http, spoken, pictures, charge)


def prediction_result(http: VendorHttp, answer: Mapping[str, Any]) -> Finished:
    """The picture in an answer of Imagen's `predict`. Raises ProviderError when there is none."""
    predictions = field_of(answer, "predictions")
    if predictions is not None and not isinstance(predictions, list):
        raise unreadable(http, Effect.STARTS_JOB)
    found = [field_of(prediction, "bytesBase64Encoded") for prediction in predictions or ()]
    pictures = [encoded for encoded in found if isinstance(encoded, str) and encoded]
    for encoded in pictures:
        if isinstance(picture := read_picture(encoded), InlinePicture):
            return Finished(picture)
    if predictions is None and answer:
        raise unreadable(http, Effect.STARTS_JOB)
    if pictures:
        raise _not_a_picture(http, pictures, Charge())
    # A filtered picture has a reason in its place or, in some versions, is simply left out.
    raise verdict(http, ProviderErrorClass.CONTENT, "rai_filtered", charge=Charge())


def _check_prompt(http: VendorHttp, answer: Mapping[str, Any], charge: Charge) -> None:
    reason = text_of(field_of(answer, "promptFeedback"), "blockReason").upper()
    if reason not in _UNSPECIFIED:
        raise verdict(http, ProviderErrorClass.CONTENT, f"prompt_{_code(reason)}", charge=charge)


def _no_picture(
    http: VendorHttp, candidates: Sequence[Mapping[str, Any]], pictures: Sequence[str], charge: Charge
) -> ProviderError:
    """The error that an answer without a usable picture is.

    Not RETRYABLE: its words and thoughts were billed, and a model that would rather talk does so again. Without a
    reason that is technical, words are a refusal.
    """
    reasons = [_reason(candidate) for candidate in candidates]
    if error := _stopped(http, reasons, charge):
        return error
    if pictures:
        return _not_a_picture(http, pictures, charge)
    words = " | ".join(text for candidate in candidates for text in _words(candidate))
    if words and is_refusal(words):
        return verdict(http, ProviderErrorClass.CONTENT, REFUSED_IN_WORDS, charge=charge)
    if words and not _TECHNICAL_REASONS.intersection(reasons):
        return answer_in_words(http, words, charge)
    code = "no_image" if reasons[0] in _WITHOUT_REASON else _code(reasons[0])
    return http.failure(ProviderErrorClass.FAILED, code, "answered without a picture", charge=charge)


def _stopped(http: VendorHttp, reasons: Sequence[str], charge: Charge) -> ProviderError | None:
    """The error that the model's reason to stop is by itself."""
    if refused := next((reason for reason in reasons if reason in _CONTENT_REASONS), None):
        return verdict(http, ProviderErrorClass.CONTENT, _code(refused), charge=charge)
    if "LANGUAGE" in reasons:
        what = "does not understand the language of the prompt"
        return http.failure(ProviderErrorClass.CALLER, "language", what, charge=charge)
    if _ACCOUNT_REASON in reasons:
        return http.failure(ProviderErrorClass.AUTH, _code(_ACCOUNT_REASON), "has limited this account", charge=charge)
    return None


def _not_a_picture(http: VendorHttp, pictures: Sequence[str], charge: Charge) -> ProviderError:
    """The error that something else in a picture's place is: words are a refusal there, too."""
    if words := " | ".join(text[:_MAX_WORDS] for text in pictures if is_prose(text)):
        return answer_in_words(http, words, charge)
    what = "delivered something that is not a picture"
    return http.failure(ProviderErrorClass.FAILED, "not_a_picture", what, charge=charge)


def _reason(candidate: Mapping[str, Any]) -> str:
    return text_of(candidate, "finishReason").upper()


def _parts(candidate: Mapping[str, Any]) -> tuple[Any, ...]:
    return items_of(field_of(candidate, "content"), "parts")


def _final_parts(candidate: Mapping[str, Any]) -> Iterator[Any]:
    """What the model means to give: neither drafts nor what it thinks on its way."""
    return (part for part in _parts(candidate) if not field_of(part, "thought"))


def _pictures(candidate: Mapping[str, Any]) -> Iterator[str]:
    for part in _final_parts(candidate):
        encoded = field_of(field_of(part, "inlineData"), "data")
        if isinstance(encoded, str) and encoded:
            yield encoded


def _words(candidate: Mapping[str, Any]) -> Iterator[str]:
    texts = [*(text_of(part, "text") for part in _final_parts(candidate)), text_of(candidate, "finishMessage")]
    return (text for text in texts if text.strip())


def _code(reason: str) -> str:
    """The vendor's reason for our attempt log, if it is a word and not a text."""
    return reason.lower() if re.fullmatch(r"[A-Z_]{1,40}", reason) else "unknown_reason"


def _token_usage(usage: Any, *, has_picture: bool, has_answer: bool) -> TokenUsage | None:
    """The vendor's metering, None when it does not say what it says elsewhere. Thoughts are billed as text out.

    Output of no stated kind counts as picture, the dearer kind.
    """
    out = as_tokens(field_of(usage, "candidatesTokenCount"))
    if not out and (has_picture or has_answer):
        return None
    counts = TokenCounts()
    prompt = counts.required(field_of(usage, "promptTokenCount"))
    prompt += counts.optional(field_of(usage, "toolUsePromptTokenCount"))
    out = counts.optional(field_of(usage, "candidatesTokenCount"))
    thoughts = counts.optional(field_of(usage, "thoughtsTokenCount"))
    total = as_tokens(field_of(usage, "totalTokenCount"))
    counts.check(holds=total is None or total <= prompt + out + thoughts)
    image_in = _tokens_of_pictures(counts, usage, "promptTokensDetails") or 0
    image_out = _tokens_of_pictures(counts, usage, "candidatesTokensDetails")
    if image_out is None:
        image_out = out
    # A picture takes tokens.
    counts.check(holds=image_out > 0 or not has_picture)
    return counts.usage(
        text_in=prompt - image_in, image_in=image_in, text_out=max(0, out - image_out) + thoughts, image_out=image_out
    )


def _tokens_of_pictures(counts: TokenCounts, usage: Any, name: str) -> int | None:
    """The tokens of pictures in a breakdown by kind, None when there is no breakdown."""
    kinds = items_of(usage, name)
    if not kinds:
        return None
    tokens = [(text_of(kind, "modality").upper(), counts.required(field_of(kind, "tokenCount"))) for kind in kinds]
    # What is of no known kind may be a picture.
    return sum(count for kind, count in tokens if kind not in _CHEAP_KINDS)
