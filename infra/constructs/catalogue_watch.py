"""The function that asks vendors every day whether they still offer what the catalogue promises."""

from typing import Any, Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from infra.constructs.data import Data
from infra.constructs.events import Events
from infra.constructs.queues import Queues
from infra.constructs.small_function import FunctionKit, SmallFunction
from infra.constructs.workers import provider_settings

from constructs import Construct

CHECK_SECONDS: Final = 120
"""A vendor's list takes seconds, and no vendor may take longer than its adapter lets it."""


class CatalogueWatch(Construct):
    """It reads vendors' lists with their keys, writes nothing, and tells the bus and the integration queue."""

    def __init__(self, scope: Construct, id: str, *, kit: FunctionKit, data: Data, queues: Queues, bus: Events) -> None:
        super().__init__(scope, id)
        vendors: dict[str, Any] = {}
        for provider in kit.settings.providers:
            vendors |= provider_settings(data, provider)
        self.check_catalogue = SmallFunction(
            self,
            "CheckCatalogue",
            kit=kit,
            folder="schedules/check_catalogue",
            timeout_seconds=CHECK_SECONDS,
            env={
                "PROVIDER_SETTINGS": Stack.of(self).to_json_string(vendors),
                "EVENT_BUS_NAME": bus.bus.event_bus_name,
                "INTEGRATION_QUEUE_URL": queues.integration.url,
            },
        )
        self.functions = (self.check_catalogue,)
        keys = [data.vendor_secret_arn(provider.name) for provider in kit.settings.providers if provider.has_key]
        self.check_catalogue.allow("secretsmanager:GetSecretValue", on=keys)
        self.check_catalogue.allow("events:PutEvents", on=bus.bus.event_bus_arn)
        self.check_catalogue.allow("sqs:SendMessage", on=[queues.integration.arn, queues.watch_dead_letters.queue_arn])
        self._check_each_day(queues)

    def _check_each_day(self, queues: Queues) -> None:
        dead_letters, morning = queues.watch_dead_letters, events.Schedule.cron(hour="6", minute="43")
        function = self.check_catalogue.function
        target = targets.LambdaFunction(
            function, retry_attempts=2, max_event_age=Duration.hours(1), dead_letter_queue=dead_letters
        )
        events.Rule(self, "EachDay", schedule=morning, targets=[target])
        failed = lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead_letters.queue_arn)
        lambda_.CfnEventInvokeConfig(
            self,
            "CheckAgain",
            function_name=function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=1,
            maximum_event_age_in_seconds=Duration.hours(1).to_seconds(),
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(on_failure=failed),
        )
