"""One image of a generation: its status, where it is stored, why it failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from easel.domain.attempt import Attempt
from easel.domain.provenance import Provenance
from easel.errors import ProviderErrorClass


class Status(StrEnum):
    """Where a generation, or one of its images, stands. The enum stays small; `Stage` and error codes give detail."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        return not ALLOWED[self]


ALLOWED: Final[Mapping[Status, frozenset[Status]]] = {
    Status.PENDING: frozenset({Status.PROCESSING, Status.FAILED, Status.CANCELLED}),
    Status.PROCESSING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""The state machine of a generation. An image follows the same one."""


OPEN: Final = (Status.PENDING, Status.PROCESSING)


class Stage(StrEnum):
    """What is being done to an open image right now."""

    QUEUED = "queued"
    SUBMITTED = "submitted"
    GENERATING = "generating"
    STORING = "storing"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One thing that was made otherwise than it was asked for, and how it came to be right (or why it is not)."""

    field: str
    asked: str
    made: str
    reason: str


@dataclass(frozen=True, slots=True)
class ServedBy:
    """Who made a picture: the provider, and the living model of the catalogue that stood for the one asked for."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a generation or an image did not come to be: a stable code and a sentence that is safe to show.

    `retryable` invites programs to repeat the request unasked: only where it may succeed, and nothing that was begun
    for this one can still run, or be billed. `account_empty`: our account at the provider has no credit, or has
    reached a limit. That is the operator's affair, so only doors of the operator's own programs tell it.
    """

    code: str
    message: str
    retryable: bool = False
    account_empty: bool = False


@dataclass(frozen=True, slots=True)
class StoredImage:
    """Where a finished picture lies and what it is. Keys are object keys in the one bucket.

    `unmarked_key` is where the picture lies as it was before we drew a watermark: no link to it is ever given. `crc32`
    is that of the original, for archives; None for pictures of before it was kept.
    """

    original_key: str
    preview_key: str
    thumbnail_key: str
    media_type: str
    width: int
    height: int
    byte_count: int
    sha256: str
    blurhash: str
    provenance: Provenance
    unmarked_key: str | None = None
    crc32: int | None = None


@dataclass(frozen=True, slots=True)
class Trashed:
    """A picture in the trash: since when, and until when it can be restored."""

    picture: StoredImage
    at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Image:
    """One picture of a generation.

    `prompt` is its own, where the images of a generation differ; None for that of the generation. `shot` is the shot of
    the template that made it, `references` are the generation's reference pictures that it works from, by index; None
    for all. `late` marks a picture that arrived after its image or its generation had ended: kept and
    reachable, never charged.
    """

    id: str
    index: int
    status: Status = Status.PENDING
    stage: Stage | None = Stage.QUEUED
    prompt: str | None = None
    shot: str | None = None
    references: tuple[int, ...] | None = None
    stored: StoredImage | None = None
    failure: Failure | None = None
    served_by: ServedBy | None = None
    adjustments: tuple[Adjustment, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    completed_at: datetime | None = None
    late: bool = False
    deleted_at: datetime | None = None
    """When its picture was deleted; `stored` is None from then on."""
    trashed: Trashed | None = None
    """Its picture while that is in the trash; `stored` is None meanwhile, so that readers take it for deleted."""

    @property
    def gone_at(self) -> datetime | None:
        """When its picture was deleted or put into the trash; None for one that is neither."""
        return self.deleted_at or (self.trashed.at if self.trashed else None)

    @property
    def was_delivered(self) -> bool:
        """Whether it has a picture, or had one that was deleted or is in the trash."""
        return self.stored is not None or self.gone_at is not None

    @property
    def provider_cost_micro_usd(self) -> int:
        """What the providers take for all attempts so far, those of uncertain outcome included."""
        return sum(attempt.cost_micro_usd for attempt in self.attempts)

    @property
    def uncertain_cost_micro_usd(self) -> int:
        """The part of it that we may not have to pay."""
        return sum(attempt.cost_micro_usd for attempt in self.attempts if attempt.cost_uncertain)


INTERNAL_FAILURE: Final = Failure("internal_error", "Something went wrong on our side. Nothing was charged.")
TIMED_OUT: Final = Failure("timeout", "The provider did not deliver before the deadline.")
NOT_STARTED: Final = Failure("timeout", "No worker was free to make this image before the deadline.", retryable=True)


def timeout_failure(attempts: Sequence[Attempt]) -> Failure:
    """Why an image with these attempts was not there in time."""
    return TIMED_OUT if attempts else NOT_STARTED


FAILURE_TEXTS: Final[Mapping[ProviderErrorClass, Failure]] = {
    ProviderErrorClass.RETRYABLE: Failure(
        "provider_unavailable", "The provider was busy or unavailable each time it was asked.", retryable=True
    ),
    ProviderErrorClass.AMBIGUOUS: Failure(
        "provider_outcome_unknown",
        "The provider did not say whether it made the image. It was not asked again, and nothing was charged.",
    ),
    ProviderErrorClass.FAILED: Failure("provider_failed", "The provider could not make this image."),
    ProviderErrorClass.CALLER: Failure("provider_rejected_input", "The provider refused the parameters or pictures."),
    ProviderErrorClass.CONTENT: Failure("content_policy", "The provider's content policy refused this request."),
    ProviderErrorClass.QUOTA: Failure(
        "provider_unavailable", "The provider cannot take requests at the moment.", retryable=True, account_empty=True
    ),
    ProviderErrorClass.AUTH: Failure("provider_not_configured", "The provider is not set up correctly."),
    ProviderErrorClass.GONE: Failure("model_unavailable", "The provider no longer offers this model."),
    ProviderErrorClass.INTERNAL: INTERNAL_FAILURE,
}
"""What the caller is told for each class of provider error."""
