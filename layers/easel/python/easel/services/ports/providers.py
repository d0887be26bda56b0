"""Image providers: what they are asked, shown and told, and how long they take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from easel.domain.generation import (
    Generation,
)
from easel.domain.latency import Latency
from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Finished,
    OfferedModel,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Running,
    Submission,
)
from easel.services.ports.image_tasks import ImageRef


@dataclass(frozen=True, slots=True)
class JobHint:
    """What a callback told, under a ticket of ours: this attempt at this provider has this job.

    `looks` counts how often it was followed.
    """

    provider: str
    attempt_id: str
    job_id: str
    looks: int = 0


class ImageProvider(Protocol):
    """One vendor. Every method raises `ProviderError`, and nothing else, when the vendor does not deliver.

    Every call is bounded by timeouts. `submit` is never repeated by the adapter once bytes may have left. One that
    `reads_references` takes their addresses instead of their bytes.
    """

    name: str
    reads_references: bool

    def submit(self, task: ProviderTask) -> Submission:
        """Ask for one image."""
        ...

    def fetch(self, job_id: str) -> Finished | Running:
        """Where a job stands. Safe to repeat."""
        ...

    def download(self, picture: RemotePicture) -> bytes:
        """The bytes of a finished picture that lies with the vendor. Safe to repeat."""
        ...

    def cancel(self, job_id: str) -> bool:
        """Ask the vendor to stop; False when it cannot or the job is beyond stopping."""
        ...

    def parse_callback(self, request: CallbackRequest) -> Callback | None:
        """Read a callback; None when it is not a genuine one of this vendor."""
        ...

    def list_models(self) -> tuple[OfferedModel, ...] | None:
        """What the vendor offers to our key now; None when it has no such list. Safe to repeat."""
        ...


class ReferenceFetcher(Protocol):
    """Fetches reference pictures from the addresses that callers give, safely."""

    def fetch(self, url: str) -> ReferenceImage:
        """Raises ReferenceUnavailable or ImageRejected."""
        ...


class ReferenceCleaner(Protocol):
    """Makes fetched reference pictures fit for vendors: no metadata, upright, whole, within their limits."""

    def clean(self, reference: ReferenceImage) -> ReferenceImage:
        """Raises ImageRejected or ImagingUnavailable."""
        ...


class ReferenceLender(Protocol):
    """Puts a cleaned reference picture where a vendor can read it for a while."""

    def lend(self, generation: Generation, reference: ReferenceImage) -> ReferenceImage:
        """The same picture with an address. Raises StorageUnavailable."""
        ...


class LatencyRecorder(Protocol):
    """How long callers wait for the images of each model."""

    def record(self, model: str, waited: timedelta, now: datetime) -> None:
        """Count one image. Never fails: it is a statistic."""
        ...


class ModelLatencies(Protocol):
    """What was observed of a model lately."""

    def of(self, model: str, now: datetime) -> Latency | None:
        """None when nothing was, or when nobody can tell."""
        ...


class CallbackAddresses(Protocol):
    """Where vendors call back."""

    def expected_from(self, provider: str) -> bool:
        """Whether this provider is told an address, so that asking after its jobs can be slow."""
        ...

    def address(self, provider: str, ref: ImageRef, attempt_id: str, valid_until: datetime) -> str | None:
        """The address for one attempt; None for a provider that is told none."""
        ...
