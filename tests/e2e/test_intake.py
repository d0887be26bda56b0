"""The intake of the deployed stack: messages in, answers and ends out, on the integration queue and on one's own."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from typing import Any

import pytest
from tests.support.cloud import LocalCloud, wait_for

from easel.events.schema import GenerationEvent, IntakeEvent

pytestmark = pytest.mark.requirement("M-10")


def test_messages_become_generations_and_every_one_is_answered_on_the_sender_s_queue(cloud: LocalCloud) -> None:
    sqs = cloud.aws.client("sqs")
    run = secrets.token_hex(4)
    # The one queue that the local stack allows for replies; the demo workspace is bound to local senders.
    replies = sqs.create_queue(QueueName="easel-local-replies")["QueueUrl"]
    allow_replies(cloud, replies)
    bodies: list[object] = [a_body(f"{run}-{number}", replies) for number in range(12)]
    bodies += [bodies[0], bodies[5]]  # The sender is not sure that they arrived.
    bodies += [
        {**a_body(f"{run}-bad-{number}", replies), "request": {"model": "none", "prompt": "x"}} for number in (0, 1)
    ]
    poison = f"{{not json {run}"
    for body in (*bodies, poison):
        text = body if isinstance(body, str) else json.dumps(body)
        sqs.send_message(QueueUrl=cloud.outputs["IntakeQueueUrl"], MessageBody=text)

    seen: dict[str, dict[str, Any]] = {}

    def all_told() -> bool:
        seen.update({event["id"]: event for event in receive(sqs, replies) if run in json.dumps(event)})
        return Counter(event["type"] for event in seen.values()) == {
            "intake.accepted": 14,
            "intake.rejected": 2,
            "generation.completed": 12,
        }

    wait_for(all_told, within_seconds=90, what="every message is answered and every generation ends")

    made: set[str] = set()
    ended: Counter[str] = Counter()
    for event in seen.values():
        if event["type"].startswith("generation."):
            GenerationEvent.model_validate(event)
            ended[event["data"]["generation"]["id"]] += 1
            assert event["data"]["generation"]["correlationId"].startswith(f"crm-{run}-")
        else:
            IntakeEvent.model_validate(event)
            made |= {event["data"]["intake"]["generationId"]} if event["type"] == "intake.accepted" else set()
    assert len(made) == 12
    assert ended == dict.fromkeys(made, 1)
    dead = cloud.output_map("DeadLetterQueueUrls")["intake"]
    found = [
        message["Body"] for message in sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages", [])
    ]
    assert poison in found


def allow_replies(cloud: LocalCloud, queue_url: str) -> None:
    owner = cloud.aws.client("dynamodb").get_item(
        TableName=cloud.outputs["CoreTableName"], Key={"pk": {"S": "SENDER#000000000000"}, "sk": {"S": "SENDER"}}
    )["Item"]["userId"]["S"]
    bound = {
        "senderId": "000000000000",
        "workspaceId": cloud.workspace.id,
        "userId": owner,
        "replyTo": [queue_url],
    }
    answer = cloud.aws.client("lambda").invoke(
        FunctionName=cloud.output_map("FunctionNames")["operator/bind_sender"], Payload=json.dumps(bound).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def a_body(key: str, replies: str) -> dict[str, Any]:
    request = {"model": "sandbox", "prompt": f"a red fox for {key}"}
    return {
        "version": 1,
        "idempotencyKey": key,
        "correlationId": f"crm-{key}",
        "replyTo": replies,
        "request": request,
    }


def receive(sqs: Any, queue_url: str) -> list[dict[str, Any]]:
    found = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]
