"""Receive a vendor's callback. It is only a hint: the job is looked up with our own key."""

from __future__ import annotations

from collections.abc import Callable

from easel.domain.provider import CallbackRequest
from easel.errors import CallbackRefused, ProviderError, QueueUnavailable
from easel.services.images.callback_tickets import CallbackSigner, CallbackTicket
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.messages import ImageQueue
from easel.services.ports.providers import ImageProvider, JobHint

Note = Callable[[str, str], None]
"""(provider, outcome) of a callback: for metrics."""


class ReceiveCallback:
    """Takes a callback: a ticket of ours, a body that the vendor's adapter believes, then one message."""

    def __init__(
        self, *, signer: CallbackSigner, providers: Callable[[str], ImageProvider], queue: ImageQueue, note: Note
    ) -> None:
        self._signer = signer
        self._providers = providers
        self._queue = queue
        self._note = note

    def __call__(self, provider: str, ticket: str, request: CallbackRequest, *, request_id: str) -> CallbackTicket:
        """Have the job looked at now; gives what the ticket named.

        Raises:
            CallbackRefused: the sender is given no reason.
            QueueUnavailable: the vendor has to send it again.
        """
        try:
            named = self._named(provider, ticket, request, request_id)
        except CallbackRefused as refusal:
            self._note(provider, refusal.reason)
            raise
        except QueueUnavailable:
            self._note(provider, "not_queued")
            raise
        self._note(provider, "accepted")
        return named

    def _named(self, provider: str, text: str, request: CallbackRequest, request_id: str) -> CallbackTicket:
        ticket = self._signer.read(provider, text)
        try:
            callback = self._providers(provider).parse_callback(request)
        except ProviderError:
            raise CallbackRefused("unknown_provider") from None
        if callback is None:
            raise CallbackRefused("unverified")
        ref = ImageRef(ticket.ref.workspace_id, ticket.ref.generation_id, ticket.ref.index, request_id)
        self._queue.hint(ref, JobHint(provider, ticket.attempt_id, callback.job_id))
        return ticket
