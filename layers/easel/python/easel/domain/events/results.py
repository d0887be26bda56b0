"""Events about destinations: a code that is to come back, and results that were copied to a bucket."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from easel.clock import to_iso
from easel.domain.deliveries import DeliveredFile, Delivery
from easel.domain.destinations import Destination, Verification
from easel.domain.events.event import Event, new_event
from easel.domain.events.types import RESULTS_DELIVERED, VERIFICATION
from easel.domain.webhooks import Endpoint


def code_sent(endpoint: Endpoint, verification: Verification, code: str) -> Event:
    """What brings an endpoint its code. It is the same for every attempt, in no log, and shown nowhere else."""
    data = {
        "id": endpoint.id,
        "webhook": {"id": endpoint.id, "type": endpoint.type.value, "arn": endpoint.url},
        "verification": {"code": code, "expiresAt": to_iso(verification.expires_at)},
    }
    return new_event(
        VERIFICATION,
        endpoint.workspace_id,
        verification.delivery_id,
        data,
        occurred_at=verification.sent_at,
        request_id=endpoint.id,
    )


def results_delivered(
    delivery: Delivery, destination: Destination, body: str, files: Sequence[DeliveredFile], request_id: str
) -> Event:
    """The event that says where the results of a generation are. `body` is the event that they were delivered with.

    It happened when the delivery began, so that a worker that repeats the work of a dead one tells it with the same id.
    """
    completed: dict[str, Any] = json.loads(body)
    generation = completed["data"]["generation"]
    data = {
        "id": generation["id"],
        "generation": {name: generation[name] for name in ("id", "userId", "clientReference")},
        "results": {
            "webhookId": delivery.endpoint_id,
            "bucket": destination.name,
            "region": destination.region,
            "event": event_key(destination, generation["id"]),
            "files": [
                {
                    "imageId": file.image_id,
                    "index": file.index,
                    "key": file.key,
                    "mediaType": file.media_type,
                    "byteCount": file.byte_count,
                }
                for file in files
            ],
        },
    }
    return new_event(
        RESULTS_DELIVERED,
        delivery.workspace_id,
        delivery.id,
        data,
        occurred_at=delivery.created_at,
        request_id=request_id,
        ordering_key=completed["orderingKey"],
        sequence=completed["sequence"] + 1,
    )


def event_key(destination: Destination, generation_id: str) -> str:
    """Where a bucket gets the event itself, after all files: once it is there, so are they."""
    return f"{destination.prefix}{generation_id}/event.json"


def file_key(destination: Destination, generation_id: str, index: int, extension: str) -> str:
    """Where a bucket gets an image: the same each time, so that a repeat overwrites."""
    return f"{destination.prefix}{generation_id}/{index}.{extension}"


def code_key(destination: Destination, endpoint_id: str) -> str:
    """Where a bucket gets the code."""
    return f"{destination.prefix}easel-verification/{endpoint_id}.json"
