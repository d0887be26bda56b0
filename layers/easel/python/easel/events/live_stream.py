"""Reads the records of the ephemeral table's stream: what is to be sent through WebSockets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from easel.compression import decompressed
from easel.domain.live_connections import RecordedEvent, Subscription
from easel.events.stream import text_in, value_of

EVENT: Final = "REALTIME_EVENT"
SUBSCRIPTION: Final = "REALTIME_SUBSCRIPTION"


def read_live_record(record: Mapping[str, Any]) -> RecordedEvent | Subscription | None:
    """What a new record (attributes in DynamoDB's typed form) asks for; None for all others.

    Raises KeyError, ValueError: it cannot be read. Retrying does not help.
    """
    item: Mapping[str, Any] = record["dynamodb"].get("NewImage", {})
    if record["eventName"] != "INSERT":
        return None
    entity = text_in(item, "entity")
    if entity == EVENT:
        text = decompressed(value_of(item["text"]))
        return RecordedEvent(int(item["seq"]["N"]), text_in(item, "workspaceId"), text_in(item, "userId") or None, text)
    if entity == SUBSCRIPTION:
        after = item.get("after", {}).get("N")
        return Subscription(
            text_in(item, "workspaceId"), text_in(item, "connectionId"), None if after is None else int(after)
        )
    return None
