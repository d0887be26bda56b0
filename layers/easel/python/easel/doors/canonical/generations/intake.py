"""Messages of the intake: version 1, as a model (the source of `intake-message.v1.schema.json`) and as a reader."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from easel.domain.intake import Envelope, IntakeRequest, Rejection
from easel.doors.canonical.generations.requests import SubmitGenerationRequest
from easel.doors.canonical.generations.submissions import image_request
from easel.errors import EaselError, UnreadableMessage
from easel.http import problems
from easel.http.bodies import MAX_BODY_BYTES, json_object
from easel.http.failures import MalformedBody
from easel.http.models import INTEGRAL, RequestModel
from easel.http.parse import CANCEL_AFTER_SECONDS, LONGEST_KEY
from easel.http.validation import validated

MESSAGE_SCHEMA_ID: Final = "easel/intake-message.v1"
_LONGEST_ID: Final = 200
_LONGEST_ADDRESS: Final = 500


class IntakeMessage(RequestModel):
    """A request for images. Fields may also be written in snake_case; unknown ones are refused."""

    model_config = ConfigDict(title="Intake message, version 1")

    version: Literal[1] = Field(description="Of this schema.")
    idempotency_key: str = Field(
        pattern=rf"^[!-~]{{1,{LONGEST_KEY}}}$",
        description="Your own key of this request: messages with the same key make one generation in 24 hours.",
    )
    correlation_id: str | None = Field(
        default=None, max_length=_LONGEST_ID, description="Comes back in every event about this request."
    )
    reply_to: str | None = Field(
        default=None,
        max_length=_LONGEST_ADDRESS,
        description="URL of one of the queues that an operator has allowed for you. It gets the events about this "
        "request, beside the integration queue.",
    )
    cancel_after: Annotated[int, Field(ge=CANCEL_AFTER_SECONDS[0], le=CANCEL_AFTER_SECONDS[1]), INTEGRAL] | None = (
        Field(default=None, description="Seconds after which the request is cancelled if it has not ended.")
    )
    request: SubmitGenerationRequest = Field(description="As the body of `POST /api/v1/generations`.")


def json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of a message."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": MESSAGE_SCHEMA_ID,
        **IntakeMessage.model_json_schema(by_alias=True),
    }


class IntakeReader:
    """`ports.intake.MessageReader`.

    Besides public addresses, references may have those of the origins in `trusted`, and webhooks those in
    `trusted_webhooks`.
    """

    def __init__(self, trusted: Collection[str] = (), trusted_webhooks: Collection[str] = ()) -> None:
        self._trusted = trusted
        self._trusted_webhooks = trusted_webhooks

    def envelope(self, body: str) -> Envelope:
        try:
            values = _values(body)
        except EaselError:
            return Envelope()
        return Envelope(
            idempotency_key=_text(values, "idempotencyKey", "idempotency_key", LONGEST_KEY),
            correlation_id=_text(values, "correlationId", "correlation_id", _LONGEST_ID),
            reply_to=_text(values, "replyTo", "reply_to", _LONGEST_ADDRESS),
        )

    def read(self, body: str) -> IntakeRequest:
        values = _values(body)
        message = validated(IntakeMessage, values)
        request = image_request(
            message.request,
            sent=values["request"],
            cancel_after=timedelta(seconds=message.cancel_after) if message.cancel_after else None,
            trusted=self._trusted,
            trusted_webhooks=self._trusted_webhooks,
        )
        origin = replace(request.origin, reply_to=message.reply_to, correlation_id=message.correlation_id)
        return IntakeRequest(message.idempotency_key, replace(request, origin=origin))

    def rejection(self, error: EaselError) -> Rejection:
        if isinstance(error, UnreadableMessage):
            return Rejection(error.code, error.message, retryable=False)
        kind = problems.kind_of(error)
        if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not kind.retryable:
            return Rejection("internal_error", "The message could not be handled.", retryable=False)
        return Rejection(error.code, error.message, kind.retryable, problems.details_of(error))


def _values(body: str) -> Mapping[str, Any]:
    """Raises UnreadableMessage, InvalidRequest."""
    sent = body.encode("utf-8", "surrogatepass")
    if len(sent) > MAX_BODY_BYTES:
        raise UnreadableMessage(f"The message has {len(sent)} bytes; at most {MAX_BODY_BYTES} are taken.")
    try:
        return json_object(sent)
    except MalformedBody as error:
        raise UnreadableMessage(error.message.replace("The body", "The message", 1)) from error


def _text(values: Mapping[str, Any], name: str, other: str, longest: int) -> str | None:
    value = values.get(name, values.get(other))
    return value if isinstance(value, str) and len(value) <= longest else None
