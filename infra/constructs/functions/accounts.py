"""Functions for people, workspaces and keys, and the one that says who is calling."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.foundation import Foundation
from infra.constructs.functions.room import CANONICAL_AND_BOT, DELETE, GET, PATCH, POST, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.settings import BOT

from constructs import Construct

_READ_WRITE: Final = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")


class Accounts(Room):
    """People, workspaces, members and API keys."""

    folder = "accounts"
    routes = (
        Route("GetMe", GET, "/api/v1/me", "read_workspaces"),
        Route("PostWorkspaces", POST, "/api/v1/workspaces", "manage_workspaces"),
        Route("GetWorkspaces", GET, "/api/v1/workspaces", "read_workspaces"),
        Route("GetWorkspace", GET, "/api/v1/workspaces/{workspaceId}", "read_workspaces"),
        Route("PatchWorkspace", PATCH, "/api/v1/workspaces/{workspaceId}", "manage_workspaces"),
        Route("PostMembers", POST, "/api/v1/workspaces/{workspaceId}/members", "manage_members"),
        Route("GetMembers", GET, "/api/v1/workspaces/{workspaceId}/members", "read_workspaces"),
        Route("PatchMember", PATCH, "/api/v1/workspaces/{workspaceId}/members/{userId}", "manage_members"),
        Route("DeleteMember", DELETE, "/api/v1/workspaces/{workspaceId}/members/{userId}", "manage_members"),
        Route("PostApiKeys", POST, "/api/v1/api-keys", "manage_api_keys"),
        Route("GetApiKeys", GET, "/api/v1/api-keys", "read_api_keys"),
        Route("DeleteApiKey", DELETE, "/api/v1/api-keys/{keyId}", "manage_api_keys"),
        Route("PostRotateApiKey", POST, "/api/v1/api-keys/{keyId}/rotate", "manage_api_keys"),
        Route("PostUsersSync", POST, "/api/v1/users/sync", "sync_users", doors=CANONICAL_AND_BOT),
        Route("GetUserBalance", GET, "/api/v1/users/{telegram_id}/balance", "read_users", doors=CANONICAL_AND_BOT),
        Route("GetUserTrial", GET, "/api/v1/users/{telegram_id}/trial", "read_users", doors=CANONICAL_AND_BOT),
        Route("GetReferrals", GET, "/api/v1/referrals/{telegram_id}", "read_users", doors=(BOT,)),
        Route("GetUserBanStatus", GET, "/api/v1/users/{telegram_id}/ban-status", "read_users", doors=(BOT,)),
        Route("PostAuthTelegram", POST, "/api/v1/auth/telegram", "exchange_telegram", public=True),
        Route("GetDebugUsers", GET, "/api/v1/debug/users", "debug_users"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "read_workspaces": self._read_workspaces,
            "manage_workspaces": self._manage_workspaces,
            "manage_members": self._manage_members,
            "read_api_keys": self._read_api_keys,
            "manage_api_keys": self._manage_api_keys,
            "sync_users": lambda: self._of_bots("sync_users"),
            "read_users": lambda: self._of_bots("read_users"),
            "exchange_telegram": self._exchange_telegram,
            "debug_users": self._debug_users,
        }

    def _read_workspaces(self) -> SmallFunction:
        function = self._paging("read_workspaces")
        # A caller's first request writes their record.
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=self.data.core.table_arn)
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=self.data.core.table_arn)
        return function

    def _manage_workspaces(self) -> SmallFunction:
        return self._managing("manage_workspaces")

    def _manage_members(self) -> SmallFunction:
        function = self._managing("manage_members")
        function.allow("dynamodb:DeleteItem", "dynamodb:Query", on=self.data.core.table_arn)
        return function

    def _read_api_keys(self) -> SmallFunction:
        function = self._paging("read_api_keys")
        function.allow("dynamodb:Query", on=self.data.core.table_arn)
        return function

    def _manage_api_keys(self) -> SmallFunction:
        function = self._managing("manage_api_keys", self.variables.ledger)
        # Whether the caller's own key has a budget.
        function.allow("dynamodb:BatchGetItem", on=self.data.ledger.table_arn)
        return function

    def _of_bots(self, name: str) -> SmallFunction:
        """A function about the people whom bots bring; the first request opens their wallet."""
        own = self.variables
        function = self.function(name, own.core | own.ledger | own.trial | own.doors)
        self._allow_new_accounts(function)
        return function

    def _exchange_telegram(self) -> SmallFunction:
        own, data = self.variables, self.data
        function = self.function(
            "exchange_telegram", own.core | own.ledger | own.trial | own.session | own.telegram_bot, identity=True
        )
        self._allow_new_accounts(function)
        function.allow("secretsmanager:GetSecretValue", on=[data.secrets.session_arn, data.secrets.telegram_bot_arn])
        return function

    def _debug_users(self) -> SmallFunction:
        enabled = {"DEBUG_USERS_ENABLED": str(self.foundation.settings.debug_users).lower()}
        function = self._paging("debug_users", enabled)
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=self.data.core.table_arn)
        return function

    def _managing(self, name: str, more: Mapping[str, str] | None = None) -> SmallFunction:
        """A function that changes who may do what."""
        function = self.function(name, self.variables.core | dict(more or {}))
        # The condition check is of the caller's own key or membership, in the transaction that acts on it.
        function.allow(*_READ_WRITE, "dynamodb:ConditionCheckItem", on=self.data.core.table_arn)
        return function

    def _allow_new_accounts(self, function: SmallFunction) -> None:
        """Let a function store a person whom it sees for the first time, and open the wallet."""
        function.allow(*_READ_WRITE, on=self.data.core.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=self.data.ledger.table_arn)

    def _paging(self, name: str, more: Mapping[str, str] | None = None) -> SmallFunction:
        """A function whose lists have cursors."""
        function = self.function(name, self.variables.core | self.variables.signing | dict(more or {}))
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function


def authorize_request(scope: Construct, foundation: Foundation) -> SmallFunction:
    """The authorizer's function. It belongs to no nested stack: all of them need it."""
    own, data = foundation.variables, foundation.data
    function = SmallFunction(
        scope,
        "AuthorizeRequest",
        kit=foundation.kit,
        folder="api/accounts/authorize_request",
        timeout_seconds=5,
        identity=True,
        env=own.light_clients
        | own.core
        | own.edge
        | own.ephemeral
        | own.session
        | own.rate_limits
        | own.telegram_bot
        | own.internal_networks
        | {"TOKEN_ISSUERS": foundation.identity.token_issuers},
    )
    function.allow("dynamodb:GetItem", "dynamodb:BatchGetItem", on=data.core.table_arn)
    function.allow("dynamodb:UpdateItem", on=data.ephemeral.table_arn)
    function.allow("secretsmanager:GetSecretValue", on=[data.secrets.session_arn, data.secrets.telegram_bot_arn])
    return function
