"""Bodies with which batches are submitted: one JSON object, or one line for each request. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from easel.domain.batch import CANONICAL_ADDRESS, MAX_LINES, BatchLine
from easel.domain.request import ImageRequest
from easel.doors.canonical.generations.requests import SubmitGenerationRequest
from easel.doors.canonical.generations.submissions import image_request
from easel.errors import EaselError, FieldError, InvalidRequest, NotFound, PayloadTooLarge, UnsupportedMediaType
from easel.http import problems
from easel.http.batch_lines import LINE_ADDRESSES, LONGEST_CUSTOM_ID, MAX_BATCH_BYTES, lines_of, values_of
from easel.http.bodies import json_object, raw
from easel.http.incoming import Incoming
from easel.http.models import DECIMAL
from easel.http.validation import validated

_JSON_LINES: Final = frozenset({"application/jsonl", "application/x-ndjson", "application/x-jsonlines"})

BatchId = Annotated[str, Path(alias="batchId", json_schema_extra={"format": "uuid"})]
Name = Annotated[str | None, Query(max_length=200, description="Your own name for the batch.")]
Start = Annotated[
    str | None, Query(description="`true` starts it at once; else it waits for `POST /api/v1/batches/{batchId}/start`.")
]
BudgetCredits = Annotated[
    Annotated[int, Field(ge=0), DECIMAL] | None,
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
        "custom_id": {"type": "string", "minLength": 1, "maxLength": LONGEST_CUSTOM_ID},
        "customId": {"type": "string", "description": "Another spelling of `custom_id`."},
        "method": {"type": "string", "enum": ["POST"]},
        "url": {
            "type": "string",
            "enum": list(LINE_ADDRESSES),
            "default": CANONICAL_ADDRESS,
            "description": "The route whose body the line has.",
        },
        "body": {"type": "object", "description": "As the body of a POST to `url`."},
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
        return lines_of(values_of(sent))
    if media_type == "application/json":
        return lines_of(_of_object(sent))
    raise UnsupportedMediaType(f"The body came as {media_type[:80]!r}; send application/json or application/jsonl.")


def _of_object(sent: bytes) -> list[Any]:
    values = json_object(sent)
    if set(values) != {"requests"} or not isinstance(values["requests"], list):
        raise InvalidRequest.of("requests", "requests is required, a list, and the only field.", {"type": "array"})
    return values["requests"]


DoorReader = Callable[[Mapping[str, Any], str], ImageRequest]
"""From a body and the workspace of the batch to the request, as a door reads it."""


class BatchLineReader:
    """`ports.batches.LineReader`.

    Besides public addresses, references may have those of the origins in `trusted`, and webhooks those in
    `trusted_webhooks`.

    `others` reads the bodies of the doors beside the canonical one, those that are open, by their addresses.
    """

    def __init__(
        self,
        trusted: Collection[str] = (),
        trusted_webhooks: Collection[str] = (),
        others: Mapping[str, DoorReader] | None = None,
    ) -> None:
        self._trusted = trusted
        self._trusted_webhooks = trusted_webhooks
        self._readers: Mapping[str, DoorReader] = {CANONICAL_ADDRESS: self._canonical, **(others or {})}

    def request(self, line: BatchLine, workspace_id: str) -> ImageRequest:
        reader = self._readers.get(line.address)
        if reader is None:
            raise NotFound(f"Not found: POST {line.address}")
        return reader(line.body, workspace_id)

    def _canonical(self, sent: Mapping[str, Any], _workspace_id: str) -> ImageRequest:
        body = validated(SubmitGenerationRequest, sent)
        return image_request(
            body, sent=sent, cancel_after=None, trusted=self._trusted, trusted_webhooks=self._trusted_webhooks
        )

    def error(self, error: EaselError) -> Mapping[str, Any]:
        details = problems.details_of(error)[:10]
        return {"code": error.code, "message": error.message[:500], "details": [_detail(detail) for detail in details]}


def _detail(detail: FieldError) -> dict[str, Any]:
    return {"field": detail.field[:200], "message": detail.message[:500]}
