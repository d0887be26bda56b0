"""What OpenAI says: lists, pictures with their metering, events of a stream, and refusals in its envelope."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from infra.local.simulators.faults import Fault
from infra.local.simulators.jobs import Job
from infra.local.simulators.messages import Drop, Endless, Hang, Outcome, Reply, json_reply
from infra.local.simulators.openai_models import OTHERS, Model, input_tokens, output_tokens
from infra.local.simulators.openai_orders import Order, RefusedError
from infra.local.simulators.openai_sources import Source
from infra.local.simulators.pictures import Drawing

_BYTES_PER_TOKEN: Final = 4
_PARTIAL_TOKENS: Final = 100

_REFUSALS: Final[Mapping[str, RefusedError]] = {
    "server-error": RefusedError("The server had an error.", code=None, type="server_error", status=500),
    "unavailable": RefusedError(
        "The engine is overloaded.", code="server_is_overloaded", type="service_unavailable_error", status=503
    ),
    "auth": RefusedError("Incorrect API key provided.", code="invalid_api_key", status=401),
    "balance": RefusedError(
        "You exceeded your current quota, please check your plan and billing details.",
        code="insufficient_quota",
        type="insufficient_quota",
        status=429,
    ),
    "gone": RefusedError("The model does not exist.", code="model_not_found", status=404),
    "moderation": RefusedError(
        "Your request was rejected by the safety system. safety_violations=[violence].",
        code="moderation_blocked",
        type="image_generation_user_error",
    ),
    "slow-down": RefusedError("Please slow down.", code="slow_down", type="rate_limit_error", status=429),
}


def model_list(models: Iterable[Model]) -> Reply:
    """The list of models; it has some that make no pictures."""
    others = [{"id": name, "object": "model", "created": 1700000000, "owned_by": "system"} for name in OTHERS]
    return json_reply({"object": "list", "data": [*map(model_object, models), *others]})


def model_object(model: Model) -> dict[str, Any]:
    """A model as the list has it. Servers that still have DALL-E name no end dates."""
    body = {"id": model.id, "object": "model", "created": model.created, "owned_by": "system"}
    return body if model.is_dall_e else body | {"shutdown_date": model.shutdown_date}


def refusal(error: RefusedError, headers: Mapping[str, str] | None = None) -> Reply:
    """An error in the vendor's envelope."""
    body = {"message": error.message, "type": error.type, "param": error.param, "code": error.code}
    return json_reply({"error": body}, error.status, headers)


def instead_of_job(fault: Fault) -> Outcome | None:
    """What happens to a request that makes no picture; None when the fault comes later."""
    match fault.name:
        case "hang":
            return Hang()
        case "empty":
            return json_reply({"created": int(time.time()), "data": []})
        case "rate-limit":
            seconds = fault.number("retry_after", 1)
            headers = {"retry-after": f"{seconds:g}"}
            if fault.options.get("as") == "reset":
                # As the vendor writes it for other limits than requests, of which there are plenty left.
                headers = {"x-ratelimit-remaining-images": "0", "x-ratelimit-reset-images": f"{seconds:g}s"}
            error = RefusedError(
                "Rate limit reached on input-images per min.",
                code="rate_limit_exceeded",
                type="rate_limit_error",
                status=429,
            )
            return refusal(error, headers)
    return refusal(_REFUSALS[fault.name]) if fault.name in _REFUSALS else None


def after_job(fault: Fault) -> Outcome | None:
    """What becomes of the answer although the picture was made; None when it comes."""
    match fault.name:
        case "drop":
            return Drop()
        case "gateway-timeout":
            return Reply(504, b"<html><body>504 Gateway Time-out</body></html>", "text/html")
        case "huge":
            return Endless(b'{"created": 1, "data": [{"b64_json": "', "application/json")
    return None


def picture_bytes(job: Job) -> bytes:
    """The picture of a job, spoilt if its fault says so."""
    if job.has_fault("garbage"):
        return hashlib.shake_256(job.id.encode()).digest(4096)
    if job.fault and job.has_fault("wrong-type"):
        as_text = job.fault.options.get("as") == "text"
        return b"this is no picture" if as_text else b"<!doctype html><title>Not a picture</title>"
    return job.drawings[0].render()


def pictures(order: Order, jobs: Sequence[Job], sources: Sequence[Source]) -> dict[str, Any]:
    """The answer of the gpt-image families."""
    first = jobs[0].drawings[0]
    return {
        "created": int(time.time()),
        "data": [{"b64_json": _encoded(job)} for job in jobs],
        **_made(order, first),
        "usage": _usage(order, first, sources),
    }


def dall_e_pictures(order: Order, jobs: Sequence[Job], files_url: str) -> dict[str, Any]:
    """The answer of DALL-E, with addresses unless base64 was asked for."""
    revised = {"revised_prompt": f"{order.prompt}, in great detail"} if order.model.styles else {}
    outputs = ({"url": f"{files_url}/{job.id}.png"} if order.as_url else {"b64_json": _encoded(job)} for job in jobs)
    return {"created": int(time.time()), "data": [output | revised for output in outputs]}


def events(order: Order, job: Job, sources: Sequence[Source]) -> Reply:
    """The answer as server-sent events: pictures of the way, here the last one each time, and the end."""
    kind = "image_edit" if sources else "image_generation"
    drawing = job.drawings[0]
    picture = {"b64_json": _encoded(job), "created_at": int(time.time()), **_made(order, drawing)}
    stream = [
        {"type": f"{kind}.partial_image", **picture, "partial_image_index": number}
        for number in range(order.partials or 0)
    ]
    stream.append({"type": f"{kind}.completed", **picture, "usage": _usage(order, drawing, sources)})
    text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in stream)
    return Reply(200, text.encode(), "text/event-stream")


def _made(order: Order, drawing: Drawing) -> dict[str, str]:
    return {
        "background": "transparent" if order.transparent else "opaque",
        "output_format": order.format,
        "quality": order.quality,
        "size": f"{drawing.width}x{drawing.height}",
    }


def _usage(order: Order, drawing: Drawing, sources: Sequence[Source]) -> dict[str, Any]:
    text = -(-len(order.prompt.encode("utf-8", "replace")) // _BYTES_PER_TOKEN)
    image = sum(input_tokens(*source.size, order.fidelity) for source in sources)
    made = order.count * output_tokens(order.model, order.quality, drawing.width, drawing.height)
    made += _PARTIAL_TOKENS * (order.partials or 0)
    return {
        "input_tokens": text + image,
        "output_tokens": made,
        "total_tokens": text + image + made,
        "input_tokens_details": {"text_tokens": text, "image_tokens": image},
        "output_tokens_details": {"text_tokens": 0, "image_tokens": made},
    }


def _encoded(job: Job) -> str:
    return base64.b64encode(picture_bytes(job)).decode()
