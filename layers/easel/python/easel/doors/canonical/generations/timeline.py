"""The timeline of a generation as operators see it. It shows what was done and paid, not what was asked for."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from easel.clock import to_iso
from easel.domain.attempt import Attempt
from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.domain.timeline import Happening, TimelineEvent, timeline_of
from easel.errors import InvalidRequest
from easel.http.models import AnswerModel, Moment, RequestModel, moment

_LONGEST_REASON: Final = 500

InWorkspace = Annotated[
    str | None,
    Query(
        alias="workspaceId",
        description="The workspace that it belongs to; your own when it is left out.",
        json_schema_extra={"format": "uuid"},
    ),
]


class SettleByHandRequest(RequestModel):
    """Why a generation is ended before its time."""

    reason: str = Field(
        json_schema_extra={"minLength": 1, "maxLength": _LONGEST_REASON},
        description="For readers of the log.",
        examples=["The provider has lost the job."],
    )
    workspace_id: str | None = Field(
        default=None, description="The workspace that it belongs to; your own when left out."
    )


class TimelineAttemptBody(AnswerModel):
    """One call to one provider."""

    provider: str
    model: str = Field(description="The provider's name for it.")
    started_at: Moment
    ended_at: Moment | None
    outcome: str | None = Field(description="`delivered`, a class of error, or `cancelled`; null while it is open.")
    error_code: str | None
    cost_micro_usd: int = Field(description="What the provider takes, in millionths of a dollar.")
    cost_uncertain: bool


class TimelineImageBody(AnswerModel):
    """The lane of one image."""

    index: int
    status: Status
    shot: str | None
    error_code: str | None
    completed_at: Moment | None
    price_milli_credits: int = Field(description="What it costs; 0 once it will not come.")
    late: bool
    attempts: list[TimelineAttemptBody]


class TimelineEventBody(AnswerModel):
    """One moment."""

    at: Moment
    since_ms: int = Field(description="Since the request, in milliseconds.")
    type: Happening
    image_index: int | None
    provider: str | None
    outcome: str | None
    error_code: str | None


class TimelineBody(AnswerModel):
    """What happened to a generation, and what it cost whom. Prompts are left out."""

    generation_id: str
    workspace_id: str
    user_id: str
    request_id: str = Field(description="By which log lines are found.")
    status: Status
    model: str
    created_at: Moment
    completed_at: Moment | None
    held_milli_credits: int = Field(description="What it could cost at most.")
    charged_milli_credits: int | None = Field(description="What it did cost; null while it is open.")
    provider_cost_micro_usd: int
    uncertain_cost_micro_usd: int = Field(description="The part of the providers' cost that may not have to be paid.")
    images: list[TimelineImageBody]
    events: list[TimelineEventBody]


def reason_of(body: SettleByHandRequest) -> str:
    """The reason without blanks around it. Raises InvalidRequest."""
    reason = body.reason.strip()
    if not 1 <= len(reason) <= _LONGEST_REASON:
        allowed = {"minLength": 1, "maxLength": _LONGEST_REASON}
        raise InvalidRequest.of("reason", f"reason must have 1 to {_LONGEST_REASON} characters.", allowed)
    return reason


def timeline_body(generation: Generation) -> TimelineBody:
    """One generation for operators."""
    return TimelineBody(
        generation_id=generation.id,
        workspace_id=generation.workspace_id,
        user_id=generation.user_id,
        request_id=generation.request_id,
        status=generation.status,
        model=generation.model,
        created_at=to_iso(generation.created_at),
        completed_at=moment(generation.completed_at),
        held_milli_credits=generation.price.total if generation.price else 0,
        charged_milli_credits=generation.charged,
        provider_cost_micro_usd=generation.provider_cost_micro_usd,
        uncertain_cost_micro_usd=sum(image.uncertain_cost_micro_usd for image in generation.images),
        images=[_image(generation, image) for image in generation.images],
        events=[_event(generation, event) for event in timeline_of(generation)],
    )


def _image(generation: Generation, image: Image) -> TimelineImageBody:
    return TimelineImageBody(
        index=image.index,
        status=image.status,
        shot=image.shot,
        error_code=image.failure.code if image.failure else None,
        completed_at=moment(image.completed_at),
        price_milli_credits=generation.price_of(image),
        late=image.late,
        attempts=[_attempt(attempt) for attempt in image.attempts],
    )


def _attempt(attempt: Attempt) -> TimelineAttemptBody:
    return TimelineAttemptBody(
        provider=attempt.provider,
        model=attempt.upstream_model,
        started_at=to_iso(attempt.started_at),
        ended_at=moment(attempt.ended_at),
        outcome=attempt.outcome,
        error_code=attempt.error_code,
        cost_micro_usd=attempt.cost_micro_usd,
        cost_uncertain=attempt.cost_uncertain,
    )


def _event(generation: Generation, event: TimelineEvent) -> TimelineEventBody:
    return TimelineEventBody(
        at=to_iso(event.at),
        since_ms=round((event.at - generation.created_at).total_seconds() * 1000),
        type=event.what,
        image_index=event.image_index,
        provider=event.provider,
        outcome=event.outcome,
        error_code=event.error_code,
    )
