"""Functions for money: wallets, grants, quotes, usage, budgets."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import DELETE, GET, POST, PUT, Room, Route
from infra.constructs.small_function import SmallFunction


class Money(Room):
    """Wallets, grants, quotes, usage and budgets."""

    folder = "money"
    routes = (
        Route("GetWallet", GET, "/api/v1/wallet", "read_wallet"),
        Route("GetWalletEntries", GET, "/api/v1/wallet/entries", "read_wallet"),
        Route("PostWalletGrants", POST, "/api/v1/wallet/grants", "grant_credits"),
        Route("PostQuotes", POST, "/api/v1/quotes", "quote_generation"),
        Route("GetUsage", GET, "/api/v1/usage", "read_usage"),
        Route("GetOwnUsage", GET, "/api/v1/usage/me", "read_usage"),
        Route("GetAnalytics", GET, "/api/v1/data/analytics", "read_usage"),
        Route("GetDashboard", GET, "/api/v1/data/dashboard", "read_usage"),
        Route("GetWorkspaceBudget", GET, "/api/v1/budgets/workspace", "read_budgets"),
        Route("PutWorkspaceBudget", PUT, "/api/v1/budgets/workspace", "set_budgets"),
        Route("DeleteWorkspaceBudget", DELETE, "/api/v1/budgets/workspace", "set_budgets"),
        Route("GetKeyBudget", GET, "/api/v1/budgets/keys/{keyId}", "read_budgets"),
        Route("PutKeyBudget", PUT, "/api/v1/budgets/keys/{keyId}", "set_budgets"),
        Route("DeleteKeyBudget", DELETE, "/api/v1/budgets/keys/{keyId}", "set_budgets"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "read_wallet": self._read_wallet,
            "grant_credits": self._grant_credits,
            "quote_generation": self._quote_generation,
            "read_usage": self._read_usage,
            "read_budgets": self._read_budgets,
            "set_budgets": self._set_budgets,
        }

    def _read_wallet(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_wallet", own.ledger | own.trial | own.signing | own.base_url)
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=self.data.ledger.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function

    def _grant_credits(self) -> SmallFunction:
        # As long as the API waits: on a busy wallet a grant has to be tried more than once.
        own = self.variables
        function = self.function("grant_credits", own.core | own.ledger | own.trial, timeout_seconds=29)
        function.allow("dynamodb:ConditionCheckItem", on=self.data.core.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=self.data.ledger.table_arn)
        return function

    def _quote_generation(self) -> SmallFunction:
        own = self.variables
        stores, trusted = own.core | own.signing | own.base_url, own.references | own.trusted_webhooks
        function = self.function("quote_generation", stores | trusted | own.addresses | own.bot)
        # A workspace's own prompt template; images and uploads that are references.
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem", on=self.data.core.table_arn)
        secrets = [self.data.secrets.signing_arn, self.data.secrets.telegram_bot_arn]
        function.allow("secretsmanager:GetSecretValue", on=secrets)
        return function

    def _read_usage(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_usage", own.core | own.ledger | own.trial)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=self.data.ledger.table_arn)
        return function

    def _read_budgets(self) -> SmallFunction:
        function = self.function("read_budgets", self.variables.core | self.variables.ledger)
        function.allow("dynamodb:GetItem", on=self.data.core.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:BatchGetItem", on=self.data.ledger.table_arn)
        return function

    def _set_budgets(self) -> SmallFunction:
        own = self.variables
        function = self.function("set_budgets", own.core | own.ledger | own.trial)
        function.allow("dynamodb:GetItem", "dynamodb:ConditionCheckItem", on=self.data.core.table_arn)
        # The budget of a workspace is in its wallet, which is opened when there is none.
        reads, writes = ("dynamodb:GetItem", "dynamodb:BatchGetItem"), ("dynamodb:PutItem", "dynamodb:UpdateItem")
        function.allow(*reads, *writes, on=self.data.ledger.table_arn)
        return function
