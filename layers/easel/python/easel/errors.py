"""Every error that Easel raises on purpose. Decide by class, never by message.

    EaselError
    ├── InvalidRequest            the request is invalid (carries field errors)
    │   ├── UnknownModel          no such model in the catalogue
    │   ├── UnknownTemplate       no such prompt template, or no such version of it
    │   ├── UnknownReference      a reference to an upload or image that the workspace does not have
    │   ├── ReferenceNotReady     a reference to an upload or image that is not finished
    │   ├── QuoteExpired          the quote has expired
    │   └── InvalidCursor         a page cursor that is not ours, or of another query
    ├── Unauthenticated           no credential, or an invalid one
    ├── Forbidden                 a valid credential without the required scope or role
    ├── NotFound                  nothing under this id in the caller's workspace
    ├── CallbackRefused           a callback with an invalid or expired ticket or signature
    ├── IdempotencyKeyReused      the key was used before with another body
    │   └── GrantIdReused         the same for a grant of credits
    ├── Conflict                  the resource is not in the state that the change requires
    │   ├── GenerationClosed      cancel or change of a generation that has ended
    │   ├── WalletMissing         the workspace has no wallet yet
    │   ├── TooManyTemplates      the limit of prompt templates, or of versions of one, is reached
    │   ├── TooManyGrants         the limit of open grants of a wallet is reached
    │   ├── UploadNotReady        the upload has no checked picture (yet)
    │   ├── UploadInUse           the upload is attached to something and cannot be deleted
    │   ├── TooManyAttachments    the limit of uses of one upload is reached
    │   ├── StaleWrite            the record was changed by another writer since it was read
    │   ├── LineTaken             a line of a batch that was taken before
    │   ├── BatchStopped          a batch that was paused, cancelled or started anew meanwhile
    │   ├── BatchBudgetReached    the budget of a batch has less left than the price of its next line
    │   ├── LastOwner             a workspace would be left without an owner
    │   └── KeyAlreadyClaimed     an Idempotency-Key that was used before (the use case decides: replay or reuse)
    ├── UnreadableMessage         a message in the intake that is no JSON, or too large
    ├── StillLeased               another worker holds the lease; the message must be redelivered
    ├── InsufficientCredits       the balance is lower than the price of the request
    ├── BudgetExceeded            a budget has less left than the price of the request
    ├── LimitReached              a limit on concurrent or daily generations
    │   └── RateLimited           too many requests in a minute or an hour
    ├── PayloadTooLarge           body over the limit
    │   └── TicketsRequired       files that have to be sent to the object store; carries a ticket for each
    ├── UnsupportedMediaType      body of a type that the route does not read
    ├── ImageRejected             not an image, or one outside the limits; `reason` says which
    ├── ReferenceUnavailable      a reference image that cannot be fetched safely
    ├── Unavailable               a dependency did not answer; a retry may succeed
    │   ├── DatabaseUnavailable   DynamoDB
    │   │   └── Contended         every retry of a write lost against other writers; nothing was written
    │   ├── StorageUnavailable    S3
    │   ├── ImagingUnavailable    no process to decode an image
    │   ├── QueueUnavailable      a message or an event could not be sent
    │   ├── WorkflowUnavailable   Step Functions
    │   ├── SecretUnavailable     a secret could not be read
    │   └── IdentityUnavailable   an identity provider's keys cannot be fetched
    ├── DatabaseRefused           DynamoDB rejects the request, and would reject a retry
    └── ProviderError             a vendor did not deliver; `error_class` decides what follows

Errors carry what failed and the ids. Their HTTP statuses are in `http/problems.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One problem with one field of a request.

    `field` is the name as the caller wrote it, `allowed` the accepted values or range.
    """

    field: str
    message: str
    allowed: Any = None


class EaselError(Exception):
    """Base of all errors raised on purpose. `code` is stable: clients depend on it."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRequest(EaselError):
    """The request is invalid; nothing was written."""

    code = "invalid_request"

    def __init__(self, message: str, fields: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.fields = tuple(fields)

    @classmethod
    def of(cls, field: str, message: str, allowed: Any = None) -> InvalidRequest:
        """An error about a single field; its message is also the summary."""
        return cls(message, [FieldError(field, message, allowed)])


class UnknownModel(InvalidRequest):
    """No such model in the catalogue."""

    code = "unknown_model"


class UnknownTemplate(InvalidRequest):
    """No such prompt template in the caller's workspace, or no such version of it."""

    code = "unknown_template"


class UnknownReference(InvalidRequest):
    """A reference to an upload or an image that the caller's workspace does not have."""

    code = "unknown_reference"


class ReferenceNotReady(InvalidRequest):
    """A reference to an upload that is still being checked, or to an image that is still being made."""

    code = "reference_not_ready"


class QuoteExpired(InvalidRequest):
    """The quote has expired; request a new one."""

    code = "quote_expired"


class InvalidCursor(InvalidRequest):
    """A page cursor that is not ours, or of another caller or query."""

    code = "invalid_cursor"


class Unauthenticated(EaselError):
    """No credential, or an invalid one."""

    code = "unauthenticated"


class Forbidden(EaselError):
    """A valid credential without the required scope or role."""

    code = "forbidden"


class NotFound(EaselError):
    """Nothing under this id in the caller's workspace. Another workspace's id and an unknown id look the same."""

    code = "not_found"


class CallbackRefused(EaselError):
    """An unauthenticated or expired callback. `reason` is for metrics and is not sent to the caller."""

    code = "callback_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The callback was refused: {reason}.")
        self.reason = reason


class IdempotencyKeyReused(EaselError):
    """This Idempotency-Key was used before with another request body."""

    code = "idempotency_key_reused"


class GrantIdReused(IdempotencyKeyReused):
    """This grant id was used before for another grant."""

    code = "grant_id_reused"


class Conflict(EaselError):
    """The resource is not in the state that the change requires."""

    code = "conflict"


class GenerationClosed(Conflict):
    """The generation has already ended."""

    code = "generation_closed"


class StaleWrite(Conflict):
    """The record changed since it was read: read it again and retry."""

    code = "stale_write"


class UploadNotReady(Conflict):
    """The upload has no checked picture: it is still awaited or checked, or it was rejected."""

    code = "upload_not_ready"


class UploadInUse(Conflict):
    """The upload is attached to something, which has to let go of it first."""

    code = "upload_in_use"


class TooManyAttachments(Conflict):
    """The limit of uses of one upload is reached."""

    code = "too_many_attachments"


class LineTaken(Conflict):
    """This line of a batch was taken before."""

    code = "line_taken"


class BatchStopped(Conflict):
    """The batch was paused, cancelled or started anew meanwhile."""

    code = "batch_stopped"


class BatchBudgetReached(Conflict):
    """The budget of the batch has less left than the price of its next line."""

    code = "batch_budget_reached"


class LastOwner(Conflict):
    """A workspace always has an owner: this change would leave it with none."""

    code = "last_owner"


class KeyAlreadyClaimed(Conflict):
    """An Idempotency-Key that was used before, with its generation and request fingerprint."""

    code = "key_already_claimed"

    def __init__(self, generation_id: str, fingerprint: str) -> None:
        super().__init__("This Idempotency-Key was used before.")
        self.generation_id = generation_id
        self.fingerprint = fingerprint


class UnreadableMessage(EaselError):
    """A message in the intake that is no JSON, or too large. It would be the same after a redelivery."""

    code = "unreadable_message"


class StillLeased(EaselError):
    """Another worker holds the lease, or something else has to end first. The message must be redelivered."""

    code = "still_leased"


class InsufficientCredits(EaselError):
    """The balance is lower than the price. Both amounts are milli-credits; nothing was charged.

    `top_up_url` is where credits can be bought, in deployments that say so.
    """

    code = "insufficient_credits"

    def __init__(self, required: int, available: int, top_up_url: str | None = None) -> None:
        super().__init__("Insufficient credits for this request.")
        self.required = required
        self.available = available
        self.top_up_url = top_up_url


class BudgetExceeded(EaselError):
    """A monthly budget has less left than the price. Amounts are milli-credits; nothing was charged.

    `kind` says whose budget: `workspace` or `key`.
    """

    code = "budget_exceeded"

    def __init__(self, kind: str, *, limit: int, used: int, required: int) -> None:
        super().__init__(f"The monthly budget of this {kind} has too little left for this request.")
        self.kind = kind
        self.limit = limit
        self.used = used
        self.required = required


class WalletMissing(Conflict):
    """The workspace has no wallet yet."""

    code = "wallet_missing"


class TooManyGrants(Conflict):
    """The limit of open grants of a wallet is reached."""

    code = "too_many_grants"


class TooManyTemplates(Conflict):
    """The limit of prompt templates of a workspace, or of versions of a template, is reached."""

    code = "too_many_templates"


class LimitReached(EaselError):
    """A limit of a plan. `kind` names it, `limit` is its value, `active_ids` are the running generations.

    `retry_after` is the number of seconds until the limit resets; None where a running generation has to end first.
    """

    code = "limit_reached"

    def __init__(
        self, message: str, *, kind: str, limit: int, active_ids: Sequence[str] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.limit = limit
        self.active_ids = tuple(active_ids)
        self.retry_after = retry_after


class RateLimited(LimitReached):
    """Too many requests. `kind` names the window, `limit` its number of requests."""

    code = "rate_limited"


class PayloadTooLarge(EaselError):
    """The body is larger than the route accepts."""

    code = "payload_too_large"


class TicketsRequired(PayloadTooLarge):
    """The files of a form have to be sent to the object store. `tickets` are pairs of a form field and its ticket."""

    code = "tickets_required"

    def __init__(self, message: str, tickets: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> None:
        super().__init__(message)
        self.tickets = tuple(tickets)


class UnsupportedMediaType(EaselError):
    """The body has a media type that the route does not accept."""

    code = "unsupported_media_type"


class RejectionReason(StrEnum):
    """Why an image was rejected. The values are stable."""

    NOT_A_PICTURE = "not_a_picture"
    """Another kind of file."""
    DAMAGED = "damaged"
    """Truncated, contradictory, or of a kind that does not exist: common viewers do not show it."""
    TOO_LARGE = "too_large"
    """Too many bytes or pixels."""
    TOO_COMPLEX = "too_complex"
    """Decoding it would exceed the limits on CPU time or memory."""


class ImageRejected(EaselError):
    """Not an image, or one outside the limits: the sender's fault. `field` is the form field of the file, if any."""

    code = "image_rejected"

    def __init__(
        self, message: str, reason: RejectionReason = RejectionReason.DAMAGED, *, field: str | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field


class ReferenceUnavailable(EaselError):
    """A reference image that cannot be fetched, or whose URL is not allowed."""

    code = "reference_unavailable"


class Unavailable(EaselError):
    """A dependency did not answer, or the outcome is unknown. A retry may succeed."""

    code = "unavailable"


class DatabaseUnavailable(Unavailable):
    """The database did not answer; a write may or may not have been made."""

    code = "database_unavailable"


class Contended(DatabaseUnavailable):
    """Every retry of a write lost against other writers; nothing was written, so retrying is safe."""

    code = "contended"


class DatabaseRefused(EaselError):
    """The database rejects the request and would reject a retry: a record that is too large, no permission."""

    code = "database_refused"


class StorageUnavailable(Unavailable):
    """An object could not be stored, read or linked, or the outcome is unknown."""

    code = "storage_unavailable"


class ImagingUnavailable(Unavailable):
    """No process could be started to decode an image, or it got no CPU time; a retry may succeed."""

    code = "imaging_unavailable"


class QueueUnavailable(Unavailable):
    """A message could not be sent, or the outcome is unknown."""

    code = "queue_unavailable"


class WorkflowUnavailable(Unavailable):
    """A workflow could not be started, stopped or answered, or the outcome is unknown."""

    code = "workflow_unavailable"


class SecretUnavailable(Unavailable):
    """A secret could not be read."""

    code = "secret_unavailable"


class IdentityUnavailable(Unavailable):
    """The keys of an identity provider cannot be fetched."""

    code = "identity_unavailable"


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
