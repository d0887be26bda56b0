"""The environment variables that hold JSON objects, with the shapes of these. `env.py` has the others."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Json
from pydantic.alias_generators import to_camel

from easel.domain.request import Fallback
from easel.settings import Settings, Text
from easel.wiring.env import CoreTable, EphemeralTable


class _JsonObject(BaseModel):
    """Base of JSON objects in variables. Names are camelCase; an unknown one would otherwise pass for a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, defer_build=True)


class Vendor(_JsonObject):
    """How one provider is reached; everything is optional."""

    base_url: str = ""
    secret_arn: str | None = None
    webhook_secret_arn: str | None = None
    sync_mode: bool = True
    variant: str = ""
    options: Mapping[str, str] = {}
    callbacks: bool = False


class Vendors(Settings):
    """The providers that a function may call."""

    PROVIDER_SETTINGS: Json[Mapping[str, Vendor]]


class RenderQueues(Settings):
    """Queues of images to make, by provider."""

    RENDER_QUEUE_URLS: Json[Mapping[str, Text]]


class CollectQueues(Settings):
    """Queues of jobs to poll, by provider."""

    COLLECT_QUEUE_URLS: Json[Mapping[str, Text]]


class RoutingDefaults(_JsonObject):
    """Providers of this deployment, those that it prefers, and which may stand in for another by default."""

    providers: tuple[str, ...]
    preferred: tuple[str, ...]
    fallback: Fallback


class Routing(CoreTable, EphemeralTable):
    """The choice of providers: the deployment's defaults, the workspaces' settings, the providers' health."""

    ROUTING: Json[RoutingDefaults]


class Issuer(_JsonObject):
    """One identity provider whose tokens are accepted."""

    issuer: Text
    audiences: frozenset[Text]
    jwks_url: Text
    groups_claim: str | None = None
    operator_group: str | None = None


class TokenIssuers(Settings):
    """Identity providers whose tokens are accepted."""

    TOKEN_ISSUERS: Json[tuple[Issuer, ...]]
