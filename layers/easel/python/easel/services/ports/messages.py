"""Queues and the workflow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from easel.domain.catalogue import Candidate
from easel.domain.generation import Generation
from easel.domain.image import Failure
from easel.domain.reference import needs_of
from easel.domain.request import Fallback
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.providers import JobHint


@dataclass(frozen=True, slots=True)
class QueuedGeneration:
    """Everything needed to start a generation without reading it: the queue message and the execution's input.

    `model` is the requested one; `asked_provider` and `fallback` are the request's routing; `images` and `references`
    are their numbers, `mask` says whether there is one besides. `deadline_seconds` is the timeout of an image.
    """

    workspace_id: str
    generation_id: str
    request_id: str
    model: str
    images: int
    deadline_seconds: int
    references: int = 0
    mask: bool = False
    asked_provider: str | None = None
    fallback: Fallback | None = None

    @classmethod
    def of(cls, generation: Generation) -> QueuedGeneration:
        """The message for a stored generation."""
        time_allowed = (generation.deadline - generation.created_at).total_seconds()
        needs = needs_of(generation.references)
        return cls(
            workspace_id=generation.workspace_id,
            generation_id=generation.id,
            request_id=generation.request_id,
            model=generation.model,
            images=len(generation.images),
            deadline_seconds=max(1, math.ceil(time_allowed)),
            references=needs.pictures,
            mask=needs.mask,
            asked_provider=generation.routing.provider,
            fallback=generation.routing.fallback,
        )


class GenerationQueue(Protocol):
    """The queue of `workers/start_generation`."""

    def submit(self, generation: Generation) -> None: ...


class ImageQueue(Protocol):
    """The queues of the image workers."""

    def render(self, ref: ImageRef, *, candidate: Candidate, task_token: str, delay: timedelta) -> None:
        """Request this image from `candidate`, after `delay` (at most 15 minutes)."""
        ...

    def collect(self, ref: ImageRef, *, provider: str, delay: timedelta, polls: int) -> None:
        """Poll this image's job at `provider`, after `delay` (at most 15 minutes).

        `polls` counts the polls, this one included.
        """
        ...

    def hint(self, ref: ImageRef, hint: JobHint, *, delay: timedelta = timedelta()) -> None:
        """Process a callback, after `delay` (at most 15 minutes)."""
        ...


class WorkflowStarter(Protocol):
    """Starts the state machine. Raises WorkflowUnavailable; safe to retry."""

    def start(self, queued: QueuedGeneration, first: Candidate) -> bool:
        """Start the execution of this generation; False when it was started before.

        Every image is first requested from the candidate `first`.
        """
        ...


class Workflow(Protocol):
    """The state machine of a started generation. Raises WorkflowUnavailable; every call is safe to retry."""

    def stop(self, generation_id: str, reason: str) -> None: ...

    def image_delivered(self, task_token: str) -> None:
        """Complete the waiting task. A token that is no longer waited for is ignored."""
        ...

    def image_failed(self, task_token: str, failure: Failure) -> None: ...
