"""A workspace with webhook endpoints: the API, the publisher and the worker over the emulated AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from tests.support.generations import a_generation
from tests.support.receiver import Receiver

from easel import settings
from easel.domain.access import WORKSPACE_ADMIN
from easel.domain.events import generation_ended
from easel.domain.events.event import Event
from easel.domain.image import Status
from easel.ids import new_generation_id, new_id
from easel.repositories.delivery.deliveries import DynamoDeliveries
from easel.repositories.delivery.event_log import DynamoEventLog
from easel.repositories.delivery.listeners import DynamoListeners
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.delivery.webhooks import DynamoQuickSlots
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.delivery.publish_events import PublishEvents
from easel.services.delivery.requeue_deliveries import RequeueDeliveries
from easel.wiring.delivery import deliver_webhook as wiring
from easel.wiring.delivery import webhooks
from easel.wiring.delivery.webhook_queues import QueueEnv, delivery_queue, queue_deliveries

if TYPE_CHECKING:
    from tests.functions.api.world import World

LANES = ("WEBHOOKS_QUEUE_URL", "SLOW_WEBHOOKS_QUEUE_URL")


class Hooks:
    """One workspace, whose owner has a key that may manage webhooks."""

    def __init__(self, world: World, receiver: Receiver) -> None:
        self.world, self.receiver = world, receiver
        world.environment["WEBHOOK_TRUSTED_ORIGINS"] = receiver.origin
        self.tenant = world.tenant("Hooks")
        self.token = world.key_with(
            self.tenant["workspaceId"], WORKSPACE_ADMIN, "generations:read", user_id=self.tenant["userId"]
        )
        self._client = world.emulator.client("dynamodb")
        self._table = world.environment["CORE_TABLE_NAME"]
        self.log = DynamoEventLog(self._client, self._table)
        self.outbox = DynamoOutbox(self._client, self._table)

    def call(self, method: str, path: str = "", **more: Any) -> Any:
        """A request below /api/v1/webhooks."""
        return self.world.call(method, f"/api/v1/webhooks{path}", token=more.pop("token", self.token), **more)

    def endpoint(self, path: str = "/hook", **more: Any) -> dict[str, Any]:
        """A new endpoint at the receiver, with its secret."""
        answer = self.call("POST", body={"url": self.receiver.url(path), **more})
        assert answer.status == 201, answer.json
        made: dict[str, Any] = answer.json
        return made

    def read(self, endpoint: dict[str, Any]) -> Any:
        """An endpoint as it is now."""
        return self.call("GET", f"/{endpoint['id']}").json

    def deliveries(self, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
        """Its deliveries, oldest first."""
        found: list[dict[str, Any]] = self.call("GET", f"/{endpoint['id']}/deliveries", query="limit=100").json[
            "deliveries"
        ]
        return found[::-1]

    def attempts(self, endpoint: dict[str, Any], delivery: dict[str, Any]) -> list[dict[str, Any]]:
        """What came of each attempt at a delivery."""
        found: list[dict[str, Any]] = self.call("GET", f"/{endpoint['id']}/deliveries/{delivery['id']}").json[
            "attemptLog"
        ]
        return found

    def publish(self, event: Event | None = None) -> Event:
        """Publish an event as the publisher does: log it, and queue it for the endpoints that want it."""
        event = event or self.an_event()
        with self._environment():
            publish = PublishEvents(
                publishers=[],
                listener_publishers=[queue_deliveries(settings.load(QueueEnv))],
                log=self.log,
                listeners=DynamoListeners(self._client, self._table),
                describe=None,  # type: ignore[arg-type]  # of changes of records, which these events are not
                forget=lambda _: None,
                clock=lambda: datetime.now(UTC),
            )
            publish(event)
        return event

    def an_event(self, *, ago: int = 0) -> Event:
        """The end of a generation of this workspace."""
        moment = datetime.now(UTC) - timedelta(seconds=ago)
        generation = a_generation(
            id=new_generation_id(), workspace_id=self.tenant["workspaceId"], user_id=new_id(), created_at=moment
        )
        images = tuple(replace(image, status=Status.CANCELLED, stage=None) for image in generation.images)
        ended = replace(generation, images=images, status=Status.CANCELLED, completed_at=moment)
        return generation_ended(ended, lambda *_: "https://easel.example/i/x")

    def submit(self, webhook: dict[str, Any]) -> str:
        """A generation whose request names a webhook; its id."""
        body = {"prompt": "a red fox", "model": "sandbox", "webhook": webhook}
        answer = self.world.call("POST", "/api/v1/generations", token=self.tenant["apiKey"], body=body)
        assert answer.status == 202, answer.json
        return str(answer.json["id"])

    def ended(self, generation_id: str) -> Event:
        """The event of its end, as it comes out of the outbox."""
        generation = DynamoGenerations(self._client, self._table).get(self.tenant["workspaceId"], generation_id)
        assert generation is not None
        images = tuple(replace(image, status=Status.CANCELLED, stage=None) for image in generation.images)
        over = replace(generation, images=images, status=Status.CANCELLED, completed_at=datetime.now(UTC))
        event = generation_ended(over, lambda *_: "https://easel.example/i/x")
        DynamoTransactions(self._client).commit(self.outbox.adding(event))
        (stored,) = (notice for notice in self.notices() if notice.id == event.id)
        return stored

    def work(self, *, most: int = 100) -> int:
        """Have the worker take what is in both lanes now; gives how many messages it took."""
        taken = 0
        while taken < most and (messages := [*self.messages("WEBHOOKS_QUEUE_URL"), *self.messages(LANES[1])]):
            for lane, body in messages:
                self.deliver(lane, body)
                taken += 1
        return taken

    def messages(self, lane: str) -> list[tuple[str, str]]:
        """Take the messages out of a lane that are not delayed."""
        sqs, url = self.world.emulator.client("sqs"), self.world.environment[lane]
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append((lane, message["Body"]))
        return found

    def deliver(self, lane: str, body: str) -> bool:
        """Hand the worker a message; whether it took it."""
        arn = f"arn:aws:sqs:us-east-1:000000000000:{self.world.environment[lane].rpartition('/')[2]}"
        record = {
            "messageId": new_id(),
            "receiptHandle": "h",
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": arn,
            "awsRegion": "us-east-1",
        }
        answer = self.world.run("workers/deliver_webhook", {"Records": [record]})
        return not answer["batchItemFailures"]

    def next_attempt(self, endpoint: dict[str, Any], delivery: dict[str, Any], number: int) -> bool:
        """Hand the worker the message of an attempt, as if its time had come."""
        message = {
            "workspaceId": self.tenant["workspaceId"],
            "endpointId": endpoint["id"],
            "deliveryId": delivery["id"],
            "attempt": number,
        }
        return self.deliver(LANES[1], json.dumps(message))

    def notices(self) -> list[Event]:
        """Events in the outbox of this workspace."""
        far = datetime(2100, 1, 1, tzinfo=UTC)
        events = [waiting.read() for waiting in self.outbox.waiting(far, far, 100)]
        return [event for event in events if event.workspace_id == self.tenant["workspaceId"]]

    def slots(self) -> DynamoQuickSlots:
        """The workers of the quick lane."""
        return DynamoQuickSlots(self._client, self._table)

    def due(self, by: timedelta) -> list[str]:
        """Queue what is due after so long, as the sweep does; the ids of the deliveries."""
        with self._environment():
            deliveries = DynamoDeliveries(self._client, self._table)
            found = [due.ref.delivery_id for due in deliveries.due(datetime.now(UTC) + by, 100)]
            requeue = RequeueDeliveries(
                waiting=deliveries,
                queue=delivery_queue(settings.load(QueueEnv)),
                clock=lambda: datetime.now(UTC) + by,
            )
            assert requeue().done == len(found)
        return found

    @contextmanager
    def later(self, by: timedelta) -> Iterator[None]:
        """The worker, and what is sent once more, in the future."""
        wiring.deliver_webhook.cache_clear()

        def clock() -> datetime:
            return datetime.now(UTC) + by

        with patch.object(wiring, "system_clock", clock), patch.object(webhooks, "system_clock", clock):
            yield
        wiring.deliver_webhook.cache_clear()

    @contextmanager
    def _environment(self) -> Iterator[None]:
        with patch.dict("os.environ", self.world.environment):
            settings.forget()
            yield
        settings.forget()
