"""Follow one generation: what has changed since a position, waiting for it for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.domain.live_progress import (
    PROGRESS,
    PROGRESS_PAUSE_SECONDS,
    LiveEvent,
    PermalinkOf,
    Position,
    changes,
)
from easel.errors import NotFound
from easel.services.ports.generations import GenerationReader

SLICE_SECONDS: Final = 25
"""How long one answer may wait: the API gives up on a function after thirty seconds."""
_LOOK_EVERY_SECONDS: Final = 1.0


class FollowGeneration:
    """Reads a generation once a second until there is something to tell."""

    def __init__(
        self,
        *,
        generations: GenerationReader,
        permalink_of: PermalinkOf,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._generations = generations
        self._permalink_of = permalink_of
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep

    def __call__(
        self, workspace_id: str, generation_id: str, after: Position | None, *, seconds: float = SLICE_SECONDS
    ) -> list[LiveEvent]:
        """The events after a position: at once where there are any, else as soon as there are; none if time is over.

        Without a position the first event says where the generation stands. Mere progress waits until three seconds
        after the position was made; images that ended and the end itself do not wait. Raises NotFound.
        """
        until = self._monotonic() + seconds
        while True:
            found = changes(self._get(workspace_id, generation_id), after, self._permalink_of, self._clock())
            left = until - self._monotonic()
            if found and (left <= 0 or not self._too_early(found, after)):
                return found
            if left <= 0:
                return []
            self._sleep(min(_LOOK_EVERY_SECONDS, left))

    def _too_early(self, found: list[LiveEvent], after: Position | None) -> bool:
        if after is None or len(found) > 1 or found[0].type != PROGRESS:
            return False
        return int(self._clock().timestamp()) - after.seconds < PROGRESS_PAUSE_SECONDS

    def _get(self, workspace_id: str, generation_id: str) -> Generation:
        generation = self._generations.get(workspace_id, generation_id)
        if generation is None:
            raise NotFound(f"There is no generation {generation_id}.")
        return generation
