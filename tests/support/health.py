"""Circuits, defaults and latencies in memory, for engines that need no table of their own for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from easel.clock import Clock
from easel.domain.catalogue import Candidate, Catalogue
from easel.domain.circuits import Circuit, CircuitName, Circuits, circuit_names, circuits_of_failure
from easel.domain.request import Routing
from easel.errors import ProviderErrorClass
from easel.services.catalogue.choose_provider import ProviderRouting, RoutingPolicy


class MemoryHealth:
    """`ProviderHealth`."""

    def __init__(self) -> None:
        self.known: dict[CircuitName, Circuit] = {}

    def circuits(self, candidates: Collection[Candidate], caller: str) -> Circuits:
        names = {name for candidate in candidates for name in circuit_names(candidate, caller)}
        return Circuits((circuit for name, circuit in self.known.items() if name in names), caller)

    def failed(
        self,
        candidate: Candidate,
        error_class: ProviderErrorClass,
        now: datetime,
        *,
        caller: str,
        retry_after: float | None = None,
    ) -> None:
        for name in circuits_of_failure(candidate, error_class, caller):
            circuit = self.known.get(name) or Circuit(*name)
            self.known[name] = circuit.failed(error_class, now, retry_after, caller)

    def succeeded(self, circuits: Circuits, candidate: Candidate) -> None:
        for circuit in circuits.of(candidate):
            self.known.pop(circuit.name, None)

    def begin_probe(self, circuits: Circuits, candidate: Candidate, now: datetime) -> bool:
        held = [circuit for circuit in circuits.of(candidate) if circuit.open_until is not None]
        if any(self.known.get(one.name) != one for one in held):
            return False
        self.known |= {one.name: one.probing(now) for one in held}
        return True


class MemoryDefaults:
    """`routes.RoutingDefaults`."""

    def __init__(self) -> None:
        self.known: dict[str, Routing] = {}

    def of(self, workspace_id: str) -> Routing:
        return self.known.get(workspace_id, Routing())


class NoLatencies:
    """`ports.providers.LatencyRecorder` that forgets."""

    def record(self, model: str, waited: timedelta, now: datetime) -> None:
        """Nothing is kept."""


def routing_of(catalogue: Catalogue, providers: Collection[str], clock: Clock, health: MemoryHealth) -> ProviderRouting:
    """ProviderRouting of a deployment that is set up for these providers."""
    return ProviderRouting(
        catalogue=catalogue,
        health=health,
        defaults=MemoryDefaults(),
        policy=RoutingPolicy(tuple(providers)),
        clock=clock,
    )
