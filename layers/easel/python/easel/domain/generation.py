"""A generation: one request for 1..10 images, and the rules by which it and its images may change.

Pure data and pure rules. `repositories/generations.py` stores it, `services/` moves it along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from easel.domain.attempt import Attempt
from easel.domain.image import Adjustment, Failure, Image, ServedBy, Stage, Status, timeout_failure
from easel.domain.price import Price
from easel.domain.reference import Reference, UploadSource
from easel.domain.request import Channel, ImageParameters, Mode, Origin, Routing

START_GRACE: Final = timedelta(seconds=60)
"""A generation still PENDING after this long gets the sweeper's attention: its message may be lost."""
CLOSE_GRACE: Final = timedelta(seconds=30)
"""How long after its deadline a running generation is left to the state machine before the sweeper ends it."""


@dataclass(frozen=True, slots=True)
class UsedTemplate:
    """The template that made the prompts of a generation, and what it did otherwise than it was asked."""

    id: str
    version: int
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """What an image had come to when its generation ended, as the usage sums have it; later finds are added to that."""

    cost_micro_usd: int
    uncertain_micro_usd: int
    late: bool = False

    @classmethod
    def of(cls, image: Image) -> Counted:
        return cls(image.provider_cost_micro_usd, image.uncertain_cost_micro_usd, image.late)


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
    """When it ends at the latest, waiting in queues included: known, and shown, from the submit on."""
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
    budget_keys: tuple[str, ...] = ()
    """Ids of the API keys whose budgets pay too; see `services.ports.accounts.ApiKeyRecord.budget_keys`."""
    template: UsedTemplate | None = None
    """What made the prompts of its images; `prompt` is then a short title."""
    routing: Routing = field(default_factory=Routing)
    """What the request says about providers."""
    origin: Origin = field(default_factory=Origin)
    """The product that it shows, or the image that it makes again."""
    work_seconds: int | None = None
    """How long one image may take from its first attempt on, within `deadline`; None: until `deadline`."""
    counted: tuple[Counted, ...] = ()
    """For each image; empty while it is open."""

    @property
    def file_title(self) -> str:
        """What its files are named after."""
        return self.origin.title or self.prompt

    @property
    def upload_ids(self) -> tuple[str, ...]:
        """The uploads that it uses as references, each once."""
        named = (one.source.upload_id for one in self.references if isinstance(one.source, UploadSource))
        return tuple(dict.fromkeys(named))

    def image_deadline(self, attempts: Sequence[Attempt]) -> datetime:
        """When an image with these attempts is given up.

        Its time begins with its first attempt, so that waiting for a free worker does not count; `deadline` bounds
        both.
        """
        if self.work_seconds is None or not attempts:
            return self.deadline
        return min(self.deadline, attempts[0].started_at + timedelta(seconds=self.work_seconds))

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
    return replace(image, status=Status.FAILED, stage=None, failure=timeout_failure(image.attempts))
