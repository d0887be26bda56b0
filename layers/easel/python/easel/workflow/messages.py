"""Message bodies of the queues: written by `queues.py` and the state machine, read by the workers.

Unknown fields are ignored, so that old and new versions can run at the same time.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt, TypeAdapter
from pydantic.alias_generators import to_camel, to_snake

from easel.services.ports.deletion import Deletion
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.messages import QueuedGeneration
from easel.services.ports.providers import JobHint
from easel.services.ports.webhooks import DeliveryRef

_FIELDS: Final = TypeAdapter(dict[str, Any])
_QUEUED: Final = TypeAdapter(QueuedGeneration)


def queued_values(queued: QueuedGeneration) -> dict[str, Any]:
    """A queued generation with camelCase names: the message in `generations`, and part of the execution's input."""
    return {to_camel(name): value for name, value in asdict(queued).items() if value is not None}


def queued_from(body: str) -> QueuedGeneration:
    """Parse a message of the queue `generations`. Raises pydantic's ValidationError."""
    fields = _FIELDS.validate_json(body)
    return _QUEUED.validate_python({to_snake(name): value for name, value in fields.items()})


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    def to_json(self) -> str:
        """The body of the message, with camelCase names."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


class _ImageMessage(_Message):
    workspace_id: str
    generation_id: str
    index: NonNegativeInt
    request_id: str

    def ref(self) -> ImageRef:
        """The image this message is about."""
        return ImageRef(self.workspace_id, self.generation_id, self.index, self.request_id)


class ArchiveMessage(_Message):
    """Queue `archives`: build the archive of what this generation has."""

    workspace_id: str
    generation_id: str
    request_id: str


class BatchMessage(_Message):
    """Queue `batches`: keep this run of a batch going. The message stays in the queue until there is no more to do."""

    workspace_id: str
    batch_id: str
    run: str
    request_id: str


class DeliveryMessage(_Message):
    """Queues `webhooks` and `slow-webhooks`: make this attempt at a delivery."""

    workspace_id: str
    endpoint_id: str
    delivery_id: str
    attempt: PositiveInt

    def ref(self) -> DeliveryRef:
        """As the use case takes it."""
        return DeliveryRef(self.workspace_id, self.endpoint_id, self.delivery_id, self.attempt)


class DeletionMessage(_Message):
    """Queue `deletions`: remove the files of these images, if they are marked as deleted."""

    workspace_id: str
    generation_id: str
    image_ids: tuple[str, ...]
    request_id: str

    def as_deletion(self) -> Deletion:
        """As the use case takes it."""
        return Deletion(self.workspace_id, self.generation_id, self.image_ids, self.request_id)


class RenderMessage(_ImageMessage):
    """Queues `render-<provider>`: render this image with `model`; its outcome answers the task token."""

    provider: str
    model: str
    task_token: str


class HintPart(_Message):
    """From a callback: this attempt at this provider has this job. `looks` counts how often it was processed."""

    provider: str
    attempt_id: str
    job_id: str
    looks: NonNegativeInt = 0

    def as_hint(self) -> JobHint:
        """As the use cases take it."""
        return JobHint(self.provider, self.attempt_id, self.job_id, self.looks)


class CollectMessage(_ImageMessage):
    """Queues `collect-<provider>`: check the open attempt of this image; `polls` counts the checks so far.

    With `hint` it is a callback to process, and `polls` is not used.
    """

    provider: str
    polls: NonNegativeInt = 0
    hint: HintPart | None = None
