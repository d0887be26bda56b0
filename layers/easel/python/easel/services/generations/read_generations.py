"""Answer for generations: one, a page, or one after waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.errors import NotFound
from easel.ids import prefix_of_number
from easel.services.accounts.principal import Principal
from easel.services.ports.generations import GenerationReader
from easel.services.ports.pages import Page

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 1.0


class ReadGenerations:
    """Reads within the caller's workspace only: a foreign id is not found."""

    def __init__(
        self,
        *,
        generations: GenerationReader,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._generations = generations
        self._monotonic = monotonic
        self._sleep = sleep

    def get(self, principal: Principal, generation_id: str) -> Generation:
        """One generation. Raises NotFound."""
        generation = self._generations.get(principal.workspace_id, generation_id)
        if generation is None:
            raise NotFound(f"There is no generation {generation_id}.")
        return generation

    def find(self, principal: Principal, named: str) -> Generation:
        """One generation, by its id or by the number that stands for it (`ids.number_of`). Raises NotFound."""
        if not named.isdecimal():
            return self.get(principal, named)
        prefix = prefix_of_number(int(named))
        generation_id = self._generations.id_with_prefix(principal.workspace_id, prefix) if prefix else None
        if generation_id is None:
            raise NotFound(f"There is no generation {named}.")
        return self.get(principal, generation_id)

    def wait(self, principal: Principal, generation_id: str, seconds: float) -> Generation:
        """The generation as soon as it has ended, or as it stands after `seconds`."""
        until = self._monotonic() + seconds
        pause = _FIRST_PAUSE
        while True:
            generation = self.get(principal, generation_id)
            left = until - self._monotonic()
            if generation.status.is_final or left <= 0:
                return generation
            self._sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def list(
        self,
        principal: Principal,
        *,
        limit: int,
        after: str | None = None,
        skip: int = 0,
        status: Status | None = None,
    ) -> Page[Generation]:
        """The newest generations of the workspace: from a cursor's sort key on, or after the first `skip`.

        Skipped items are read too, by their keys alone, so callers limit how many they allow.
        """
        return self._generations.list(principal.workspace_id, limit=limit, after=after, status=status, skip=skip)
