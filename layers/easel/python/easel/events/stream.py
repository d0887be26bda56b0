"""Reads the records of the core table's stream: events of the outbox, and changes of generations' records."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from easel.compression import decompressed
from easel.domain.events import Event, deserialise_event
from easel.domain.image import Stage, Status
from easel.domain.request import RequestWebhook
from easel.services.ports.events import Change, ChangeKind

_Image = Mapping[str, Any]


def read_record(record: Mapping[str, Any]) -> Event | Change | None:
    """What a stream record (attributes in DynamoDB's typed form) says; None where it is nothing to publish.

    Raises:
        ValueError: an outbox item has no readable event. Retrying does not help.
    """
    after: _Image = record["dynamodb"].get("NewImage", {})
    entity = text_in(after, "entity")
    if entity == "OUTBOX":
        return event_in_outbox_item(after) if record["eventName"] == "INSERT" else None
    before: _Image = record["dynamodb"].get("OldImage", {})
    seen_at = datetime.fromtimestamp(record["dynamodb"].get("ApproximateCreationDateTime", 0), UTC)
    if entity == "STATE":
        kind = _change_of_state(before, after)
    elif entity == "IMAGE":
        kind = _change_of_image(before, after)
    else:
        return None
    return _change(kind, after, seen_at) if kind else None


def event_in_outbox_item(image: _Image) -> Event:
    """The event of an outbox item. Raises ValueError: it has no readable one."""
    try:
        return replace(
            deserialise_event(decompressed(value_of(image["event"]))),
            reply_to=text_in(image, "replyTo") or None,
            webhook=RequestWebhook.read(text_in(image, "webhook")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("An outbox item carries no readable event.") from error


def _change_of_state(before: _Image, after: _Image) -> ChangeKind | None:
    if not before:
        return ChangeKind.ACCEPTED
    if (text_in(before, "status"), text_in(after, "status")) == (Status.PENDING, Status.PROCESSING):
        return ChangeKind.STARTED
    return None


def _change_of_image(before: _Image, after: _Image) -> ChangeKind | None:
    if text_in(after, "status"):
        return None if text_in(before, "status") else ChangeKind.IMAGE_ENDED
    known = (text_in(before, "stage"), _attempts(before))
    return ChangeKind.PROGRESSED if known != (text_in(after, "stage"), _attempts(after)) else None


def _change(kind: ChangeKind, after: _Image, seen_at: datetime) -> Change:
    workspace_id = text_in(after, "pk").removeprefix("WS#")
    _, generation_id, part, *index = text_in(after, "sk").split("#")
    return Change(
        kind,
        workspace_id,
        generation_id,
        seen_at,
        index=int(index[0]) if part == "IMAGE" else 0,
        stage=Stage(text_in(after, "stage") or Stage.QUEUED),
        attempts=_attempts(after),
    )


def _attempts(image: _Image) -> int:
    return len(image.get("attempts", {}).get("L", ()))


def text_in(image: Mapping[str, Any], name: str) -> str:
    """A text of an item; empty where it has none."""
    return str(image.get(name, {}).get("S", ""))


def value_of(attribute: Mapping[str, Any]) -> object:
    """An attribute in a stream record, where bytes are base64."""
    return base64.b64decode(attribute["B"], validate=True) if "B" in attribute else attribute["S"]
