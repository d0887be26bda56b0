"""Image providers, reference images, callbacks and latencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

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
    """From a callback with a valid ticket: this attempt at this provider has this job.

    `looks` counts how often it was processed.
    """

    provider: str
    attempt_id: str
    job_id: str
    looks: int = 0


class ImageProvider(Protocol):
    """One vendor. Every method raises `ProviderError`, and nothing else, when the vendor does not deliver.

    Every call is bounded by timeouts. An adapter never retries `submit` once the request may have been sent. With
    `reads_references` it takes URLs of reference images instead of bytes.
    """

    name: str
    reads_references: bool

    def submit(self, task: ProviderTask) -> Submission:
        """Submit one image."""
        ...

    def fetch(self, job_id: str) -> Finished | Running:
        """The state of a job. Safe to retry."""
        ...

    def download(self, picture: RemotePicture) -> bytes:
        """Download a finished image from the vendor. Safe to retry."""
        ...

    def cancel(self, job_id: str) -> bool:
        """Cancel a job; False when the vendor cannot, or the job has ended."""
        ...

    def parse_callback(self, request: CallbackRequest) -> Callback | None:
        """Parse a callback; None when it is not authentic."""
        ...

    def list_models(self) -> tuple[OfferedModel, ...] | None:
        """The vendor's model list; None when it has none. Safe to retry."""
        ...


class ReferenceFetcher(Protocol):
    """Fetches reference images from callers' URLs, guarded against SSRF."""

    def fetch(self, url: str) -> ReferenceImage:
        """Raises ReferenceUnavailable or ImageRejected."""
        ...


class ReferenceCleaner(Protocol):
    """Cleans fetched reference images for vendors: no metadata, upright, not damaged, within limits."""

    def clean(self, reference: ReferenceImage) -> ReferenceImage:
        """Raises ImageRejected or ImagingUnavailable."""
        ...


class LatencyRecorder(Protocol):
    """Latency of images per model."""

    def record(self, model: str, waited: timedelta, now: datetime) -> None:
        """Count one image. Never fails: it is a statistic."""
        ...


class ModelLatencies(Protocol):
    """The recent latency of a model."""

    def of(self, model: str, now: datetime) -> Latency | None:
        """None without samples or when the read fails."""
        ...


class CallbackAddresses(Protocol):
    """Callback URLs for vendors."""

    def expected_from(self, provider: str) -> bool:
        """Whether this provider gets a callback URL, so that polling can be rare."""
        ...

    def address(self, provider: str, ref: ImageRef, attempt_id: str, valid_until: datetime) -> str | None:
        """The callback URL of an attempt; None for providers without callbacks."""
        ...
