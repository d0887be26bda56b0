"""What rendering and collecting an image share: delivering it, failing it, and what follows a provider's error.

Each step is safe to repeat. Side effects come in this order, and a worker may die between any two of them:

    message held -> attempt written -> stage noted -> provider called -> job id saved -> picture downloaded
    -> picture stored -> image ended (one transaction) -> state machine told

Holding the message makes the queue deliver it again soon after the lease of a dead worker has run out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.catalogue import Candidate, Catalogue, UpstreamPlan, plan_upstream
from easel.domain.generation import (
    FAILURE_TEXTS,
    Attempt,
    Failure,
    Fallback,
    Generation,
    Image,
    ServedBy,
    Stage,
    Status,
)
from easel.domain.provider import Finished, InlinePicture
from easel.domain.routing import GiveUp, TryAgain, after_failure
from easel.errors import ImageRejected, ProviderError, ProviderErrorClass, StaleWrite, StorageUnavailable
from easel.services.ports import (
    Gallery,
    GalleryImage,
    GenerationRepository,
    ImageProcessor,
    ImageProvider,
    ImageQueue,
    ImageRef,
    ImageStore,
    ImageTask,
    ImageTaskRepository,
    ProcessedImage,
    UnitOfWork,
    UsageSummaries,
    Workflow,
)

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=125)
"""Longer than a worker can live, so that an expired lease means a dead worker."""
HOLD: Final = LEASE + timedelta(seconds=3)
"""For how long a worker keeps its message from coming again; a dead worker's message then finds the lease expired."""
LATE_GRACE: Final = timedelta(minutes=10)
"""How long after the deadline a job that was paid for is still asked for."""
DELIVERED: Final = "delivered"
WITHDRAWN: Final = "cancelled"
STORAGE_FAILED: Final = Failure("storage_unavailable", "Failed to upload file", retryable=True)


@dataclass(frozen=True, slots=True)
class ImageWork:
    """The collaborators of everything that is done to one image."""

    catalogue: Catalogue
    generations: GenerationRepository
    tasks: ImageTaskRepository
    gallery: Gallery
    summaries: UsageSummaries
    unit_of_work: UnitOfWork
    providers: Callable[[str], ImageProvider]
    processor: ImageProcessor
    store: ImageStore
    image_prefix: Callable[[Generation, Image], str]
    unmarked_prefix: Callable[[Generation, Image], str]
    queue: ImageQueue
    workflow: Workflow
    clock: Clock

    def candidate(self, generation: Generation, provider: str) -> Candidate:
        """How `provider` serves this generation's model. Raises ProviderError (gone)."""
        candidate = self.catalogue.candidate(self.catalogue.find(generation.model), provider)
        if candidate is None:
            raise ProviderError(
                f"{provider} does not serve {generation.model}.",
                provider=provider,
                error_class=ProviderErrorClass.GONE,
            )
        return candidate

    def plan(self, generation: Generation, image: Image, provider: str) -> UpstreamPlan:
        """What `provider` is told to make for this image. Raises ProviderError (gone)."""
        candidate = self.candidate(generation, provider)
        return plan_upstream(candidate, generation.prompt_of(image), generation.parameters)

    # --- the ends of an image -------------------------------------------------------------------------------------

    def deliver(self, generation: Generation, task: ImageTask, attempt: Attempt, finished: Finished) -> None:
        """Store the picture and end the image as delivered; a picture that comes too late is kept beside.

        Raises:
            ProviderError: the picture cannot be fetched, or is none.
            StorageUnavailable: the bucket did not take it.
        """
        data = self._picture(attempt.provider, finished)
        try:
            processed = self._finished(data, generation, task, attempt)
        except ImageRejected as error:
            raise ProviderError(
                "The provider delivered something that is not a picture.",
                provider=attempt.provider,
                error_class=ProviderErrorClass.FAILED,
                provider_code=error.code,
                job_ended=True,
            ) from error
        self.generations.set_stage(task.ref, Stage.STORING)
        image = self._stored(generation, task, attempt, finished, processed)
        self._record_delivery(generation, task, image)
        self.workflow.image_delivered(task.task_token)

    def _picture(self, provider: str, finished: Finished) -> bytes:
        if isinstance(finished.picture, InlinePicture):
            return finished.picture.data
        return self.providers(provider).download(finished.picture)

    def _finished(self, data: bytes, generation: Generation, task: ImageTask, attempt: Attempt) -> ProcessedImage:
        told = self.plan(generation, generation.images[task.ref.index], attempt.provider).parameters
        made_by = ServedBy(attempt.provider, attempt.model)
        return self.processor.process(data, generation, made_by=made_by, drawn=told.watermark)

    def _stored(
        self, generation: Generation, task: ImageTask, attempt: Attempt, finished: Finished, processed: ProcessedImage
    ) -> Image:
        image = generation.images[task.ref.index]
        stored = processed.stored_under(self.image_prefix(generation, image), self.unmarked_prefix(generation, image))
        self.store.put(stored.original_key, processed.original, stored.media_type)
        self.store.put(stored.preview_key, processed.preview, "image/webp")
        self.store.put(stored.thumbnail_key, processed.thumbnail, "image/webp")
        if processed.unmarked is not None and stored.unmarked_key is not None:
            self.store.put(stored.unmarked_key, processed.unmarked.data, processed.unmarked.media_type)
        now = self.clock()
        table_cost = self.candidate(generation, attempt.provider).cost_micro_usd(generation.parameters.resolution)
        cost = table_cost if finished.cost_micro_usd is None else finished.cost_micro_usd
        ended = replace(attempt, ended_at=now, outcome=DELIVERED, cost_micro_usd=cost, cost_uncertain=False)
        return replace(
            image,
            status=Status.COMPLETED,
            stage=None,
            stored=stored,
            served_by=ServedBy(attempt.provider, attempt.model),
            adjustments=self.plan(generation, image, attempt.provider).adjustments,
            attempts=_journal(task, ended),
            completed_at=now,
        )

    def _record_delivery(self, generation: Generation, task: ImageTask, image: Image) -> None:
        ended = image.attempts[-1]
        try:
            self.unit_of_work.commit(
                self.generations.image_outcome(task.ref, image),
                self.tasks.ending_attempt(task, ended),
                self.gallery.adding(_gallery_entry(generation, image)),
            )
        except StaleWrite:
            self._record_late(generation, task, image)

    def _record_late(self, generation: Generation, task: ImageTask, image: Image) -> None:
        """The generation or the image had ended, or another worker delivered the same picture a moment before."""
        current = self.generations.get(task.ref.workspace_id, task.ref.generation_id)
        if current is None:
            return
        there = current.images[task.ref.index]
        if there.stored is not None or not current.status.is_final:
            logger.info("image had ended before", extra={"image_status": there.status.value})
            return
        late = replace(image, status=there.status, failure=there.failure, late=True)
        try:
            self.unit_of_work.commit(
                self.generations.late_image(task.ref, late),
                self.tasks.ending_attempt(task, image.attempts[-1]),
                self.gallery.adding(_gallery_entry(generation, replace(image, late=True))),
                self.summaries.correcting(current, late),
            )
        except StaleWrite:
            logger.info("late image was recorded by another worker")

    def fail(self, ref: ImageRef, image: Image, failure: Failure, task_token: str, task: ImageTask | None) -> None:
        """End an image without a picture and tell the state machine."""
        attempts = task.attempts if task else ()
        failed = replace(
            image, status=Status.FAILED, stage=None, failure=failure, attempts=attempts, completed_at=self.clock()
        )
        try:
            self.unit_of_work.commit(self.generations.image_outcome(ref, failed))
        except StaleWrite:
            logger.info("image had ended before")
        self.workflow.image_failed(task_token, failure)

    def announce(self, image: Image, task_token: str) -> None:
        """Tell the state machine again how an image ended: the first word may have been lost."""
        if image.status is Status.COMPLETED:
            self.workflow.image_delivered(task_token)
        elif image.status is Status.FAILED and image.failure:
            self.workflow.image_failed(task_token, image.failure)

    # --- after an error -------------------------------------------------------------------------------------------

    def attempt_failed(self, generation: Generation, task: ImageTask, attempt: Attempt, error: ProviderError) -> None:
        """Close the attempt in the journal and do what the rules say follows."""
        unknown = error.error_class is ProviderErrorClass.AMBIGUOUS
        paid_in_vain = unknown or error.provider_code == ImageRejected.code
        ended = replace(
            attempt,
            ended_at=self.clock(),
            outcome=error.error_class.value,
            error_code=error.provider_code or error.code,
            cost_micro_usd=self._cost(generation, attempt) if paid_in_vain else 0,
            cost_uncertain=paid_in_vain,
        )
        changed = self.tasks.end_attempt(task, ended)
        if changed is None:
            logger.info("another worker ended this attempt")
            return
        logger.warning(
            "provider attempt failed",
            extra={
                "provider": error.provider,
                "error_class": error.error_class.value,
                "provider_code": error.provider_code,
                "attempt_id": attempt.id,
            },
        )
        self.go_on(generation, changed, error)

    def go_on(self, generation: Generation, task: ImageTask, error: ProviderError) -> None:
        """Try again, here or elsewhere, or give the image up."""
        image = generation.images[task.ref.index]
        if generation.status.is_final or image.status.is_final:
            return
        candidates = self.catalogue.candidates(self.catalogue.find(generation.model), Fallback.SAME_MODEL)
        match after_failure(error, task.attempts, candidates, now=self.clock(), deadline=generation.deadline):
            case TryAgain(provider, delay):
                self.queue.render(task.ref, provider=provider, task_token=task.task_token, delay=delay)
            case GiveUp(failure):
                self.fail(task.ref, image, failure, task.task_token, task)

    def resume(self, generation: Generation, task: ImageTask) -> None:
        """The last attempt has ended, and its worker may have died before it did what follows: do it (again)."""
        image, last = generation.images[task.ref.index], task.attempts[-1]
        if image.status.is_final:
            self.announce(image, task.task_token)
        elif last.outcome == StorageUnavailable.code:
            self.fail(task.ref, image, STORAGE_FAILED, task.task_token, task)
        elif last.outcome in {error_class.value for error_class in ProviderErrorClass}:
            error_class = ProviderErrorClass(last.outcome)
            self.go_on(
                generation,
                task,
                ProviderError("", provider=last.provider, error_class=error_class, provider_code=last.error_code),
            )

    def take_over(self, generation: Generation, task: ImageTask, attempt: Attempt) -> None:
        """The lease of an open attempt has run out: its worker is dead. Go on from what it wrote down."""
        if attempt.job_id is not None:
            self.queue.collect(task.ref, delay=timedelta(), polls=task.polls + 1)
        elif generation.images[task.ref.index].stage is Stage.QUEUED:
            # The stage is noted right before the first call and never goes back, so no call was ever made.
            never_called = ProviderErrorClass.RETRYABLE
            self.attempt_failed(generation, task, attempt, _worker_lost(attempt.provider, never_called))
        else:
            # It died around the call. Nobody knows whether the provider took the job.
            unknown = ProviderErrorClass.AMBIGUOUS
            self.attempt_failed(generation, task, attempt, _worker_lost(attempt.provider, unknown))

    def storage_failed(self, generation: Generation, task: ImageTask, attempt: Attempt, polls: int = 0) -> None:
        """The bucket did not take the picture: a job can be asked for again, an inline picture is lost."""
        if attempt.job_id is not None and self.clock() < generation.deadline:
            self.queue.collect(task.ref, delay=timedelta(seconds=5), polls=polls + 1)
            return
        ended = replace(
            attempt,
            ended_at=self.clock(),
            outcome=StorageUnavailable.code,
            error_code=StorageUnavailable.code,
            cost_micro_usd=self._cost(generation, attempt),
            cost_uncertain=True,
        )
        changed = self.tasks.end_attempt(task, ended)
        if changed is not None:
            self.fail(task.ref, generation.images[task.ref.index], STORAGE_FAILED, task.task_token, changed)

    def _cost(self, generation: Generation, attempt: Attempt) -> int:
        candidate = self.catalogue.candidate(self.catalogue.find(generation.model), attempt.provider)
        return candidate.cost_micro_usd(generation.parameters.resolution) if candidate else 0


def _worker_lost(provider: str, error_class: ProviderErrorClass) -> ProviderError:
    message = FAILURE_TEXTS[error_class].message
    return ProviderError(message, provider=provider, error_class=error_class, provider_code="worker_lost")


def _journal(task: ImageTask, ended: Attempt) -> tuple[Attempt, ...]:
    return tuple(ended if attempt.id == ended.id else attempt for attempt in task.attempts)


def _gallery_entry(generation: Generation, image: Image) -> GalleryImage:
    return GalleryImage(
        workspace_id=generation.workspace_id,
        generation_id=generation.id,
        user_id=generation.user_id,
        model=generation.model,
        prompt=generation.prompt_of(image),
        permalink_secret=generation.permalink_secret,
        image=image,
        price_milli_credits=generation.price_of(image),
    )
