"""Queues, buses and buckets of customers: verified with a code, then events and results, resent and replayed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import standardwebhooks
from tests.functions.api.hooks import Hooks
from tests.support.emulator import ACCOUNT, REGION, unique_name
from tests.support.receiver import receiving
from tests.support.stored_pictures import StoredPictures

from easel.domain.destinations import CODE_TRIES
from easel.domain.events import generation_ended
from easel.domain.events.event import Event
from easel.events.destination_schema import ResultsEvent, VerificationEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functions.api.world import World

    from easel.domain.generation import Generation

pytestmark = pytest.mark.requirement("M-10")


@pytest.fixture
def hooks(world: World) -> Iterator[Hooks]:
    with receiving() as receiver:
        yield Hooks(world, receiver)


class Queue:
    """A queue of the customer."""

    def __init__(self, hooks: Hooks, *, fifo: bool = False) -> None:
        self._sqs = hooks.world.emulator.client("sqs")
        self.name = unique_name("customer") + (".fifo" if fifo else "")
        attributes: Any = {"FifoQueue": "true"} if fifo else {}
        self.url = self._sqs.create_queue(QueueName=self.name, Attributes=attributes)["QueueUrl"]
        self.arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name}"

    def take(self) -> list[Any]:
        """The messages that are there; they are taken away."""
        found = self._sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        ).get("Messages", [])
        for message in found:
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def delete(self) -> None:
        self._sqs.delete_queue(QueueUrl=self.url)


@pytest.fixture
def queue(hooks: Hooks) -> Queue:
    return Queue(hooks)


def created(hooks: Hooks, **body: Any) -> dict[str, Any]:
    answer = hooks.call("POST", body=body)
    assert answer.status == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def send_code(hooks: Hooks, made: dict[str, Any]) -> Any:
    answer = hooks.call("POST", f"/{made['id']}/send-code")
    assert answer.status == 202, answer.json
    hooks.work()
    return answer.json


def verified(hooks: Hooks, made: dict[str, Any], code: str) -> Any:
    answer = hooks.call("POST", f"/{made['id']}/verify", body={"code": code})
    assert answer.status == 200, answer.json
    return answer.json


def verified_queue(hooks: Hooks, queue: Queue, **body: Any) -> dict[str, Any]:
    """An endpoint of this queue that gets events."""
    made = created(hooks, type="sqs", arn=queue.arn, **body)
    send_code(hooks, made)
    (message,) = queue.take()
    verified(hooks, made, json.loads(message["Body"])["data"]["verification"]["code"])
    return made


def attributes_of(message: Any) -> dict[str, str]:
    return {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}


# --- verification -----------------------------------------------------------------------------------------------------


def test_a_queue_gets_nothing_before_its_code_came_back(hooks: Hooks, queue: Queue) -> None:
    made = created(hooks, type="sqs", arn=queue.arn)
    assert (made["enabled"], made["verifiedAt"], made["disabledReason"]) == (False, None, None)
    (statement,) = made["policy"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("sqs:SendMessage", queue.arn)
    assert statement["Principal"] == {"AWS": hooks.world.environment["DELIVERY_ROLE_ARN"]}
    event = hooks.publish()
    hooks.work()
    assert queue.take() == []
    example = hooks.call("POST", f"/{made['id']}/example", body={"eventType": "image.deleted"})
    assert (example.status, "not verified" in example.json["detail"]) == (409, True)
    enabled = hooks.call("PATCH", f"/{made['id']}", body={"enabled": True})
    assert (enabled.status, "/verify" in enabled.json["detail"]) == (409, True), "nobody but the code verifies it"

    delivery = send_code(hooks, made)
    (message,) = queue.take()
    sent = VerificationEvent.model_validate_json(message["Body"])
    assert sent.data.webhook.arn == queue.arn
    assert attributes_of(message)["type"] == "webhook.verification"
    assert hooks.read(made)["codeExpiresAt"] is not None
    assert hooks.deliveries(made)[0]["id"] == delivery["id"]
    assert sent.data.verification.code not in json.dumps(hooks.world.stored(), default=str)

    shown = verified(hooks, made, sent.data.verification.code)
    assert (shown["enabled"], shown["codeExpiresAt"]) == (True, None)
    assert verified(hooks, made, "whatever")["verifiedAt"] == shown["verifiedAt"], "once is enough"
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    with hooks.later(timedelta(seconds=10)):
        assert hooks.call("POST", f"/{made['id']}/replay-missing", body={"since": since}).json["queued"] == 1
        hooks.work()
    assert [json.loads(found["Body"])["id"] for found in queue.take()] == [event.id]


def test_a_code_ends_after_five_wrong_tries(hooks: Hooks, queue: Queue) -> None:
    made = created(hooks, type="sqs", arn=queue.arn)
    unasked = hooks.call("POST", f"/{made['id']}/verify", body={"code": "x"})
    assert unasked.status == 409
    send_code(hooks, made)
    code = json.loads(queue.take()[0]["Body"])["data"]["verification"]["code"]

    wrong = [hooks.call("POST", f"/{made['id']}/verify", body={"code": "0" * 32}) for _ in range(CODE_TRIES)]

    assert [answer.status for answer in wrong] == [400] * CODE_TRIES
    assert wrong[0].json["error"]["details"][0]["field"] == "code"
    assert hooks.call("POST", f"/{made['id']}/verify", body={"code": code}).status == 409
    assert hooks.read(made)["enabled"] is False


def test_a_code_ends_after_an_hour_and_with_the_next_one(hooks: Hooks, queue: Queue) -> None:
    made = created(hooks, type="sqs", arn=queue.arn)
    hooks.call("POST", f"/{made['id']}/send-code")
    again = hooks.call("POST", f"/{made['id']}/send-code")
    assert (again.status, 1 <= int(again.headers["Retry-After"]) <= 60) == (429, True), "one a minute"
    # Nothing has taken the first one to the queue when it is replaced.
    first = hooks.messages("SLOW_WEBHOOKS_QUEUE_URL")
    with hooks.later(timedelta(minutes=2)):
        send_code(hooks, made)
        assert hooks.deliver(*first[0])
    (message,) = queue.take()
    code = json.loads(message["Body"])["data"]["verification"]["code"]
    assert [found["lastOutcome"] for found in hooks.deliveries(made)] == ["disabled", "delivered"]

    with hooks.later(timedelta(hours=2)):
        assert hooks.call("POST", f"/{made['id']}/verify", body={"code": code}).status == 409
    verified(hooks, made, code)
    assert hooks.call("POST", f"/{made['id']}/send-code").status == 409, "there is nothing left to verify"


def test_a_code_that_cannot_be_sent_is_seen_in_the_log_and_is_not_resent(hooks: Hooks) -> None:
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{unique_name('nobody-s')}"
    made = created(hooks, type="sqs", arn=arn)
    delivery = send_code(hooks, made)

    (attempt,) = hooks.attempts(made, delivery)
    assert (attempt["outcome"], attempt["errorCode"]) == ("gone", "AWS.SimpleQueueService.NonExistentQueue")
    shown = hooks.read(made)
    assert (shown["disabledReason"], shown["failures"]) == (None, 0), "it was never there"
    assert hooks.call("POST", f"/{made['id']}/deliveries/{delivery['id']}/resend").status == 409


# --- queues and buses -------------------------------------------------------------------------------------------------


def test_a_message_is_the_body_of_a_webhook_signed_as_it_is(hooks: Hooks, queue: Queue) -> None:
    made = verified_queue(hooks, queue)
    hooks.endpoint()
    event = hooks.publish()
    hooks.work()

    (message,) = queue.take()
    (posted,) = hooks.receiver.posted
    assert message["Body"].encode() == posted.body
    attributes = attributes_of(message)
    assert (attributes["eventId"], attributes["type"]) == (event.id, event.type)
    assert attributes["workspaceId"] == hooks.tenant["workspaceId"]
    assert standardwebhooks.Webhook(made["secret"]).verify(message["Body"], attributes)["id"] == event.id
    (_, delivery) = hooks.deliveries(made)
    (attempt,) = hooks.attempts(made, delivery)
    assert (attempt["outcome"], attempt["responseBody"]) == ("delivered", f"MessageId {message['MessageId']}")


@pytest.mark.requirement("S002-72")
def test_what_is_resent_and_replayed_is_the_same_bytes_everywhere(hooks: Hooks, queue: Queue) -> None:
    event = hooks.publish(hooks.an_event(ago=60))  # Nobody listens yet.
    made, other = verified_queue(hooks, queue), hooks.endpoint()
    hooks.publish(event)
    hooks.work()
    with hooks.later(timedelta(seconds=10)):
        for each in (made, other):
            first = next(found for found in hooks.deliveries(each) if found["eventId"] == event.id)
            assert hooks.call("POST", f"/{each['id']}/deliveries/{first['id']}/resend").status == 202
        late = created(hooks, url=hooks.receiver.url("/late"))
        since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        assert hooks.call("POST", f"/{late['id']}/replay-missing", body={"since": since}).json["queued"] == 1
        hooks.work()

    bodies = [message["Body"].encode() for message in queue.take()]
    bodies += [posted.body for posted in hooks.receiver.posted]
    assert len(bodies) == 5
    assert len(set(bodies)) == 1
    assert {posted.headers["webhook-id"] for posted in hooks.receiver.posted} == {event.id}


def test_a_fifo_queue_groups_by_generation_and_drops_what_it_has(hooks: Hooks) -> None:
    queue = Queue(hooks, fifo=True)
    made = verified_queue(hooks, queue)
    event = hooks.publish()
    hooks.work()
    (_, delivery) = hooks.deliveries(made)
    hooks.call("POST", f"/{made['id']}/deliveries/{delivery['id']}/resend")
    hooks.work()

    (message,) = queue.take()
    assert message["Attributes"]["MessageGroupId"] == event.ordering_key
    assert message["Attributes"]["MessageDeduplicationId"] == event.id


def test_a_bus_gets_the_event_as_its_detail(hooks: Hooks, queue: Queue) -> None:
    events, name = hooks.world.emulator.client("events"), unique_name("bus")
    arn = events.create_event_bus(Name=name)["EventBusArn"]
    events.put_rule(Name="all", EventBusName=name, EventPattern=json.dumps({"source": ["easel"]}))
    events.put_targets(Rule="all", EventBusName=name, Targets=[{"Id": "queue", "Arn": queue.arn}])
    made = created(hooks, type="eventbridge", arn=arn, eventTypes=["generation.cancelled"])
    send_code(hooks, made)
    envelope = json.loads(queue.take()[0]["Body"])
    assert envelope["detail-type"] == "webhook.verification"
    verified(hooks, made, envelope["detail"]["data"]["verification"]["code"])
    hooks.endpoint()
    hooks.publish()
    hooks.work()

    (message,) = queue.take()
    assert json.loads(message["Body"])["detail"] == json.loads(hooks.receiver.posted[0].body)


def test_a_queue_that_is_deleted_disables_its_endpoint_with_a_notice(hooks: Hooks, queue: Queue) -> None:
    made = verified_queue(hooks, queue)
    queue.delete()
    hooks.publish()
    hooks.work()

    shown = hooks.read(made)
    assert (shown["enabled"], shown["disabledReason"]) == (False, "gone")
    (notice,) = hooks.notices()
    assert (notice.type, notice.data["webhook"]["url"]) == ("webhook.disabled", queue.arn)
    (_, delivery) = hooks.deliveries(made)
    assert (delivery["status"], delivery["lastOutcome"], delivery["attempts"]) == ("failed", "gone", 1)


# --- buckets ----------------------------------------------------------------------------------------------------------


class Bucket:
    """A bucket of the customer."""

    def __init__(self, hooks: Hooks) -> None:
        self._s3 = hooks.world.emulator.client("s3")
        self.name = unique_name("customer")
        self._s3.create_bucket(Bucket=self.name)
        self.arn = f"arn:aws:s3:::{self.name}"

    def keys(self, prefix: str = "") -> list[str]:
        found = self._s3.list_objects_v2(Bucket=self.name, Prefix=prefix).get("Contents", [])
        return sorted(entry["Key"] for entry in found)

    def read(self, key: str) -> Any:
        return self._s3.get_object(Bucket=self.name, Key=key)

    def delete(self) -> None:
        for key in self.keys():
            self._s3.delete_object(Bucket=self.name, Key=key)
        self._s3.delete_bucket(Bucket=self.name)


@pytest.fixture
def bucket(hooks: Hooks) -> Bucket:
    return Bucket(hooks)


def verified_bucket(hooks: Hooks, bucket: Bucket) -> dict[str, Any]:
    made = created(hooks, type="s3", arn=bucket.arn, accountId=ACCOUNT, prefix="easel")
    send_code(hooks, made)
    (key,) = bucket.keys()
    assert key == f"easel/easel-verification/{made['id']}.json"
    verified(hooks, made, json.loads(bucket.read(key)["Body"].read())["data"]["verification"]["code"])
    return made


def completed(hooks: Hooks, *sizes: int, failed: int = 0) -> tuple[Generation, Event]:
    """A generation with pictures in our bucket, and the event of its end."""
    pictures = StoredPictures(
        dynamodb=hooks.world.emulator.client("dynamodb"),
        table=hooks.world.environment["CORE_TABLE_NAME"],
        s3=hooks.world.emulator.client("s3"),
        bucket=hooks.world.environment["IMAGES_BUCKET_NAME"],
    )
    generation = pictures.generation(hooks.tenant["workspaceId"], *sizes, failed=failed, completed_at=datetime.now(UTC))
    return generation, generation_ended(generation, lambda *_: "https://easel.example/i/x")


def original(hooks: Hooks, generation: Generation, index: int) -> Any:
    stored = generation.images[index].stored
    assert stored is not None
    s3 = hooks.world.emulator.client("s3")
    return s3.get_object(Bucket=hooks.world.environment["IMAGES_BUCKET_NAME"], Key=stored.original_key)


@pytest.mark.requirement("M-9")
def test_the_images_of_a_generation_are_copied_to_a_bucket_and_the_event_after_them(
    hooks: Hooks, bucket: Bucket
) -> None:
    made = verified_bucket(hooks, bucket)
    assert made["eventTypes"] == ["generation.completed"]
    generation, event = completed(hooks, 2000, 3000, failed=1)
    hooks.publish()  # Of a generation without images: it is not for buckets.
    hooks.publish(event)
    hooks.work()

    start = f"easel/{generation.id}"
    assert bucket.keys(start) == [f"{start}/0.png", f"{start}/1.png", f"{start}/event.json"]
    for index in (0, 1):
        copied, ours = bucket.read(f"{start}/{index}.png"), original(hooks, generation, index)
        assert copied["Body"].read() == ours["Body"].read()
        assert copied["ContentType"] == ours["ContentType"]
    written = bucket.read(f"{start}/event.json")
    body = written["Body"].read()
    assert standardwebhooks.Webhook(made["secret"]).verify(body, written["Metadata"])["id"] == event.id

    (told,) = hooks.notices()
    results = ResultsEvent.model_validate_json(json.dumps({**envelope_of(told), "data": told.data})).data.results
    assert (results.bucket, results.event) == (bucket.name, f"{start}/event.json")
    assert [(file.key, file.byte_count) for file in results.files] == [
        (f"{start}/0.png", 2000),
        (f"{start}/1.png", 3000),
    ]
    assert told.user_id == generation.user_id
    assert hooks.read(made)["failures"] == 0
    hooks.publish(event)
    hooks.work()
    assert len(hooks.notices()) == 1, "an event that is published again is delivered once"


def test_a_bucket_stays_in_the_slow_lane(hooks: Hooks, bucket: Bucket) -> None:
    verified_bucket(hooks, bucket)
    hooks.publish(completed(hooks, 500)[1])
    hooks.work()

    hooks.publish(completed(hooks, 500)[1])
    assert hooks.messages("WEBHOOKS_QUEUE_URL") == []
    assert len(hooks.messages("SLOW_WEBHOOKS_QUEUE_URL")) == 1


def test_a_worker_that_dies_after_the_copy_repeats_it_under_the_same_keys_and_tells_it_once(
    hooks: Hooks, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = verified_bucket(hooks, bucket)
    hooks.publish(completed(hooks, 700)[1])
    ((lane, body),) = hooks.messages("SLOW_WEBHOOKS_QUEUE_URL")

    def die(*_: object) -> None:
        raise RuntimeError("the process ends")

    with monkeypatch.context() as dying:
        dying.setattr("easel.repositories.delivery.deliveries.DynamoDeliveries.note", die)
        assert not hooks.deliver(lane, body)
    before, (told,) = bucket.keys(), hooks.notices()
    with hooks.later(timedelta(minutes=1)):
        assert hooks.deliver(lane, body)

    assert bucket.keys() == before
    assert [notice.id for notice in hooks.notices()] == [told.id]
    assert [delivery["status"] for delivery in hooks.deliveries(made)] == ["delivered", "delivered"]


def test_an_image_that_was_deleted_meanwhile_is_left_out(hooks: Hooks, bucket: Bucket) -> None:
    verified_bucket(hooks, bucket)
    generation, event = completed(hooks, 500, 600)
    stored = generation.images[0].stored
    assert stored is not None
    hooks.world.emulator.client("s3").delete_object(
        Bucket=hooks.world.environment["IMAGES_BUCKET_NAME"], Key=stored.original_key
    )
    hooks.publish(event)
    hooks.work()

    start = f"easel/{generation.id}"
    assert bucket.keys(start) == [f"{start}/1.png", f"{start}/event.json"]


def test_a_bucket_that_is_deleted_disables_its_endpoint(hooks: Hooks, bucket: Bucket) -> None:
    made = verified_bucket(hooks, bucket)
    bucket.delete()
    hooks.publish(completed(hooks, 500)[1])
    hooks.work()

    assert hooks.read(made)["disabledReason"] == "gone"
    (attempt,) = hooks.attempts(made, hooks.deliveries(made)[1])
    assert (attempt["errorCode"], attempt["statusCode"]) == ("NoSuchBucket", 404)


# --- what is refused --------------------------------------------------------------------------------------------------

SQS = f"arn:aws:sqs:{REGION}:111122223333:q"
S3 = {"type": "s3", "arn": "arn:aws:s3:::shop-pictures", "accountId": "111122223333"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "kafka", "arn": SQS}, "type"),
        ({"type": "sqs"}, "arn"),
        ({"type": "sqs", "arn": "https://sqs.us-east-1.amazonaws.com/1/q"}, "arn"),
        ({"type": "sqs", "arn": f"arn:aws:sns:{REGION}:111122223333:q"}, "arn"),
        ({"type": "sqs", "arn": f"arn:aws-cn:sqs:{REGION}:111122223333:q"}, "arn"),
        ({"type": "sqs", "arn": "arn:aws:sqs:cn-north-1:111122223333:q"}, "arn"),
        ({"type": "sqs", "arn": "arn:aws:sqs:*:111122223333:q"}, "arn"),
        ({"type": "sqs", "arn": "arn:aws:sqs:evil.example/:111122223333:q"}, "arn"),
        ({"type": "sqs", "arn": f"arn:aws:sqs:{REGION}:1111:q"}, "arn"),
        ({"type": "sqs", "arn": f"arn:aws:sqs:{REGION}:111122223333:a/b"}, "arn"),
        ({"type": "sqs", "arn": f"arn:aws:sqs:{REGION}:111122223333:{'q' * 81}"}, "arn"),
        ({"type": "sqs", "arn": f"{SQS}\n"}, "arn"),
        ({"type": "sqs", "arn": SQS, "url": "https://shop.example/"}, "url"),
        ({"type": "sqs", "arn": SQS, "prefix": "a"}, "prefix"),
        ({"type": "sqs", "arn": SQS, "accountId": "111122223333"}, "accountId"),
        ({"type": "eventbridge", "arn": SQS}, "arn"),
        ({"type": "eventbridge", "arn": f"arn:aws:events:{REGION}:111122223333:rule/r"}, "arn"),
        ({**S3, "accountId": None}, "accountId"),
        ({**S3, "accountId": "1"}, "accountId"),
        ({**S3, "arn": "arn:aws:s3:::shop.pictures"}, "arn"),
        ({**S3, "arn": "arn:aws:s3:::shop-pictures/key"}, "arn"),
        ({**S3, "arn": f"arn:aws:s3:{REGION}:111122223333:shop"}, "arn"),
        ({**S3, "region": "nowhere"}, "region"),
        ({**S3, "prefix": "../a"}, "prefix"),
        ({**S3, "prefix": "/a"}, "prefix"),
        ({**S3, "prefix": "a" * 201}, "prefix"),
        ({**S3, "eventTypes": ["image.deleted"]}, "eventTypes"),
        ({"url": "https://shop.example/", "arn": SQS}, "arn"),
    ],
)
def test_what_cannot_be_a_destination_is_refused_with_the_field(hooks: Hooks, body: Any, field: str) -> None:
    answer = hooks.call("POST", body=body)

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, field)
    assert hooks.call("GET").json["webhooks"] == []


def test_easel_s_own_account_is_refused_where_the_setting_does_not_allow_it(
    hooks: Hooks, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hooks.world.environment, "OWN_ACCOUNT_DESTINATIONS", "false")

    for body in ({"type": "sqs", "arn": queue.arn}, {**S3, "accountId": ACCOUNT}):
        answer = hooks.call("POST", body=body)
        assert (answer.status, "your own AWS account" in answer.json["detail"]) == (400, True)


def test_a_destination_stays_what_it_is(hooks: Hooks, queue: Queue, bucket: Bucket) -> None:
    made, copies = created(hooks, type="sqs", arn=queue.arn), verified_bucket(hooks, bucket)

    moved = hooks.call("PATCH", f"/{made['id']}", body={"url": hooks.receiver.url()})
    chosen = hooks.call("PATCH", f"/{copies['id']}", body={"eventTypes": ["image.deleted"]})

    assert [answer.json["error"]["details"][0]["field"] for answer in (moved, chosen)] == ["url", "eventTypes"]


def test_others_can_neither_ask_for_a_code_nor_give_one(hooks: Hooks, queue: Queue) -> None:
    made = created(hooks, type="sqs", arn=queue.arn)
    other = Hooks(hooks.world, hooks.receiver)

    assert other.call("POST", f"/{made['id']}/send-code").status == 404
    assert other.call("POST", f"/{made['id']}/verify", body={"code": "x"}).status == 404


def envelope_of(event: Event) -> dict[str, Any]:
    moment = event.occurred_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": event.id,
        "type": event.type,
        "version": event.version,
        "occurredAt": moment,
        "workspaceId": event.workspace_id,
        "requestId": event.request_id,
    }
