"""Errors of vendors."""

from __future__ import annotations

import math
from enum import StrEnum

from easel.errors.base import EaselError


class ProviderErrorClass(StrEnum):
    """What a provider's failure means for us. The table is in `providers/README.md`."""

    RETRYABLE = "retryable"
    """Transient, and the provider certainly did not start (or refunds) the job: same provider after a pause."""
    AMBIGUOUS = "ambiguous"
    """Cannot tell whether a job was started and billed: never re-posted there."""
    FAILED = "failed"
    """The job ended without a picture for a reason of the provider's own: another candidate, no blind retry."""
    CALLER = "caller"
    """Parameters or reference pictures that the provider refuses: fail now with its reason."""
    CONTENT = "content"
    """Refused by moderation: fail now, never sent to another vendor unasked."""
    QUOTA = "quota"
    """Our account there has no credit or hit a daily limit: another candidate."""
    AUTH = "auth"
    """Our key there is missing or refused: another candidate, and an operator has to look."""
    GONE = "gone"
    """The upstream model is retired or unknown: another candidate, and the catalogue needs a change."""
    INTERNAL = "internal"
    """Our own fault before anything was sent: costs nothing, says nothing about the provider."""


class ProviderError(EaselError):
    """A vendor did not deliver.

    `error_class` decides what happens next. `retry_after` is the vendor's Retry-After in seconds (None when there is
    none, or none that is usable). `provider_code` is the vendor's code, for the attempt log. `job_ended`: polling the
    job again would give the same answer. `from_vendor` is False where no request was sent, or where the fault is ours:
    such an error says nothing about the vendor's health. `message` is ours and safe to show; it never contains a
    vendor's text.
    """

    code = "provider_error"

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        error_class: ProviderErrorClass,
        provider_code: str | None = None,
        retry_after: float | None = None,
        job_ended: bool = False,
        from_vendor: bool = True,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.error_class = error_class
        self.provider_code = provider_code
        self.retry_after = retry_after if retry_after is not None and 0 <= retry_after < math.inf else None
        self.job_ended = job_ended
        self.from_vendor = from_vendor
