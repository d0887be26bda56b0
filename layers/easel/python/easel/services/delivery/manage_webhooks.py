"""Create, change and delete the webhook endpoints of a workspace. A secret is shown once, when it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from easel.clock import Clock
from easel.domain.access import WORKSPACE_ADMIN
from easel.domain.address_secrets import hide_secrets
from easel.domain.destinations import Destination
from easel.domain.webhooks import (
    REQUESTS,
    DisabledReason,
    Endpoint,
    Health,
    Secret,
    for_requests,
    new_secret,
    types_for,
)
from easel.errors import Conflict, Contended, InvalidRequest, NotFound, StaleWrite
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.accounts.standing import Standing
from easel.services.delivery.read_webhooks import EndpointState
from easel.services.ports.transactions import UnitOfWork, Write
from easel.services.ports.webhooks import Endpoints, HealthRecords, Vault

_MAX_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What a workspace asks for: an address or a destination.

    `event_types` empty means all but those that have to be named.
    """

    url: str = ""
    destination: Destination | None = None
    description: str = ""
    event_types: tuple[str, ...] = ()
    metadata: Mapping[str, str] | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """What is to be different; None for what stays."""

    url: str | None = None
    description: str | None = None
    event_types: tuple[str, ...] | None = None
    metadata: Mapping[str, str] | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """An endpoint with its secret as a text, which is stored encrypted and never shown again."""

    endpoint: Endpoint
    secret: str


class ManageWebhooks:
    """Management of endpoints, for callers with `workspace:admin`. It cannot read what it has encrypted."""

    def __init__(
        self,
        *,
        endpoints: Endpoints,
        health: HealthRecords,
        vault: Vault,
        standing: Standing,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._endpoints = endpoints
        self._health = health
        self._vault = vault
        self._standing = standing
        self._unit_of_work = unit_of_work
        self._clock = clock

    def create(self, caller: Principal, wanted: NewEndpoint) -> IssuedSecret:
        """Raises TooManyWebhooks, InvalidRequest."""
        now, endpoint_id, secret = self._clock(), new_id(), new_secret()
        named = wanted.destination
        endpoint = Endpoint(
            id=endpoint_id,
            workspace_id=caller.workspace_id,
            url=named.arn if named else hide_secrets(wanted.url),
            sealed_url="" if named else self._vault.seal(wanted.url, endpoint_id),
            secret=Secret(self._vault.seal(secret, endpoint_id)),
            created_at=now,
            updated_at=now,
            description=wanted.description,
            event_types=types_for(named, wanted.event_types),
            destination=named,
            metadata=wanted.metadata or {},
            disabled_reason=None if wanted.enabled else DisabledReason.BY_REQUEST,
            disabled_at=None if wanted.enabled else now,
        )
        self._unit_of_work.commit(*self._checks(caller), *self._endpoints.adding(endpoint))
        return IssuedSecret(endpoint, secret)

    def change(self, caller: Principal, endpoint_id: str, change: EndpointChange) -> EndpointState:
        """Raises NotFound, InvalidRequest, Conflict. Enabling an endpoint forgets how it answered before."""
        sealed = self._vault.seal(change.url, endpoint_id) if change.url is not None else None
        changed = self._update(caller, endpoint_id, lambda endpoint: self._changed(endpoint, change, sealed))
        if change.enabled:
            self._forget_failures(changed)
        health = self._health.of(caller.workspace_id, [endpoint_id])
        return EndpointState(changed, health.get(endpoint_id, Health()))

    def rotate(self, caller: Principal, endpoint_id: str) -> IssuedSecret:
        """Make a new secret. The one before signs as well for a day; one before that no longer. Raises NotFound."""
        secret, now = new_secret(), self._clock()
        sealed = self._vault.seal(secret, endpoint_id)
        if endpoint_id == REQUESTS and self._endpoints.get(caller.workspace_id, REQUESTS) is None:
            found = self._endpoints.introduce(for_requests(caller.workspace_id, sealed, now))
            if found.secret.current == sealed:
                return IssuedSecret(found, secret)
        changed = self._update(
            caller,
            endpoint_id,
            lambda endpoint: replace(endpoint, secret=endpoint.secret.rotated(sealed, now), updated_at=now),
        )
        return IssuedSecret(changed, secret)

    def remove(self, caller: Principal, endpoint_id: str) -> None:
        """Raises NotFound. What waits for it is not posted any more."""
        endpoint = self._find(caller, endpoint_id)
        removed = replace(endpoint, updated_at=self._clock())
        self._unit_of_work.commit(*self._checks(caller), *self._endpoints.removing(removed))

    def _changed(self, endpoint: Endpoint, change: EndpointChange, sealed_url: str | None) -> Endpoint:
        now = self._clock()
        if change.url is not None and sealed_url is not None:
            if endpoint.destination is not None:
                raise InvalidRequest.of("url", "A destination stays what it is; create another endpoint.", None)
            endpoint = replace(endpoint, url=hide_secrets(change.url), sealed_url=sealed_url)
        if change.enabled and endpoint.pending and endpoint.disabled_reason is None:
            raise Conflict(f"Verify it first: POST /api/v1/webhooks/{endpoint.id}/verify with the code it was sent.")
        if change.enabled:
            endpoint = replace(endpoint, disabled_reason=None, disabled_at=None)
        elif change.enabled is False and endpoint.disabled_reason is None:
            endpoint = endpoint.disabled(DisabledReason.BY_REQUEST, now)
        return replace(
            endpoint,
            description=endpoint.description if change.description is None else change.description,
            event_types=endpoint.event_types
            if change.event_types is None
            else types_for(endpoint.destination, change.event_types),
            metadata=endpoint.metadata if change.metadata is None else change.metadata,
            updated_at=now,
        )

    def _update(self, caller: Principal, endpoint_id: str, changed: Callable[[Endpoint], Endpoint]) -> Endpoint:
        for _ in range(_MAX_TRIES):
            endpoint = changed(self._find(caller, endpoint_id))
            try:
                self._unit_of_work.commit(*self._checks(caller), self._endpoints.replacing(endpoint))
            except StaleWrite:
                continue
            return endpoint
        raise Contended("The endpoint kept changing; nothing was written, please try again.")

    def _forget_failures(self, endpoint: Endpoint) -> None:
        for _ in range(_MAX_TRIES):
            known = self._health.of(endpoint.workspace_id, [endpoint.id]).get(endpoint.id)
            if known is None or self._health.put(
                endpoint.workspace_id, endpoint.id, Health(version=known.version), self._clock()
            ):
                return

    def _checks(self, caller: Principal) -> Sequence[Write]:
        return self._standing(caller, caller.workspace_id, WORKSPACE_ADMIN)

    def _find(self, caller: Principal, endpoint_id: str) -> Endpoint:
        endpoint = self._endpoints.get(caller.workspace_id, endpoint_id)
        if endpoint is None:
            raise NotFound(f"There is no webhook endpoint {endpoint_id}.")
        return endpoint
