"""Every error that Easel raises on purpose, for import from here. Decide by class, never by message.

Each room's errors are in the module of its name; `base.py` has those of every room, `dependencies.py` those of services
that Easel depends on, `providers.py` those of vendors.

    EaselError
    ├── InvalidRequest            the request is invalid (carries field errors)
    │   ├── UnknownModel          no such model in the catalogue
    │   ├── UnknownTemplate       no such prompt template, or no such version of it
    │   ├── UnknownReference      a reference to an upload or image that the workspace does not have
    │   ├── ReferenceNotReady     a reference to an upload or image that is not finished
    │   ├── QuoteExpired          the quote has expired
    │   └── InvalidCursor         a page cursor that is not ours, or of another query
    ├── Unauthenticated           an invalid credential
    │   └── CredentialMissing     no credential
    ├── PasswordRequired          a share with a password, and none or another one was given
    ├── Forbidden                 a valid credential without the required scope or role
    ├── NotFound                  nothing under this id in the caller's workspace
    ├── CallbackRefused           a callback with an invalid or expired ticket or signature
    ├── IdempotencyKeyReused      the key was used before with another body
    │   └── GrantIdReused         the same for a grant of credits
    ├── Conflict                  the resource is not in the state that the change requires
    │   ├── GenerationClosed      cancel or change of a generation that has ended
    │   ├── WalletMissing         the workspace has no wallet yet
    │   ├── TooManyTemplates      the limit of prompt templates, or of versions of one, is reached
    │   ├── TooManyShares         the limit of shares of a workspace is reached
    │   ├── TooManyWebhooks       the limit of webhook endpoints is reached
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
    ├── ProvidersNotConfigured    no vendor that could work with what was sent has a key
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

from easel.errors.accounts import CredentialMissing, Forbidden, LastOwner, LimitReached, RateLimited, Unauthenticated
from easel.errors.base import (
    Conflict,
    EaselError,
    FieldError,
    IdempotencyKeyReused,
    InvalidCursor,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    StaleWrite,
    StillLeased,
    UnsupportedMediaType,
)
from easel.errors.catalogue import ProvidersNotConfigured, UnknownModel
from easel.errors.delivery import TooManyWebhooks
from easel.errors.dependencies import (
    Contended,
    DatabaseRefused,
    DatabaseUnavailable,
    IdentityUnavailable,
    ImagingUnavailable,
    QueueUnavailable,
    SecretUnavailable,
    StorageUnavailable,
    Unavailable,
    WorkflowUnavailable,
)
from easel.errors.generations import (
    BatchBudgetReached,
    BatchStopped,
    GenerationClosed,
    KeyAlreadyClaimed,
    LineTaken,
    ReferenceNotReady,
    ReferenceUnavailable,
    UnknownReference,
    UnreadableMessage,
)
from easel.errors.images import CallbackRefused, ImageRejected, PasswordRequired, RejectionReason, TooManyShares
from easel.errors.money import (
    BudgetExceeded,
    GrantIdReused,
    InsufficientCredits,
    QuoteExpired,
    TooManyGrants,
    WalletMissing,
)
from easel.errors.prompt_templates import TooManyTemplates, UnknownTemplate
from easel.errors.providers import ProviderError, ProviderErrorClass
from easel.errors.uploads import TicketsRequired, TooManyAttachments, UploadInUse, UploadNotReady

__all__ = [
    "BatchBudgetReached",
    "BatchStopped",
    "BudgetExceeded",
    "CallbackRefused",
    "Conflict",
    "Contended",
    "CredentialMissing",
    "DatabaseRefused",
    "DatabaseUnavailable",
    "EaselError",
    "FieldError",
    "Forbidden",
    "GenerationClosed",
    "GrantIdReused",
    "IdempotencyKeyReused",
    "IdentityUnavailable",
    "ImageRejected",
    "ImagingUnavailable",
    "InsufficientCredits",
    "InvalidCursor",
    "InvalidRequest",
    "KeyAlreadyClaimed",
    "LastOwner",
    "LimitReached",
    "LineTaken",
    "NotFound",
    "PasswordRequired",
    "PayloadTooLarge",
    "ProviderError",
    "ProviderErrorClass",
    "ProvidersNotConfigured",
    "QueueUnavailable",
    "QuoteExpired",
    "RateLimited",
    "ReferenceNotReady",
    "ReferenceUnavailable",
    "RejectionReason",
    "SecretUnavailable",
    "StaleWrite",
    "StillLeased",
    "StorageUnavailable",
    "TicketsRequired",
    "TooManyAttachments",
    "TooManyGrants",
    "TooManyShares",
    "TooManyTemplates",
    "TooManyWebhooks",
    "Unauthenticated",
    "Unavailable",
    "UnknownModel",
    "UnknownReference",
    "UnknownTemplate",
    "UnreadableMessage",
    "UnsupportedMediaType",
    "UploadInUse",
    "UploadNotReady",
    "WalletMissing",
    "WorkflowUnavailable",
]
