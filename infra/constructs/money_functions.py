"""The functions about money: wallets, grants, quotes, usage, budgets, and the auditor. What each may do."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from infra.constructs.data import Data
from infra.constructs.queues import Queues
from infra.constructs.small_function import FunctionKit, SmallFunction
from infra.settings import StageSettings

from constructs import Construct

AUDIT_SECONDS: Final = 900
"""As long as Lambda allows; what a night has no time for, the next one begins with."""


def rate_limit_env(settings: StageSettings) -> dict[str, str]:
    """What the function that counts requests has to know."""
    return {
        "RATE_LIMIT_USER_PER_MINUTE": str(settings.rate_limits.user_per_minute),
        "RATE_LIMIT_WORKSPACE_PER_HOUR": str(settings.rate_limits.workspace_per_hour),
        "RATE_LIMIT_ADDRESS_PER_MINUTE": str(settings.rate_limits.address_per_minute),
    }


class MoneyFunctions(Construct):
    """What clients ask of the ledger. `by_name` is for the API's table of routes."""

    def __init__(self, scope: Construct, id: str, *, kit: FunctionKit, data: Data, base_url: str) -> None:
        super().__init__(scope, id)
        self._kit, self._data, self._base_url = kit, data, base_url
        self.by_name = {
            "read_wallet": self._read_wallet(),
            "grant_credits": self._grant_credits(),
            "quote_generation": self._quote_generation(),
            "read_usage": self._read_usage(),
            "read_budgets": self._read_budgets(),
            "set_budgets": self._set_budgets(),
        }

    def _read_wallet(self) -> SmallFunction:
        signing = {"SIGNING_SECRET_ARN": self._data.signing_secret.secret_arn, "PUBLIC_BASE_URL": self._base_url}
        function = self._function("ReadWallet", "read_wallet", {**self._opening(), **signing})
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=self._data.ledger.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self._data.signing_secret_arn)
        return function

    def _grant_credits(self) -> SmallFunction:
        # As long as the API waits: on a busy wallet a grant has to try more than once.
        env = {**self._opening(), **self._core()}
        function = self._function("GrantCredits", "grant_credits", env, timeout_seconds=29)
        function.allow("dynamodb:ConditionCheckItem", on=self._data.core.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=self._data.ledger.table_arn)
        return function

    def _quote_generation(self) -> SmallFunction:
        signing = {"SIGNING_SECRET_ARN": self._data.signing_secret.secret_arn}
        references = self._kit.settings.reference_env()
        function = self._function("QuoteGeneration", "quote_generation", {**signing, **self._core(), **references})
        # A workspace's own prompt template.
        function.allow("dynamodb:GetItem", on=self._data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self._data.signing_secret_arn)
        return function

    def _read_usage(self) -> SmallFunction:
        function = self._function("ReadUsage", "read_usage", {**self._opening(), **self._core()})
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self._data.core.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=self._data.ledger.table_arn)
        return function

    def _read_budgets(self) -> SmallFunction:
        function = self._function("ReadBudgets", "read_budgets", {**self._ledger(), **self._core()})
        function.allow("dynamodb:GetItem", on=self._data.core.table_arn)
        function.allow("dynamodb:BatchGetItem", on=self._data.ledger.table_arn)
        return function

    def _set_budgets(self) -> SmallFunction:
        function = self._function("SetBudgets", "set_budgets", {**self._ledger(), **self._core()})
        function.allow("dynamodb:GetItem", "dynamodb:ConditionCheckItem", on=self._data.core.table_arn)
        function.allow("dynamodb:BatchGetItem", "dynamodb:UpdateItem", on=self._data.ledger.table_arn)
        return function

    def _function(self, id: str, name: str, env: dict[str, str], *, timeout_seconds: int = 10) -> SmallFunction:
        return SmallFunction(
            self, id, kit=self._kit, folder=self._kit.api_folder(name), timeout_seconds=timeout_seconds, env=env
        )

    def _core(self) -> dict[str, str]:
        return {"CORE_TABLE_NAME": self._data.core.table_name}

    def _ledger(self) -> dict[str, str]:
        return {"LEDGER_TABLE_NAME": self._data.ledger.table_name}

    def _opening(self) -> dict[str, str]:
        """For whatever may see a workspace first, and so opens its wallet."""
        settings = self._kit.settings
        trial = {"TRIAL_CREDITS": str(settings.trial_credits), "TRIAL_DAYS": str(settings.trial_days)}
        return {**self._ledger(), **trial}


class Auditor(Construct):
    """The function that proves the ledger every night. It reads everything and writes nothing."""

    def __init__(self, scope: Construct, id: str, *, kit: FunctionKit, data: Data, queues: Queues) -> None:
        super().__init__(scope, id)
        self.reconcile_ledger = SmallFunction(
            self,
            "ReconcileLedger",
            kit=kit,
            folder="schedules/reconcile_ledger",
            timeout_seconds=AUDIT_SECONDS,
            env={"CORE_TABLE_NAME": data.core.table_name, "LEDGER_TABLE_NAME": data.ledger.table_name},
        )
        self.functions = (self.reconcile_ledger,)
        self.reconcile_ledger.allow("dynamodb:GetItem", on=data.core.table_arn)
        self.reconcile_ledger.allow("dynamodb:GetItem", "dynamodb:Query", on=data.ledger.table_arn)
        self._audit_each_night(queues)

    def _audit_each_night(self, queues: Queues) -> None:
        dead_letters, night = queues.audit_dead_letters, events.Schedule.cron(hour="3", minute="17")
        function = self.reconcile_ledger.function
        target = targets.LambdaFunction(
            function, retry_attempts=2, max_event_age=Duration.hours(1), dead_letter_queue=dead_letters
        )
        events.Rule(self, "EachNight", schedule=night, targets=[target])
        self.reconcile_ledger.allow("sqs:SendMessage", on=dead_letters.queue_arn)
        failed = lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead_letters.queue_arn)
        lambda_.CfnEventInvokeConfig(
            self,
            "AuditAgain",
            function_name=function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=1,
            maximum_event_age_in_seconds=Duration.hours(1).to_seconds(),
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(on_failure=failed),
        )
