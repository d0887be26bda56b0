"""From a Telegram Mini App's `initData` to a token of our own."""

from __future__ import annotations

from dataclasses import dataclass

from easel.clock import Clock
from easel.domain.identities import TelegramIdentity
from easel.domain.plans import DEFAULT_PLAN
from easel.errors import Unauthenticated
from easel.services.accounts.sync_users import SyncedUser, TelegramUsers
from easel.services.ports.accounts import (
    InitDataClaims,
    MiniAppUser,
    MiniAppVerifier,
    SessionSigner,
    SessionToken,
    Workspaces,
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token, and whom it is for."""

    token: SessionToken
    person: SyncedUser


class ExchangeTelegram:
    """Each `initData` opens the door once: a copy that somebody else got hold of is worth nothing."""

    def __init__(
        self,
        *,
        verify: MiniAppVerifier,
        claims: InitDataClaims,
        workspaces: Workspaces,
        telegram_users: TelegramUsers,
        sign: SessionSigner,
        clock: Clock,
    ) -> None:
        self._verify = verify
        self._claims = claims
        self._workspaces = workspaces
        self._telegram_users = telegram_users
        self._sign = sign
        self._clock = clock

    def __call__(self, init_data: str) -> SignedIn:
        """Make the person known, as their bot would, and give them a token.

        Raises:
            Unauthenticated: not genuine, too old, or used before; which of them is not told.
            NotFound: no bot is set up here.
        """
        now = self._clock()
        found = self._verify(init_data, now)
        if found is None or not self._claims.claim(found.digest, found.expires_at):
            raise Unauthenticated("This initData is not valid, too old, or was used before. Open the Mini App again.")
        workspace = self._workspaces.get(found.bot_workspace_id)
        plan = workspace.plan if workspace else DEFAULT_PLAN
        person = self._telegram_users.sync_in(found.bot_workspace_id, plan, found.profile)
        identity = TelegramIdentity(found.bot_workspace_id, found.profile.telegram_id)
        return SignedIn(self._sign(MiniAppUser(identity, plan), now), person)
