"""Errors about who is calling, and about the limits of their plan."""

from __future__ import annotations

from collections.abc import Sequence

from easel.errors.base import Conflict, EaselError


class Unauthenticated(EaselError):
    """No credential, or an invalid one."""

    code = "unauthenticated"


class CredentialMissing(Unauthenticated):
    """A request without any credential: its answer says in which form one is sent."""


class Forbidden(EaselError):
    """A valid credential without the required scope or role."""

    code = "forbidden"


class LastOwner(Conflict):
    """A workspace always has an owner: this change would leave it with none."""

    code = "last_owner"


class LimitReached(EaselError):
    """A limit of a plan. `kind` names it, `limit` is its value, `active_ids` are the running generations.

    `retry_after` is the number of seconds until the limit resets; None where a running generation has to end first.
    """

    code = "limit_reached"

    def __init__(
        self, message: str, *, kind: str, limit: int, active_ids: Sequence[str] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.limit = limit
        self.active_ids = tuple(active_ids)
        self.retry_after = retry_after


class RateLimited(LimitReached):
    """Too many requests. `kind` names the window, `limit` its number of requests."""

    code = "rate_limited"
