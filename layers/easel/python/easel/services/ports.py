"""What the use cases need from the outside, in their own words. `bootstrap/` chooses who fulfils it.

Each Protocol has only the methods that some use case calls. Adapters live in `repositories/`, `providers/`, `storage/`,
`events/`; fakes for tests in `tests/support/`; both pass the same contract tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from easel.domain.budgets import Budget, BudgetScope
from easel.domain.catalogue import Candidate
from easel.domain.credits import Entry, Grant, Hold, Wallet
from easel.domain.events import Event
from easel.domain.generation import (
    Attempt,
    Channel,
    Failure,
    Generation,
    Image,
    Outcome,
    ServedBy,
    Stage,
    Status,
    StoredImage,
)
from easel.domain.latency import Latency
from easel.domain.provenance import Provenance
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
from easel.domain.usage import UsageRow

if TYPE_CHECKING:
    from easel.domain.prompts import TemplateSet


@dataclass(frozen=True, slots=True)
class ImageRef:
    """Names one image task: what queue messages carry."""

    workspace_id: str
    generation_id: str
    index: int
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class JobHint:
    """What a callback told, under a ticket of ours: this attempt at this provider has this job.

    `looks` counts how often it was followed.
    """

    provider: str
    attempt_id: str
    job_id: str
    looks: int = 0


@dataclass(frozen=True, slots=True)
class IdempotencyClaim:
    """An `Idempotency-Key` as it is stored: hashed key, who used it, fingerprint of the body that came with it."""

    key_hash: str
    fingerprint: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of generations; `next_after` is the sort key to go on from, None at the end."""

    generations: tuple[Generation, ...]
    next_after: str | None


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
        """Raises ImageRejected."""
        ...


class ReferenceLender(Protocol):
    """Puts a cleaned reference picture where a vendor can read it for a while."""

    def lend(self, generation: Generation, reference: ReferenceImage) -> ReferenceImage:
        """The same picture with an address. Raises StorageUnavailable."""
        ...


class Write(Protocol):
    """One member of a transaction, made by a repository and opaque to the use case that puts it together."""

    @property
    def description(self) -> str:
        """For logs: what this member does."""
        ...


class UnitOfWork(Protocol):
    """All or nothing, in one call."""

    def commit(self, *writes: Write) -> None:
        """Do all of them.

        When a condition does not hold, nothing is written and the error of the first such write, in the order given, is
        raised (each repository method says which); Contended when others kept getting in between.
        """
        ...


class IdempotencyClaims(Protocol):
    """`Idempotency-Key`s that were used."""

    def claim(self, workspace_id: str, claim: IdempotencyClaim, generation_id: str, now: datetime) -> Write:
        """Conflict: KeyAlreadyClaimed."""
        ...

    def find(self, workspace_id: str, key_hash: str, now: datetime) -> tuple[str, str] | None:
        """(generation id, fingerprint) of a key that was used and still counts."""
        ...


class GenerationRepository(Protocol):
    """Generations with their images."""

    def creation(self, generation: Generation) -> Write:
        """Conflict: StaleWrite, an id that is taken."""
        ...

    def closing(self, generation: Generation, outcome: Outcome, now: datetime) -> Write:
        """End a generation as `outcome` says. Conflict: StaleWrite, when it or an image changed since it was read."""
        ...

    def image_outcome(self, ref: ImageRef, image: Image) -> Write:
        """Set an open image of a running generation to its end. Conflict: StaleWrite, when either had ended."""
        ...

    def late_image(self, ref: ImageRef, image: Image) -> Write:
        """Attach a picture that came after the end. Conflict: StaleWrite, when there is one already."""
        ...

    def get(self, workspace_id: str, generation_id: str) -> Generation | None: ...

    def list(self, workspace_id: str, *, limit: int, after: str | None, status: Status | None) -> Page: ...

    def set_stage(self, ref: ImageRef, stage: Stage) -> bool:
        """Note progress of an open image of a running generation; False when either has ended."""
        ...

    def overdue(self, now: datetime, limit: int) -> Sequence[Generation]:
        """Open generations whose time for attention has come."""
        ...


@dataclass(frozen=True, slots=True)
class ImageTask:
    """The working record of one image: who is at it, until when, and the journal of attempts.

    `lease_until` is a promise of whoever works on the image: before then it, or a message it sent, will go on.
    `version` rises with each change, and a change names the version it read.
    """

    ref: ImageRef
    version: int
    task_token: str
    lease_until: datetime
    attempts: tuple[Attempt, ...]
    polls: int = 0
    """How often the open job was asked for: a message with a smaller number is a double."""

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.is_open), None)

    def attempt(self, attempt_id: str) -> Attempt | None:
        """The attempt of this id, as it stands in the journal."""
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

    def record_job(self, task: ImageTask, job_id: str) -> ImageTask | None:
        """Save the vendor's job id on the open attempt."""
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

    def ending_attempt(self, task: ImageTask, attempt: Attempt) -> Write:
        """`end_attempt` as a member of a transaction. Conflict: StaleWrite."""
        ...


@dataclass(frozen=True, slots=True)
class GalleryImage:
    """A delivered picture as its owner finds it again: independent of the generation's further life."""

    workspace_id: str
    generation_id: str
    user_id: str
    model: str
    prompt: str
    permalink_secret: str
    image: Image
    price_milli_credits: int = 0


class Gallery(Protocol):
    """Delivered pictures of a workspace."""

    def adding(self, entry: GalleryImage) -> Write:
        """Conflict: StaleWrite, when it is there."""
        ...

    def get(self, workspace_id: str, image_id: str) -> GalleryImage | None: ...


class Outbox(Protocol):
    """Events that are saved with the change they tell of, and sent from there."""

    def adding(self, event: Event) -> Write:
        """Conflict: StaleWrite, when this event was told before."""
        ...


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of a wallet's entries; `next_after` is the sort key to go on from, None at the end."""

    entries: tuple[Entry, ...]
    next_after: str | None


class Ledger(Protocol):
    """Wallets, holds, grants and entries. `repositories/ledger.py` says what each member of a transaction means."""

    def holding(self, hold: Hold) -> Sequence[Write]:
        """Conflict: InsufficientCredits, WalletMissing."""
        ...

    def resolving(self, hold: Hold, wallet: Wallet, posted: int, now: datetime) -> Sequence[Write]:
        """Conflict: StaleWrite."""
        ...

    def opening(self, workspace_id: str, now: datetime, grant: Grant | None = None) -> Sequence[Write]:
        """Conflict: StaleWrite."""
        ...

    def granting(self, workspace_id: str, grant: Grant, now: datetime) -> Sequence[Write]:
        """Conflict: StaleWrite, WalletMissing, TooManyGrants."""
        ...

    def withdrawing(self, workspace_id: str, wallet: Wallet, grant: Grant, now: datetime) -> Sequence[Write]:
        """Raises InsufficientCredits. Conflict: StaleWrite."""
        ...

    def expiring(self, workspace_id: str, wallet: Wallet, grant_id: str, now: datetime) -> Sequence[Write]:
        """Conflict: StaleWrite."""
        ...

    def claiming_trial(self, identity: str, workspace_id: str, now: datetime) -> Write:
        """Conflict: StaleWrite."""
        ...

    def wallet(self, workspace_id: str) -> Wallet | None: ...

    def hold(self, workspace_id: str, hold_id: str) -> Hold | None: ...

    def grant(self, workspace_id: str, grant_id: str) -> Grant | None: ...

    def trial_of(self, identity: str) -> datetime | None: ...

    def entries(
        self,
        workspace_id: str,
        *,
        limit: int,
        after: str | None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> EntryPage: ...

    def ended_grants(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """(workspace id, grant id) of grants that have ended and may have something left."""
        ...


class Budgets(Protocol):
    """What may be spent in a month. A scope without a budget is counted too, and never refused."""

    def reserving(self, scope: BudgetScope, amount: int, now: datetime) -> Write:
        """Count a hold. Conflict: BudgetExceeded."""
        ...

    def closing(self, scope: BudgetScope, month: str, freed: int, *, alert: bool = False) -> Write | None:
        """Give back what was not charged, and note that the owner is told. Conflict with `alert`: StaleWrite."""
        ...

    def get(self, scopes: Sequence[BudgetScope], month: str) -> Sequence[Budget]:
        """The budgets of these scopes of one workspace, in their order."""
        ...

    def set_limit(self, scope: BudgetScope, limit: int | None, now: datetime) -> Budget | None:
        """Give a scope this limit from now on; None when somebody else changed it at the same time."""
        ...


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """A version of a workspace's own prompt template. `changed_by` is the user who made this version."""

    workspace_id: str
    template: TemplateSet
    created_at: datetime
    changed_at: datetime
    changed_by: str


class PromptTemplates(Protocol):
    """Prompt templates that workspaces made. Every version stays as it was until the template is removed."""

    def adding(self, own: OwnTemplate) -> Sequence[Write]:
        """Conflict: TooManyTemplates."""
        ...

    def replacing(self, own: OwnTemplate) -> Sequence[Write]:
        """Make this the newest version, after the one before it. Conflict: StaleWrite."""
        ...

    def removing(self, own: OwnTemplate) -> Sequence[Write]:
        """Remove all versions up to this newest one. Conflict: StaleWrite."""
        ...

    def get(self, workspace_id: str, template_id: str, version: int | None = None) -> OwnTemplate | None:
        """One version, the newest unless told."""
        ...

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> tuple[Sequence[OwnTemplate], str | None]:
        """The newest versions, the template that was made last first."""
        ...


@dataclass(frozen=True, slots=True)
class UsageRule:
    """The limits that a submit must keep: what may run at once per channel, and generations per day."""

    max_active: int
    max_per_day: int


@dataclass(frozen=True, slots=True)
class UsageToday:
    """How far a user is: generations of today, and what is running."""

    generations: int
    active_ids: tuple[str, ...]


class UsageCounters(Protocol):
    """What a user runs at once and has asked for today."""

    def starting(self, generation: Generation, rule: UsageRule) -> Write:
        """Count a new generation. Conflict: LimitReached."""
        ...

    def ending(self, generation: Generation) -> Write:
        """It no longer runs. Never conflicts, and a repeat changes nothing."""
        ...

    def today(self, workspace_id: str, user_id: str, channel: Channel, now: datetime) -> UsageToday: ...


class UsageSummaries(Protocol):
    """Totals per user, model, provider and day."""

    def adding(self, generation: Generation) -> Sequence[Write]:
        """Count an ended generation. Never conflicts; being in the closing transaction makes it count once."""
        ...

    def correcting(self, generation: Generation, image: Image) -> Write:
        """Count a picture that came after its generation had ended, at what it cost. Never conflicts."""
        ...


class UsageReports(Protocol):
    """The totals, to be read."""

    def rows(self, workspace_id: str, first_day: str, last_day: str, *, limit: int) -> Sequence[UsageRow]:
        """Rows of these days (both included), at most so many."""
        ...


class ImageStore(Protocol):
    """The bucket. Raises StorageUnavailable."""

    def put(self, key: str, data: bytes, media_type: str) -> None: ...

    def presign(self, key: str, *, expires_in: timedelta, filename: str | None = None) -> str: ...


class ImageProcessor(Protocol):
    """Turns a vendor's bytes into what we store. Raises ImageRejected."""

    def process(
        self, data: bytes, generation: Generation, *, made_by: ServedBy, drawn: str | None = None
    ) -> ProcessedImage:
        """Make the picture what was asked for. `drawn` is a watermark that the vendor has drawn already."""
        ...


@dataclass(frozen=True, slots=True)
class UnmarkedOriginal:
    """The vendor's picture as it was before we drew a watermark into it."""

    data: bytes
    media_type: str
    extension: str


@dataclass(frozen=True, slots=True)
class ProcessedImage:
    """An original with its variants, ready to be stored."""

    original: bytes
    preview: bytes
    thumbnail: bytes
    media_type: str
    extension: str
    width: int
    height: int
    sha256: str
    blurhash: str
    provenance: Provenance
    unmarked: UnmarkedOriginal | None = None

    def stored_under(self, prefix: str, unmarked_prefix: str) -> StoredImage:
        """Where these bytes go below the prefixes. The same picture always goes to the same place."""
        return StoredImage(
            original_key=f"{prefix}/original.{self.extension}",
            preview_key=f"{prefix}/preview.webp",
            thumbnail_key=f"{prefix}/thumb.webp",
            media_type=self.media_type,
            width=self.width,
            height=self.height,
            byte_count=len(self.original),
            sha256=self.sha256,
            blurhash=self.blurhash,
            provenance=self.provenance,
            unmarked_key=f"{unmarked_prefix}/original.{self.unmarked.extension}" if self.unmarked else None,
        )


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


class CallbackAddresses(Protocol):
    """Where vendors call back."""

    def expected_from(self, provider: str) -> bool:
        """Whether this provider is told an address, so that asking after its jobs can be slow."""
        ...

    def address(self, provider: str, ref: ImageRef, attempt_id: str, valid_until: datetime) -> str | None:
        """The address for one attempt; None for a provider that is told none."""
        ...


class Workflow(Protocol):
    """The state machine."""

    def start(self, generation_id: str, execution_input: dict[str, object]) -> bool:
        """Start the execution of this generation; False when it was started before."""
        ...

    def stop(self, generation_id: str, reason: str) -> None: ...

    def image_delivered(self, task_token: str) -> None:
        """Tell the waiting task. A token that nobody waits for any more is not an error."""
        ...

    def image_failed(self, task_token: str, failure: Failure) -> None: ...
