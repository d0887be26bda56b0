"""List all users of the system, for its operators."""

from __future__ import annotations

from collections.abc import Sequence

from easel.services.ports.accounts import UserRecord, Users


class ListUsers:
    """All users of the system, for operators."""

    def __init__(self, *, users: Users) -> None:
        self._users = users

    def __call__(self, *, limit: int, after: str | None) -> tuple[Sequence[UserRecord], str | None]:
        """One page, newest first."""
        return self._users.newest(limit=limit, after=after)
