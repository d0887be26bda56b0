"""The intake: messages of other systems in, generations and answers out, however often and in which order they come."""

from __future__ import annotations

import json
import random
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.world import World
from tests.functions.api.world import world as running
from tests.support.emulator import Emulator, unique_name
from tests.support.engine import Fuse, WorkerKilledError
from tests.support.issuer import Issuer
from tests.support.streams import in_stream_record

from easel.domain.access import WALLET_READ
from easel.domain.events import serialise_event
from easel.events.schema import IntakeEvent
from easel.events.stream import event_in_outbox_item
from easel.repositories.attribute_values import to_item
from easel.wiring import aws

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SENDER = "AROA2ZPQXM4EXAMPLE001"
REPLIES = "https://sqs.eu-central-1.amazonaws.com/123456789012/crm-pictures"


@dataclass
class Intake:
    """The worker over the embedded cloud, with the queue of what it sets aside."""

    world: World
    tenant: dict[str, Any]
    dead_letters: str

    def take(self, *messages: dict[str, Any]) -> list[str]:
        """Deliver these messages; the ids of those that have to come again."""
        answer = self.world.run("workers/take_intake", {"Records": list(messages)})
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def answers(self) -> list[dict[str, Any]]:
        """The bodies of the answers in the outbox, as receivers get them."""
        events = [
            event_in_outbox_item(in_stream_record(to_item(item)))
            for item in self.world.stored()
            if item["pk"].startswith("OUTBOX")
        ]
        return [json.loads(serialise_event(event)) | {"replyTo": event.reply_to} for event in events]

    def generations(self) -> list[dict[str, Any]]:
        return [item for item in self.world.stored() if item["sk"].endswith("#REQUEST")]

    def set_aside(self) -> list[Any]:
        sqs = self.world.emulator.client("sqs")
        found: list[Any] = []
        while messages := sqs.receive_message(
            QueueUrl=self.dead_letters, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
        ).get("Messages", []):
            found += messages
            for message in messages:
                sqs.delete_message(QueueUrl=self.dead_letters, ReceiptHandle=message["ReceiptHandle"])
        return found


@pytest.fixture
def intake(emulator: Emulator, issuer: Issuer) -> Iterator[Intake]:
    with running(emulator, issuer) as world:
        sqs = emulator.client("sqs")
        queue = sqs.create_queue(QueueName=unique_name("intake"))["QueueUrl"]
        dead_letters = sqs.create_queue(QueueName=unique_name("aside"))["QueueUrl"]
        world.environment.update({"INTAKE_QUEUE_URL": queue, "INTAKE_DEAD_LETTERS_URL": dead_letters})
        tenant = world.tenant("CRM", credits=100_000, plan="scale")
        found = Intake(world, tenant, dead_letters)
        bind(found, SENDER)
        yield found


def bind(intake: Intake, sender: str, **more: Any) -> dict[str, Any]:
    names = {"workspaceId": intake.tenant["workspaceId"], "userId": intake.tenant["userId"], "replyTo": [REPLIES]}
    bound: dict[str, Any] = intake.world.run("operator/bind_sender", {"senderId": sender, **names, **more})
    return bound


def a_message(
    message_id: str, body: object, *, sender: str = f"{SENDER}:session", deliveries: int = 1
) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": f"handle-{message_id}",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"SenderId": sender, "ApproximateReceiveCount": str(deliveries)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


def a_body(key: str, **more: Any) -> dict[str, Any]:
    request = {"model": "sandbox", "prompt": f"a red fox for {key}", **more.pop("request", {})}
    return {"version": 1, "idempotencyKey": key, "correlationId": f"crm-{key}", "request": request, **more}


@pytest.mark.requirement("M-10")
def test_each_of_500_valid_messages_is_one_generation_and_every_invalid_one_gets_a_reason(intake: Intake) -> None:
    chance = random.Random(11)  # noqa: S311 - the same order in every run
    valid = [a_message(f"valid-{number}", a_body(f"order-{number}")) for number in range(370)]
    # SQS delivers a message twice, and a sender sends twice what it is not sure of.
    again = [chance.choice(valid) for _ in range(40)]
    resent = [a_message(f"resent-{number}", a_body(f"order-{number}")) for number in range(40)]
    garbage = [
        *(a_message(f"model-{number}", a_body(f"m-{number}", request={"model": "none"})) for number in range(20)),
        *(a_message(f"fields-{number}", {"version": 1, "hello": number}) for number in range(15)),
        *(a_message(f"list-{number}", [number]) for number in range(5)),
    ]
    poison = [a_message(f"poison-{number}", "{not json" * number) for number in range(1, 11)]
    messages = [*valid, *again, *resent, *garbage, *poison]
    chance.shuffle(messages)

    failed = [name for start in range(0, 500, 10) for name in intake.take(*messages[start : start + 10])]

    assert len(messages) == 500
    assert failed == []
    keys = Counter(made["origin"]["correlation"] for made in intake.generations())
    assert keys == Counter(f"crm-order-{number}" for number in range(370))
    outcomes: dict[str, set[str]] = {}
    for answer in intake.answers():
        IntakeEvent.model_validate(answer)
        outcomes.setdefault(answer["type"], set()).add(answer["data"]["intake"]["messageId"])
    assert outcomes["intake.accepted"] == {message["messageId"] for message in valid + resent}
    assert outcomes["intake.rejected"] == {message["messageId"] for message in garbage + poison}
    assert Counter(message["Body"] for message in intake.set_aside()) == Counter(message["body"] for message in poison)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (a_body("k", request={"model": "none"}), "unknown_model", "model"),
        (a_body("k", request={"n": 99}), "invalid_request", "n"),
        (a_body("k", replyTo="https://sqs.eu-central-1.amazonaws.com/9/other"), "invalid_request", "replyTo"),
        (a_body("k", workspaceId="another"), "invalid_request", "workspaceId"),
        ("{not json", "unreadable_message", None),
        (a_body("", request={}), "invalid_request", "idempotencyKey"),
        ({**a_body("k"), "version": 2}, "invalid_request", "version"),
    ],
    ids=["model", "n", "replyTo", "workspace", "no JSON", "key", "version"],
)
def test_an_invalid_message_is_answered_with_the_field_at_fault(
    intake: Intake, body: dict[str, Any] | str, code: str, field: str | None
) -> None:
    assert intake.take(a_message("m-1", body)) == []

    (answer,) = intake.answers()
    IntakeEvent.model_validate(answer)
    rejected = answer["data"]["intake"]
    correlation = body["correlationId"] if isinstance(body, dict) else None
    assert (answer["type"], rejected["error"]["code"]) == ("intake.rejected", code)
    assert rejected["correlationId"] == correlation
    assert field is None or field in [detail["field"] for detail in rejected["error"]["details"]]
    assert intake.generations() == []


def test_a_wrong_version_is_answered_with_the_right_one(intake: Intake) -> None:
    intake.take(a_message("m-1", a_body("k") | {"version": 2}))

    (answer,) = intake.answers()
    (detail,) = answer["data"]["intake"]["error"]["details"]
    assert (detail["message"], detail["allowed"]) == ("version must be 1.", [1])


def test_a_message_may_name_a_receiver_that_is_trusted(intake: Intake) -> None:
    intake.world.environment["WEBHOOK_TRUSTED_ORIGINS"] = "http://127.0.0.1:8123"
    webhook = {"url": "http://127.0.0.1:8123/hook"}

    intake.take(a_message("m-1", a_body("k", request={"webhook": webhook})))

    assert [answer["type"] for answer in intake.answers()] == ["intake.accepted"]


def test_the_same_key_with_another_request_is_refused(intake: Intake) -> None:
    intake.take(a_message("m-1", a_body("k")))
    intake.take(a_message("m-2", a_body("k", request={"prompt": "another"})))

    codes = {answer["data"]["intake"].get("error", {}).get("code") for answer in intake.answers()}
    assert codes == {None, "idempotency_key_reused"}
    assert len(intake.generations()) == 1


def test_answers_go_to_the_queue_that_the_message_names(intake: Intake) -> None:
    intake.take(
        a_message("m-1", a_body("k", replyTo=REPLIES)), a_message("m-2", a_body("k2", replyTo=REPLIES, version=7))
    )

    assert [answer["replyTo"] for answer in intake.answers()] == [REPLIES, REPLIES]
    assert [made["origin"]["replyTo"] for made in intake.generations()] == [REPLIES]


def test_a_message_of_an_unbound_sender_waits_for_an_operator(intake: Intake) -> None:
    forged = a_body("k", senderId=SENDER)
    assert (
        intake.take(a_message("m-1", forged, sender="AROASTRANGER"), a_message("m-2", a_body("k2"), sender="AROANEW:x"))
        == []
    )
    assert (intake.generations(), intake.answers()) == ([], [])

    bind(intake, "AROANEW")
    counts = intake.world.run("operator/redrive_intake", {})

    assert counts == {"left": 1, "accepted": 1}
    assert [made["origin"]["correlation"] for made in intake.generations()] == ["crm-k2"]
    (left,) = intake.set_aside()
    assert left["MessageAttributes"]["reason"]["StringValue"] == "unknown_sender"


def test_a_sender_cannot_say_that_it_is_another(intake: Intake) -> None:
    """SQS moves messages to the dead letters with the attributes that their senders gave them."""
    sqs = intake.world.emulator.client("sqs")
    stolen: Any = {"DataType": "String", "StringValue": json.dumps(["m-1", SENDER])}
    sqs.send_message(
        QueueUrl=intake.dead_letters, MessageBody=json.dumps(a_body("k")), MessageAttributes={"firstReceived": stolen}
    )

    assert intake.world.run("operator/redrive_intake", {}) == {"left": 1}
    assert intake.generations() == []


def test_a_sender_that_was_unbound_or_has_left_is_nobody(intake: Intake) -> None:
    intake.world.run("operator/bind_sender", {"senderId": SENDER, "unbind": True})

    intake.take(a_message("m-1", a_body("k")))

    assert intake.generations() == []
    assert len(intake.set_aside()) == 1


def test_a_bound_sender_is_not_taken_over_by_another_workspace(intake: Intake) -> None:
    other = intake.world.tenant("Other")

    with pytest.raises(Exception, match="bound to another workspace"):
        bind(intake, SENDER, workspaceId=other["workspaceId"], userId=other["userId"])
    with pytest.raises(Exception, match="no member"):
        bind(intake, "AROANEW", userId=other["userId"])


def running_of(intake: Intake, *messages: dict[str, Any]) -> Sequence[str]:
    """Deliver one after the other."""
    return [name for message in messages for name in intake.take(message)]


def test_messages_wait_while_as_much_runs_as_may_and_get_a_reason_in_the_end(intake: Intake) -> None:
    intake.tenant = intake.world.tenant("Small", credits=1_000)
    bind(intake, "AROASMALL")
    ten = [a_message(f"m-{number}", a_body(f"k-{number}"), sender="AROASMALL") for number in range(10)]

    assert running_of(intake, *ten) == []
    assert intake.take(a_message("late", a_body("late"), sender="AROASMALL")) == ["late"]
    assert intake.take(a_message("late", a_body("late"), sender="AROASMALL", deliveries=40)) == []

    rejected = [answer for answer in intake.answers() if answer["type"] == "intake.rejected"]
    assert [answer["data"]["intake"]["error"]["code"] for answer in rejected] == ["limit_reached"]
    assert len(intake.generations()) == 10


def test_nothing_is_held_for_a_message_that_cannot_be_paid(intake: Intake) -> None:
    intake.tenant = intake.world.tenant("Poor")
    bind(intake, "AROAPOOR")

    intake.take(a_message("m-1", a_body("k", request={"model": "seedream-v4"}), sender="AROAPOOR"))

    (answer,) = intake.answers()
    assert answer["data"]["intake"]["error"]["code"] == "insufficient_credits"
    assert intake.generations() == []


WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "SendMessage"})


@contextmanager
def dying(fuse: Fuse) -> Iterator[None]:
    """The process of the worker ends right after the write to AWS at which the fuse burns."""

    def step(model: Any, **_: object) -> None:
        if model.name in WRITES:
            fuse.step(model.name)

    clients = [aws.aws_client("dynamodb"), aws.aws_client("sqs")]
    for client in clients:
        client.meta.events.register("after-call", step, unique_id="fuse")
    try:
        with suppress(WorkerKilledError):
            yield
    finally:
        for client in clients:
            client.meta.events.unregister("after-call", step, unique_id="fuse")


@pytest.mark.requirement("M-10", "S000-42")
def test_a_worker_may_die_after_any_write_and_each_message_is_one_generation_and_one_hold(intake: Intake) -> None:
    admin = intake.world.key_with(intake.tenant["workspaceId"], WALLET_READ, user_id=intake.tenant["userId"])

    def held() -> int:
        answer = intake.world.call("GET", "/api/v1/wallet", token=admin)
        assert answer.status == 200, answer.json
        amount: int = answer.json["held"]["milliCredits"]
        return amount

    def taken(run: str, burns_at: int | None) -> tuple[Fuse, int]:
        """Two requests, one that is refused and one that is no JSON; they come again after the worker has died."""
        fuse, before = Fuse(burns_at), held()
        wrong = a_body(f"{run}-wrong", request={"model": "none"})
        one, two = (a_body(f"{run}-{name}", request={"model": "seedream-v4"}) for name in ("one", "two"))
        bodies = {"one": one, "wrong": wrong, "poison": f"{{{run}", "two": two}
        batch = [a_message(f"{run}-{name}", body) for name, body in bodies.items()]
        with dying(fuse):
            assert intake.take(*batch) == []
        if burns_at:
            again = [a_message(f"{run}-{name}", body, deliveries=2) for name, body in bodies.items()]
            assert intake.take(*again) == []
        made = Counter(item["origin"]["correlation"] for item in intake.generations())
        assert {made[f"crm-{run}-{name}"] for name in ("one", "two")} == {1}
        assert made[f"crm-{run}-wrong"] == 0
        told = {answer["data"]["intake"]["messageId"]: answer["type"] for answer in intake.answers()}
        assert [told[message["messageId"]].removeprefix("intake.") for message in batch] == [
            *("accepted", "rejected", "rejected", "accepted")
        ]
        assert {message["Body"] for message in intake.set_aside()} == {f"{{{run}"}
        return fuse, held() - before

    counted, price = taken("run-0", None)
    assert price > 0
    assert WRITES & set(counted.steps) == {"TransactWriteItems", "SendMessage"}
    for burns_at in range(1, len(counted.steps) + 1):
        fuse, again = taken(f"run-{burns_at}", burns_at)
        assert (len(fuse.steps), again) == (burns_at, price), counted.steps[burns_at - 1]
