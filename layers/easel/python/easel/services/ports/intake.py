"""Who may send messages to the intake, and where unreadable messages go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.intake import Envelope, IntakeRequest, ReceivedMessage, Rejection
from easel.errors import EaselError


@dataclass(frozen=True, slots=True)
class Sender:
    """An AWS identity whose messages are requests of a member of a workspace.

    `id` is what SQS calls SenderId: the unique id of an IAM user or role, without a session's name. `reply_to` are the
    URLs of the queues that its messages may name for replies.
    """

    id: str
    workspace_id: str
    user_id: str
    reply_to: tuple[str, ...]
    created_at: datetime


class Senders(Protocol):
    """The senders that operators have bound to workspaces."""

    def find(self, sender_id: str) -> Sender | None: ...

    def bind(self, sender: Sender) -> None:
        """Store the sender, or replace what it is bound to. Raises Conflict: it belongs to another workspace."""
        ...

    def unbind(self, sender_id: str) -> None:
        """Forget the sender. No effect on one that is not bound."""
        ...


class MessageReader(Protocol):
    """Reads the bodies of messages."""

    def envelope(self, body: str) -> Envelope:
        """What can be read of a message, valid or not."""
        ...

    def read(self, body: str) -> IntakeRequest:
        """Raises InvalidRequest; UnreadableMessage for what is no JSON, or too large."""
        ...

    def rejection(self, error: EaselError) -> Rejection:
        """An error in words for the sender."""
        ...


class SetAside(Protocol):
    """Keeps an unreadable message, with the reason, for an operator."""

    def __call__(self, message: ReceivedMessage, reason: str) -> None:
        """Raises QueueUnavailable."""
        ...


class DeadLetters(Protocol):
    """The messages that were set aside."""

    def receive(self, limit: int) -> Mapping[str, ReceivedMessage]:
        """Up to so many messages, by the handle with which each is deleted. Raises QueueUnavailable."""
        ...

    def delete(self, handle: str) -> None:
        """Raises QueueUnavailable."""
        ...
