"""From a credential to a principal."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any, Final

from easel.clock import Clock
from easel.domain.access import ACT_AS_TELEGRAM, BOT_SCOPES, PLATFORM_SCOPES, SCOPES_OF, Role
from easel.domain.api_keys import PREFIX, claimed_workspace
from easel.domain.identities import (
    TelegramIdentity,
    names_of,
    personal_workspace,
    read_telegram_alias,
    user_of_bot,
    user_of_token,
)
from easel.domain.plans import DEFAULT_PLAN
from easel.domain.request import Channel
from easel.errors import Forbidden, NotFound, Unauthenticated
from easel.services.accounts.impersonation import acting_for, as_member, no_workspace, telegram_user
from easel.services.accounts.principal import SIGNED_IN, TELEGRAM_BOT, Credential, CredentialKind, Principal
from easel.services.ports.accounts import (
    ApiKeyRecord,
    ApiKeys,
    BotKeyVerifier,
    MiniAppUser,
    MiniAppVerifier,
    SignedInPerson,
    TokenVerifier,
    Users,
    Workspaces,
)

_REMEMBERED_SECONDS: Final = 30.0
"""Cache lifetime per process: the maximum time that a revoked key or membership remains accepted."""
_MAX_REMEMBERED: Final = 1_000


class Authenticate:
    """Accepts API keys, identity providers' tokens, our own tokens of Mini App users, and what Telegram bots send.

    At most one read: none for a Mini App's token, none while the result is cached. A bot's derived key that acts for a
    person takes two.
    """

    def __init__(
        self,
        *,
        api_keys: ApiKeys,
        workspaces: Workspaces,
        users: Users,
        verify_token: TokenVerifier,
        verify_bot_key: BotKeyVerifier,
        verify_init_data: MiniAppVerifier,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api_keys = api_keys
        self._workspaces = workspaces
        self._users = users
        self._verify_token = verify_token
        self._verify_bot_key = verify_bot_key
        self._verify_init_data = verify_init_data
        self._clock = clock
        self._memory = _Memory(monotonic)

    def __call__(self, credential: Credential) -> Principal:
        """The principal of a valid credential.

        Raises:
            Unauthenticated: an invalid credential.
            Forbidden: a valid one that may not act for others.
            NotFound: a workspace or person that is not the caller's.
            IdentityUnavailable: the credential cannot be verified now.
        """
        if credential.kind is CredentialKind.INIT_DATA:
            return _stay(self._in_mini_app(credential), credential.workspace_id)
        if credential.token.startswith(PREFIX):
            return self._by_key(credential)
        if credential.kind is CredentialKind.INTERNAL_KEY:
            return _stay(self._by_bot_key(credential), credential.workspace_id)
        verified = self._verify_token(credential.token)
        if verified is None:
            raise _refused()
        _check_own(credential)
        if isinstance(verified, MiniAppUser):
            return _stay(telegram_user(verified.identity, verified.plan), credential.workspace_id)
        return self._signed_in(verified, credential.workspace_id)

    def _by_key(self, credential: Credential) -> Principal:
        workspace_id = claimed_workspace(credential.token)
        if workspace_id is None:
            raise _refused()
        if credential.act_as is None:
            return _stay(_key_itself(self._record(credential.token)), credential.workspace_id)
        return _stay(self._acting(credential.token, workspace_id, credential.act_as), credential.workspace_id)

    def _acting(self, token: str, workspace_id: str, act_as: str) -> Principal:
        telegram_id = read_telegram_alias(act_as)
        identity = TelegramIdentity(workspace_id, telegram_id) if telegram_id else None
        record, is_known = self._record_and_person(token, identity) if identity else (self._record(token), False)
        if ACT_AS_TELEGRAM not in record.scopes:
            raise Forbidden(f"This key lacks the scope {ACT_AS_TELEGRAM}.")
        # The workspace in a key is only a claim: the stored record decides for whom it may act.
        if identity is None or not is_known or record.workspace_id != workspace_id:
            raise NotFound(f"There is no user {act_as[:80]}.")
        return acting_for(identity, _key_itself(record))

    def _by_bot_key(self, credential: Credential) -> Principal:
        workspace_id = self._verify_bot_key(credential.token)
        if workspace_id is None:
            raise _refused()
        bot = _bot_itself(workspace_id, self._plan_of(workspace_id))
        if credential.act_as is None:
            return bot
        telegram_id = read_telegram_alias(credential.act_as)
        identity = TelegramIdentity(workspace_id, telegram_id) if telegram_id else None
        if identity is None or not self._is_known(identity):
            raise NotFound(f"There is no user {credential.act_as[:80]}.")
        return acting_for(identity, bot)

    def _in_mini_app(self, credential: Credential) -> Principal:
        try:
            sign_in = self._verify_init_data(credential.token, self._clock())
        except NotFound:  # No bot is set up, so none can have signed it.
            sign_in = None
        if sign_in is None:
            raise _refused()
        _check_own(credential)
        identity = TelegramIdentity(sign_in.bot_workspace_id, sign_in.profile.telegram_id)
        return telegram_user(identity, self._plan_of(sign_in.bot_workspace_id))

    def _is_known(self, identity: TelegramIdentity) -> bool:
        return bool(
            self._memory.recall(identity) or self._memory.keep(identity, self._users.knows_telegram(identity) or None)
        )

    def _plan_of(self, workspace_id: str) -> str:
        plan: str | None = self._memory.recall(workspace_id)
        if plan is None:
            workspace = self._workspaces.get(workspace_id)
            plan = self._memory.keep(workspace_id, workspace.plan if workspace else DEFAULT_PLAN)
        return plan or DEFAULT_PLAN

    def _record(self, token: str) -> ApiKeyRecord:
        name = self._api_keys.hash_of(token)
        return self._checked(self._memory.recall(name) or self._memory.keep(name, self._api_keys.find(token)))

    def _record_and_person(self, token: str, identity: TelegramIdentity) -> tuple[ApiKeyRecord, bool]:
        name = self._api_keys.hash_of(token)
        record, is_known = self._memory.recall(name), self._memory.recall(identity)
        if record is None or is_known is None:
            record, is_known = self._api_keys.find_for_telegram(token, identity)
            self._memory.keep(name, record)
            self._memory.keep(identity, is_known or None)
        return self._checked(record), bool(is_known)

    def _checked(self, record: ApiKeyRecord | None) -> ApiKeyRecord:
        if record is None or not record.is_good(self._clock()):
            raise _refused()
        return record

    def _signed_in(self, person: SignedInPerson, workspace_id: str | None) -> Principal:
        user_id = user_of_token(person.issuer, person.subject)
        principal = Principal(
            workspace_id=personal_workspace(user_id),
            user_id=user_id,
            roles=frozenset({Role.OWNER.value}),
            scopes=SCOPES_OF[Role.OWNER] | (PLATFORM_SCOPES if person.is_operator else frozenset()),
            channel=Channel.API,
            key_id=SIGNED_IN,
            identities=names_of(user_id),
        )
        wanted = workspace_id or principal.workspace_id
        name = (wanted, user_id)
        membership = self._memory.recall(name)
        if membership is None:
            membership = self._memory.keep(name, self._workspaces.membership(wanted, user_id))
        if membership is None and wanted == principal.workspace_id:
            return principal  # Their first request: the account is made by what it asks for.
        return as_member(principal, wanted, membership)


class _Memory:
    """A cache with a time to live. Only hits are cached."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._kept: dict[Hashable, tuple[float, Any]] = {}

    def recall(self, name: Hashable) -> Any:
        until, value = self._kept.get(name, (float("-inf"), None))
        return value if self._monotonic() < until else None

    def keep(self, name: Hashable, value: Any) -> Any:
        if value is not None:
            if len(self._kept) >= _MAX_REMEMBERED:
                self._kept.clear()
            self._kept[name] = (self._monotonic() + _REMEMBERED_SECONDS, value)
        return value


def _key_itself(record: ApiKeyRecord) -> Principal:
    return Principal(
        workspace_id=record.workspace_id,
        user_id=record.user_id,
        roles=record.roles,
        scopes=record.scopes,
        channel=record.channel,
        key_id=record.key_id,
        plan=record.plan,
        identities=names_of(record.user_id),
        budget_keys=record.budget_keys,
    )


def _bot_itself(workspace_id: str, plan: str) -> Principal:
    """A bot that proved to have the token that its workspace stored."""
    user_id = user_of_bot(workspace_id)
    return Principal(
        workspace_id=workspace_id,
        user_id=user_id,
        roles=frozenset({Role.SERVICE.value}),
        scopes=BOT_SCOPES,
        channel=Channel.TELEGRAM,
        key_id=TELEGRAM_BOT,
        plan=plan,
        identities=names_of(user_id),
    )


def _check_own(credential: Credential) -> None:
    """Raises Forbidden: a person's credential that is to act for another user."""
    if credential.act_as is not None:
        raise Forbidden(f"Only a key with the scope {ACT_AS_TELEGRAM} acts for others.")


def _stay(principal: Principal, workspace_id: str | None) -> Principal:
    """For callers with a single workspace: any other workspace is not found."""
    if workspace_id not in (None, principal.workspace_id):
        raise no_workspace(str(workspace_id))
    return principal


def _refused() -> Unauthenticated:
    return Unauthenticated("Invalid or expired token")
