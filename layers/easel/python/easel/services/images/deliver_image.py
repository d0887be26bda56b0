"""Deliver a picture that a provider has made: download, finish, store, and end the image."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.attempt import Attempt
from easel.domain.generation import Generation
from easel.domain.image import Image, ServedBy, Status
from easel.domain.provider import Charge, Finished, InlinePicture
from easel.errors import ImageRejected, ProviderError, ProviderErrorClass
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.images import attempt_ends
from easel.services.images.attempt_context import AttemptContext
from easel.services.images.attempt_ends import DELIVERED, SURPLUS, own_failures
from easel.services.images.attempt_log import TRIES, again, close_attempt, kept_changing, with_attempt
from easel.services.images.end_image import EndImage
from easel.services.images.remove_late import RemoveLate
from easel.services.ports.generations import GenerationReader
from easel.services.ports.image_tasks import ImageTask, ImageTaskRepository
from easel.services.ports.messages import Workflow
from easel.services.ports.pictures import ImageProcessor, ImageStore, ProcessedImage
from easel.services.ports.providers import ImageProvider, LatencyRecorder

logger = logging.getLogger(__name__)

_DOWNLOAD_RETRY_SECONDS: Final = (1.0, 3.0)
"""The longest pauses between the downloads of a picture whose vendor has no job to ask for again."""
_DOWNLOAD_RETRY_WINDOW: Final = timedelta(seconds=10)
"""A download that took longer than this to fail is not retried: the worker has to end in time."""


class DeliverImage:
    """Stores the picture and ends the image as delivered; a picture that comes too late is kept, uncharged."""

    def __init__(
        self,
        *,
        routing: ProviderRouting,
        latencies: LatencyRecorder,
        generations: GenerationReader,
        tasks: ImageTaskRepository,
        providers: Callable[[str], ImageProvider],
        processor: ImageProcessor,
        store: ImageStore,
        image_prefix: Callable[[Generation, Image], str],
        unmarked_prefix: Callable[[Generation, Image], str],
        workflow: Workflow,
        end: EndImage,
        removal: RemoveLate,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._routing = routing
        self._latencies = latencies
        self._generations = generations
        self._tasks = tasks
        self._end = end
        self._removal = removal
        self._providers = providers
        self._processor = processor
        self._store = store
        self._image_prefix = image_prefix
        self._unmarked_prefix = unmarked_prefix
        self._workflow = workflow
        self._clock = clock
        self._sleep = sleep

    def __call__(self, context: AttemptContext, finished: Finished) -> None:
        """Deliver the picture of an attempt.

        Raises:
            ProviderError: the picture cannot be downloaded, or is none.
            StorageUnavailable: the bucket did not take it.
            ImagingUnavailable: it could not be finished now.
        """
        if context.image.was_delivered:
            self._note_surplus(context.task, self._ended(context, finished))
            return
        processed = self._processed(context, finished)
        image = self._stored(context, processed)
        self._record_delivery(context, image, self._ended(context, finished))
        self._workflow.image_delivered(context.task.task_token)
        generation = context.generation
        if context.candidate is not None:
            self._routing.note_success(generation.workspace_id, context.candidate)
        if image.completed_at is not None:
            self._latencies.record(generation.model, image.completed_at - generation.created_at, image.completed_at)

    # --- the picture --------------------------------------------------------------------------------------------------

    def _processed(self, context: AttemptContext, finished: Finished) -> ProcessedImage:
        """The picture, downloaded and finished to what was asked for. It has been made and billed, whatever fails."""
        attempt, charge = context.attempt, Charge(finished.cost_micro_usd, finished.usage)
        made_by = ServedBy(attempt.provider, attempt.model)
        with own_failures(attempt.provider):
            try:
                data = self._picture(attempt, finished)
                return self._processor.process(
                    data, context.generation, made_by=made_by, drawn=context.upstream.watermark
                )
            except ImageRejected as error:
                raise attempt_ends.not_a_picture(attempt.provider, error, charge) from error
            except ProviderError as error:
                raise attempt_ends.not_downloaded(error, charge, has_job=attempt.job_id is not None) from error

    def _picture(self, attempt: Attempt, finished: Finished) -> bytes:
        """The picture's bytes. Without a job the download is retried here: no later worker could ask for it again."""
        picture = finished.picture
        if isinstance(picture, InlinePicture):
            return picture.data
        last_retry = self._clock() + _DOWNLOAD_RETRY_WINDOW
        for delay in () if attempt.job_id else _DOWNLOAD_RETRY_SECONDS:
            try:
                return self._providers(attempt.provider).download(picture)
            except ProviderError as error:
                if error.error_class is not ProviderErrorClass.RETRYABLE or self._clock() > last_retry:
                    raise
            self._sleep(random.uniform(0, delay))  # noqa: S311 - spreads load, keeps no secret
        return self._providers(attempt.provider).download(picture)

    def _stored(self, context: AttemptContext, processed: ProcessedImage) -> Image:
        generation, image, attempt = context.generation, context.image, context.attempt
        # Each attempt has its own place: two vendors may make one image at the same time.
        suffix = "" if attempt.id == context.task.attempts[0].id else f"/{attempt.id}"
        stored = processed.stored_under(
            self._image_prefix(generation, image) + suffix, self._unmarked_prefix(generation, image) + suffix
        )
        self._store.put(stored.original_key, processed.original, stored.media_type)
        self._store.put(stored.preview_key, processed.preview, "image/webp")
        self._store.put(stored.thumbnail_key, processed.thumbnail, "image/webp")
        if processed.unmarked is not None and stored.unmarked_key is not None:
            self._store.put(stored.unmarked_key, processed.unmarked.data, processed.unmarked.media_type)
        return replace(
            image,
            status=Status.COMPLETED,
            stage=None,
            stored=stored,
            served_by=ServedBy(attempt.provider, attempt.model),
            adjustments=context.plan.adjustments if context.plan else (),
            completed_at=self._clock(),
        )

    # --- the records --------------------------------------------------------------------------------------------------

    def _ended(self, context: AttemptContext, finished: Finished) -> Attempt:
        cost = context.cost_of(finished)
        return attempt_ends.ended(context.attempt, self._clock(), outcome=DELIVERED, cost=cost)

    def _record_delivery(self, context: AttemptContext, image: Image, ended: Attempt) -> None:
        """End the image with its picture. Retried when others change its task meanwhile."""
        generation, task = context.generation, context.task
        for _ in range(TRIES):
            current = generation.images[task.ref.index]
            if current.status.is_final:
                # The picture came late, and how the image ended stays as it is.
                image = replace(image, status=current.status, failure=current.failure)
            if self._tasks.deliver(task, replace(image, attempts=with_attempt(task, ended)), ended) is not None:
                attempt_ends.log_end(task.ref, ended)
                if not self._end.count_if_late(task.ref):
                    self._removal.of(task.ref)
                return
            changed = self._generations.get(task.ref.workspace_id, task.ref.generation_id)
            fresh = again(self._tasks, task)
            if changed is None or fresh is None:
                self._removal.of(task.ref)
                return
            current = changed.images[task.ref.index]
            if current.was_delivered:
                self._note_surplus(fresh, ended)
                if current.deleted_at is not None:
                    self._removal.of(task.ref)
                return
            generation, task = changed, fresh
        raise kept_changing()

    def _note_surplus(self, task: ImageTask, ended: Attempt) -> None:
        """The image has a picture. When it is another attempt's, this one was paid for all the same."""
        stored = task.attempt(ended.id)
        if stored is None or stored.outcome == DELIVERED:
            logger.info("image had ended before")
        else:
            close_attempt(self._tasks, task, stored, replace(ended, outcome=SURPLUS))
