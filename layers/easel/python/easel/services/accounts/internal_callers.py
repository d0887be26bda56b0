"""Programs of the deployment's own team that send no key: an operator has bound each to a member of a workspace."""

from __future__ import annotations

from typing import Final

from easel.domain.access import GENERATIONS_READ, GENERATIONS_WRITE, scopes_of
from easel.domain.identities import names_of
from easel.domain.request import Channel
from easel.services.accounts.principal import Principal
from easel.services.ports.accounts import Membership, Workspaces
from easel.services.ports.intake import Sender, Senders

NETWORK: Final = "network"
"""The sender that stands for every request from the deployment's own networks."""
_SCOPES: Final = frozenset({GENERATIONS_READ, GENERATIONS_WRITE})


class InternalCallers:
    """Two reads. A caller may make and read images, whatever else the member may do."""

    def __init__(self, *, senders: Senders, workspaces: Workspaces) -> None:
        self._senders = senders
        self._workspaces = workspaces

    def __call__(self, sender_id: str) -> Principal | None:
        """The member for whom this sender asks; None for one that is not bound, or whose member has left."""
        sender = self._senders.find(sender_id)
        member = self._workspaces.membership(sender.workspace_id, sender.user_id) if sender else None
        if sender is None or member is None:
            return None
        return member_asked_for(sender, member, Channel.API, _SCOPES)


def member_asked_for(
    sender: Sender, member: Membership, channel: Channel, scopes: frozenset[str] | None = None
) -> Principal:
    """The member for whom a sender asks; `scopes` limits what it may do on their behalf."""
    held = scopes_of(member.role)
    return Principal(
        workspace_id=member.workspace_id,
        user_id=member.user_id,
        roles=frozenset({member.role}),
        scopes=held if scopes is None else held & scopes,
        channel=channel,
        key_id=f"sender:{sender.id}",
        plan=member.plan,
        identities=names_of(member.user_id),
    )
