"""Tickets for what cannot send an `Authorization` header: WebSockets and EventSource of browsers.

A ticket is part of an address, and addresses are logged. So it is good for a minute and for one use, and names a caller
without being their credential.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from easel.clock import Clock
from easel.domain.access import Role
from easel.domain.live_connections import Viewer
from easel.errors import Forbidden, Unauthenticated
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.signing import ExpiredToken, ForgedToken, Keys, Signer

LIFETIME: Final = timedelta(seconds=60)

_WHOLE_WORKSPACE: Final = frozenset({Role.OWNER.value, Role.ADMIN.value, Role.SERVICE.value})


def viewer_of(principal: Principal) -> Viewer:
    """Owners, admins and keys of the workspace follow all of it, members what is their own."""
    return Viewer(principal.workspace_id, principal.user_id, not _WHOLE_WORKSPACE.isdisjoint(principal.roles))


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket and when it ends."""

    text: str
    expires_at: datetime


class UsedTickets(Protocol):
    """Which tickets were used."""

    def use(self, ticket_id: str, now: datetime) -> bool:
        """Remember that a ticket is used; False if it was before. Raises DatabaseUnavailable."""
        ...


class Tickets:
    """Makes tickets without storing anything; a used one is remembered until it would have expired."""

    def __init__(self, *, keys: Keys, used: UsedTickets, clock: Clock) -> None:
        self._signer = Signer("realtime-ticket", keys, clock)
        self._used = used
        self._clock = clock

    def create(self, principal: Principal) -> Ticket:
        """A ticket of this caller."""
        viewer, expires_at = viewer_of(principal), self._clock() + LIFETIME
        payload = json.dumps([viewer.workspace_id, viewer.user_id, viewer.sees_all, new_id()], separators=(",", ":"))
        return Ticket(self._signer.sign(payload.encode(), expires_at=expires_at), expires_at)

    def redeem(self, text: str, workspace_id: str | None = None) -> Viewer:
        """Whose ticket it is; it is used up by this.

        Raises:
            Unauthenticated: not a ticket of ours, an expired one, or one that was used.
            Forbidden: it is for another workspace than the one that is asked for. It is not used up then.
            DatabaseUnavailable: it is unknown whether it was used.
        """
        try:
            payload = self._signer.verify(text)
        except ExpiredToken:
            raise Unauthenticated("The ticket has expired.") from None
        except ForgedToken:
            raise Unauthenticated("The ticket is not valid.") from None
        workspace, user, sees_all, ticket_id = json.loads(payload)
        if workspace_id is not None and workspace_id.strip().lower() != workspace:
            raise Forbidden("The ticket is for another workspace.")
        if not self._used.use(ticket_id, self._clock()):
            raise Unauthenticated("The ticket was used before.")
        return Viewer(workspace, user, sees_all)
