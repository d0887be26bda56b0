"""Circuits, defaults and latencies in memory, for engines that need no table of their own for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from easel.clock import Clock
from easel.domain.catalogue import Candidate, Catalogue
from easel.domain.circuits import Circuit, Circuits, circuit_names
from easel.domain.request import Routing
from easel.errors import ProviderErrorClass
from easel.services.catalogue.choose_provider import ProviderRouting, RoutingPolicy


class MemoryHealth:
    """`routes.ProviderHealth`."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Circuit] = {}

    def circuits(self, candidates: Collection[Candidate]) -> Circuits:
        names = {name for candidate in candidates for name in circuit_names(candidate)}
        return Circuits(circuit for name, circuit in self.known.items() if name in names)

    def failed(
        self, circuit: tuple[str, str], error_class: ProviderErrorClass, now: datetime, retry_after: float | None
    ) -> None:
        known = self.known.get(circuit) or Circuit(*circuit)
        self.known[circuit] = known.failed(error_class, now, retry_after)

    def succeeded(self, circuits: Circuits, candidate: Candidate) -> None:
        for name in circuit_names(candidate):
            self.known.pop(name, None)

    def begin_probe(self, circuits: Circuits, candidate: Candidate, now: datetime) -> bool:
        held = [circuit for circuit in circuits.of(candidate) if circuit.open_until is not None]
        if any(self.known.get((one.provider, one.model)) != one for one in held):
            return False
        self.known |= {(one.provider, one.model): one.probing(now) for one in held}
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


def routes_of(catalogue: Catalogue, providers: Collection[str], clock: Clock, health: MemoryHealth) -> ProviderRouting:
    """ProviderRouting of a deployment that is set up for these providers."""
    return ProviderRouting(
        catalogue=catalogue,
        health=health,
        defaults=MemoryDefaults(),
        policy=RoutingPolicy(tuple(providers)),
        clock=clock,
    )
