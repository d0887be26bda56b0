"""The API's functions for people, workspaces and keys, with what each may do. Their routes are in api.py."""

from typing import Final

from infra.constructs.data import Data
from infra.constructs.small_function import FunctionKit, SmallFunction

from constructs import Construct

_READ_WRITE: Final = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")


class AccountFunctions(Construct):
    """`by_name` has them by their folder."""

    def __init__(self, scope: Construct, id: str, *, kit: FunctionKit, data: Data) -> None:
        super().__init__(scope, id)
        self._kit, self._data = kit, data
        self.by_name = {
            "read_workspaces": self._read_workspaces(),
            "manage_workspaces": self._manage("ManageWorkspaces", "manage_workspaces"),
            "manage_routing": self._manage_routing(),
            "manage_members": self._manage_members(),
            "read_api_keys": self._read_api_keys(),
            "manage_api_keys": self._manage_api_keys(),
            "sync_users": self._sync_users(),
            "exchange_telegram": self._exchange_telegram(),
            "debug_users": self._debug_users(),
        }

    def _read_workspaces(self) -> SmallFunction:
        function = self._paging("ReadWorkspaces", "read_workspaces")
        # Whoever asks for the first time is written down.
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=self._data.core.table_arn)
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=self._data.core.table_arn)
        return function

    def _manage(self, id: str, name: str, *, env: dict[str, str] | None = None) -> SmallFunction:
        function = self._function(id, name, env={"CORE_TABLE_NAME": self._data.core.table_name, **(env or {})})
        # The condition check is of the caller's own key or membership, in the transaction that acts on it.
        function.allow(*_READ_WRITE, "dynamodb:ConditionCheckItem", on=self._data.core.table_arn)
        return function

    def _manage_api_keys(self) -> SmallFunction:
        ledger = self._data.ledger
        function = self._manage("ManageApiKeys", "manage_api_keys", env={"LEDGER_TABLE_NAME": ledger.table_name})
        # Whether the caller's own key has a budget.
        function.allow("dynamodb:BatchGetItem", on=ledger.table_arn)
        return function

    def _manage_routing(self) -> SmallFunction:
        core = self._data.core
        function = self._function("ManageRouting", "manage_routing", env={"CORE_TABLE_NAME": core.table_name})
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem", on=core.table_arn)
        return function

    def _manage_members(self) -> SmallFunction:
        function = self._manage("ManageMembers", "manage_members")
        actions = ("dynamodb:DeleteItem", "dynamodb:Query")
        function.allow(*actions, on=self._data.core.table_arn)
        return function

    def _read_api_keys(self) -> SmallFunction:
        function = self._paging("ReadApiKeys", "read_api_keys")
        function.allow("dynamodb:Query", on=self._data.core.table_arn)
        return function

    def _debug_users(self) -> SmallFunction:
        enabled = str(self._kit.settings.debug_users).lower()
        function = self._paging("DebugUsers", "debug_users", env={"DEBUG_USERS_ENABLED": enabled})
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=self._data.core.table_arn)
        return function

    def _sync_users(self) -> SmallFunction:
        function = self._function("SyncUsers", "sync_users", env=self._accounts())
        self._allow_accounts(function)
        return function

    def _exchange_telegram(self) -> SmallFunction:
        data = self._data
        function = self._function(
            "ExchangeTelegram",
            "exchange_telegram",
            identity=True,
            env={
                **self._accounts(),
                "SESSION_SECRET_ARN": data.session_secret.secret_arn,
                "TELEGRAM_BOT_SECRET_ARN": data.telegram_bot_secret.secret_arn,
                "INIT_DATA_MAX_AGE_SECONDS": str(self._kit.settings.sign_in.init_data_max_age_seconds),
            },
        )
        self._allow_accounts(function)
        function.allow("secretsmanager:GetSecretValue", on=[data.session_secret_arn, data.telegram_bot_secret_arn])
        return function

    def _accounts(self) -> dict[str, str]:
        settings = self._kit.settings
        return {
            "CORE_TABLE_NAME": self._data.core.table_name,
            "LEDGER_TABLE_NAME": self._data.ledger.table_name,
            "TRIAL_CREDITS": str(settings.trial_credits),
            "TRIAL_DAYS": str(settings.trial_days),
        }

    def _allow_accounts(self, function: SmallFunction) -> None:
        """Make people known, and open their wallets."""
        function.allow(*_READ_WRITE, on=self._data.core.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=self._data.ledger.table_arn)

    def _paging(self, id: str, name: str, *, env: dict[str, str] | None = None) -> SmallFunction:
        """A function whose lists have cursors."""
        data = self._data
        base = {
            "CORE_TABLE_NAME": data.core.table_name,
            "SIGNING_SECRET_ARN": data.signing_secret.secret_arn,
        }
        function = self._function(id, name, env={**base, **(env or {})})
        function.allow("secretsmanager:GetSecretValue", on=data.signing_secret_arn)
        return function

    def _function(self, id: str, name: str, *, env: dict[str, str], identity: bool = False) -> SmallFunction:
        return SmallFunction(
            self, id, kit=self._kit, folder=self._kit.api_folder(name), timeout_seconds=10, env=env, identity=identity
        )
