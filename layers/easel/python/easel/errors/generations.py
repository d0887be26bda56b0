"""Errors about generations: what they refer to, their state, batches, the intake."""

from __future__ import annotations

from easel.errors.base import Conflict, EaselError, InvalidRequest


class UnknownReference(InvalidRequest):
    """A reference to an upload or an image that the caller's workspace does not have."""

    code = "unknown_reference"


class ReferenceNotReady(InvalidRequest):
    """A reference to an upload that is still being checked, or to an image that is still being made."""

    code = "reference_not_ready"


class ReferenceUnavailable(EaselError):
    """A reference image that cannot be fetched, or whose URL is not allowed."""

    code = "reference_unavailable"


class GenerationClosed(Conflict):
    """The generation has already ended."""

    code = "generation_closed"


class KeyAlreadyClaimed(Conflict):
    """An Idempotency-Key that was used before, with the id of its generation or batch and the request fingerprint."""

    code = "key_already_claimed"

    def __init__(self, generation_id: str, fingerprint: str) -> None:
        super().__init__("This Idempotency-Key was used before.")
        self.generation_id = generation_id
        self.fingerprint = fingerprint


class LineTaken(Conflict):
    """This line of a batch was taken before."""

    code = "line_taken"


class BatchStopped(Conflict):
    """The batch was paused, cancelled or started anew meanwhile."""

    code = "batch_stopped"


class BatchBudgetReached(Conflict):
    """The budget of the batch has less left than the price of its next line."""

    code = "batch_budget_reached"


class UnreadableMessage(EaselError):
    """A message in the intake that is no JSON, or too large. It would be the same after a redelivery."""

    code = "unreadable_message"
