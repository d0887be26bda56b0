"""Events wait in the outbox until they were sent, each of them once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.contract.repositories.conftest import Core
from tests.support.generations import NOW, WORKSPACE_ID, a_generation

from easel.clock import to_iso
from easel.domain.events import Event
from easel.errors import StaleWrite
from easel.ids import new_id
from easel.repositories.delivery import keys
from easel.repositories.table import Table

SECOND = timedelta(seconds=1)


def an_event(occurred_at: datetime = NOW, id_: str | None = None) -> Event:
    data = {"generation": {"prompt": "қизил 🦊", "n": 2, "ratio": 1.5, "none": None}}
    return Event(id_ or new_id(), "generation.completed", WORKSPACE_ID, occurred_at, data, "req-1")


def waiting(core: Core, moment: datetime, limit: int = 100) -> list[Event]:
    found = core.outbox.waiting(moment, NOW, limit)
    return sorted((waiting.read() for waiting in found), key=lambda event: event.id)


@pytest.mark.requirement("M-10")
def test_an_event_waits_as_it_was_told(core: Core) -> None:
    event = an_event()
    core.commit(core.outbox.adding(event))

    assert waiting(core, NOW + SECOND) == [event]


def test_an_event_is_told_once_and_takes_its_transaction_along(core: Core) -> None:
    event, generation = an_event(), a_generation()
    core.commit(core.outbox.adding(event))

    with pytest.raises(StaleWrite):
        core.commit(*core.generations.creation(generation), core.outbox.adding(event))

    assert core.generations.get(generation.workspace_id, generation.id) is None


def test_only_what_was_left_behind_for_a_while_is_waiting(core: Core) -> None:
    old, new = an_event(NOW - SECOND), an_event(NOW)
    core.commit(core.outbox.adding(old), core.outbox.adding(new))

    assert waiting(core, NOW) == [old]
    assert waiting(core, NOW - SECOND) == []


def test_events_of_all_shards_are_found_up_to_a_limit(core: Core) -> None:
    events = [an_event() for _ in range(20)]
    core.commit(*(core.outbox.adding(event) for event in events))

    assert waiting(core, NOW + SECOND) == sorted(events, key=lambda event: event.id)
    assert len(waiting(core, NOW + SECOND, limit=3)) == 3


def test_an_event_that_was_sent_is_gone_and_may_be_removed_twice(core: Core) -> None:
    sent, left = an_event(), an_event()
    core.commit(core.outbox.adding(sent), core.outbox.adding(left))

    core.outbox.remove(sent.id)
    core.outbox.remove(sent.id)

    assert waiting(core, NOW + SECOND) == [left]


def test_an_event_that_was_set_aside_is_left_alone_until_then(core: Core) -> None:
    aside, other = an_event(), an_event()
    core.commit(core.outbox.adding(aside), core.outbox.adding(other))

    core.outbox.set_aside(aside.id, NOW + SECOND)
    core.outbox.set_aside(new_id(), NOW + SECOND)

    assert waiting(core, NOW + SECOND) == [other]
    later = [found.event_id for found in core.outbox.waiting(NOW + SECOND, NOW + 2 * SECOND, 100)]
    assert sorted(later) == sorted([aside.id, other.id])


def test_events_that_were_set_aside_do_not_hide_those_behind_them(core: Core) -> None:
    # Given more unreadable events than a sweep takes at once, older than the good one in the same shard
    broken = [f"01930000-0000-7000-8000-{number:08d}0000" for number in range(6)]
    shard = keys.outbox(broken[0])["pk"]
    for event_id in broken:
        Table(core.client, core.table).put({"pk": shard, "sk": event_id, "createdAt": to_iso(NOW), "event": "{"})
        core.client.update_item(
            TableName=core.table,
            Key={"pk": {"S": shard}, "sk": {"S": event_id}},
            UpdateExpression="SET asideUntil = :until",
            ExpressionAttributeValues={":until": {"S": to_iso(NOW + SECOND)}},
        )
    good = an_event(id_=f"f{broken[0][1:]}")
    core.commit(core.outbox.adding(good))
    # Then the good one is found
    assert waiting(core, NOW + SECOND, limit=2) == [good]
