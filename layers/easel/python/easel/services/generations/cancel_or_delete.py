"""The shop's DELETE of a generation: it cancels one that runs, and deletes one that has ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.errors import GenerationClosed, NotFound
from easel.services.accounts.principal import Principal
from easel.services.generations.cancel_generation import CancelGeneration

REPEATED_WITHIN: Final = timedelta(minutes=5)
"""Clients repeat a request whose answer was lost: so soon after a cancellation it is the same one, and what was
delivered before it is kept."""


DeleteGeneration = Callable[[Principal, str, str], None]
"""`services.images.delete_images.DeleteImages.generation`."""


class CancelOrDelete:
    """Cancels or deletes, by where the generation stands."""

    def __init__(self, *, cancel: CancelGeneration, delete: DeleteGeneration, clock: Clock) -> None:
        self._cancel = cancel
        self._delete = delete
        self._clock = clock

    def __call__(self, principal: Principal, generation_id: str, request_id: str) -> Generation | None:
        """The cancelled generation; None when it was deleted, with its pictures.

        Raises:
            NotFound: no such generation in the caller's workspace.
            QueueUnavailable: nothing was deleted.
        """
        try:
            cancelled = self._cancel(principal, generation_id)
        except (GenerationClosed, NotFound):
            # It has ended, or an earlier deletion is repeated.
            self._delete(principal, generation_id, request_id)
            return None
        ended = cancelled.completed_at
        if ended is None or self._clock() < ended + REPEATED_WITHIN:
            return cancelled
        self._delete(principal, generation_id, request_id)
        return None
