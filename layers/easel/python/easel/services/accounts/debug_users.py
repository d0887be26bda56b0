"""List all users of the system, for its operators."""

from __future__ import annotations

from easel.services.ports.accounts import UserRecord, Users
from easel.services.ports.pages import Page


class ListUsers:
    """All users of the system, for operators."""

    def __init__(self, *, users: Users) -> None:
        self._users = users

    def __call__(self, *, limit: int, after: str | None) -> Page[UserRecord]:
        """One page, newest first."""
        return self._users.newest(limit=limit, after=after)
