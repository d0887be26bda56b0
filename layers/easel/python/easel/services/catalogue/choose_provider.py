"""Chooses the provider of an image, records the health of providers. The rules are in `domain/`: routing, circuits."""

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
from easel.domain.reference import ReferenceNeeds, needs_of
from easel.domain.request import Fallback, Routing
from easel.domain.routing import GiveUp, TryAgain, after_failure, choose, in_order, is_final
from easel.errors import ProviderError, ProviderErrorClass

logger = logging.getLogger(__name__)

_ALIVE: Final = frozenset({ProviderErrorClass.CALLER, ProviderErrorClass.CONTENT})
"""Errors that only a healthy provider gives."""


class ProviderHealth(Protocol):
    """The circuits shared by all workers. Fails open: a circuit that cannot be read counts as closed.

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
        """Reset the failures of a candidate after a success; `circuits` was read before the call."""
        ...

    def begin_probe(self, circuits: Circuits, candidate: Candidate, now: datetime) -> bool:
        """Claim the probe of a candidate; False when another call has it."""
        ...


class RoutingDefaults(Protocol):
    """The routing defaults of workspaces."""

    def of(self, workspace_id: str) -> Routing: ...


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """The deployment's settings: configured and preferred providers, and the default fallback."""

    providers: tuple[str, ...]
    preferred: tuple[str, ...] = ()
    fallback: Fallback = Fallback.SAME_MODEL


class ProviderRouting:
    """Provider selection and fallback for an image.

    Settings come from the request, else from the workspace, else from the deployment.
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
        """The candidate of this provider and model. Raises ProviderError (gone): it is no longer in the catalogue."""
        candidate = self._catalogue.candidate(self._catalogue.find(model), provider, served_model)
        if candidate is not None:
            return candidate
        raise ProviderError(
            f"{provider} does not serve {served_model}.",
            provider=provider,
            error_class=ProviderErrorClass.GONE,
            from_vendor=False,
        )

    def first(self, workspace_id: str, model: str, asked: Routing, needs: ReferenceNeeds) -> Candidate:
        """The first healthy candidate, or the first one if none is healthy."""
        candidates = self._candidates(workspace_id, model, asked, needs)
        circuits, now = self._health.circuits(candidates, caller_key(workspace_id)), self._clock()
        well = (candidate for candidate in candidates if not circuits.wait(candidate, now))
        return next(well, candidates[0])

    def admits(self, workspace_id: str, candidate: Candidate) -> bool:
        """Whether this candidate may be called: its circuits are closed, or this call is the probe."""
        circuits, now = self._health.circuits([candidate], caller_key(workspace_id)), self._clock()
        if not circuits.wait(candidate, now):
            half_open = any(circuit.state(now) is CircuitState.HALF_OPEN for circuit in circuits.of(candidate))
            if not half_open or self._health.begin_probe(circuits, candidate, now):
                return True
        logger.warning("circuit is open", extra={"provider": candidate.provider, "served_model": candidate.model})
        return False

    def detour(self, generation: Generation, attempts: Sequence[Attempt]) -> TryAgain | GiveUp:
        """The decision when a circuit is open: another candidate, or wait for the probe if there is time."""
        candidates = self._candidates_of(generation)
        circuits = self._health.circuits(candidates, caller_key(generation.workspace_id))
        deadline = generation.image_deadline(attempts)
        now = self._clock()
        choice = choose(candidates, attempts, circuits, now=now, deadline=deadline)
        quota = ProviderErrorClass.QUOTA
        is_short = bool(candidates) and all(circuits.is_open_by(quota, candidate, now) for candidate in candidates)
        return choice or GiveUp(FAILURE_TEXTS[quota if is_short else ProviderErrorClass.RETRYABLE])

    def after_failure(
        self, generation: Generation, attempts: Sequence[Attempt], error: ProviderError
    ) -> TryAgain | GiveUp:
        """The decision after a failed attempt, the last of `attempts`."""
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
        """Count an error for the circuits, once per image: four attempts of one image count once."""
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
        """Record a success of the candidate."""
        self._health.succeeded(self._health.circuits([candidate], caller_key(workspace_id)), candidate)

    def _candidates_of(self, generation: Generation) -> tuple[Candidate, ...]:
        needs = needs_of(generation.references)
        return self._candidates(generation.workspace_id, generation.model, generation.routing, needs)

    def _candidates(
        self, workspace_id: str, model: str, asked: Routing, needs: ReferenceNeeds
    ) -> tuple[Candidate, ...]:
        own = self._defaults.of(workspace_id) if asked.fallback is None or asked.provider is None else Routing()
        fallback = asked.fallback or own.fallback or self._policy.fallback
        reach = Fallback.EQUIVALENT if fallback is Fallback.EQUIVALENT else Fallback.SAME_MODEL
        offers = self._catalogue.candidates(self._catalogue.find(model), reach, needs)
        # If none is configured, the first attempt reports it.
        ready = [one for one in offers if one.provider in self._policy.providers] or list(offers)
        preferred = [name for name in (asked.provider, own.provider, *self._policy.preferred) if name]
        ordered = in_order(ready, preferred)
        return ordered[:1] if fallback is Fallback.NONE else ordered
