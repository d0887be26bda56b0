"""Messages in the intake, the queue through which other systems ask for images, and the events that answer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from easel.domain.events import Event
from easel.domain.generation import Generation
from easel.domain.request import ImageRequest
from easel.errors import FieldError

_NAMESPACE: Final = UUID("a0a6a7be-7a55-4d0c-9a55-0f1d5b0c6f11")
_MAX_DETAILS: Final = 20
_MAX_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message as SQS delivers it. `sender_id` is set by SQS and not by the sender; `deliveries` counts from 1."""

    message_id: str
    sender_id: str
    body: str
    deliveries: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a message says about itself, as far as it can be read."""

    idempotency_key: str | None = None
    correlation_id: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class IntakeRequest:
    """A valid message."""

    idempotency_key: str
    request: ImageRequest


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a message was rejected; `retryable`: the same message may be accepted later."""

    code: str
    message: str
    retryable: bool
    details: Sequence[FieldError] = ()


def message_accepted(message: ReceivedMessage, envelope: Envelope, generation: Generation) -> Event:
    """The event for a message that has become a generation, now or when it came before."""
    return Event(
        id=str(uuid5(_NAMESPACE, f"{message.message_id} intake.accepted")),
        type="intake.accepted",
        workspace_id=generation.workspace_id,
        occurred_at=generation.created_at,
        request_id=generation.request_id,
        reply_to=envelope.reply_to,
        data={
            "intake": {
                "messageId": message.message_id,
                "idempotencyKey": envelope.idempotency_key,
                "correlationId": envelope.correlation_id,
                "generationId": generation.id,
            }
        },
    )


def message_rejected(
    message: ReceivedMessage, envelope: Envelope, rejection: Rejection, workspace_id: str, now: datetime
) -> Event:
    """The event for a message that becomes nothing."""
    return Event(
        id=str(uuid5(_NAMESPACE, f"{message.message_id} intake.rejected")),
        type="intake.rejected",
        workspace_id=workspace_id,
        occurred_at=now,
        request_id=message.message_id,
        reply_to=envelope.reply_to,
        data={
            "intake": {
                "messageId": message.message_id,
                "idempotencyKey": envelope.idempotency_key,
                "correlationId": envelope.correlation_id,
                "error": {
                    "code": rejection.code,
                    "message": rejection.message[:_MAX_TEXT],
                    "retryable": rejection.retryable,
                    "details": [_detail(detail) for detail in rejection.details[:_MAX_DETAILS]],
                },
            }
        },
    )


def _detail(detail: FieldError) -> dict[str, Any]:
    return {"field": detail.field[:_MAX_TEXT], "message": detail.message[:_MAX_TEXT], "allowed": detail.allowed}
