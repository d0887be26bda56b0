"""The intake's messages in SQS, and the queue of those that were set aside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from easel.aws_errors import raised_as
from easel.domain.intake import ReceivedMessage
from easel.errors import QueueUnavailable
from easel.signing import ExpiredToken, ForgedToken, Keys, Signer

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_AT_ONCE: Final = 10
"""The most messages that one ReceiveMessage returns."""
_FIRST: Final = "firstReceived"
_HIDDEN_SECONDS: Final = 120
"""Longer than a redrive may run."""


def received_message(message_id: str, body: str, system: Mapping[str, str]) -> ReceivedMessage:
    """A message by the attributes that SQS sets. The sender's own attributes never say who they are."""
    return ReceivedMessage(
        message_id=message_id,
        sender_id=system["SenderId"],
        body=body,
        deliveries=int(system["ApproximateReceiveCount"]),
    )


class IntakeDeadLetters:
    """`ports.intake.SetAside` and `ports.intake.DeadLetters`.

    A message that was set aside was sent by us: who sent it first is in an attribute that is signed, since SQS itself
    moves messages here with whatever attributes their senders gave them.
    """

    def __init__(self, client: SQSClient, queue_url: str, keys: Keys) -> None:
        self._client = client
        self._queue_url = queue_url
        self._signer = Signer("intake", keys)

    def __call__(self, message: ReceivedMessage, reason: str) -> None:
        first = json.dumps([message.message_id, message.sender_id]).encode("utf-8")
        values = {"reason": reason, _FIRST: self._signer.sign(first, _digest(message.body), expires_at=None)}
        with raised_as(QueueUnavailable, "A message could not be set aside."):
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=message.body,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in values.items()
                },
            )

    def receive(self, limit: int) -> Mapping[str, ReceivedMessage]:
        found: dict[str, ReceivedMessage] = {}
        with raised_as(QueueUnavailable, "The messages that were set aside cannot be read."):
            while len(found) < limit:
                answer = self._client.receive_message(
                    QueueUrl=self._queue_url,
                    MaxNumberOfMessages=min(_AT_ONCE, limit - len(found)),
                    VisibilityTimeout=_HIDDEN_SECONDS,
                    MessageSystemAttributeNames=["SenderId", "ApproximateReceiveCount"],
                    MessageAttributeNames=["All"],
                )
                messages = answer.get("Messages", [])
                if not messages:
                    break
                for message in messages:
                    found[message["ReceiptHandle"]] = self._as_first_received(message)
        return found

    def delete(self, handle: str) -> None:
        with raised_as(QueueUnavailable, "A message that was set aside could not be deleted."):
            self._client.delete_message(QueueUrl=self._queue_url, ReceiptHandle=handle)

    def _as_first_received(self, message: MessageTypeDef) -> ReceivedMessage:
        system = {str(name): value for name, value in message["Attributes"].items()}
        received = received_message(message["MessageId"], message["Body"], system)
        attribute = message.get("MessageAttributes", {}).get(_FIRST)
        token = attribute.get("StringValue", "") if attribute else ""
        try:
            message_id, sender_id = json.loads(self._signer.verify(token, _digest(received.body)))
        except (ForgedToken, ExpiredToken):
            return received
        return replace(received, message_id=message_id, sender_id=sender_id)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
