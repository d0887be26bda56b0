"""Events about a workspace's webhook endpoints. They go to its other endpoints, and on every other way."""

from __future__ import annotations

from datetime import datetime

from easel.clock import to_iso
from easel.domain.events.event import Event, new_event
from easel.domain.events.types import WEBHOOK_DISABLED, WEBHOOK_FAILING
from easel.domain.webhooks import Endpoint, Health


def endpoint_failing(endpoint: Endpoint, health: Health, request_id: str, now: datetime) -> Event:
    """The event for an endpoint that has begun to fail: one for each time that it does."""
    return _event(WEBHOOK_FAILING, endpoint, health, request_id, health.failing_since or now)


def endpoint_disabled(endpoint: Endpoint, health: Health, request_id: str, now: datetime) -> Event:
    """The event for an endpoint that nothing is posted to any more."""
    return _event(WEBHOOK_DISABLED, endpoint, health, request_id, now)


def _event(event_type: str, endpoint: Endpoint, health: Health, request_id: str, now: datetime) -> Event:
    data = {
        "id": endpoint.id,
        "webhook": {
            "id": endpoint.id,
            "url": endpoint.url,
            "failures": health.failures,
            "failingSince": to_iso(health.failing_since) if health.failing_since else None,
            "disabledReason": endpoint.disabled_reason.value if endpoint.disabled_reason else None,
        },
    }
    return new_event(event_type, endpoint.workspace_id, endpoint.id, data, occurred_at=now, request_id=request_id)
