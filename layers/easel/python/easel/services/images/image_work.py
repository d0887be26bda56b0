"""What rendering and collecting an image share: delivering it, failing it, and what follows a provider's error.

Each step is safe to repeat. Side effects come in this order, and a worker may die between any two of them:

    message held -> attempt written -> references fetched -> call noted -> provider called -> job id saved
    -> picture downloaded -> picture stored -> image ended (one transaction) -> state machine told

Holding the message makes the queue deliver it again soon after the lease of a dead worker has run out.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.attempt import Attempt
from easel.domain.catalogue import Candidate, Cost, UpstreamPlan, plan_upstream
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, ServedBy, Stage, Status
from easel.domain.provider import Charge, Finished, InlinePicture, Running, UpstreamParameters
from easel.domain.routing import GiveUp, TryAgain, callback_wait
from easel.errors import (
    DatabaseRefused,
    DatabaseUnavailable,
    ImageRejected,
    ProviderError,
    ProviderErrorClass,
    StaleWrite,
    StorageUnavailable,
)
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.images import attempt_ends
from easel.services.images.attempt_ends import DELIVERED, SURPLUS, own_failures
from easel.services.images.attempt_log import TRIES, close_attempt, kept_changing, with_attempt
from easel.services.images.callback_tickets import NoCallbacks
from easel.services.ports.generations import Gallery, GalleryImage, GenerationRepository
from easel.services.ports.image_tasks import ImageRef, ImageTask, ImageTaskRepository
from easel.services.ports.messages import ImageQueue, Workflow
from easel.services.ports.pictures import ImageProcessor, ImageStore, ProcessedImage
from easel.services.ports.providers import CallbackAddresses, ImageProvider, LatencyRecorder
from easel.services.ports.transactions import UnitOfWork
from easel.services.ports.usage import UsageSummaries

logger = logging.getLogger(__name__)

_BEYOND_LIFE: Final = timedelta(seconds=5)
_BEYOND_LEASE: Final = timedelta(seconds=3)
FIRST_SAFETY_POLL: Final = timedelta(seconds=10)
"""When a job whose vendor calls back is first asked for, in case it does not."""
LATE_GRACE: Final = timedelta(minutes=10)
"""How long after the deadline a job that was paid for is still asked for."""
LONGEST_DELAY: Final = timedelta(minutes=15)
"""What SQS allows."""
DOWNLOAD_RETRY_SECONDS: Final = (1.0, 3.0)
"""The longest pauses between the downloads of a picture whose vendor has no job to ask for again."""
DOWNLOAD_RETRY_WINDOW: Final = timedelta(seconds=10)
"""A download that took longer than this to fail is not tried again: the worker has to end in time."""
STORAGE_FAILED: Final = Failure("storage_unavailable", "Failed to upload file", retryable=True)


def lease_of(worker_seconds: int) -> timedelta:
    """Longer than a worker can live, so that an expired lease means a dead worker."""
    return timedelta(seconds=worker_seconds) + _BEYOND_LIFE


def hold_of(worker_seconds: int) -> timedelta:
    """For how long a worker keeps its message from coming again; a dead worker's then finds the lease expired."""
    return lease_of(worker_seconds) + _BEYOND_LEASE


@dataclass(frozen=True, slots=True)
class ImageWork:
    """The collaborators of everything that is done to one image, by a worker that lives for `worker_seconds`."""

    routes: ProviderRouting
    latencies: LatencyRecorder
    worker_seconds: int
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
    callbacks: CallbackAddresses = field(default_factory=NoCallbacks)
    sleep: Callable[[float], None] = time.sleep

    @property
    def lease(self) -> timedelta:
        return lease_of(self.worker_seconds)

    def candidate(self, generation: Generation, attempt: Attempt) -> Candidate:
        """Whom this attempt has asked. Raises ProviderError (gone)."""
        return self.routes.candidate(generation.model, attempt.provider, attempt.model)

    def plan(self, generation: Generation, image: Image, attempt: Attempt) -> UpstreamPlan:
        """What the provider is told to make for this image. Raises ProviderError (gone)."""
        candidate = self.candidate(generation, attempt)
        return plan_upstream(candidate, generation.prompt_of(image), generation.parameters)

    def _known_candidate(self, generation: Generation, attempt: Attempt) -> Candidate | None:
        """Whom this attempt has asked; None when it has left the catalogue since, which takes no picture away."""
        try:
            return self.candidate(generation, attempt)
        except ProviderError:
            return None

    def _known_plan(self, generation: Generation, image: Image, attempt: Attempt) -> UpstreamPlan | None:
        candidate = self._known_candidate(generation, attempt)
        return plan_upstream(candidate, generation.prompt_of(image), generation.parameters) if candidate else None

    def _told(self, generation: Generation, image: Image, attempt: Attempt) -> UpstreamParameters:
        plan = self._known_plan(generation, image, attempt)
        return plan.parameters if plan else UpstreamParameters()

    def callback_address(self, generation: Generation, ref: ImageRef, attempt: Attempt) -> str | None:
        """Where the vendor shall say that its job is done, as long as we ask for it; None where it is not told."""
        return self.callbacks.address(attempt.provider, ref, attempt.id, generation.deadline + LATE_GRACE)

    def first_poll(self, provider: str, state: Running) -> timedelta:
        """After which time a new job is asked for, when nobody calls back."""
        wished = timedelta(seconds=state.poll_after)
        return max(wished, FIRST_SAFETY_POLL) if self.callbacks.expected_from(provider) else wished

    def note_progress(self, ref: ImageRef, stage: Stage) -> None:
        """Show how far an image is. Best effort: a picture is worth more than a word about it."""
        try:
            self.generations.set_stage(ref, stage)
        except (DatabaseUnavailable, DatabaseRefused) as error:
            logger.warning("progress could not be noted", extra={"stage": stage.value, "code": error.code})

    # --- the ends of an image -------------------------------------------------------------------------------------

    def deliver(self, generation: Generation, task: ImageTask, attempt: Attempt, finished: Finished) -> None:
        """Store the picture and end the image as delivered; a picture that comes too late is kept beside.

        Raises:
            ProviderError: the picture cannot be fetched, or is none.
            StorageUnavailable: the bucket did not take it.
            ImagingUnavailable: it could not be finished now.
        """
        if generation.images[task.ref.index].stored is not None:
            self._note_surplus(task, self._ended_with_picture(generation, task.ref.index, attempt, finished))
            return
        processed = self._processed(generation, task, attempt, finished)
        self.note_progress(task.ref, Stage.STORING)
        image = self._stored(generation, task, attempt, processed)
        ended = self._ended_with_picture(generation, task.ref.index, attempt, finished)
        self._record_delivery(generation, task, image, ended)
        self.workflow.image_delivered(task.task_token)
        if candidate := self._known_candidate(generation, attempt):
            self.routes.note_success(generation.workspace_id, candidate)
        if image.completed_at is not None:
            self.latencies.record(generation.model, image.completed_at - generation.created_at, image.completed_at)

    def _processed(
        self, generation: Generation, task: ImageTask, attempt: Attempt, finished: Finished
    ) -> ProcessedImage:
        """The picture, downloaded and made what was asked for. Whatever fails from here on has been made and billed."""
        charge = Charge(finished.cost_micro_usd, finished.usage)
        plan = self._known_plan(generation, generation.images[task.ref.index], attempt)
        made_by = ServedBy(attempt.provider, attempt.model)
        with own_failures(attempt.provider):
            try:
                data = self._picture(attempt, finished)
                return self.processor.process(
                    data, generation, made_by=made_by, drawn=plan.parameters.watermark if plan else None
                )
            except ImageRejected as error:
                raise attempt_ends.not_a_picture(attempt.provider, error, charge) from error
            except ProviderError as error:
                raise attempt_ends.not_downloaded(error, charge, has_job=attempt.job_id is not None) from error

    def _picture(self, attempt: Attempt, finished: Finished) -> bytes:
        """The picture's bytes. A picture without a job is asked for some times here: nobody could come back for it."""
        picture = finished.picture
        if isinstance(picture, InlinePicture):
            return picture.data
        last_retry = self.clock() + DOWNLOAD_RETRY_WINDOW
        for delay in () if attempt.job_id else DOWNLOAD_RETRY_SECONDS:
            try:
                return self.providers(attempt.provider).download(picture)
            except ProviderError as error:
                if error.error_class is not ProviderErrorClass.RETRYABLE or self.clock() > last_retry:
                    raise
            self.sleep(random.uniform(0, delay))  # noqa: S311 - spreads load, keeps no secret
        return self.providers(attempt.provider).download(picture)

    def _stored(self, generation: Generation, task: ImageTask, attempt: Attempt, processed: ProcessedImage) -> Image:
        image = generation.images[task.ref.index]
        plan = self._known_plan(generation, image, attempt)
        # Each attempt has its own place: two vendors may make one image at the same time.
        own = "" if attempt.id == task.attempts[0].id else f"/{attempt.id}"
        stored = processed.stored_under(
            self.image_prefix(generation, image) + own, self.unmarked_prefix(generation, image) + own
        )
        self.store.put(stored.original_key, processed.original, stored.media_type)
        self.store.put(stored.preview_key, processed.preview, "image/webp")
        self.store.put(stored.thumbnail_key, processed.thumbnail, "image/webp")
        if processed.unmarked is not None and stored.unmarked_key is not None:
            self.store.put(stored.unmarked_key, processed.unmarked.data, processed.unmarked.media_type)
        return replace(
            image,
            status=Status.COMPLETED,
            stage=None,
            stored=stored,
            served_by=ServedBy(attempt.provider, attempt.model),
            adjustments=plan.adjustments if plan else (),
            completed_at=self.clock(),
        )

    def _ended_with_picture(self, generation: Generation, index: int, attempt: Attempt, finished: Finished) -> Attempt:
        candidate = self._known_candidate(generation, attempt)
        told = self._told(generation, generation.images[index], attempt)
        cost = candidate.cost_of(finished, told) if candidate else Cost(attempt.cost_micro_usd, uncertain=True)
        return attempt_ends.ended(attempt, self.clock(), outcome=DELIVERED, cost=cost)

    def _record_delivery(self, generation: Generation, task: ImageTask, image: Image, ended: Attempt) -> None:
        """End the image with its picture. What others write to the journal meanwhile does not stand against it."""
        for _ in range(TRIES):
            told = replace(image, attempts=with_attempt(task, ended))
            try:
                self.unit_of_work.commit(
                    self.generations.image_outcome(task.ref, told),
                    self.tasks.ending_attempt(task, ended),
                    self.gallery.adding(_gallery_entry(generation, told)),
                )
            except StaleWrite:
                current = self.generations.get(task.ref.workspace_id, task.ref.generation_id)
                fresh = self.tasks.get(task.ref)
                if current is None or fresh is None:
                    return
                there = current.images[task.ref.index]
                ended_before = current.status.is_final or there.status.is_final
                if ended_before and self._record_late(current, fresh, image, ended):
                    return
                task = fresh
            else:
                attempt_ends.log_end(task.ref, ended)
                return
        raise kept_changing()

    def _record_late(self, current: Generation, task: ImageTask, image: Image, ended: Attempt) -> bool:
        """The generation or the image had ended, or another worker delivered the same picture a moment before.

        False when the picture could not be attached because something changed again.
        """
        there = current.images[task.ref.index]
        if there.stored is not None:
            self._note_surplus(task, ended)
            return True
        if not current.status.is_final:
            logger.info("image had ended before", extra={"image_status": there.status.value})
            return True
        late = replace(image, status=there.status, failure=there.failure, late=True, attempts=with_attempt(task, ended))
        try:
            self.unit_of_work.commit(
                self.generations.late_image(task.ref, late),
                self.tasks.ending_attempt(task, ended),
                self.gallery.adding(_gallery_entry(current, replace(image, late=True))),
                self.summaries.correcting(current, late),
            )
        except StaleWrite:
            return False
        attempt_ends.log_end(task.ref, ended)
        return True

    def _note_surplus(self, task: ImageTask, ended: Attempt) -> None:
        """The image has its picture. When that is another attempt's, this one was paid for all the same."""
        known = task.attempt(ended.id)
        if known is None or known.outcome == DELIVERED:
            logger.info("image had ended before")
        else:
            close_attempt(self.tasks, task, known, replace(ended, outcome=SURPLUS))

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

    def attempt_failed(
        self, generation: Generation, task: ImageTask, attempt: Attempt, error: ProviderError, *, called: bool = True
    ) -> None:
        """Close the attempt and do what the rules say follows. `called`: its request may have left us."""
        ended = self.ended_in_vain(generation, task, attempt, error, called=called)
        changed = close_attempt(self.tasks, task, attempt, ended)
        if changed is None:
            return
        if error.from_vendor:
            self._count(generation, task, attempt, error)
        self.go_on(generation, changed, error)

    def ended_in_vain(
        self, generation: Generation, task: ImageTask, attempt: Attempt, error: ProviderError, *, called: bool = True
    ) -> Attempt:
        """The attempt as an error ended it, with what it may have cost."""
        candidate = self._known_candidate(generation, attempt)
        told = self._told(generation, generation.images[task.ref.index], attempt)
        cost = attempt_ends.cost_of_failure(attempt, error, candidate, told, called=called)
        return attempt_ends.failed(attempt, self.clock(), error, cost)

    def _count(self, generation: Generation, task: ImageTask, attempt: Attempt, error: ProviderError) -> None:
        candidate = self._known_candidate(generation, attempt)
        # One that has left the catalogue is asked by nobody any more.
        if candidate is not None:
            earlier = [known for known in task.attempts if known.id != attempt.id]
            self.routes.note_failure(generation.workspace_id, candidate, error, earlier)

    def go_on(self, generation: Generation, task: ImageTask, error: ProviderError) -> None:
        """Try again, here or elsewhere, or give the image up; a callback that may still come is waited for."""
        image = generation.images[task.ref.index]
        if generation.status.is_final or image.status.is_final:
            return
        if self.callbacks.expected_from(error.provider):
            deadline = generation.image_deadline(task.attempts)
            wait = callback_wait(error, task.attempts, now=self.clock(), deadline=deadline)
            if wait > timedelta():
                self.queue.collect(task.ref, provider=error.provider, delay=wait, polls=task.polls + 1)
                return
        self.follow(task.ref, image, self.routes.after_failure(generation, task.attempts, error), task.task_token, task)

    def follow(
        self, ref: ImageRef, image: Image, decision: TryAgain | GiveUp, task_token: str, task: ImageTask | None
    ) -> None:
        """Do what was decided about an image."""
        match decision:
            case TryAgain(candidate, delay):
                self.queue.render(ref, candidate=candidate, task_token=task_token, delay=delay)
            case GiveUp(failure):
                self.fail(ref, image, failure, task_token, task)

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
            self.queue.collect(task.ref, provider=attempt.provider, delay=timedelta(), polls=task.polls + 1)
        else:
            # Called or not: if its request may have left us, nobody knows whether the provider took the job.
            called = generation.images[task.ref.index].called_attempt == attempt.id
            error = attempt_ends.worker_lost(attempt.provider, called=called)
            self.attempt_failed(generation, task, attempt, error, called=called)

    def storage_failed(self, generation: Generation, task: ImageTask, attempt: Attempt, polls: int = 0) -> None:
        """The bucket did not take the picture: a job can be asked for again, an inline picture is lost."""
        if attempt.job_id is not None and self.clock() < generation.image_deadline(task.attempts):
            self.queue.collect(task.ref, provider=attempt.provider, delay=timedelta(seconds=5), polls=polls + 1)
            return
        code = StorageUnavailable.code
        cost = Cost(attempt.cost_micro_usd, uncertain=True)
        ended = attempt_ends.ended(attempt, self.clock(), outcome=code, error_code=code, cost=cost)
        changed = close_attempt(self.tasks, task, attempt, ended)
        if changed is not None:
            self.fail(task.ref, generation.images[task.ref.index], STORAGE_FAILED, task.task_token, changed)


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
