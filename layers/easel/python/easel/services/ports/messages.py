"""What sets work going: queues and the workflow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from easel.clock import to_iso
from easel.domain.catalogue import Candidate
from easel.domain.generation import Generation
from easel.domain.image import Failure
from easel.domain.request import Fallback
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.providers import JobHint


@dataclass(frozen=True, slots=True)
class QueuedGeneration:
    """What it takes to start a generation without reading it: the message in the queue and the execution's input.

    `model` is the one that the request names; `asked_provider` and `fallback` are what it says about providers;
    `images` and `references` are their numbers. `deadline_seconds` is how long an image is waited for,
    `attention_at` (ISO 8601) is when the sweeper shall look after the running generation.
    """

    workspace_id: str
    generation_id: str
    request_id: str
    model: str
    images: int
    deadline_seconds: int
    attention_at: str
    references: int = 0
    asked_provider: str | None = None
    fallback: Fallback | None = None

    @classmethod
    def of(cls, generation: Generation) -> QueuedGeneration:
        """The message for a generation that was stored."""
        time_allowed = (generation.deadline - generation.created_at).total_seconds()
        return cls(
            workspace_id=generation.workspace_id,
            generation_id=generation.id,
            request_id=generation.request_id,
            model=generation.model,
            images=len(generation.images),
            deadline_seconds=max(1, math.ceil(time_allowed)),
            attention_at=to_iso(generation.attention_when_running),
            references=len(generation.references),
            asked_provider=generation.routing.provider,
            fallback=generation.routing.fallback,
        )


class GenerationQueue(Protocol):
    """The queue that `workers/start_generation` reads."""

    def submit(self, generation: Generation) -> None: ...


class ImageQueue(Protocol):
    """The queues of the image workers."""

    def render(self, ref: ImageRef, *, candidate: Candidate, task_token: str, delay: timedelta) -> None:
        """Have a worker ask `candidate` for this image, after `delay` (at most 15 minutes)."""
        ...

    def collect(self, ref: ImageRef, *, provider: str, delay: timedelta, polls: int) -> None:
        """Have a worker ask `provider` for this image's job, after `delay` (at most 15 minutes).

        `polls` counts how often it was asked for, this time included.
        """
        ...

    def hint(self, ref: ImageRef, hint: JobHint, *, delay: timedelta = timedelta()) -> None:
        """Have a worker follow what a callback told, after `delay` (at most 15 minutes)."""
        ...


class WorkflowStarter(Protocol):
    """Starts the state machine. Raises WorkflowUnavailable; safe to repeat."""

    def start(self, queued: QueuedGeneration, first: Candidate) -> bool:
        """Start the execution of this generation; False when it was started before.

        Every image is first requested from the candidate `first`.
        """
        ...


class Workflow(Protocol):
    """The state machine of a started generation. Raises WorkflowUnavailable; every call is safe to repeat."""

    def stop(self, generation_id: str, reason: str) -> None: ...

    def image_delivered(self, task_token: str) -> None:
        """Tell the waiting task. A token that nobody waits for any more is not an error."""
        ...

    def image_failed(self, task_token: str, failure: Failure) -> None: ...
