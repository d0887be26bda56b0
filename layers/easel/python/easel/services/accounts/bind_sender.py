"""Bind an AWS identity that sends to the intake to a member of a workspace, for operators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from easel.clock import Clock
from easel.errors import InvalidRequest, NotFound
from easel.services.ports.accounts import Workspaces
from easel.services.ports.intake import Sender, Senders

_SENDER_ID: Final = re.compile(r"[A-Za-z0-9]{1,128}")
_MAX_QUEUES: Final = 10
_QUEUE: Final = re.compile(r"https?://[!-~]{1,500}")


class BindSender:
    """A sender is one member of one workspace: its messages cannot say otherwise."""

    def __init__(self, *, senders: Senders, workspaces: Workspaces, clock: Clock) -> None:
        self._senders = senders
        self._workspaces = workspaces
        self._clock = clock

    def __call__(self, sender_id: str, *, workspace_id: str, user_id: str, reply_to: Sequence[str]) -> Sender:
        """Bind the sender, or change its queues for replies.

        Raises:
            InvalidRequest: not the unique id of an IAM user or role, or not the URLs of a few queues.
            NotFound: no such workspace, or no such member of it.
            Conflict: the sender is bound to another workspace.
        """
        if not _SENDER_ID.fullmatch(sender_id):
            text = "senderId must be the unique id of an IAM user or role (AIDA..., AROA...), without a session's name."
            raise InvalidRequest.of("senderId", text, {"pattern": _SENDER_ID.pattern})
        if len(reply_to) > _MAX_QUEUES or not all(_QUEUE.fullmatch(url) for url in reply_to):
            raise InvalidRequest.of("replyTo", "replyTo must be URLs of queues.", {"maxItems": _MAX_QUEUES})
        if self._workspaces.membership(workspace_id, user_id) is None:
            raise NotFound(f"There is no member {user_id} in workspace {workspace_id}.")
        sender = Sender(sender_id, workspace_id, user_id, tuple(reply_to), self._clock())
        self._senders.bind(sender)
        return sender

    def unbind(self, sender_id: str) -> None:
        """Messages of the sender are set aside from now on."""
        self._senders.unbind(sender_id)
