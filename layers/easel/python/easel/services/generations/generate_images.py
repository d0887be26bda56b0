"""Submit a request in the workspace that it names, and wait for its images: for doors that answer with images."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from easel.domain.generation import Generation
from easel.domain.request import ImageRequest
from easel.errors import DatabaseUnavailable, InsufficientCredits
from easel.services.accounts.principal import Principal
from easel.services.generations.reuse_generation import ReuseGeneration
from easel.services.generations.submit_generation import Submitted

logger = logging.getLogger(__name__)


class Submit(Protocol):
    """`submit_generation.SubmitGeneration`."""

    def __call__(
        self, principal: Principal, request: ImageRequest, *, request_id: str, idempotency_key: str | None
    ) -> Submitted: ...


Wait = Callable[[Principal, str, float], Generation]
"""`read_generations.ReadGenerations.wait`."""


@dataclass(frozen=True, slots=True)
class Call:
    """How a request came: the workspace that it names, its ids, and for how many seconds its client waits.

    `fresh`: no images of an earlier request.
    """

    workspace_id: str
    request_id: str
    idempotency_key: str | None
    wait: float
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Generated:
    """A generation with its images, or as it stands when the client has waited long enough.

    `replayed`: its `Idempotency-Key` had made it before. `cache` is `hit` for the images of an earlier request, which
    cost nothing now, `miss` for new ones, and None where the workspace reuses none.
    """

    generation: Generation
    replayed: bool = False
    cache: str | None = None

    @property
    def is_reused(self) -> bool:
        return self.cache == "hit"


class GenerateImages:
    """The one way in, and then the wait."""

    def __init__(
        self,
        *,
        enter: Callable[[Principal, str], Principal],
        reuse: ReuseGeneration,
        submit: Submit,
        wait: Wait,
        top_up_url: str | None = None,
    ) -> None:
        self._enter = enter
        self._reuse = reuse
        self._submit = submit
        self._wait = wait
        self._top_up_url = top_up_url

    def __call__(self, principal: Principal, request: ImageRequest, call: Call) -> Generated:
        """Raises what `SubmitGeneration` raises; NotFound: a workspace that is not the caller's."""
        member = self._enter(principal, call.workspace_id)
        reuse = self._reuse.find(member, request, fresh=call.fresh)
        if reuse.generation:
            return Generated(reuse.generation, cache=reuse.state)
        try:
            submitted = self._submit(member, request, request_id=call.request_id, idempotency_key=call.idempotency_key)
        except InsufficientCredits as short:
            raise InsufficientCredits(short.required, short.available, self._top_up_url) from short
        self._reuse.remember(reuse, submitted.generation)
        return Generated(self._awaited(member, submitted.generation, call.wait), submitted.replayed, reuse.state)

    def _awaited(self, member: Principal, generation: Generation, seconds: float) -> Generation:
        if generation.status.is_final:
            return generation
        try:
            return self._wait(member, generation.id, seconds)
        except DatabaseUnavailable:
            # The request is taken: its client asks again at the address that the answer names.
            logger.warning("the end of a generation was not awaited")
            return generation
