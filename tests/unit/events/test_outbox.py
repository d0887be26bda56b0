"""Publishing what the outbox holds: everywhere, at least once, and then forgotten."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.support.generations import NOW, WORKSPACE_ID

from easel.compression import compressed
from easel.domain.events import Event, serialise_event
from easel.errors import QueueUnavailable
from easel.events.stream import event_in_outbox_item
from easel.services.delivery.publish_events import PublishEvents

EVENT = Event(
    id="c67877cc-bb29-5239-9fd0-c50d5f86c31c",
    type="generation.completed",
    workspace_id=WORKSPACE_ID,
    occurred_at=NOW,
    data={"generation": {"id": "g", "imagesCompleted": 1, "clientReference": "Nr. 7 \N{GRINNING FACE}"}},
    request_id="req-1",
)
STREAM_EVENT = Path(__file__).parents[3] / "functions" / "workers" / "publish_events" / "event.json"


class Journal:
    """Writes down what happens, in order; the names in `broken` fail."""

    def __init__(self, *broken: str) -> None:
        self.entries: list[tuple[str, str]] = []
        self.broken = set(broken)

    def note(self, name: str, event_id: str) -> None:
        if name in self.broken:
            raise QueueUnavailable(f"{name} is away")
        self.entries.append((name, event_id))


class PublisherInJournal:
    def __init__(self, name: str, journal: Journal) -> None:
        self._name = name
        self._journal = journal

    def publish(self, event: Event) -> None:
        self._journal.note(self._name, event.id)


def publishing_into(journal: Journal) -> PublishEvents:
    return PublishEvents(
        publishers=[PublisherInJournal("bus", journal), PublisherInJournal("queue", journal)],
        log=cast(Any, None),
        listeners=cast(Any, SimpleNamespace(of=lambda *_: ())),
        describe=cast(Any, None),
        forget=lambda event_id: journal.note("forget", event_id),
        clock=lambda: NOW,
    )


def test_an_event_is_forgotten_only_after_everyone_has_it() -> None:
    journal = Journal()

    publishing_into(journal)(EVENT)

    assert journal.entries == [("bus", EVENT.id), ("queue", EVENT.id), ("forget", EVENT.id)]


@pytest.mark.parametrize(
    ("broken", "told"),
    [("bus", []), ("queue", [("bus", EVENT.id)]), ("forget", [("bus", EVENT.id), ("queue", EVENT.id)])],
)
def test_a_failure_anywhere_keeps_the_event_and_a_repeat_tells_the_rest(broken: str, told: list[Any]) -> None:
    journal = Journal(broken)
    publish = publishing_into(journal)

    with pytest.raises(QueueUnavailable):
        publish(EVENT)
    assert journal.entries == told

    journal.broken.clear()
    publish(EVENT)
    assert journal.entries[len(told) :] == [("bus", EVENT.id), ("queue", EVENT.id), ("forget", EVENT.id)]


def test_the_event_of_an_outbox_item_reads_back_as_it_was_written() -> None:
    image = {"pk": {"S": "OUTBOX#1"}, "sk": {"S": EVENT.id}, "event": {"S": serialise_event(EVENT)}}

    assert event_in_outbox_item(image) == EVENT


def test_a_compressed_event_reads_back_as_it_was_written() -> None:
    event = replace(EVENT, data={"text": "a red fox " * 100})
    stored = compressed(serialise_event(event))
    assert isinstance(stored, bytes)

    assert event_in_outbox_item({"event": {"B": base64.b64encode(stored).decode()}}) == event


def test_the_example_of_a_stream_event_can_be_read() -> None:
    (record,) = json.loads(STREAM_EVENT.read_text())["Records"]

    event = event_in_outbox_item(record["dynamodb"]["NewImage"])

    assert record["dynamodb"]["Keys"]["sk"]["S"] == event.id


@pytest.mark.parametrize(
    "image",
    [
        {},
        {"event": {"S": ""}},
        {"event": {"S": "[]"}},
        {"event": {"S": "{}"}},
        {"event": {"N": "7"}},
        {"event": {"B": "not base64"}},
        {"event": {"B": "bm8gemxpYg=="}},
        {"event": {"M": {"id": {"S": "x"}}}},
        {"event": {"S": serialise_event(EVENT).replace("2026-11-20T", "yesterday ")}},
    ],
)
def test_an_item_without_a_readable_event_is_an_error(image: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no readable event"):
        event_in_outbox_item(image)
