"""What Google says: lists, pictures with their metering, blocks over status 200, and refusals in its envelope."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from infra.local.simulators.faults import Fault
from infra.local.simulators.google_models import OTHERS, Model
from infra.local.simulators.google_orders import Order, RefusedError
from infra.local.simulators.jobs import Job
from infra.local.simulators.messages import Drop, Endless, Hang, Outcome, Reply, json_reply
from infra.local.simulators.pictures import Drawing

_RPC: Final = "type.googleapis.com/google.rpc."
_BYTES_PER_TOKEN: Final = 4
_DRAFT_SCALE: Final = 4
_THOUGHT_TOKENS: Final = 180
_WORDS_TOKENS: Final = 12
_MAX_PAGE: Final = 1000
_LIMIT_MESSAGE: Final = "You exceeded your current quota, please check your plan and billing details."
_FILTERED: Final = "Unable to show generated images. All images were filtered out because they go against the policies."


def refusal(error: RefusedError, *, as_list: bool = False) -> Reply:
    """An error in the vendor's envelope, which some of its servers put into a list."""
    body: dict[str, Any] = {"code": error.code, "message": error.message, "status": error.status}
    if error.details:
        body["details"] = error.details
    return json_reply([{"error": body}] if as_list else {"error": body}, error.code)


def not_found(message: str = "Requested entity was not found.") -> RefusedError:
    """There is nothing at this address, or no longer."""
    return RefusedError(message, code=404, status="NOT_FOUND")


def bad_key() -> RefusedError:
    """A wrong key, which this vendor reports as an invalid argument."""
    reason = {"@type": f"{_RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return RefusedError("API key not valid. Please pass a valid API key.", details=[reason])


def instead_of_job(fault: Fault, order: Order) -> Outcome | None:
    """What happens to a request that makes no picture; None when the fault comes later."""
    if fault.name == "hang":
        return Hang()
    if error := _refusal_of(fault, order.model):
        return refusal(error, as_list=fault.options.get("as") == "list")
    return _no_prediction(fault, order) if order.model.is_imagen else _no_content(fault, order)


def _refusal_of(fault: Fault, model: Model) -> RefusedError | None:
    refusals = {
        "server-error": RefusedError("An internal error has occurred.", code=500, status="INTERNAL"),
        "unavailable": RefusedError("The model is overloaded.", code=503, status="UNAVAILABLE"),
        "auth": bad_key(),
        "gone": not_found(f"This model models/{model.id} is no longer available."),
        "balance": _exhausted("Your prepayment credits are depleted."),
        "rate-limit": _exhausted(_LIMIT_MESSAGE, _limit_details(fault, model)),
        "quota": _exhausted(_LIMIT_MESSAGE, _limit_details(fault, model)),
    }
    return refusals.get(fault.name)


def _exhausted(message: str, details: Sequence[Mapping[str, Any]] = ()) -> RefusedError:
    return RefusedError(message, code=429, status="RESOURCE_EXHAUSTED", details=details)


def _no_content(fault: Fault, order: Order) -> Outcome | None:
    answer = _answer(order, image_tokens=0, words=fault.name == "no-image")
    match fault.name:
        case "moderation":
            answer["promptFeedback"] = {"blockReason": fault.options.get("reason", "SAFETY")}
        case "image-safety":
            reason = fault.options.get("reason", "IMAGE_SAFETY")
            answer["candidates"] = [{"index": 0, "finishReason": reason, "finishMessage": _FILTERED}]
        case "no-image":
            reason = fault.options.get("reason", "STOP")
            words = [{"text": "A fox is a small animal of the family of dogs."}]
            answer["candidates"] = [_candidate(words) | {"finishReason": reason}]
        case "empty":
            pass
        case _:
            return None
    return json_reply(answer)


def _no_prediction(fault: Fault, order: Order) -> Outcome | None:
    if fault.name in ("no-image", "empty"):
        return json_reply({})
    if fault.name not in ("moderation", "image-safety"):
        return None
    return json_reply({"predictions": [{"raiFilteredReason": _FILTERED}]} if order.with_reasons else {})


def _limit_details(fault: Fault, model: Model) -> list[dict[str, Any]]:
    """What the vendor says about the limit that was hit. It names a pause for a daily limit too."""
    period, value = ("PerDay", "250") if fault.name == "quota" else ("PerMinute", "10")
    violation = {
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
        "quotaId": f"GenerateRequests{period}PerProjectPerModel",
        "quotaDimensions": {"location": "global", "model": model.id},
        "quotaValue": value,
    }
    links = [{"description": "Gemini API quotas", "url": "https://ai.google.dev/gemini-api/docs/rate-limits"}]
    return [
        {"@type": f"{_RPC}QuotaFailure", "violations": [violation]},
        {"@type": f"{_RPC}Help", "links": links},
        {"@type": f"{_RPC}RetryInfo", "retryDelay": f"{fault.number('retry_after', 1):g}s"},
    ]


def after_job(fault: Fault) -> Outcome | None:
    """What becomes of the answer although the picture was made; None when it comes."""
    match fault.name:
        case "drop":
            return Drop()
        case "gateway-timeout":
            return refusal(RefusedError("Deadline expired.", code=504, status="DEADLINE_EXCEEDED"))
        case "huge":
            opening = b'{"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "'
            return Endless(opening, "application/json")
    return None


def content(order: Order, job: Job) -> dict[str, Any]:
    """The answer of `generateContent`."""
    drawing = job.drawings[0]
    parts: list[dict[str, Any]] = []
    if has_draft(order, drawing):
        parts.append({"inlineData": _inline(_draft(drawing)), "thought": True})
    if order.with_words:
        parts.append({"text": "Here is your picture."})
    data, media_type = _picture(job)
    signature = base64.b64encode(drawing.seed).decode()
    inline = {"mimeType": media_type, "data": base64.b64encode(data).decode()}
    parts.append({"inlineData": inline, "thoughtSignature": signature})
    tokens = order.model.tokens[order.image_size]
    return _answer(order, image_tokens=tokens, words=order.with_words) | {"candidates": [_candidate(parts)]}


def predictions(jobs: Sequence[Job]) -> dict[str, Any]:
    """The answer of `predict`."""
    made = (_picture(job) for job in jobs)
    return {
        "predictions": [
            {"mimeType": media_type, "bytesBase64Encoded": base64.b64encode(data).decode()} for data, media_type in made
        ]
    }


def has_draft(order: Order, drawing: Drawing) -> bool:
    """Whether a thinking model shows a draft on its way: always when asked for its thoughts, else every other time."""
    return order.model.thinks and (order.wants_thoughts or drawing.seed[0] % 2 == 0)


def model_page(models: Iterable[Model], query: Mapping[str, str]) -> Reply:
    """A page of the list of models; it has some that make no pictures."""
    listed = [*map(model_resource, models), *map(_other_resource, OTHERS)]
    size, start = query.get("pageSize", "50"), query.get("pageToken", "0")
    if not size.isascii() or not size.isdigit() or not start.isascii() or not start.isdigit():
        raise RefusedError("* ListModelsRequest.page_token: invalid page token or size")
    end = int(start) + min(int(size) or 50, _MAX_PAGE)
    more = {"nextPageToken": str(end)} if end < len(listed) else {}
    return json_reply({"models": listed[int(start) : end]} | more)


def model_resource(model: Model) -> dict[str, Any]:
    """A model as the list has it."""
    methods = ["predict"] if model.is_imagen else ["generateContent", "countTokens", "batchGenerateContent"]
    return _resource(model.id, model.title, methods) | {"thinking": model.thinks}


def _other_resource(id: str) -> dict[str, Any]:
    return _resource(id, id, ["embedContent"] if "embedding" in id else ["generateContent", "countTokens"])


def _resource(id: str, title: str, methods: list[str]) -> dict[str, Any]:
    return {
        "name": f"models/{id}",
        "version": "001",
        "displayName": title,
        "description": title,
        "inputTokenLimit": 65536,
        "outputTokenLimit": 32768,
        "supportedGenerationMethods": methods,
    }


def _candidate(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": parts}}


def _answer(order: Order, *, image_tokens: int, words: bool = False) -> dict[str, Any]:
    """What every answer of `generateContent` has besides its candidates."""
    text = -(-len(order.prompt.encode("utf-8", "replace")) // _BYTES_PER_TOKEN)
    seen = len(order.sources) * order.model.reference_tokens
    thoughts = _THOUGHT_TOKENS if order.model.thinks and image_tokens else 0
    made = image_tokens + (_WORDS_TOKENS if words else 0)
    usage: dict[str, Any] = {"promptTokenCount": text + seen, "totalTokenCount": text + seen + made + thoughts}
    usage["promptTokensDetails"] = _by_kind(TEXT=text, IMAGE=seen)
    if made:
        usage |= {"candidatesTokenCount": made, "candidatesTokensDetails": _by_kind(IMAGE=image_tokens)}
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    return {"usageMetadata": usage, "modelVersion": order.model.id, "responseId": secrets.token_urlsafe(12)}


def _by_kind(**tokens: int) -> list[dict[str, Any]]:
    return [{"modality": kind, "tokenCount": count} for kind, count in tokens.items() if count]


def _draft(drawing: Drawing) -> Drawing:
    width, height = max(1, drawing.width // _DRAFT_SCALE), max(1, drawing.height // _DRAFT_SCALE)
    return replace(drawing, width=width, height=height, watermark="a draft", format="png")


def _inline(drawing: Drawing) -> dict[str, str]:
    return {"mimeType": f"image/{drawing.format}", "data": base64.b64encode(drawing.render()).decode()}


def _picture(job: Job) -> tuple[bytes, str]:
    """The bytes of a picture and their media type, spoilt if the job's fault says so."""
    drawing = job.drawings[0]
    if job.has_fault("garbage"):
        return hashlib.shake_256(job.id.encode()).digest(4096), f"image/{drawing.format}"
    if job.fault and job.has_fault("wrong-type"):
        if job.fault.options.get("as") == "text":
            return b"this is no picture", "text/plain"
        return b"<!doctype html><title>Not a picture</title>", "image/png"
    return drawing.render(), f"image/{drawing.format}"
