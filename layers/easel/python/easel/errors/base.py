"""Errors of every room: a request that is invalid, a thing that is not there, a change that is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One problem with one field of a request.

    `field` is the name as the caller wrote it, `allowed` the accepted values or range.
    """

    field: str
    message: str
    allowed: Any = None


class EaselError(Exception):
    """Base of all errors raised on purpose. `code` is stable: clients depend on it."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRequest(EaselError):
    """The request is invalid; nothing was written."""

    code = "invalid_request"

    def __init__(self, message: str, fields: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.fields = tuple(fields)

    @classmethod
    def of(cls, field: str, message: str, allowed: Any = None) -> InvalidRequest:
        """An error about a single field; its message is also the summary."""
        return cls(message, [FieldError(field, message, allowed)])


class InvalidCursor(InvalidRequest):
    """A page cursor that is not ours, or of another caller or query."""

    code = "invalid_cursor"


class NotFound(EaselError):
    """Nothing under this id in the caller's workspace. Another workspace's id and an unknown id look the same."""

    code = "not_found"


class IdempotencyKeyReused(EaselError):
    """This Idempotency-Key was used before with another request body."""

    code = "idempotency_key_reused"


class Conflict(EaselError):
    """The resource is not in the state that the change requires."""

    code = "conflict"


class StaleWrite(Conflict):
    """The record changed since it was read: read it again and retry."""

    code = "stale_write"


class StillLeased(EaselError):
    """Another worker holds the lease, or something else has to end first. The message must be redelivered."""

    code = "still_leased"


class PayloadTooLarge(EaselError):
    """The body is larger than the route accepts."""

    code = "payload_too_large"


class UnsupportedMediaType(EaselError):
    """The body has a media type that the route does not accept."""

    code = "unsupported_media_type"
