"""Every error that Easel raises on purpose. Decide by class, never by message.

    EaselError
    ├── InvalidRequest            the caller sent something we do not accept (carries field errors)
    │   ├── UnknownModel          no such model in the catalogue
    │   ├── UnknownTemplate       no such prompt template, or no such version of it
    │   ├── QuoteExpired          a quote that bound us, too long ago
    │   └── InvalidCursor         a page cursor that we did not issue, or for another query
    ├── Unauthenticated           no credential, or one that we do not accept
    ├── Forbidden                 a good credential without the scope or role that the route needs
    ├── NotFound                  nothing under this id in the caller's workspace
    ├── CallbackRefused           a callback that no vendor of ours could have sent, or that is too old
    ├── IdempotencyKeyReused      the key was used before with another body
    │   └── GrantIdReused         the same for a grant of credits
    ├── Conflict                  the thing is not in the state that the change needs
    │   ├── GenerationClosed      cancel or change of a generation that has ended
    │   ├── WalletMissing         a workspace that was never seen before
    │   ├── TooManyTemplates      a workspace has all the prompt templates, or a template all the versions, that it can
    │   ├── TooManyGrants         a wallet holds all the grants that it can
    │   ├── StaleWrite            somebody else changed the record since it was read
    │   ├── LastOwner             a workspace would be left without an owner
    │   └── KeyAlreadyClaimed     an Idempotency-Key that was used before (the use case decides: replay or reuse)
    ├── StillLeased               another worker is at it; the message must come again
    ├── InsufficientCredits       the wallet has less than the request costs
    ├── BudgetExceeded            a budget has less left than the request costs
    ├── LimitReached              a limit on what may run at once, or in a day
    │   └── RateLimited           too many requests in a minute or an hour
    ├── PayloadTooLarge           body over the limit
    ├── UnsupportedMediaType      body of a type that the route does not read
    ├── ImageRejected             bytes that are not a picture we accept
    ├── ReferenceUnavailable      a reference picture that cannot be fetched safely
    ├── Unavailable               something that we depend on did not answer; the same may succeed later
    │   ├── DatabaseUnavailable   DynamoDB
    │   │   └── Contended         a write lost against others each time it was tried; nothing was written
    │   ├── StorageUnavailable    the object store did not take or give the bytes
    │   ├── QueueUnavailable      a message or an event could not be sent
    │   ├── WorkflowUnavailable   the state machine could not be started, stopped or answered
    │   ├── SecretUnavailable     a secret could not be read
    │   └── IdentityUnavailable   an identity provider's keys cannot be fetched, so nobody can be recognised by them
    ├── DatabaseRefused           DynamoDB does not take a request, and will not take its repetition
    └── ProviderError             a vendor did not deliver; `error_class` says what to do about it

Errors know what failed and with which ids. They do not know HTTP: `http/problems.py` has that table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field of a request.

    `field` is the name as the caller wrote it, `allowed` the values or the range that would have been accepted.
    """

    field: str
    message: str
    allowed: Any = None


class EaselError(Exception):
    """Base of all errors raised on purpose. `code` is stable: clients switch on it."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRequest(EaselError):
    """The request breaks a rule; nothing was written."""

    code = "invalid_request"

    def __init__(self, message: str, fields: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.fields = tuple(fields)

    @classmethod
    def of(cls, field: str, message: str, allowed: Any = None) -> InvalidRequest:
        """An error about a single field, whose message is also the summary."""
        return cls(message, [FieldError(field, message, allowed)])


class UnknownModel(InvalidRequest):
    """No such model in the catalogue."""

    code = "unknown_model"


class UnknownTemplate(InvalidRequest):
    """No such prompt template in the caller's workspace, or no such version of it."""

    code = "unknown_template"


class QuoteExpired(InvalidRequest):
    """The quote has run out; ask for a new one."""

    code = "quote_expired"


class InvalidCursor(InvalidRequest):
    """A page cursor that we did not issue, or that belongs to another caller or query."""

    code = "invalid_cursor"


class Unauthenticated(EaselError):
    """No credential, or one that we do not accept."""

    code = "unauthenticated"


class Forbidden(EaselError):
    """A good credential that lacks the scope or role needed."""

    code = "forbidden"


class NotFound(EaselError):
    """Nothing under this id in the caller's workspace. A foreign id reads the same as an unknown one."""

    code = "not_found"


class CallbackRefused(EaselError):
    """A callback that does not count. `reason` is for metrics; the sender gets to know as little as of any address."""

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
    """The thing is not in the state that the change needs."""

    code = "conflict"


class GenerationClosed(Conflict):
    """The generation has already ended."""

    code = "generation_closed"


class StaleWrite(Conflict):
    """The record changed since it was read: read it again and decide again."""

    code = "stale_write"


class LastOwner(Conflict):
    """A workspace always has an owner: this change would leave it with none."""

    code = "last_owner"


class KeyAlreadyClaimed(Conflict):
    """An Idempotency-Key that was used before: by which generation, and with which request fingerprint."""

    code = "key_already_claimed"

    def __init__(self, generation_id: str, fingerprint: str) -> None:
        super().__init__("This Idempotency-Key was used before.")
        self.generation_id = generation_id
        self.fingerprint = fingerprint


class StillLeased(EaselError):
    """Another worker is at it. The message must come again, in case that worker dies."""

    code = "still_leased"


class InsufficientCredits(EaselError):
    """The wallet has less than the request costs. Both amounts are milli-credits; nothing was taken."""

    code = "insufficient_credits"

    def __init__(self, required: int, available: int) -> None:
        super().__init__("Insufficient credits for this request.")
        self.required = required
        self.available = available


class BudgetExceeded(EaselError):
    """A monthly budget has less left than the request costs. Amounts are milli-credits; nothing was taken.

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
    """The workspace has no wallet yet: it has never been seen."""

    code = "wallet_missing"


class TooManyGrants(Conflict):
    """The wallet has as many open grants as it can hold."""

    code = "too_many_grants"


class TooManyTemplates(Conflict):
    """The workspace has as many prompt templates, or the template as many versions, as it can."""

    code = "too_many_templates"


class LimitReached(EaselError):
    """A limit of a plan. `kind` names it, `limit` is its value, `active_ids` what is running.

    `retry_after` is in how many seconds it begins anew; None where only the end of what runs can help.
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
    """Too many requests. `kind` names the window that is full, `limit` is how many fit in."""

    code = "rate_limited"


class PayloadTooLarge(EaselError):
    """The body is larger than the route takes."""

    code = "payload_too_large"


class UnsupportedMediaType(EaselError):
    """The body is of a type that the route does not read."""

    code = "unsupported_media_type"


class ImageRejected(EaselError):
    """Bytes that are not a picture, or not one within our limits."""

    code = "image_rejected"


class ReferenceUnavailable(EaselError):
    """A reference picture that cannot be fetched, or whose address we refuse to call."""

    code = "reference_unavailable"


class Unavailable(EaselError):
    """Something that we depend on did not answer, or it is unknown whether it did its work. Later it may."""

    code = "unavailable"


class DatabaseUnavailable(Unavailable):
    """The database did not answer; a write may or may not have been made."""

    code = "database_unavailable"


class Contended(DatabaseUnavailable):
    """A write lost against others each time it was tried; nothing was written, trying again is safe."""

    code = "contended"


class DatabaseRefused(EaselError):
    """The database does not take this request, nor its repetition: a record that is too large, no permission."""

    code = "database_refused"


class StorageUnavailable(Unavailable):
    """The object store did not take or give the bytes."""

    code = "storage_unavailable"


class QueueUnavailable(Unavailable):
    """A message could not be sent, or it is unknown whether it was."""

    code = "queue_unavailable"


class WorkflowUnavailable(Unavailable):
    """The state machine could not be reached, or it is unknown whether it was."""

    code = "workflow_unavailable"


class SecretUnavailable(Unavailable):
    """A secret could not be read."""

    code = "secret_unavailable"


class IdentityUnavailable(Unavailable):
    """The keys of an identity provider are not known and cannot be fetched now."""

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

    `error_class` decides what happens next, `retry_after` is how many seconds the vendor asks us to wait (None when it
    does not say, or says no number that one could wait), `provider_code` its own code for the attempt log.
    `job_ended`: asking for the job again would only bring the same answer. `from_vendor` is False where nobody asked
    the vendor, or where the fault is ours: such an error says nothing about the vendor's health. `message` is ours and
    safe to show; a vendor's body never goes into it.
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
