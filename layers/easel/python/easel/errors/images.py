"""Errors about pictures: files that are none, callbacks about them, shares of them."""

from __future__ import annotations

from enum import StrEnum

from easel.errors.base import Conflict, EaselError


class RejectionReason(StrEnum):
    """Why an image was rejected. The values are stable."""

    NOT_A_PICTURE = "not_a_picture"
    """Another kind of file."""
    DAMAGED = "damaged"
    """Truncated, contradictory, or of a kind that does not exist: common viewers do not show it."""
    TOO_LARGE = "too_large"
    """Too many bytes or pixels."""
    TOO_COMPLEX = "too_complex"
    """Too many parts, or decoding it would exceed the limit on CPU time."""
    TOO_MUCH_MEMORY = "too_much_memory"
    """Decoding it would exceed the limit on memory."""


class ImageRejected(EaselError):
    """Not an image, or one outside the limits: the sender's fault. `field` is the form field of the file, if any."""

    code = "image_rejected"

    def __init__(
        self, message: str, reason: RejectionReason = RejectionReason.DAMAGED, *, field: str | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field


class CallbackRefused(EaselError):
    """An unauthenticated or expired callback. `reason` is for metrics and is not sent to the caller."""

    code = "callback_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The callback was refused: {reason}.")
        self.reason = reason


class PasswordRequired(EaselError):
    """A share has a password, and none or another one was given."""

    code = "password_required"


class TooManyShares(Conflict):
    """The limit of shares of a workspace is reached."""

    code = "too_many_shares"
