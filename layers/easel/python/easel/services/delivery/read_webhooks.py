"""Read the webhook endpoints of a workspace, and what was posted to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from easel.domain.deliveries import Attempt, Delivery
from easel.domain.webhooks import Endpoint, Health
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.pages import Page
from easel.services.ports.webhooks import Deliveries, Endpoints, HealthRecords


@dataclass(frozen=True, slots=True)
class EndpointState:
    """An endpoint, and how it answers."""

    endpoint: Endpoint
    health: Health


class ReadWebhooks:
    """Endpoints without their secrets, and their deliveries."""

    def __init__(self, *, endpoints: Endpoints, health: HealthRecords, deliveries: Deliveries) -> None:
        self._endpoints = endpoints
        self._health = health
        self._deliveries = deliveries

    def all(self, caller: Principal) -> Sequence[EndpointState]:
        """Every endpoint of the workspace, oldest first."""
        found = self._endpoints.of_workspace(caller.workspace_id)
        health = self._health.of(caller.workspace_id, [endpoint.id for endpoint in found])
        return [EndpointState(endpoint, health.get(endpoint.id, Health())) for endpoint in found]

    def get(self, caller: Principal, endpoint_id: str) -> EndpointState:
        """One endpoint. Raises NotFound."""
        endpoint = self._endpoints.get(caller.workspace_id, endpoint_id)
        if endpoint is None:
            raise NotFound(f"There is no webhook endpoint {endpoint_id}.")
        health = self._health.of(caller.workspace_id, [endpoint_id])
        return EndpointState(endpoint, health.get(endpoint_id, Health()))

    def deliveries(self, caller: Principal, endpoint_id: str, *, limit: int, after: str | None) -> Page[Delivery]:
        """What was posted to an endpoint in thirty days, newest first. Raises NotFound."""
        self.get(caller, endpoint_id)
        return self._deliveries.list(caller.workspace_id, endpoint_id, limit=limit, after=after)

    def delivery(self, caller: Principal, endpoint_id: str, delivery_id: str) -> tuple[Delivery, Sequence[Attempt]]:
        """One delivery with its attempts. Raises NotFound."""
        delivery = self._deliveries.get(caller.workspace_id, endpoint_id, delivery_id)
        if delivery is None:
            raise NotFound(f"There is no delivery {delivery_id} of this webhook endpoint.")
        return delivery, self._deliveries.attempts(delivery)
