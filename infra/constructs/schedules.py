"""The functions that the clock calls: the sweep, the audit of the ledger, the check of vendors' catalogues."""

from typing import Any, Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from infra.constructs.data import ENDING, SETTLING
from infra.constructs.foundation import Foundation
from infra.constructs.scheduled import Scheduled
from infra.constructs.small_function import SmallFunction
from infra.constructs.workers import allow_recording, allow_replies, provider_settings
from infra.tables import GRANTS_BY_EXPIRY, OPEN_BY_ATTENTION

from constructs import Construct

SWEEP_SECONDS: Final = 60
AUDIT_SECONDS: Final = 900
"""As long as Lambda allows; what a night has no time for, the next one begins with."""
CHECK_SECONDS: Final = 600
"""A vendor's list takes seconds, and no vendor may take longer than its adapter lets it."""


class Schedules(Construct):
    """Each function with its schedule. Names are in UTC."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        queues, minute, hour = foundation.queues, Duration.minutes(1), Duration.hours(1)
        sweep, audit, check = self._sweep_generations(), self._reconcile_ledger(), self._check_catalogue()
        self.functions = (sweep, audit, check)
        # Not retried: the next minute sweeps what this one left.
        Scheduled(
            self,
            "EachMinute",
            function=sweep,
            schedule=events.Schedule.rate(minute),
            dead_letters=queues.schedule_dead_letters,
            retries=0,
            max_age=minute,
        )
        Scheduled(
            self,
            "EachNight",
            function=audit,
            schedule=events.Schedule.cron(hour="3", minute="17"),
            dead_letters=queues.schedule_dead_letters,
            retries=1,
            max_age=hour,
        )
        Scheduled(
            self,
            "EachDay",
            function=check,
            schedule=events.Schedule.cron(hour="6", minute="43"),
            dead_letters=queues.schedule_dead_letters,
            retries=1,
            max_age=hour,
        )

    def _sweep_generations(self) -> SmallFunction:
        """Starts what was never started, settles what is overdue, publishes what was left behind."""
        base, own = self._foundation, self._foundation.variables
        data, queues = base.data, base.queues
        function = self._function(
            "SweepGenerations",
            "sweep_generations",
            SWEEP_SECONDS,
            own.core
            | own.ephemeral
            | own.ledger
            | own.generations_queue
            | own.publishing
            | own.webhook_queues
            | own.base_url
            | base.workflow.variables,
        )
        function.allow(*ENDING, "dynamodb:GetItem", "dynamodb:DeleteItem", on=data.core.table_arn)
        function.allow("dynamodb:Query", on=data.index_arn(OPEN_BY_ATTENTION))
        function.allow(*SETTLING, on=data.ledger.table_arn)
        allow_recording(function, data)
        function.allow("dynamodb:Query", on=data.ledger_index_arn(GRANTS_BY_EXPIRY))
        webhooks = (queues.webhooks.arn, queues.slow_webhooks.arn)
        function.allow("sqs:SendMessage", on=[queues.generations.arn, queues.integration.arn, *webhooks])
        allow_replies(function)
        function.allow("events:PutEvents", on=base.bus.bus.event_bus_arn)
        function.allow(
            "states:StopExecution",
            on=base.workflow.executions_arn,
            because="An execution is named by its generation, and any of them may have to be stopped.",
        )
        return function

    def _reconcile_ledger(self) -> SmallFunction:
        """Proves the ledger. It reads everything and writes nothing."""
        data, own = self._foundation.data, self._foundation.variables
        function = self._function("ReconcileLedger", "reconcile_ledger", AUDIT_SECONDS, own.core | own.ledger)
        function.allow("dynamodb:Query", on=data.core.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=data.ledger.table_arn)
        return function

    def _check_catalogue(self) -> SmallFunction:
        """Reads vendors' lists with their keys. Tells the bus, the integration queue and workspaces that listen."""
        base, own = self._foundation, self._foundation.variables
        vendors: dict[str, Any] = {}
        for provider in base.settings.providers:
            vendors |= provider_settings(base.data, provider)
        settings = {"PROVIDER_SETTINGS": Stack.of(self).to_json_string(vendors)}
        function = self._function(
            "CheckCatalogue",
            "check_catalogue",
            CHECK_SECONDS,
            own.publishing | own.core | own.ledger | settings,
        )
        function.allow("dynamodb:Query", "dynamodb:PutItem", on=base.data.core.table_arn)
        function.allow("dynamodb:Query", on=base.data.ledger.table_arn)
        keys = [base.data.secrets.vendor_arn(provider.name) for provider in base.settings.providers if provider.has_key]
        function.allow("secretsmanager:GetSecretValue", on=keys)
        function.allow("events:PutEvents", on=base.bus.bus.event_bus_arn)
        function.allow("sqs:SendMessage", on=base.queues.integration.arn)
        return function

    def _function(self, id: str, name: str, timeout_seconds: int, env: dict[str, str]) -> SmallFunction:
        return SmallFunction(
            self, id, kit=self._foundation.kit, folder=f"schedules/{name}", timeout_seconds=timeout_seconds, env=env
        )
