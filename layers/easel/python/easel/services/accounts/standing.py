"""Re-check the caller inside the transaction that acts on their authority.

The authorizer caches identities for up to 30 seconds. That is good enough for reading and spending, but not for
granting authority: a key that was just revoked must not create a key that outlives it, and a removed admin must not add
themselves back. So every transaction that writes keys, members, budgets, grants, routing or workspaces contains these
condition checks, and fails as a whole when they do not hold.
"""

from __future__ import annotations

from easel.clock import Clock
from easel.domain.access import SCOPES_OF, Role
from easel.domain.identities import personal_workspace
from easel.services.accounts.principal import MINI_APP, SIGNED_IN, TELEGRAM_BOT, Principal
from easel.services.ports.accounts import ApiKeys, Workspaces
from easel.services.ports.transactions import Write


class Standing:
    """Builds the condition checks for a caller."""

    def __init__(self, *, api_keys: ApiKeys, workspaces: Workspaces, clock: Clock) -> None:
        self._api_keys = api_keys
        self._workspaces = workspaces
        self._clock = clock

    def __call__(self, principal: Principal, workspace_id: str, scope: str, *, as_owner: bool = False) -> list[Write]:
        """Condition checks that the caller still holds `scope` in the workspace; they change nothing.

        With `as_owner` a person must still be an owner: only owners manage owners.

        Conflict: Unauthenticated for a key that has ended, NotFound for a lost membership, Forbidden for a scope that
        the key or the role no longer has.

        Nothing is checked where nothing can be revoked: a person in their own workspace, a scope that an identity
        provider's token carries, Mini App sessions, which hold none of these scopes, and a bot's derived key, which
        ends with the token: who acts later than the request looks whether the bot is still stored.
        """
        if principal.key_id in {MINI_APP, TELEGRAM_BOT}:
            return []
        if principal.key_id != SIGNED_IN:
            # Who acts for a person has a key of the bot, not of the person's workspace.
            owner = principal.bot_workspace_id or principal.workspace_id
            return [self._api_keys.still_good(owner, principal.key_id, scope, self._clock())]
        roles = [role for role, scopes in SCOPES_OF.items() if scope in scopes and (not as_owner or role == Role.OWNER)]
        if workspace_id == personal_workspace(principal.user_id) or not roles:
            return []
        return [self._workspaces.still_member(workspace_id, principal.user_id, roles, scope)]
