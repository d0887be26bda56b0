"""The events that other systems receive, version 1, as models: the source of `generation.v1.schema.json`.

Easel does not use them at run time. They are documentation, receivers may copy them, and tests validate every event and
every stored sample against them. Within a version fields are only added.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

SCHEMA_ID: Final = "easel/generation.v1"
BATCH_SCHEMA_ID: Final = "easel/batch.v1"
INTAKE_SCHEMA_ID: Final = "easel/intake.v1"
WEBHOOK_SCHEMA_ID: Final = "easel/webhook.v1"

Moment = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$", json_schema_extra={"format": "date-time"}),
]
"""UTC with milliseconds, RFC 3339."""

EndStatus = Literal["COMPLETED", "FAILED", "CANCELLED"]


class EventPart(BaseModel):
    """A part of an event. Unknown fields are ignored: they may be added."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class EventEnvelope(EventPart):
    """What every event has. Fields with a default were added to version 1 later."""

    id: str = Field(description="The same each time this event is delivered.")
    object: Literal["event"] = "event"
    occurred_at: Moment
    timestamp: Moment | None = Field(None, description="`occurredAt` by its name in Standard Webhooks.")
    created_at: int | None = Field(None, alias="created_at", description="`occurredAt` in seconds since 1970.")
    ordering_key: str | None = Field(None, description="Events with the same key are ordered by `sequence`.")
    sequence: int = Field(0, ge=0, description="Increases within an `orderingKey`, with gaps.")


class EventEcho(EventPart):
    """What a bot sent along with its request."""

    model_config = ConfigDict(extra="allow")

    chat_id: int | str | None = Field(None, alias="chat_id")
    message_id: int | str | None = Field(None, alias="message_id")
    prompt_message_id: int | str | None = Field(None, alias="prompt_message_id")
    language: str | None = None


class EventError(EventPart):
    """Why an image or a generation failed."""

    code: str = Field(description="Stable; meant for programs.")
    message: str = Field(description="A sentence for people.")
    retryable: bool = Field(description="Whether the same request may succeed later.")


class EventPrice(EventPart):
    """What the generation costs when all of its images are delivered."""

    unit: Literal["generation", "image", "megapixel"] = Field(description="What is counted.")
    plan: str = Field(description="The price list.")
    version: str = Field(description="Of the price book.")
    milli_credits: int = Field(ge=0)
    credits: float = Field(ge=0, description="The same in credits.")


class EventServedBy(EventPart):
    """Which provider and model made an image."""

    provider: str
    model: str = Field(description="The active model of the catalogue that served the requested one.")


class EventImage(EventPart):
    """One image of the generation, in the order of `index`."""

    id: str
    index: int = Field(ge=0)
    status: EndStatus
    permalink: str = Field(description="URL of the image that never changes; needs no credentials.")
    width: int | None = Field(description="Pixels; null without an image, like the next two.")
    height: int | None
    media_type: str | None
    byte_count: int | None = Field(description="Size of the original file.")
    served_by: EventServedBy | None = Field(description="Provider and model; null without an image.")
    price_milli_credits: int | None = Field(None, ge=0, description="Its share of the charge; 0 unless delivered.")
    provider_cost_micro_usd: int | None = Field(None, ge=0, description="What providers charge for all attempts at it.")
    error: EventError | None = Field(description="Null unless the status is FAILED.")


class EventGeneration(EventPart):
    """The generation as it ended."""

    id: str
    status: EndStatus
    model: str
    mode: Literal["text-to-image", "image-to-image"]
    user_id: str
    client_reference: str | None = Field(description="The caller's own reference of the request.")
    correlation_id: str | None = Field(None, description="Of the message in the intake that asked for it, if one did.")
    echo: EventEcho | None = Field(None, description="What a bot sent along; null for other callers.")
    created_at: Moment
    completed_at: Moment = Field(description="When it ended, with any status.")
    images_completed: int = Field(ge=0)
    images_failed: int = Field(ge=0)
    price: EventPrice | None = Field(None, description="Null in events of versions without prices.")
    charged_milli_credits: int | None = Field(None, ge=0, description="What was charged for the delivered images.")
    provider_cost_micro_usd: int | None = Field(None, ge=0, description="The sum over all images.")
    error: EventError | None = Field(description="Null unless the status is FAILED.")
    images: tuple[EventImage, ...]


class GenerationEventData(EventPart):
    """The body of the event."""

    id: str | None = Field(None, description="The generation's id.")
    generation: EventGeneration


class GenerationEvent(EventEnvelope):
    """A generation has ended. Delivered at least once; drop repeats by `id`."""

    type: Literal["generation.completed", "generation.failed", "generation.cancelled"]
    version: Literal[1]
    workspace_id: str
    request_id: str = Field(description="The X-Request-ID of the request that created the generation.")
    data: GenerationEventData


class EventBatchCounts(EventPart):
    """Lines by what has become of them."""

    total: int = Field(ge=1)
    waiting: int = Field(ge=0, description="Not begun.")
    running: int = Field(ge=0)
    completed: int = Field(ge=0)
    failed: int = Field(ge=0)


class EventBatch(EventPart):
    """A batch as it was when its status changed. Amounts are milli-credits."""

    id: str
    name: str | None
    status: Literal["RUNNING", "PAUSED", "COMPLETED", "CANCELLED"]
    user_id: str = Field(description="Who started it.")
    pause_reason: (
        Literal["requested", "budget_reached", "insufficient_credits", "budget_exceeded", "caller_ended"] | None
    ) = Field(description="Null unless it is paused.")
    counts: EventBatchCounts
    quoted_milli_credits: int = Field(ge=0, description="What all lines cost together.")
    charged_milli_credits: int = Field(ge=0, description="What those that have ended have cost.")
    created_at: Moment


class BatchEventData(EventPart):
    """The body of the event."""

    id: str = Field(description="The batch's id.")
    batch: EventBatch


class BatchEvent(EventEnvelope):
    """A batch was started, paused or ended. Delivered at least once; drop duplicates by `id`."""

    type: Literal["batch.started", "batch.paused", "batch.completed", "batch.cancelled"]
    version: Literal[1]
    workspace_id: str
    request_id: str = Field(description="The X-Request-ID of the request that changed or started it.")
    data: BatchEventData


class IntakeAccepted(EventPart):
    """What became of a message in the intake."""

    message_id: str = Field(description="SQS's id of the message.")
    idempotency_key: str
    correlation_id: str | None
    generation_id: str = Field(description="The generation that this key has made, now or before.")


class IntakeAcceptedData(EventPart):
    """The body of the event."""

    intake: IntakeAccepted


class IntakeAcceptedEvent(EventEnvelope):
    """A message in the intake is a generation now. Delivered at least once; drop repeats by `id`."""

    type: Literal["intake.accepted"]
    version: Literal[1]
    workspace_id: str
    request_id: str
    data: IntakeAcceptedData


class IntakeErrorDetail(EventPart):
    """One field at fault, or the numbers behind a refusal."""

    field: str
    message: str
    allowed: Any = Field(description="What is accepted there, or null.")


class IntakeError(EventError):
    """Why a message was rejected."""

    details: tuple[IntakeErrorDetail, ...]


class IntakeRejected(EventPart):
    """A message that became nothing. Keys and ids are null where the message had none that could be read."""

    message_id: str = Field(description="SQS's id of the message.")
    idempotency_key: str | None
    correlation_id: str | None
    error: IntakeError


class IntakeRejectedData(EventPart):
    """The body of the event."""

    intake: IntakeRejected


class IntakeRejectedEvent(EventEnvelope):
    """A message in the intake was rejected; nothing was charged. Delivered at least once; drop repeats by `id`."""

    type: Literal["intake.rejected"]
    version: Literal[1]
    workspace_id: str
    request_id: str
    data: IntakeRejectedData


class EventWebhook(EventPart):
    """A webhook endpoint and how it answers."""

    id: str
    url: str = Field(description="With `***` in place of every secret in it.")
    failures: int = Field(ge=0, description="Failed attempts since the last success.")
    failing_since: Moment | None
    disabled_reason: Literal["gone", "failing"] | None = Field(description="Null unless it was disabled.")


class WebhookEventData(EventPart):
    """The body of the event."""

    id: str = Field(description="The endpoint's id.")
    webhook: EventWebhook


class WebhookEvent(EventEnvelope):
    """An endpoint fails, or was disabled. Delivered at least once, not to itself; drop duplicates by `id`."""

    type: Literal["webhook.failing", "webhook.disabled"]
    version: Literal[1]
    workspace_id: str
    request_id: str = Field(description="The endpoint's id.")
    data: WebhookEventData


def json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of a generation's events."""
    return schema_of(SCHEMA_ID, GenerationEvent)


def batch_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of the events about batches."""
    return schema_of(BATCH_SCHEMA_ID, BatchEvent)


class IntakeEvent(RootModel[IntakeAcceptedEvent | IntakeRejectedEvent]):
    """What became of a message in the intake."""


def intake_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of the intake's events."""
    return schema_of(INTAKE_SCHEMA_ID, IntakeEvent)


def webhook_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of the events about webhook endpoints."""
    return schema_of(WEBHOOK_SCHEMA_ID, WebhookEvent)


def schema_of(identifier: str, event: type[BaseModel]) -> dict[str, object]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": identifier,
        **event.model_json_schema(by_alias=True),
    }
