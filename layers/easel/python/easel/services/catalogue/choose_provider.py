"""Chooses who makes an image, and remembers how providers do. The rules are in `domain/`: routing and circuits."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from easel.clock import Clock
from easel.domain.attempt import Attempt
from easel.domain.catalogue import Candidate, Catalogue
from easel.domain.circuits import Circuits, CircuitState, caller_key
from easel.domain.generation import Generation
from easel.domain.image import FAILURE_TEXTS
from easel.domain.request import Fallback, Routing
from easel.domain.routing import GiveUp, TryAgain, after_failure, choose, in_order, is_final
from easel.errors import ProviderError, ProviderErrorClass

logger = logging.getLogger(__name__)

_ALIVE: Final = frozenset({ProviderErrorClass.CALLER, ProviderErrorClass.CONTENT})
"""Errors that only a provider in good health gives."""


class ProviderHealth(Protocol):
    """The circuits that all workers share. Nothing here fails a request: what cannot be read counts as well.

    `caller` is a tenant, as `domain.circuits.caller_key` names it.
    """

    def circuits(self, candidates: Collection[Candidate], caller: str) -> Circuits: ...

    def failed(
        self,
        candidate: Candidate,
        error_class: ProviderErrorClass,
        now: datetime,
        *,
        caller: str,
        retry_after: float | None = None,
    ) -> None:
        """Count a failure."""
        ...

    def succeeded(self, circuits: Circuits, candidate: Candidate) -> None:
        """Forget the failures of a candidate that did well; `circuits` is what was read before the call."""
        ...

    def begin_probe(self, circuits: Circuits, candidate: Candidate, now: datetime) -> bool:
        """Whether this call is the one to find out if a candidate is back."""
        ...


class RoutingDefaults(Protocol):
    """What workspaces have set for all of their requests."""

    def of(self, workspace_id: str) -> Routing: ...


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """What the deployment says: the providers it is set up for, which it prefers, and who may stand in by default."""

    providers: tuple[str, ...]
    preferred: tuple[str, ...] = ()
    fallback: Fallback = Fallback.SAME_MODEL


class ProviderRouting:
    """The way of an image from provider to provider.

    Each question is answered by the request if it says anything, else by the workspace, else by the deployment.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        health: ProviderHealth,
        defaults: RoutingDefaults,
        policy: RoutingPolicy,
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._health = health
        self._defaults = defaults
        self._policy = policy
        self._clock = clock

    def candidate(self, model: str, provider: str, served_model: str) -> Candidate:
        """The candidate of these names. Raises ProviderError (gone): it is no longer in the catalogue."""
        candidate = self._catalogue.candidate(self._catalogue.find(model), provider, served_model)
        if candidate is not None:
            return candidate
        raise ProviderError(
            f"{provider} does not serve {served_model}.",
            provider=provider,
            error_class=ProviderErrorClass.GONE,
            from_vendor=False,
        )

    def first(self, workspace_id: str, model: str, asked: Routing, references: int) -> Candidate:
        """Whom to ask first: the first candidate that is well, or simply the first when none is."""
        candidates = self._candidates(workspace_id, model, asked, references)
        circuits, now = self._health.circuits(candidates, caller_key(workspace_id)), self._clock()
        well = (candidate for candidate in candidates if not circuits.wait(candidate, now))
        return next(well, candidates[0])

    def admits(self, workspace_id: str, candidate: Candidate) -> bool:
        """Whether a call to this candidate may go out: its circuits are closed, or this call is the probe."""
        circuits, now = self._health.circuits([candidate], caller_key(workspace_id)), self._clock()
        if not circuits.wait(candidate, now):
            half_open = any(circuit.state(now) is CircuitState.HALF_OPEN for circuit in circuits.of(candidate))
            if not half_open or self._health.begin_probe(circuits, candidate, now):
                return True
        logger.warning("circuit is open", extra={"provider": candidate.provider, "served_model": candidate.model})
        return False

    def detour(self, generation: Generation, attempts: Sequence[Attempt]) -> TryAgain | GiveUp:
        """What to do where a circuit is open: ask somebody else, or wait for the probe if there is time."""
        candidates = self._candidates_of(generation)
        circuits = self._health.circuits(candidates, caller_key(generation.workspace_id))
        deadline = generation.image_deadline(attempts)
        choice = choose(candidates, attempts, circuits, now=self._clock(), deadline=deadline)
        return choice or GiveUp(FAILURE_TEXTS[ProviderErrorClass.RETRYABLE])

    def after_failure(
        self, generation: Generation, attempts: Sequence[Attempt], error: ProviderError
    ) -> TryAgain | GiveUp:
        """What follows a failed attempt, the last of `attempts`."""
        routing = generation.routing
        ends = is_final(error, after_refusal=routing.after_refusal)
        candidates = () if ends else self._candidates_of(generation)
        return after_failure(
            error,
            attempts,
            candidates,
            self._health.circuits(candidates, caller_key(generation.workspace_id)),
            now=self._clock(),
            deadline=generation.image_deadline(attempts),
            after_refusal=routing.after_refusal,
        )

    def note_failure(
        self, workspace_id: str, candidate: Candidate, error: ProviderError, earlier: Sequence[Attempt]
    ) -> None:
        """Count an error for the circuits, once for an image: one that is tried four times is one sign, not four."""
        if error.error_class in _ALIVE:
            self.note_success(workspace_id, candidate)
            return
        counted = {(one.provider, one.model, one.outcome) for one in earlier}
        if (candidate.provider, candidate.model, error.error_class.value) not in counted:
            self._health.failed(
                candidate,
                error.error_class,
                self._clock(),
                caller=caller_key(workspace_id),
                retry_after=error.retry_after,
            )

    def note_success(self, workspace_id: str, candidate: Candidate) -> None:
        """The candidate has done what it was asked for."""
        self._health.succeeded(self._health.circuits([candidate], caller_key(workspace_id)), candidate)

    def _candidates_of(self, generation: Generation) -> tuple[Candidate, ...]:
        references = len(generation.references)
        return self._candidates(generation.workspace_id, generation.model, generation.routing, references)

    def _candidates(self, workspace_id: str, model: str, asked: Routing, references: int) -> tuple[Candidate, ...]:
        own = self._defaults.of(workspace_id) if asked.fallback is None or asked.provider is None else Routing()
        fallback = asked.fallback or own.fallback or self._policy.fallback
        reach = Fallback.EQUIVALENT if fallback is Fallback.EQUIVALENT else Fallback.SAME_MODEL
        offers = self._catalogue.candidates(self._catalogue.find(model), reach, references)
        # Where none is set up, the first attempt says so.
        ready = [one for one in offers if one.provider in self._policy.providers] or list(offers)
        preferred = [name for name in (asked.provider, own.provider, *self._policy.preferred) if name]
        ordered = in_order(ready, preferred)
        return ordered[:1] if fallback is Fallback.NONE else ordered
