"""A generation: one request for 1..10 images, and the rules by which it and its images may change.

Pure data and pure rules. `repositories/generations.py` stores it, `services/` moves it along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from easel.domain.price import Price
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


START_GRACE: Final = timedelta(seconds=60)
"""A generation still PENDING after this long gets the sweeper's attention: its message may be lost."""
CLOSE_GRACE: Final = timedelta(seconds=30)
"""How long after its deadline a running generation is left to the state machine before the sweeper ends it."""


class Stage(StrEnum):
    """What is being done to an open image right now."""

    QUEUED = "queued"
    SUBMITTED = "submitted"
    GENERATING = "generating"
    STORING = "storing"


class Mode(StrEnum):
    """Whether the request carries reference pictures."""

    TEXT_TO_IMAGE = "text-to-image"
    IMAGE_TO_IMAGE = "image-to-image"


class Channel(StrEnum):
    """Through which front door the request came; limits and answers differ by it."""

    API = "api"
    WEB = "web"
    TELEGRAM = "telegram"
    INTAKE = "intake"


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that the model shall work from, in the caller's order."""

    url: str
    role: str = "reference"
    telegram_file_id: str | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels. Canonical text is `WxH`."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class ImageParameters:
    """What the picture shall be, after validation against the catalogue.

    A model takes either `size` or `aspect_ratio` (with `resolution` where it has one); the others are None.
    `watermark` is text to be drawn into the picture. `asked_size` is what the caller wrote, where the nearest size that
    the model has was taken instead.
    """

    size: Size | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    output_format: str | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    watermark: str | None = None
    asked_size: Size | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One thing that was made otherwise than it was asked for, and how it came to be right (or why it is not)."""

    field: str
    asked: str
    made: str
    reason: str


@dataclass(frozen=True, slots=True)
class UsedTemplate:
    """The template that made the prompts of a generation, and what it did otherwise than it was asked."""

    id: str
    version: int
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServedBy:
    """Who made a picture: the provider, and the living model of the catalogue that stood for the one asked for."""

    provider: str
    model: str


class Fallback(StrEnum):
    """Who may stand in when the first provider does not deliver."""

    NONE = "none"
    """Nobody."""
    SAME_MODEL = "same-model"
    """Another provider of the same model."""
    EQUIVALENT = "equivalent"
    """Also another model of the same kind."""


@dataclass(frozen=True, slots=True)
class Routing:
    """What a request, a workspace or a deployment says about who shall make an image; None where it says nothing.

    `after_refusal` lets another vendor try what the content policy of one has refused.
    """

    provider: str | None = None
    fallback: Fallback | None = None
    after_refusal: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a generation or an image did not come to be: a stable code and a sentence that is safe to show."""

    code: str
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to one provider for one image: the journal entry, written before the call is made.

    `outcome` is None while the call is open; then `delivered`, an error class, or `cancelled`. `cost_micro_usd` is what
    the provider takes for it; `cost_uncertain` says that we may have to pay although nothing was delivered, as it is
    while the call is open. `model` is the living model of the catalogue, `upstream_model` the provider's name for it.
    """

    id: str
    provider: str
    model: str
    upstream_model: str
    started_at: datetime
    job_id: str | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    error_code: str | None = None
    cost_micro_usd: int = 0
    cost_uncertain: bool = False

    @property
    def is_open(self) -> bool:
        return self.outcome is None


@dataclass(frozen=True, slots=True)
class StoredImage:
    """Where a finished picture lies and what it is. Keys are object keys in the one bucket.

    `unmarked_key` is where the picture lies as it was before we drew a watermark: nobody is given a link to it.
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


@dataclass(frozen=True, slots=True)
class Image:
    """One picture of a generation.

    `prompt` is its own, where the images of a generation differ; None for that of the generation. `shot` is the shot of
    the template that made it, `references` are the generation's reference pictures that it works from, by index; None
    for all. `late` marks a picture that arrived after its generation had ended: kept and reachable,
    never charged.
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

    @property
    def provider_cost_micro_usd(self) -> int:
        """What the providers take for all attempts so far, those of uncertain outcome included."""
        return sum(attempt.cost_micro_usd for attempt in self.attempts)


@dataclass(frozen=True, slots=True)
class Generation:
    """One request for images, with everything needed to answer for its status in one read."""

    id: str
    workspace_id: str
    user_id: str
    channel: Channel
    model: str
    provider: str
    prompt: str
    mode: Mode
    parameters: ImageParameters
    input_params: Mapping[str, Any]
    """The request as the caller sent it, kept unchanged."""
    references: tuple[Reference, ...]
    images: tuple[Image, ...]
    status: Status
    created_at: datetime
    deadline: datetime
    permalink_secret: str
    """Random text that makes the permalinks of this generation's images unguessable."""
    request_id: str
    started_at: datetime | None = None
    completed_at: datetime | None = None
    failure: Failure | None = None
    client_reference: str | None = None
    price: Price | None = None
    """What it costs at most; None for what is free."""
    charged: int | None = None
    """Milli-credits that were taken for what was delivered; None while it is open."""
    served_by: ServedBy | None = None
    """Who is to make it, as planned when it was taken."""
    adjustments: tuple[Adjustment, ...] = ()
    """What this plan changes of what was asked for."""
    key_id: str | None = None
    """The API key, or other way in, that asked for it: its budget pays too."""
    template: UsedTemplate | None = None
    """What made the prompts of its images; `prompt` is then a short title."""
    routing: Routing = Routing()
    """What the request says about providers."""

    @property
    def attention_when_running(self) -> datetime:
        """When the sweeper shall look at this generation, should it still be running by then."""
        return self.deadline + CLOSE_GRACE

    @property
    def provider_cost_micro_usd(self) -> int:
        """What the providers take for all attempts so far, those of uncertain outcome included."""
        return sum(image.provider_cost_micro_usd for image in self.images)

    def prompt_of(self, image: Image) -> str:
        """What this image shall show."""
        return self.prompt if image.prompt is None else image.prompt

    def references_of(self, image: Image) -> tuple[tuple[int, Reference], ...]:
        """The pictures that this image works from, each with its number in the request, counted from 1."""
        numbered = tuple(enumerate(self.references, start=1))
        return numbered if image.references is None else tuple(numbered[index] for index in image.references)

    def price_of(self, image: Image) -> int:
        """What an image costs, in milli-credits: its share while it may still come, nothing once it will not."""
        if self.price is None or image.late or image.status in {Status.FAILED, Status.CANCELLED}:
            return 0
        return self.price.of_image(image.index)

    @property
    def images_completed(self) -> int:
        return sum(image.status is Status.COMPLETED for image in self.images)

    @property
    def images_failed(self) -> int:
        return sum(image.status is Status.FAILED for image in self.images)

    @property
    def stage(self) -> Stage | None:
        """The stage of the image that is furthest behind; None once the generation has ended."""
        if self.status.is_final:
            return None
        stages = [image.stage for image in self.images if image.stage is not None]
        return min(stages, key=list(Stage).index) if stages else Stage.STORING

    @property
    def progress(self) -> int:
        """0..100, from the stages of the images: coarse, but it never runs backwards."""
        if self.status.is_final:
            return 100
        weights = {None: 100, Stage.QUEUED: 0, Stage.SUBMITTED: 10, Stage.GENERATING: 30, Stage.STORING: 90}
        done = sum(100 if image.status.is_final else weights[image.stage] for image in self.images)
        return min(done // len(self.images), 99)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a generation ends, given where its images stand."""

    status: Status
    images: tuple[Image, ...]
    failure: Failure | None = None
    timed_out: tuple[int, ...] = field(default=())


TIMED_OUT: Final = Failure("timeout", "The provider did not deliver before the deadline.", retryable=True)
_NOTHING: Final = Failure("no_images", "No image could be generated.")


def conclude(images: Sequence[Image]) -> Outcome:
    """Decide the end of a generation: images still open have run out of time, one delivered image is a success.

    COMPLETED with failed images beside is a partial success; FAILED carries the first image's reason.
    """
    open_indexes = tuple(image.index for image in images if not image.status.is_final)
    final = tuple(_time_out(image) if image.index in open_indexes else image for image in images)
    if any(image.status is Status.COMPLETED for image in final):
        return Outcome(Status.COMPLETED, final, timed_out=open_indexes)
    failure = next((image.failure for image in final if image.failure), _NOTHING)
    return Outcome(Status.FAILED, final, failure, open_indexes)


def cancel(images: Sequence[Image]) -> Outcome:
    """The end of a cancelled generation: what was delivered stays delivered, the rest will not come."""
    final = tuple(
        image if image.status.is_final else replace(image, status=Status.CANCELLED, stage=None) for image in images
    )
    return Outcome(Status.CANCELLED, final)


def _time_out(image: Image) -> Image:
    return replace(image, status=Status.FAILED, stage=None, failure=TIMED_OUT)


FAILURE_TEXTS: Final[Mapping[ProviderErrorClass, Failure]] = {
    ProviderErrorClass.RETRYABLE: Failure(
        "provider_unavailable", "The provider was busy or unavailable each time it was asked.", retryable=True
    ),
    ProviderErrorClass.AMBIGUOUS: Failure(
        "provider_outcome_unknown",
        "The provider did not say whether it made the image. It was not asked again, and nothing was charged.",
        retryable=True,
    ),
    ProviderErrorClass.FAILED: Failure("provider_failed", "The provider could not make this image.", retryable=True),
    ProviderErrorClass.CALLER: Failure("provider_rejected_input", "The provider refused the parameters or pictures."),
    ProviderErrorClass.CONTENT: Failure("content_policy", "The provider's content policy refused this request."),
    ProviderErrorClass.QUOTA: Failure(
        "provider_unavailable", "The provider cannot take requests at the moment.", retryable=True
    ),
    ProviderErrorClass.AUTH: Failure("provider_not_configured", "The provider is not set up correctly."),
    ProviderErrorClass.GONE: Failure("model_unavailable", "The provider no longer offers this model."),
}
"""What the caller is told for each class of provider error."""
