"""Events about queues, buses and buckets of customers, version 1, as models: see `schema.py`."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from easel.events.schema import EventEnvelope, EventPart, Moment, schema_of

RESULTS_SCHEMA_ID: Final = "easel/results.v1"
VERIFICATION_SCHEMA_ID: Final = "easel/verification.v1"


class ResultsFile(EventPart):
    """One image in the bucket."""

    image_id: str
    index: int = Field(ge=0)
    key: str = Field(description="Of the object: the same when the delivery is repeated.")
    media_type: str
    byte_count: int = Field(ge=0)


class EventResults(EventPart):
    """Where the images of a generation are."""

    webhook_id: str = Field(description="The endpoint whose bucket it is.")
    bucket: str
    region: str
    event: str = Field(description="Key of the event `generation.completed`, written after all images.")
    files: tuple[ResultsFile, ...] = Field(description="Without images that were deleted before they were copied.")


class ResultsGeneration(EventPart):
    """Which generation it is."""

    id: str
    user_id: str
    client_reference: str | None


class ResultsEventData(EventPart):
    """The body of the event."""

    id: str = Field(description="The generation's id.")
    generation: ResultsGeneration
    results: EventResults


class ResultsEvent(EventEnvelope):
    """The images of a generation were copied to a bucket. Delivered at least once; drop duplicates by `id`."""

    type: Literal["results.delivered"]
    version: Literal[1]
    workspace_id: str
    request_id: str = Field(description="The endpoint's id.")
    data: ResultsEventData


class VerifiedWebhook(EventPart):
    """The endpoint that the code is for."""

    id: str
    type: Literal["sqs", "eventbridge", "s3"]
    arn: str


class EventVerification(EventPart):
    """The code to give back with `POST /api/v1/webhooks/{id}/verify`."""

    code: str
    expires_at: Moment


class VerificationEventData(EventPart):
    """The body of the event."""

    id: str = Field(description="The endpoint's id.")
    webhook: VerifiedWebhook
    verification: EventVerification


class VerificationEvent(EventEnvelope):
    """A code that shows whose a destination is. It goes there and nowhere else."""

    type: Literal["webhook.verification"]
    version: Literal[1]
    workspace_id: str
    request_id: str = Field(description="The endpoint's id.")
    data: VerificationEventData


def results_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of the event about results in a bucket."""
    return schema_of(RESULTS_SCHEMA_ID, ResultsEvent)


def verification_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of the event with a code."""
    return schema_of(VERIFICATION_SCHEMA_ID, VerificationEvent)
