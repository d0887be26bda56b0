"""The log of events and its listeners in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.support.emulator import Emulator
from tests.support.generations import NOW
from tests.support.tables import create_core_table

from easel.domain.events.event import Event, event_id
from easel.repositories.delivery.event_log import DynamoEventLog
from easel.repositories.delivery.listeners import DynamoListeners
from easel.services.ports.events import ListenerKind

LATER = NOW + timedelta(hours=1)
PAUSE = timedelta(seconds=3)
WORKSPACE = "019a9f1c-0000-7000-8000-0000000000aa"
OTHER = "019a9f1c-0000-7000-8000-0000000000bb"


@pytest.fixture
def table(emulator: Emulator) -> str:
    return create_core_table(emulator.client("dynamodb"))


@pytest.fixture
def log(emulator: Emulator, table: str) -> DynamoEventLog:
    return DynamoEventLog(emulator.client("dynamodb"), table)


@pytest.fixture
def listeners(emulator: Emulator, table: str) -> DynamoListeners:
    return DynamoListeners(emulator.client("dynamodb"), table)


def an_event(name: str, happened: datetime = NOW, generation: str = "g") -> Event:
    return Event(event_id(happened, name), "generation.progress", WORKSPACE, happened, {"id": generation}, "req-1")


def ids(log: DynamoEventLog, after: str | None = None, until: datetime = LATER, limit: int = 10) -> list[str]:
    return [event.position for event in log.read(WORKSPACE, after, until, limit)]


def test_events_are_read_in_order_and_from_any_of_them_on(log: DynamoEventLog) -> None:
    events = [an_event(str(number), NOW + timedelta(seconds=number)) for number in range(4)]
    for event in events:
        log.append(event, event.occurred_at)

    assert ids(log) == [event.id for event in events]
    assert ids(log, after=events[1].id) == [event.id for event in events[2:]]
    assert ids(log, limit=2) == [event.id for event in events[:2]]
    assert ids(log, until=NOW + timedelta(seconds=1)) == [event.id for event in events[:2]]
    assert ids(log, after=events[3].id, until=NOW) == []


def test_an_event_that_is_published_twice_is_logged_once(log: DynamoEventLog) -> None:
    log.append(an_event("a"), NOW)
    log.append(an_event("a"), NOW)
    log.append(an_event("a"), LATER)

    assert ids(log) == [an_event("a").id]


def test_a_late_event_is_not_missed_by_those_who_have_read_on(log: DynamoEventLog) -> None:
    early, late = an_event("early", NOW + timedelta(seconds=9)), an_event("late", NOW)
    log.append(early, early.occurred_at)
    (seen,) = ids(log)
    for _ in range(2):
        log.append(late, NOW + timedelta(minutes=1))

    (position,) = ids(log, after=seen)
    found = log.find(WORKSPACE, late.id)

    assert found is not None
    assert late.id in found.text
    assert log.position_of(WORKSPACE, late.id) == position
    assert ids(log, after=position) == []


def test_an_id_that_has_no_time_is_logged_where_it_comes(log: DynamoEventLog) -> None:
    first, other = an_event("1", NOW), an_event("3", NOW + timedelta(seconds=2))
    timeless = replace(an_event("2", NOW + timedelta(seconds=1)), id="ffffffff-bb29-5239-9fd0-c50d5f86c31c")
    for event in (first, timeless, other, timeless):
        log.append(event, event.occurred_at)

    places = ids(log)

    assert (places[0], places[2]) == (first.id, other.id)
    assert log.position_of(WORKSPACE, timeless.id) == places[1]


def test_events_of_another_workspace_are_not_found(log: DynamoEventLog) -> None:
    log.append(an_event("a"), NOW)

    assert log.find(OTHER, an_event("a").id) is None
    assert list(log.read(OTHER, None, LATER, 10)) == []


def test_progress_is_admitted_once_in_a_while_and_again_for_the_same_event(log: DynamoEventLog) -> None:
    first, soon = an_event("1", NOW), an_event("2", NOW + timedelta(seconds=2))
    due, other = an_event("3", NOW + timedelta(seconds=3)), an_event("4", NOW, generation="h")

    admitted = [log.admit_progress(event, PAUSE) for event in (first, soon, first, due, other)]

    assert admitted == [True, False, True, True, True]


def test_a_listener_is_known_until_its_time_is_over(listeners: DynamoListeners) -> None:
    begun = listeners.listen(WORKSPACE, ListenerKind.POLL, NOW, timedelta(days=2))
    again = listeners.listen(WORKSPACE, ListenerKind.POLL, NOW + timedelta(hours=1), timedelta(days=2))
    longer = listeners.listen(WORKSPACE, ListenerKind.POLL, NOW + timedelta(days=1), timedelta(days=2))

    assert again == begun
    assert (longer.since, longer.until) == (NOW, NOW + timedelta(days=3))
    assert list(listeners.of(WORKSPACE, NOW + timedelta(days=2))) == [longer]
    assert list(listeners.of(WORKSPACE, NOW + timedelta(days=3))) == []
    assert list(listeners.of(OTHER, NOW)) == []
