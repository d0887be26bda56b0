"""Reconcile a generation with its provider now, when its owner asks for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.domain.rates import MINUTE, Counter, Window
from easel.errors import DatabaseRefused, DatabaseUnavailable
from easel.services.accounts.principal import Principal
from easel.services.generations.read_generations import ReadGenerations
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.messages import ImageQueue
from easel.services.ports.providers import JobHint

logger = logging.getLogger(__name__)

_EVERY_SECONDS: Final = 5
_WINDOW: Final = Window("refresh", MINUTE // _EVERY_SECONDS, MINUTE)
_PATIENCE_SECONDS: Final = 2.0
"""How long an answer waits for what the provider says: clients ask again every two or three seconds."""


class RefreshCounters(Protocol):
    """Where refreshes are counted. All or nothing, in one call. Raises DatabaseUnavailable, DatabaseRefused."""

    def count(self, owner: str, counters: Sequence[Counter], now: datetime) -> tuple[bool, Sequence[int]]: ...


class RefreshGeneration:
    """Has the workers look at every open job of a generation, as a callback of the provider would.

    It calls no provider itself, so it needs no key. Asked too often, it answers with what is known.
    """

    def __init__(self, *, read: ReadGenerations, counters: RefreshCounters, queue: ImageQueue, clock: Clock) -> None:
        self._read = read
        self._counters = counters
        self._queue = queue
        self._clock = clock

    def __call__(self, principal: Principal, named: str, *, request_id: str) -> Generation:
        """The generation as it is then, by id or number.

        Raises:
            NotFound: another's, or none.
            QueueUnavailable: no worker could be asked to look.
        """
        generation = self._read.find(principal, named)
        jobs = _open_jobs(generation, request_id)
        if not jobs or not self._may(generation):
            return generation
        for ref, hint in jobs:
            self._queue.hint(ref, hint)
        return self._read.wait(principal, generation.id, _PATIENCE_SECONDS)

    def _may(self, generation: Generation) -> bool:
        owner = f"REFRESH#{generation.workspace_id}"
        try:
            allowed, _ = self._counters.count(owner, [Counter(_WINDOW, generation.id)], self._clock())
        except (DatabaseUnavailable, DatabaseRefused):
            logger.warning("refresh not counted")
            return False
        return allowed


def _open_jobs(generation: Generation, request_id: str) -> list[tuple[ImageRef, JobHint]]:
    """The jobs that providers have, of images that are not there yet."""
    if generation.status.is_final:
        return []
    return [
        (
            ImageRef(generation.workspace_id, generation.id, image.index, request_id),
            JobHint(attempt.provider, attempt.id, attempt.job_id),
        )
        for image in generation.images
        if not image.status.is_final
        for attempt in image.attempts
        if attempt.is_open and attempt.job_id
    ]
