"""WebSockets: from a ticket over the four functions to what a client is sent. The sockets end at a receiver."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from tests.support.generations import a_generation
from tests.support.receiver import Answer, Receiver, receiving
from tests.support.streams import in_stream_record

from easel import settings
from easel.domain.access import GENERATIONS_READ
from easel.domain.events import generation_ended
from easel.domain.events.event import Event
from easel.domain.image import Status
from easel.domain.live_connections import LARGEST_MESSAGE, MAX_CONNECTIONS, MOST_MISSED
from easel.ids import new_generation_id, new_id
from easel.repositories.delivery.listeners import DynamoListeners
from easel.wiring.realtime import connections as wiring
from easel.wiring.realtime.connections import record_event

if TYPE_CHECKING:
    from tests.functions.api.world import World

pytestmark = pytest.mark.requirement("M-8", "S000-48")


class Live:
    """A workspace with WebSockets. What is sent to a connection arrives at the receiver."""

    def __init__(self, world: World, receiver: Receiver) -> None:
        self.world, self.receiver = world, receiver
        world.environment.update({"WEBSOCKETS_URL": receiver.origin, "REALTIME_URL": "wss://live.example/live"})
        self.tenant = world.tenant("Live")
        self.workspace_id = self.tenant["workspaceId"]
        self._client, self._table = world.emulator.client("dynamodb"), world.environment["EPHEMERAL_TABLE_NAME"]
        self._handled: set[str] = set()

    # --- what API Gateway does ----------------------------------------------------------------------------------------

    def ticket(self, token: str | None = None) -> dict[str, Any]:
        answer = self.world.call("POST", "/api/v1/realtime/tickets", token=token or self.tenant["apiKey"])
        made: dict[str, Any] = answer.json
        return made

    def connect(self, ticket: str | None = None, connection_id: str = "c1", **query: str) -> int:
        """The status of the handshake."""
        query["ticket"] = self.ticket()["ticket"] if ticket is None else ticket
        event = {"requestContext": {"connectionId": connection_id}, "queryStringParameters": query}
        return int(self.world.run("realtime/connect", event)["statusCode"])

    def say(self, message: Any, connection_id: str = "c1") -> None:
        body = message if isinstance(message, str) else json.dumps(message)
        self.world.run("realtime/receive_message", {"requestContext": {"connectionId": connection_id}, "body": body})

    def subscribe(self, after: int | None = None, connection_id: str = "c1") -> list[dict[str, Any]]:
        """What it is answered."""
        before = len(self.got(connection_id))
        self.say({"type": "subscribe", **({} if after is None else {"after": after})}, connection_id)
        self.push()
        return self.got(connection_id)[before:]

    def push(self) -> None:
        """Deliver what is new in the table, in the order in which it was written there, as its stream does."""
        found = self.items("")
        events = [item for item in found if item["sk"]["S"].startswith("SEQ#")]
        asked = [item for item in found if item["sk"]["S"].startswith("SUBSCRIBE#")]
        fresh = [item for item in events + asked if item["sk"]["S"] not in self._handled]
        self._handled |= {item["sk"]["S"] for item in fresh}
        assert self.deliver(fresh) == []

    def items(self, prefix: str) -> list[Any]:
        """The records of the workspace whose sort keys begin with this."""
        query: Any = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :sk)" if prefix else ""),
            "ExpressionAttributeValues": {":pk": {"S": f"REALTIME#{self.workspace_id}"}}
            | ({":sk": {"S": prefix}} if prefix else {}),
        }
        found: list[Any] = self._client.query(**query, ConsistentRead=True)["Items"]
        return found

    def deliver(self, items: list[Any]) -> list[str]:
        """Invoke the function with these records; the numbers of those that it reports as failed."""
        records = [
            {"eventName": "INSERT", "dynamodb": {"NewImage": in_stream_record(item), "SequenceNumber": str(number)}}
            for number, item in enumerate(items)
        ]
        answer = self.world.run("realtime/push_events", {"Records": records})
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def got(self, connection_id: str = "c1") -> list[dict[str, Any]]:
        """The messages that a connection was sent."""
        path = f"/@connections/{connection_id}"
        return [json.loads(posted.body) for posted in self.receiver.posted if posted.path == path]

    # --- what the publisher does --------------------------------------------------------------------------------------

    def publish(self, event: Event | None = None, *, user_id: str | None = None) -> Event:
        event = event or self.an_event(user_id=user_id)
        core = self.world.environment["CORE_TABLE_NAME"]
        listeners = DynamoListeners(self._client, core).of(self.workspace_id, datetime.now(UTC))
        with patch.dict("os.environ", self.world.environment):
            settings.forget()
            record_event(settings.load(wiring.MessageEnv)).publish(event, listeners)
        settings.forget()
        return event

    def an_event(self, *, user_id: str | None = None) -> Event:
        """The end of a generation of this workspace."""
        moment = datetime.now(UTC)
        generation = a_generation(
            id=new_generation_id(), workspace_id=self.workspace_id, user_id=user_id or new_id(), created_at=moment
        )
        images = tuple(replace(image, status=Status.CANCELLED, stage=None) for image in generation.images)
        ended = replace(generation, images=images, status=Status.CANCELLED, completed_at=moment)
        return generation_ended(ended, lambda *_: "https://easel.example/i/x")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def live(world: World, receiver: Receiver) -> Live:
    return Live(world, receiver)


def later(live: Live, by: timedelta) -> Any:
    """All functions, after so long."""
    return patch.object(wiring, "system_clock", lambda: datetime.now(UTC) + by)


# --- tickets ----------------------------------------------------------------------------------------------------------


def test_a_ticket_opens_one_connection_and_no_credential_is_in_its_address(live: Live) -> None:
    made = live.ticket()
    assert made["webSocketUrl"] == f"wss://live.example/live?ticket={made['ticket']}"
    assert live.tenant["apiKey"] not in made["webSocketUrl"]
    assert live.connect(made["ticket"]) == 200
    assert live.connect(made["ticket"], "c2") == 401


@pytest.mark.parametrize("ticket", ["", "nonsense", "x" * 3000])
def test_without_a_ticket_there_is_no_connection(live: Live, ticket: str) -> None:
    assert live.connect(ticket) == 401
    live.say({"type": "subscribe"})
    assert live.got()[-1]["code"] == "unknown_connection"


def test_a_ticket_does_not_open_another_workspace(live: Live) -> None:
    assert live.connect(workspace=live.world.tenant("Other")["workspaceId"]) == 403
    assert live.connect(workspace=live.workspace_id) == 200


def test_a_workspace_has_a_limit_of_connections(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_CONNECTIONS >= 10
    monkeypatch.setattr("easel.services.realtime.connect.MAX_CONNECTIONS", 2)
    for number in range(2):
        assert live.connect(connection_id=f"c{number}") == 200
    assert live.connect(connection_id="one-more") == 429
    live.world.run("realtime/disconnect", {"requestContext": {"connectionId": "c0"}})
    assert live.connect(connection_id="one-more") == 200


# --- events -----------------------------------------------------------------------------------------------------------


def test_events_come_in_order_with_numbers_and_the_body_of_webhooks(live: Live) -> None:
    live.connect()
    hello, ready = live.subscribe()
    assert (hello["type"], hello["resumed"], ready["type"]) == ("hello", False, "ready")
    events = [live.publish() for _ in range(3)]
    live.push()
    got = live.got()[2:]
    assert [message["seq"] for message in got] == [hello["seq"] + number for number in (1, 2, 3)]
    assert [message["event"]["id"] for message in got] == [event.id for event in events]
    assert got[0]["event"]["data"]["generation"]["providerCostMicroUsd"] is None


def test_nothing_is_sent_before_the_client_subscribes(live: Live) -> None:
    live.connect()
    live.publish()
    live.push()
    assert live.got() == []


def test_an_event_that_is_published_again_is_recorded_once(live: Live) -> None:
    live.connect()
    live.subscribe()
    event = live.publish()
    live.publish(event)
    live.push()
    assert [message["event"]["id"] for message in live.got()[2:]] == [event.id]


def test_who_comes_back_gets_exactly_what_was_missed(live: Live) -> None:
    live.connect()
    live.subscribe()
    live.publish()
    live.push()
    last = live.got()[-1]["seq"]
    live.world.run("realtime/disconnect", {"requestContext": {"connectionId": "c1"}})
    missed = [live.publish() for _ in range(3)]
    live.push()

    live.connect(connection_id="c2")
    hello, *events, ready = live.subscribe(last, "c2")
    assert (hello["resumed"], hello["seq"]) == (True, last)
    assert [message["event"]["id"] for message in events] == [event.id for event in missed]
    assert ready == {"type": "ready", "seq": last + 3}


def test_a_client_that_is_cut_off_20_times_in_50_generations_gets_every_event_once_and_in_order(live: Live) -> None:
    generations, events_of_each, cuts = 50, 2, 20
    published: list[str] = []
    got: list[tuple[int, str]] = []
    seq, read = 0, 0

    def see(connection_id: str, lost: int = 0) -> None:
        """Take what has arrived, but for the last messages, which a cut has destroyed on their way."""
        nonlocal seq, read
        messages = live.got(connection_id)
        for message in messages[read : len(messages) - lost]:
            if message["type"] == "event" and message["seq"] > seq:
                got.append((message["seq"], message["event"]["id"]))
            seq = max(seq, message.get("seq", 0))
        read = len(messages)

    connection_id = "c0"
    live.connect(connection_id=connection_id)
    live.subscribe(connection_id=connection_id)
    for number in range(1, generations * events_of_each + 1):
        published.append(live.publish().id)
        if number % (generations * events_of_each // cuts) == 0:
            live.push()
            see(connection_id, lost=number % 3)
            if number % 4 == 0:
                live.world.run("realtime/disconnect", {"requestContext": {"connectionId": connection_id}})
            published.append(live.publish().id)
            connection_id, read = f"c{number}", 0
            live.connect(connection_id=connection_id)
            live.subscribe(seq, connection_id)
    see(connection_id)
    assert [event_id for _, event_id in got] == published
    assert sorted(set(got)) == got


def test_what_a_subscription_has_brought_is_not_sent_again(live: Live) -> None:
    live.connect()
    hello, _ = live.subscribe()
    event = live.publish()
    live.connect(connection_id="c2")
    live.say({"type": "subscribe", "after": hello["seq"]}, "c2")
    # Recorded before the subscription is answered, but delivered after it.
    live.deliver([item for item in live.items("SUBSCRIBE#") if "c2" in item["sk"]["S"]])
    live.deliver(live.items("SEQ#"))
    assert [message["type"] for message in live.got("c2")] == ["hello", "event", "ready"]
    assert live.got("c2")[1]["event"]["id"] == event.id


@pytest.mark.parametrize("after", [0, 2**53 - 1])
def test_a_number_of_another_time_asks_for_a_new_start(live: Live, after: int) -> None:
    live.connect()
    live.publish()
    answers = live.subscribe(after)
    assert [message["type"] for message in answers] == ["hello", "resync", "ready"]
    assert answers[0]["resumed"] is False


def test_who_was_away_for_more_than_a_day_starts_anew(live: Live) -> None:
    live.connect()
    hello, _ = live.subscribe()
    live.publish()
    with later(live, timedelta(hours=25)):
        live.connect(connection_id="c2")
        assert [message["type"] for message in live.subscribe(hello["seq"], "c2")] == ["hello", "resync", "ready"]
        # Whoever has seen all that there was has missed nothing.
        live.connect(connection_id="c3")
        assert [each["type"] for each in live.subscribe(hello["seq"] + 1, "c3")] == ["hello", "ready"]


def test_a_number_from_before_nobody_followed_is_not_resumed(live: Live) -> None:
    live.connect()
    live.subscribe()
    live.publish()
    live.push()
    last = live.got()[-1]["seq"]
    with later(live, timedelta(days=4)):
        live.connect(connection_id="c2")
        answers = live.subscribe(last, "c2")
    assert [message["type"] for message in answers] == ["hello", "resync", "ready"]
    assert answers[0]["seq"] > last


def test_who_has_missed_very_much_starts_anew(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_MISSED >= 100
    monkeypatch.setattr("easel.services.realtime.push_events.MOST_MISSED", 2)
    live.connect()
    hello, _ = live.subscribe()
    for _ in range(3):
        live.publish()
    live.connect(connection_id="c2")
    assert [message["type"] for message in live.subscribe(hello["seq"], "c2")] == ["hello", "resync", "ready"]
    live.connect(connection_id="c3")
    assert len(live.subscribe(hello["seq"] + 1, "c3")) == 4


def test_members_get_their_own_events_and_two_tabs_get_the_same(live: Live) -> None:
    member = new_id()
    token = live.world.key_with(live.workspace_id, GENERATIONS_READ, user_id=member)
    for connection_id in ("tab1", "tab2"):
        live.connect(live.ticket(token)["ticket"], connection_id)
        live.subscribe(connection_id=connection_id)
    live.publish()
    own = live.publish(user_id=member)
    live.push()
    for connection_id in ("tab1", "tab2"):
        assert [message["event"]["id"] for message in live.got(connection_id)[2:]] == [own.id]


def test_another_workspace_gets_nothing(live: Live) -> None:
    other = Live(live.world, live.receiver)
    other.connect(connection_id="other")
    other.subscribe(connection_id="other")
    live.connect()
    live.publish()
    live.push()
    other.push()
    assert len(live.got("other")) == 2


def test_without_a_connection_nothing_is_recorded(live: Live) -> None:
    live.publish()
    assert live.items("") == []


# --- clients that are gone --------------------------------------------------------------------------------------------


def test_a_connection_that_is_gone_is_removed_and_the_others_are_not(live: Live) -> None:
    for connection_id in ("c1", "c2"):
        live.connect(connection_id=connection_id)
        live.subscribe(connection_id=connection_id)
    live.receiver.answer = lambda posted: Answer(410 if posted.path.endswith("c1") else 200)
    for _ in range(2):
        live.publish()
        live.push()
    assert [message["type"] for message in live.got("c1")] == ["hello", "ready", "event"]
    assert [message["type"] for message in live.got("c2")] == ["hello", "ready", "event", "event"]


def test_a_connection_that_cannot_be_reached_misses_nothing_when_it_comes_back(live: Live) -> None:
    live.connect()
    hello, _ = live.subscribe()
    live.receiver.answers(500)
    first = live.publish()
    live.push()
    live.receiver.answers(200)
    second = live.publish()
    live.push()
    live.connect(connection_id="c2")
    assert [each["event"]["id"] for each in live.subscribe(hello["seq"], "c2")[1:-1]] == [first.id, second.id]
    assert [message["type"] for message in live.got("c1")][-1] == "event", "the last try; nothing after it"


def test_a_batch_ends_at_the_record_that_cannot_be_handled_now(live: Live) -> None:
    live.connect()
    live.subscribe()
    live.publish()
    live.publish()
    items = live.items("SEQ#")
    before, live.world.environment["EPHEMERAL_TABLE_NAME"] = live._table, "missing-table"
    failed = live.deliver(items)
    live.world.environment["EPHEMERAL_TABLE_NAME"] = before
    assert failed == ["0"]
    assert len(live.got()) == 2


# --- messages of clients ----------------------------------------------------------------------------------------------


def test_a_ping_is_answered(live: Live) -> None:
    live.connect()
    live.say({"type": "ping"})
    assert live.got() == [{"type": "pong"}]


@pytest.mark.parametrize(
    "message",
    [
        *("", "hello", "[]", "{}", '{"type":"sing"}', "x" * 5000),
        *('{"type":"subscribe","after":"1"}', '{"type":"subscribe","after":-1}'),
        '{"type":"subscribe","after":9007199254740993}',
    ],
)
def test_what_is_no_message_is_refused_with_what_is(live: Live, message: str) -> None:
    live.connect()
    live.say(message)
    (answer,) = live.got()
    assert (answer["type"], answer["code"]) == ("error", "invalid_message")


def test_subscriptions_in_quick_succession_are_refused(live: Live) -> None:
    live.connect()
    live.subscribe()
    assert live.subscribe()[0]["code"] == "rate_limited"


# --- sizes ------------------------------------------------------------------------------------------------------------


def test_the_largest_event_fits_into_a_frame_and_a_larger_one_has_its_id(live: Live) -> None:
    live.connect()
    live.subscribe()
    event = live.an_event()
    huge = replace(event, data={"id": event.data["id"], "generation": {"userId": "u", "text": "x" * LARGEST_MESSAGE}})
    live.publish(huge)
    live.push()
    message = live.got()[-1]
    assert message["event"]["data"] == {"id": event.data["id"], "truncated": True}
    assert all(len(posted.body) <= LARGEST_MESSAGE for posted in live.receiver.posted)
