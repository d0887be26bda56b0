"""Providers: how a workspace routes between them, and their status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from easel.clock import to_iso
from easel.domain.catalogue import Catalogue
from easel.domain.circuits import ANY_MODEL, Circuit, CircuitState
from easel.domain.request import Fallback, Routing
from easel.http.models import AnswerModel, Moment, RequestModel

FallbackName = Literal["none", "same-model", "equivalent"]


class RoutingRequest(RequestModel):
    """Defaults for the requests of a workspace. A field that is left out is unset."""

    provider: str | None = Field(default=None, description="Tried first, where it serves the model.")
    fallback: FallbackName | None = Field(default=None, description="Which fallback is allowed when it fails.")


class RoutingBody(AnswerModel):
    """The workspace's defaults; null leaves it to the deployment."""

    provider: str | None
    fallback: Fallback | None


class CircuitBody(AnswerModel):
    """A circuit of a provider, for one of its models or, as `*`, for all of them."""

    model: str
    state: CircuitState = Field(description="`open`: no requests; `half_open`: one probe; `closed`: all requests.")
    opened_by: str | None = Field(description="The class of error that opened it.")
    opened_at: Moment | None
    open_until: Moment | None
    failures: dict[str, int] = Field(description="By class of error, since the last success.")


class ProviderStatusBody(AnswerModel):
    """One provider. A provider without recent failures has no circuits."""

    name: str
    status: Literal["ok", "degraded", "down"] = Field(
        description="`degraded`: some of its models are not used at the moment; `down`: none is."
    )
    circuits: list[CircuitBody]


class StatusBody(AnswerModel):
    """Status of the providers."""

    status: Literal["ok", "degraded"]
    time: Moment
    providers: list[ProviderStatusBody]


def command(request: RoutingRequest) -> Routing:
    """The request as a value of the domain."""
    return Routing(request.provider, Fallback(request.fallback) if request.fallback else None)


def body(routing: Routing) -> RoutingBody:
    """The workspace's defaults."""
    return RoutingBody(provider=routing.provider, fallback=routing.fallback)


def status_body(catalogue: Catalogue, circuits: Sequence[Circuit], now: datetime) -> StatusBody:
    """All providers with their circuits."""
    providers = [_provider(name, catalogue, circuits, now) for name in catalogue.providers()]
    well = all(provider.status == "ok" for provider in providers)
    return StatusBody(status="ok" if well else "degraded", time=to_iso(now), providers=providers)


def _provider(name: str, catalogue: Catalogue, circuits: Sequence[Circuit], now: datetime) -> ProviderStatusBody:
    own = [circuit for circuit in circuits if circuit.provider == name]
    held_back = {circuit.model for circuit in own if circuit.state(now) is not CircuitState.CLOSED}
    status: Literal["ok", "degraded", "down"] = "degraded" if held_back else "ok"
    if held_back and (ANY_MODEL in held_back or held_back >= _models_of(catalogue, name)):
        status = "down"
    return ProviderStatusBody(name=name, status=status, circuits=[_circuit(circuit, now) for circuit in own])


def _models_of(catalogue: Catalogue, provider: str) -> set[str]:
    offers = (candidate for model in catalogue.models() for candidate in model.candidates)
    return {candidate.model for candidate in offers if candidate.provider == provider}


def _circuit(circuit: Circuit, now: datetime) -> CircuitBody:
    return CircuitBody(
        model=circuit.model,
        state=circuit.state(now),
        opened_by=circuit.opened_by.value if circuit.opened_by else None,
        opened_at=to_iso(circuit.opened_at) if circuit.opened_at else None,
        open_until=to_iso(circuit.open_until) if circuit.open_until else None,
        failures={error_class.value: count.failures for error_class, count in circuit.counts.items()},
    )
