"""The running generation of a person: with one at a time, the one."""

from __future__ import annotations

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.services.accounts.principal import Principal
from easel.services.ports.generations import GenerationReader
from easel.services.ports.usage import UsageCounters


class ReadActive:
    """Two reads: the person's counter, which names what is running, and the generation."""

    def __init__(self, *, usage: UsageCounters, generations: GenerationReader, clock: Clock) -> None:
        self._usage = usage
        self._generations = generations
        self._clock = clock

    def __call__(self, principal: Principal) -> Generation | None:
        """The oldest running generation of this person through their channel; None when there is none."""
        today = self._usage.today(principal.workspace_id, principal.user_id, principal.channel, self._clock())
        found = (self._generations.get(principal.workspace_id, id_) for id_ in today.active_ids)
        return next((generation for generation in found if generation and not generation.status.is_final), None)
