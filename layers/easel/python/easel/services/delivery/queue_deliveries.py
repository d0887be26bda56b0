"""Queue an event for the webhook endpoints that want it."""

from __future__ import annotations

from collections.abc import Sequence

from easel.clock import Clock
from easel.domain.deliveries import Delivery, delivery_id
from easel.domain.events import Event
from easel.domain.webhooks import REQUESTS, Health
from easel.services.ports.events import KEPT, Listener, ListenerKind
from easel.services.ports.webhooks import Deliveries, DeliveryQueue, DeliveryRef, Endpoints, HealthRecords


class QueueDeliveries:
    """A `ListenerPublisher`. An event that is published again has the same deliveries: nothing is posted anew."""

    def __init__(
        self,
        *,
        endpoints: Endpoints,
        health: HealthRecords,
        deliveries: Deliveries,
        queue: DeliveryQueue,
        clock: Clock,
    ) -> None:
        self._endpoints = endpoints
        self._health = health
        self._deliveries = deliveries
        self._queue = queue
        self._clock = clock

    def publish(self, event: Event, listeners: Sequence[Listener]) -> None:
        """Raises QueueUnavailable."""
        if event.webhook is not None:
            self._begin(event, REQUESTS, quick=False)
        if not any(listener.kind is ListenerKind.WEBHOOK for listener in listeners):
            return
        about = event.data.get("webhook", {}).get("id")
        wanting = [
            endpoint
            for endpoint in self._endpoints.of_workspace(event.workspace_id)
            if endpoint.wants(event.type, about)
        ]
        if not wanting:
            return
        health = self._health.of(event.workspace_id, [endpoint.id for endpoint in wanting])
        for endpoint in wanting:
            self._begin(event, endpoint.id, quick=endpoint.may_be_quick and health.get(endpoint.id, Health()).quick)

    def _begin(self, event: Event, endpoint_id: str, *, quick: bool) -> None:
        now = self._clock()
        delivery = Delivery(
            id=delivery_id(endpoint_id, event.id, event.occurred_at),
            workspace_id=event.workspace_id,
            endpoint_id=endpoint_id,
            event_id=event.id,
            event_type=event.type,
            created_at=now,
            expires_at=now + KEPT,
            next_attempt_at=now,
            target=event.webhook.url if event.webhook and endpoint_id == REQUESTS else None,
            sealed_target=event.webhook.sealed if event.webhook and endpoint_id == REQUESTS else None,
        )
        begin(delivery, self._deliveries, self._queue, quick=quick)


def begin(delivery: Delivery, deliveries: Deliveries, queue: DeliveryQueue, *, quick: bool) -> bool:
    """Store a delivery and queue its first attempt. Whether it was not there before.

    The message is sent even where the delivery is there already: its process may have died before sending it.
    Raises QueueUnavailable.
    """
    is_new = deliveries.add(delivery)
    queue.deliver(DeliveryRef(delivery.workspace_id, delivery.endpoint_id, delivery.id, attempt=1), quick=quick)
    return is_new
