"""Take a message of the intake: the same request as over HTTP, from a sender that an operator bound to a workspace."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import Final

from easel.clock import Clock
from easel.domain.events import Event
from easel.domain.intake import Envelope, IntakeRequest, ReceivedMessage, message_accepted, message_rejected
from easel.domain.request import Channel
from easel.errors import (
    EaselError,
    InvalidRequest,
    LimitReached,
    StaleWrite,
    StillLeased,
    Unavailable,
    UnreadableMessage,
)
from easel.services.accounts.internal_callers import member_asked_for
from easel.services.accounts.principal import Principal
from easel.services.generations.submit_generation import SubmitGeneration
from easel.services.ports.accounts import Workspaces
from easel.services.ports.generations import Outbox
from easel.services.ports.intake import MessageReader, Sender, Senders, SetAside
from easel.services.ports.transactions import UnitOfWork

MAX_DELIVERIES: Final = 40
"""How often a message waits for the sender's running generations. The queue gives up on one after more deliveries."""


class Outcome(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    REJECTED = "rejected"
    SET_ASIDE = "set aside"


class TakeIntake:
    """Every message is answered by one event: accepted, with the generation, or rejected, with the reason.

    Every step may be repeated: the message's own key decides whether there is a generation, and its answer has the same
    id each time. What cannot be read, and what comes from a sender that is not bound, is set aside for an operator.
    """

    def __init__(
        self,
        *,
        senders: Senders,
        workspaces: Workspaces,
        messages: MessageReader,
        submit: SubmitGeneration,
        outbox: Outbox,
        unit_of_work: UnitOfWork,
        set_aside: SetAside,
        clock: Clock,
    ) -> None:
        self._senders = senders
        self._workspaces = workspaces
        self._messages = messages
        self._submit = submit
        self._outbox = outbox
        self._unit_of_work = unit_of_work
        self._set_aside = set_aside
        self._clock = clock

    def __call__(self, message: ReceivedMessage) -> Outcome:
        """Take one message.

        Raises:
            StillLeased: as much is running as the sender may have at once; the message must be redelivered.
            Unavailable: something does not answer; the message must be redelivered.
        """
        sender = self._senders.find(message.sender_id.partition(":")[0])
        principal = self._principal(sender) if sender else None
        if sender is None or principal is None:
            self._set_aside(message, "unknown_sender")
            return Outcome.SET_ASIDE
        envelope = self._envelope(message, sender)
        try:
            return self._submitted(message, envelope, principal, self._read(message, sender))
        except UnreadableMessage as unreadable:
            self._reject(message, envelope, principal, unreadable)
            self._set_aside(message, unreadable.code)
            return Outcome.SET_ASIDE
        except Unavailable:
            raise
        except EaselError as error:
            if _waits_for_others(error) and message.deliveries < MAX_DELIVERIES:
                raise StillLeased("As many generations of the sender are running as may run at once.") from error
            self._reject(message, envelope, principal, error)
            return Outcome.REJECTED

    def _principal(self, sender: Sender) -> Principal | None:
        """The member for whom a sender asks; None when they have left the workspace."""
        member = self._workspaces.membership(sender.workspace_id, sender.user_id)
        if member is None:
            return None
        return member_asked_for(sender, member, Channel.INTAKE)

    def _envelope(self, message: ReceivedMessage, sender: Sender) -> Envelope:
        """The envelope without a queue for replies that the sender may not name."""
        envelope = self._messages.envelope(message.body)
        return envelope if envelope.reply_to in sender.reply_to else replace(envelope, reply_to=None)

    def _read(self, message: ReceivedMessage, sender: Sender) -> IntakeRequest:
        reading = self._messages.read(message.body)
        reply_to = reading.request.origin.reply_to
        if reply_to is not None and reply_to not in sender.reply_to:
            text = "replyTo is none of the queues that an operator has allowed for this sender."
            raise InvalidRequest.of("replyTo", text, list(sender.reply_to))
        return reading

    def _submitted(
        self, message: ReceivedMessage, envelope: Envelope, principal: Principal, reading: IntakeRequest
    ) -> Outcome:
        submitted = self._submit(
            principal,
            reading.request,
            request_id=message.message_id,
            idempotency_key=reading.idempotency_key,
            along=lambda made: [self._outbox.adding(message_accepted(message, envelope, made))],
        )
        if not submitted.replayed:
            return Outcome.ACCEPTED
        self._answer(message_accepted(message, envelope, submitted.generation))
        return Outcome.REPEATED

    def _reject(self, message: ReceivedMessage, envelope: Envelope, principal: Principal, error: EaselError) -> None:
        rejection = self._messages.rejection(error)
        self._answer(message_rejected(message, envelope, rejection, principal.workspace_id, self._clock()))

    def _answer(self, event: Event) -> None:
        # An answer that is still in the outbox will be published from there.
        with suppress(StaleWrite):
            self._unit_of_work.commit(self._outbox.adding(event))


def _waits_for_others(error: EaselError) -> bool:
    """Whether the sender only has to wait until something of theirs has ended."""
    return isinstance(error, LimitReached) and error.retry_after is None
