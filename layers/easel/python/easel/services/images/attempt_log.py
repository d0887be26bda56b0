"""Optimistic-locking updates of an image task's attempts.

A callback may name a job, or take up a job that was given up, while a worker is waiting for its vendor: each change is
retried on the record as it is then, unless another worker has decided about the same attempt.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from easel.domain.attempt import Attempt
from easel.errors import StaleWrite
from easel.services.images.attempt_ends import log_end
from easel.services.ports.image_tasks import ImageTask, ImageTaskRepository

logger = logging.getLogger(__name__)

TRIES: Final = 5
"""How often a change is retried: a competing worker makes one or two changes and is done."""


def close_attempt(tasks: ImageTaskRepository, task: ImageTask, was: Attempt, ended: Attempt) -> ImageTask | None:
    """End an attempt; None when another worker ended it, or recorded its job, since it was read as `was`."""
    for _ in range(TRIES):
        changed = tasks.end_attempt(task, ended)
        if changed is not None:
            log_end(task.ref, ended)
            return changed
        fresh = again(tasks, task)
        stored = fresh.attempt(was.id) if fresh else None
        if fresh is None or stored is None or (stored.outcome, stored.job_id) != (was.outcome, was.job_id):
            logger.info("another worker ended this attempt or found its job")
            return None
        task = fresh
    raise kept_changing()


def note_job(
    tasks: ImageTaskRepository, task: ImageTask, attempt: Attempt, job_id: str, *, running: bool
) -> ImageTask | None:
    """Save the job id on the open attempt; a callback may have named it before. None when the attempt has ended."""
    for _ in range(TRIES):
        noted = tasks.record_job(task, job_id, running=running)
        if noted is not None:
            return noted
        fresh = again(tasks, task)
        stored = fresh.attempt(attempt.id) if fresh else None
        if fresh is None or stored is None or not stored.is_open:
            has_job = stored is not None and stored.job_id == job_id
            extra = {"job_id": job_id, "attempt_id": attempt.id}
            logger.log(logging.INFO if has_job else logging.ERROR, "attempt had ended before its answer", extra=extra)
            return None
        if stored.job_id == job_id and not running:
            return fresh
        task = fresh
    raise kept_changing()


def again(tasks: ImageTaskRepository, task: ImageTask) -> ImageTask | None:
    """The task as it is now, with the token of the message at hand: it is stored only once a call has begun."""
    fresh = tasks.get(task.ref)
    return replace(fresh, task_token=task.task_token or fresh.task_token) if fresh else None


def with_attempt(task: ImageTask, ended: Attempt) -> tuple[Attempt, ...]:
    """All attempts, this one as given."""
    return tuple(ended if attempt.id == ended.id else attempt for attempt in task.attempts)


def kept_changing() -> StaleWrite:
    """For a worker that lost against others each time: its message comes again."""
    return StaleWrite("The attempt log of the image kept changing.")
