"""The shapes of what is said about providers: how they do, and whom a workspace prefers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from easel.domain.circuits import CircuitState
from easel.domain.request import Fallback
from easel.http.schemas.base import AnswerModel, Moment, RequestModel

FallbackName = Literal["none", "same-model", "equivalent"]


class RoutingRequest(RequestModel):
    """What counts for all requests of the workspace that do not say otherwise. What is left out is nobody's wish."""

    provider: str | None = Field(default=None, description="Who is asked first, where it serves the model.")
    fallback: FallbackName | None = Field(default=None, description="Who may stand in when it does not deliver.")


class RoutingBody(AnswerModel):
    """What the workspace has set; null leaves it to the deployment."""

    provider: str | None
    fallback: Fallback | None


class CircuitBody(AnswerModel):
    """What is held against a provider, for one of its models or, as `*`, for all of them."""

    model: str
    state: CircuitState = Field(description="`open`: nobody asks; `half_open`: one probe goes out; `closed`: all may.")
    opened_by: str | None = Field(description="The class of error that opened it.")
    opened_at: Moment | None
    open_until: Moment | None
    failures: dict[str, int] = Field(description="By class of error, lately and without a success in between.")


class ProviderStatusBody(AnswerModel):
    """One provider. A provider that nobody has anything against has no circuits."""

    name: str
    status: Literal["ok", "degraded", "down"] = Field(
        description="`degraded`: some of its models are not asked for at the moment; `down`: none is."
    )
    circuits: list[CircuitBody]


class StatusBody(AnswerModel):
    """How the providers are doing."""

    status: Literal["ok", "degraded"]
    time: Moment
    providers: list[ProviderStatusBody]
