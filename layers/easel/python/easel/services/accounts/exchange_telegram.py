"""Exchange a Telegram Mini App's `initData` for a token of our own."""

from __future__ import annotations

from dataclasses import dataclass

from easel.clock import Clock
from easel.domain.identities import TelegramIdentity
from easel.domain.plans import DEFAULT_PLAN
from easel.errors import Unauthenticated
from easel.services.accounts.sync_users import SyncedUser, SyncUsers
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
    """The token and its user."""

    token: SessionToken
    person: SyncedUser


class ExchangeTelegram:
    """Each `initData` stands for one session: sent again while it is valid, it gets the same token.

    A Mini App sends the same `initData` again when it is reloaded, and when the first response was lost.
    """

    def __init__(
        self,
        *,
        verify: MiniAppVerifier,
        claims: InitDataClaims,
        workspaces: Workspaces,
        sync_users: SyncUsers,
        sign: SessionSigner,
        clock: Clock,
    ) -> None:
        self._verify = verify
        self._claims = claims
        self._workspaces = workspaces
        self._sync_users = sync_users
        self._sign = sign
        self._clock = clock

    def __call__(self, init_data: str) -> SignedIn:
        """Create the user, as a sync by the bot would, and issue a token.

        Raises:
            Unauthenticated: invalid signature, or too old; the response does not say which.
            NotFound: no bot is configured.
        """
        now = self._clock()
        sign_in = self._verify(init_data, now)
        if sign_in is None:
            raise _refused()
        issued_at = self._claims.first_use(sign_in.digest, now, sign_in.expires_at)
        workspace = self._workspaces.get(sign_in.bot_workspace_id)
        plan = workspace.plan if workspace else DEFAULT_PLAN
        identity = TelegramIdentity(sign_in.bot_workspace_id, sign_in.profile.telegram_id)
        token = self._sign(MiniAppUser(identity, plan), sign_in.digest, issued_at)
        if token.expires_at <= now:
            raise _refused()
        return SignedIn(token, self._sync_users.sync_in(sign_in.bot_workspace_id, plan, sign_in.profile))


def _refused() -> Unauthenticated:
    return Unauthenticated("This initData is not valid or too old. Open the Mini App again.")
