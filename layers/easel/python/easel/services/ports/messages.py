"""What sets work going: queues and the workflow."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from easel.domain.catalogue import Candidate
from easel.domain.generation import Generation
from easel.domain.image import Failure
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.providers import JobHint


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


class Workflow(Protocol):
    """The state machine. Raises WorkflowUnavailable; every call is safe to repeat."""

    def start(self, generation_id: str, execution_input: dict[str, object]) -> bool:
        """Start the execution of this generation; False when it was started before."""
        ...

    def stop(self, generation_id: str, reason: str) -> None: ...

    def image_delivered(self, task_token: str) -> None:
        """Tell the waiting task. A token that nobody waits for any more is not an error."""
        ...

    def image_failed(self, task_token: str, failure: Failure) -> None: ...
