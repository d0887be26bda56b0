"""Keys of events, of who listens to them, of webhooks and their deliveries."""

from __future__ import annotations

from typing import Final

from easel.repositories.keys import Key, part, shard_of, workspace_partition

LOGGED_PREFIX: Final = "AT#"
LISTENER_PREFIX: Final = "LISTENER#"
WEBHOOK_PREFIX: Final = "WEBHOOK#"
DELIVERY_PREFIX: Final = "DELIVERY#"
DUE_SHARDS: Final = 4
OUTBOX_SHARDS: Final = 4


def outbox(event_id: str) -> Key:
    return {"pk": outbox_partition(shard_of(event_id, OUTBOX_SHARDS)), "sk": part(event_id)}


def outbox_partition(shard: int) -> str:
    return f"OUTBOX#{shard}"


def events_partition(workspace_id: str) -> str:
    """Of the log of a workspace's events. Apart from its other records, so that neither slows down the other."""
    return f"EVENTS#{part(workspace_id)}"


def logged_event(workspace_id: str, position: str) -> Key:
    return {"pk": events_partition(workspace_id), "sk": f"{LOGGED_PREFIX}{part(position)}"}


def late_event(workspace_id: str, event_id: str) -> Key:
    return {"pk": events_partition(workspace_id), "sk": f"LATE#{part(event_id)}"}


def last_progress(workspace_id: str, generation_id: str) -> Key:
    return {"pk": events_partition(workspace_id), "sk": f"PROGRESS#{part(generation_id)}"}


def listener(workspace_id: str, name: str) -> Key:
    return {"pk": events_partition(workspace_id), "sk": f"{LISTENER_PREFIX}{part(name)}"}


def webhook(workspace_id: str, endpoint_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{WEBHOOK_PREFIX}{part(endpoint_id)}"}


def request_webhooks(workspace_id: str) -> Key:
    """What stands for the webhooks of requests, outside of the prefix of the endpoints that are listed."""
    return {"pk": workspace_partition(workspace_id), "sk": "REQUESTWEBHOOKS"}


def webhook_health(workspace_id: str, endpoint_id: str) -> Key:
    """Apart from the endpoint: attempts write it, and people change the endpoint."""
    return {"pk": workspace_partition(workspace_id), "sk": f"WEBHOOKHEALTH#{part(endpoint_id)}"}


def webhook_slots(workspace_id: str, endpoint_id: str) -> Key:
    """How many workers of the quick lane an endpoint has."""
    return {"pk": workspace_partition(workspace_id), "sk": f"WEBHOOKSLOTS#{part(endpoint_id)}"}


def deliveries_partition(workspace_id: str, endpoint_id: str) -> str:
    return f"DELIVERIES#{part(workspace_id)}#{part(endpoint_id)}"


def delivery(workspace_id: str, endpoint_id: str, delivery_id: str) -> Key:
    return {
        "pk": deliveries_partition(workspace_id, endpoint_id),
        "sk": f"{DELIVERY_PREFIX}{part(delivery_id)}",
    }


def delivery_attempts_prefix(delivery_id: str) -> str:
    """Of the attempts at a delivery, outside of the prefix of the deliveries that are listed."""
    return f"ATTEMPT#{part(delivery_id)}#"


def delivery_attempt(workspace_id: str, endpoint_id: str, delivery_id: str, number: int) -> Key:
    return {
        "pk": deliveries_partition(workspace_id, endpoint_id),
        "sk": f"{delivery_attempts_prefix(delivery_id)}{number:03d}",
    }


def due_delivery(due_at: str, delivery_id: str, attempt: int) -> Key:
    """An attempt that waits for its time."""
    return {
        "pk": due_partition(shard_of(delivery_id, DUE_SHARDS)),
        "sk": f"{part(due_at)}#{part(delivery_id)}#{attempt}",
    }


def due_partition(shard: int) -> str:
    return f"DUE#{shard}"
