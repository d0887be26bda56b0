"""Answer a request with the images of the same request before it, where the workspace has chosen that."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.domain.request import ImageRequest
from easel.domain.result_cache import is_cacheable, is_reusable
from easel.errors import DatabaseUnavailable, InvalidRequest
from easel.services.accounts.principal import Principal
from easel.services.ports.generations import GenerationReader
from easel.services.ports.result_cache import CachedResults

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reuse:
    """What the cache says about a request. `fingerprint` is None where its result is not to be remembered."""

    workspace_id: str
    fingerprint: str | None = None
    hours: int = 0
    generation: Generation | None = None

    @property
    def state(self) -> str | None:
        """`hit` or `miss`; None where no cache is used."""
        if self.fingerprint is None:
            return None
        return "hit" if self.generation else "miss"


class ReuseGeneration:
    """One call, and one more for a hit. A request that is still running is not reused: it may fail."""

    def __init__(
        self,
        *,
        fingerprint: Callable[[ImageRequest], str],
        cache: CachedResults,
        generations: GenerationReader,
        clock: Clock,
    ) -> None:
        self._fingerprint = fingerprint
        self._cache = cache
        self._generations = generations
        self._clock = clock

    def find(self, principal: Principal, request: ImageRequest, *, fresh: bool) -> Reuse:
        """`fresh`: the caller wants new images, which are remembered all the same."""
        nothing = Reuse(principal.workspace_id)
        if not is_cacheable(request):
            return nothing
        try:
            fingerprint = self._fingerprint(request)
        except InvalidRequest:
            # The submit refuses it, with everything that is wrong.
            return nothing
        try:
            policy, generation_id = self._cache.find(principal.workspace_id, fingerprint, self._clock())
        except DatabaseUnavailable:
            logger.warning("the cache of results was not asked")
            return nothing
        if not policy.enabled:
            return nothing
        known = None if fresh or generation_id is None else self._generations.get(principal.workspace_id, generation_id)
        reusable = known if known is not None and is_reusable(known) else None
        return Reuse(principal.workspace_id, fingerprint, policy.hours, reusable)

    def remember(self, reuse: Reuse, generation: Generation) -> None:
        """Answer the same request with this generation from now on, once its images are there."""
        if reuse.fingerprint is None:
            return
        until = self._clock() + timedelta(hours=reuse.hours)
        try:
            self._cache.remember(reuse.workspace_id, reuse.fingerprint, generation.id, until)
        except DatabaseUnavailable:
            # The request is taken: its client must hear of it.
            logger.warning("a result was not remembered")
