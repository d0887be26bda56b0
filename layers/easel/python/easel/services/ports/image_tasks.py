"""The working records of images: who is at one, and what was tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.attempt import Attempt
from easel.domain.image import Image
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class ImageRef:
    """Names one image task: what queue messages carry."""

    workspace_id: str
    generation_id: str
    index: int
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ImageTask:
    """The working record of one image: the lease of the worker that has it, and the attempt log.

    Until `lease_until` the worker, or a message that it sent, will go on with the image.
    `version` rises with each change, and a change names the version it read.
    """

    ref: ImageRef
    version: int
    task_token: str
    lease_until: datetime
    attempts: tuple[Attempt, ...]
    polls: int = 0
    """How often the open job was polled: a message with a smaller number is a duplicate."""
    called_attempt: str | None = None
    """The last attempt whose request may have been sent to its provider."""

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.is_open), None)

    def attempt(self, attempt_id: str) -> Attempt | None:
        """The attempt of this id, as it is stored."""
        return next((attempt for attempt in self.attempts if attempt.id == attempt_id), None)


class ImageTaskRepository(Protocol):
    """Working records of images. A None answer means: the record changed since it was read."""

    def claim(self, ref: ImageRef, task_token: str, attempt: Attempt, lease_until: datetime) -> ImageTask | None:
        """Make the record with its first attempt; None when there is one already."""
        ...

    def get(self, ref: ImageRef) -> ImageTask | None: ...

    def begin_attempt(
        self, task: ImageTask, task_token: str, attempt: Attempt, lease_until: datetime
    ) -> ImageTask | None:
        """Write a further attempt before its call is made."""
        ...

    def begin_call(self, task: ImageTask, attempt_id: str) -> bool:
        """Note that the request of this attempt is about to be sent, and keep the task token for what follows.

        False when the image or the generation has ended, or this attempt was called before. Until then the attempt
        costs nothing, and its provider has nothing to do with how it ends.
        """
        ...

    def record_job(self, task: ImageTask, job_id: str, *, running: bool = False) -> ImageTask | None:
        """Save the vendor's job id on the open attempt; `running` shows that the vendor is at work on it."""
        ...

    def reopen_attempt(self, task: ImageTask, attempt_id: str, job_id: str) -> ImageTask | None:
        """Make an attempt whose outcome was unknown the open one again: its job has been found."""
        ...

    def begin_poll(self, task: ImageTask, polls: int, lease_until: datetime) -> ImageTask | None:
        """Take the lease for the n-th asking after the job."""
        ...

    def end_attempt(self, task: ImageTask, attempt: Attempt) -> ImageTask | None:
        """Replace the open attempt by its ended form."""
        ...

    def deliver(self, task: ImageTask, image: Image, attempt: Attempt) -> ImageTask | None:
        """End the image with its picture, and the attempt that made it. None also when it has a picture.

        An image that has ended otherwise keeps its status: the picture is there as a late one.
        """
        ...

    def fail(self, ref: ImageRef, image: Image) -> bool:
        """End the image without a picture; False when it had ended."""
        ...

    def counting_late(self, ref: ImageRef) -> Write:
        """Note that a late picture is in the usage sums. Conflict: StaleWrite, when it was counted before."""
        ...
