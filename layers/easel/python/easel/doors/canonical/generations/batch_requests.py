"""Bodies with which batches are submitted: one JSON object, or one line for each request. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from easel.domain.batch import MAX_LINES, BatchLine
from easel.domain.request import ImageRequest
from easel.doors.canonical.generations.requests import SubmitGenerationRequest
from easel.doors.canonical.generations.submissions import image_request
from easel.errors import EaselError, FieldError, InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from easel.http import problems
from easel.http.bodies import json_object, raw
from easel.http.incoming import Incoming
from easel.http.models import WholeNumberParameter
from easel.http.validation import validated

MAX_BATCH_BYTES: Final = 4_500_000
"""A Lambda event has 6 MB, base64 included."""
MAX_LINE_BYTES: Final = 64 * 1024
_JSON_LINES: Final = frozenset({"application/jsonl", "application/x-ndjson", "application/x-jsonlines"})
_LONGEST_ID: Final = 64
_ADDRESSES: Final = ("/api/v1/generations",)
_FIELDS: Final = frozenset({"custom_id", "customId", "method", "url", "body"})

BatchId = Annotated[str, Path(alias="batchId", json_schema_extra={"format": "uuid"})]
Name = Annotated[str | None, Query(max_length=200, description="Your own name for the batch.")]
Start = Annotated[
    str | None, Query(description="`true` starts it at once; else it waits for `POST /api/v1/batches/{batchId}/start`.")
]
BudgetCredits = Annotated[
    WholeNumberParameter | None,
    Query(
        alias="budget_credits",
        description="Whole credits that all lines together may cost; the batch is paused before it would cost more.",
    ),
]

_LINE_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["custom_id", "body"],
    "additionalProperties": False,
    "properties": {
        "custom_id": {"type": "string", "minLength": 1, "maxLength": _LONGEST_ID},
        "customId": {"type": "string", "description": "Another spelling of `custom_id`."},
        "method": {"type": "string", "enum": ["POST"]},
        "url": {"type": "string", "enum": list(_ADDRESSES)},
        "body": {"type": "object", "description": "As the body of `POST /api/v1/generations`."},
    },
}
_EXAMPLE: Final = {"custom_id": "sku-1", "body": {"model": "sandbox", "prompt": "A red fox asleep in fresh snow"}}

BATCH_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["requests"],
                "additionalProperties": False,
                "properties": {
                    "requests": {"type": "array", "minItems": 1, "maxItems": MAX_LINES, "items": _LINE_SCHEMA}
                },
            },
            "example": {"requests": [_EXAMPLE]},
        },
        "application/jsonl": {
            "schema": {"type": "string", "description": "One such object in each line."},
            "example": json.dumps(_EXAMPLE),
        },
    },
}
"""The body in the OpenAPI document: the route reads it itself, because it takes two types and more bytes."""


def read_lines(incoming: Incoming) -> list[BatchLine]:
    """The lines of a batch. One that is no request is among them, with its error.

    Raises:
        UnsupportedMediaType, PayloadTooLarge.
        InvalidRequest: no lines, too many, or names that are missing or given twice, since results could not be told
            apart.
    """
    sent = raw(incoming.event)
    if len(sent) > MAX_BATCH_BYTES:
        raise PayloadTooLarge(f"The body has {len(sent)} bytes; at most {MAX_BATCH_BYTES} are taken.")
    media_type = incoming.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type in _JSON_LINES:
        values = list(_of_lines(sent))
    elif media_type == "application/json":
        values = _of_object(sent)
    else:
        raise UnsupportedMediaType(f"The body came as {media_type[:80]!r}; send application/json or application/jsonl.")
    if not 1 <= len(values) <= MAX_LINES:
        raise InvalidRequest.of("requests", f"A batch has 1 to {MAX_LINES} requests.", {"maxItems": MAX_LINES})
    lines = [_line(number, value) for number, value in enumerate(values)]
    if len({line.custom_id for line in lines}) != len(lines):
        raise InvalidRequest.of("custom_id", "Every custom_id has to be another one.")
    return lines


def _of_lines(sent: bytes) -> Iterator[Any]:
    for number, text in enumerate(filter(bytes.strip, sent.splitlines())):
        if len(text) > MAX_LINE_BYTES:
            raise InvalidRequest.of(f"requests[{number}]", f"A line has at most {MAX_LINE_BYTES} bytes.")
        try:
            yield json_object(text)
        except InvalidRequest as error:
            raise InvalidRequest.of(f"requests[{number}]", f"Line {number + 1}: {error.message}") from None


def _of_object(sent: bytes) -> list[Any]:
    values = json_object(sent)
    if set(values) != {"requests"} or not isinstance(values["requests"], list):
        raise InvalidRequest.of("requests", "requests is required, a list, and the only field.", {"type": "array"})
    return values["requests"]


def _line(number: int, value: Any) -> BatchLine:
    field = f"requests[{number}]"
    if not isinstance(value, Mapping):
        raise InvalidRequest.of(field, f"{field} must be an object.", {"type": "object"})
    custom_id = value.get("custom_id", value.get("customId"))
    if not isinstance(custom_id, str) or not 1 <= len(custom_id) <= _LONGEST_ID:
        text = f"{field}.custom_id must be a text of 1 to {_LONGEST_ID} characters."
        raise InvalidRequest.of(f"{field}.custom_id", text, {"maxLength": _LONGEST_ID})
    body = value.get("body")
    fault = _fault(value, body)
    if fault:
        return BatchLine(number, custom_id, {}, {"code": "invalid_request", "message": fault, "details": []})
    return BatchLine(number, custom_id, body if isinstance(body, Mapping) else {})


def _fault(value: Mapping[str, Any], body: Any) -> str | None:
    if unknown := set(value) - _FIELDS:
        return f"There is no field {min(unknown)[:80]!r}."
    if value.get("method", "POST") != "POST":
        return "method must be POST."
    if value.get("url", _ADDRESSES[0]) not in _ADDRESSES:
        return f"url must be {_ADDRESSES[0]}."
    if not isinstance(body, Mapping):
        return "body must be an object."
    if len(json.dumps(body)) > MAX_LINE_BYTES:
        return f"body must have at most {MAX_LINE_BYTES} bytes."
    return None


class BatchLineReader:
    """`ports.batches.LineReader`. References may have addresses of the origins in `trusted` besides public ones."""

    def __init__(self, trusted: Collection[str] = ()) -> None:
        self._trusted = trusted

    def request(self, line: BatchLine) -> ImageRequest:
        body = validated(SubmitGenerationRequest, line.body)
        return image_request(body, sent=line.body, cancel_after=None, trusted=self._trusted)

    def error(self, error: EaselError) -> Mapping[str, Any]:
        details = problems.details_of(error)[:10]
        return {"code": error.code, "message": error.message[:500], "details": [_detail(detail) for detail in details]}


def _detail(detail: FieldError) -> dict[str, Any]:
    return {"field": detail.field[:200], "message": detail.message[:500]}
