"""Submit a request in the workspace that it names, and wait for its images: for doors that answer with images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from easel.domain.generation import Generation
from easel.domain.request import ImageRequest
from easel.services.accounts.principal import Principal
from easel.services.generations.submit_generation import Submitted


class Submit(Protocol):
    """`submit_generation.SubmitGeneration`."""

    def __call__(
        self, principal: Principal, request: ImageRequest, *, request_id: str, idempotency_key: str | None
    ) -> Submitted: ...


Wait = Callable[[Principal, str, float], Generation]
"""`read_generations.ReadGenerations.wait`."""


@dataclass(frozen=True, slots=True)
class Call:
    """How a request came: the workspace that it names, its ids, and for how many seconds its client waits."""

    workspace_id: str
    request_id: str
    idempotency_key: str | None
    wait: float


class GenerateImages:
    """The one way in, and then the wait."""

    def __init__(self, *, enter: Callable[[Principal, str], Principal], submit: Submit, wait: Wait) -> None:
        self._enter = enter
        self._submit = submit
        self._wait = wait

    def __call__(self, principal: Principal, request: ImageRequest, call: Call) -> Submitted:
        """The generation with its images, or as it stands when the client has waited long enough.

        Raises what `SubmitGeneration` raises; NotFound: a workspace that is not the caller's.
        """
        member = self._enter(principal, call.workspace_id)
        submitted = self._submit(member, request, request_id=call.request_id, idempotency_key=call.idempotency_key)
        generation = submitted.generation
        if not generation.status.is_final:
            generation = self._wait(member, generation.id, call.wait)
        return Submitted(generation, submitted.replayed)
