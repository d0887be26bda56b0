"""The functions behind queues, the stream and the clock: start, render, collect, publish, sweep."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from infra.constructs.data import GRANTS_BY_EXPIRY, OPEN_BY_ATTENTION, SETTLING, Data
from infra.constructs.events import Events
from infra.constructs.http_front import HttpFront
from infra.constructs.queues import Queues, WorkQueue
from infra.constructs.small_function import FunctionKit, SmallFunction
from infra.constructs.workflow import Workflow
from infra.settings import ProviderSettings

from constructs import Construct

OUTBOX_FILTER: Final = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"entity": {"S": ["OUTBOX"]}}}}
"""Of all changes to the core table, the new outbox items."""

IMAGING_MEMORY_MB: Final = 1024
_HEALTH: Final = tuple(f"dynamodb:{action}Item" for action in ("BatchGet", "Put", "Delete", "Update"))
"""What the circuit breakers and the observed latencies take."""


class Workers(Construct):
    """Every function that no client calls, each wired to what triggers it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        kit: FunctionKit,
        front: HttpFront,
        data: Data,
        queues: Queues,
        workflow: Workflow,
        bus: Events,
    ) -> None:
        super().__init__(scope, id)
        self._kit, self._front, self._data = kit, front, data
        self._queues, self._workflow, self._bus = queues, workflow, bus
        self.start_generation = self._start_generation()
        self.image_workers = tuple(self._image_workers())
        self.publish_events = self._publish_events()
        self.sweep_generations = self._sweep_generations()
        self.functions = (
            self.start_generation,
            *self.image_workers,
            self.publish_events,
            self.sweep_generations,
        )
        self._feed()
        self._follow_the_outbox()
        self._sweep_each_minute()

    def _start_generation(self) -> SmallFunction:
        function = SmallFunction(
            self,
            "StartGeneration",
            kit=self._kit,
            folder="workers/start_generation",
            timeout_seconds=Queues.START_SECONDS,
            env={
                "STATE_MACHINE_ARN": self._workflow.arn,
                "RENDER_QUEUE_URLS": self._urls(self._queues.render),
                **self._routing(),
            },
        )
        function.allow("states:StartExecution", on=self._workflow.arn)
        function.allow("dynamodb:GetItem", on=self._data.core.table_arn)
        function.allow("dynamodb:BatchGetItem", on=self._data.ephemeral.table_arn)
        return function

    def _image_workers(self) -> Iterator[SmallFunction]:
        """For each provider its own functions: with its key only, its time to live, and its share of concurrency."""
        settings = self._kit.settings
        for provider in settings.providers:
            name, queue = provider.name, self._queues.render[provider.name]
            render = self._image_worker("Render", "workers/render_image", provider, provider.worker_seconds)
            # One image per invocation: a slow one must not hold up, or be repeated with, its neighbours.
            queue.feed(render, batch_size=1, max_concurrency=provider.max_concurrency)
            # It shortens how long its message is hidden, so that a dead worker's image comes back in time.
            render.allow("sqs:ChangeMessageVisibility", on=queue.arn)
            yield render
            if name in self._queues.collect:
                collect = self._image_worker("Collect", "workers/collect_image", provider, Queues.COLLECT_SECONDS)
                jobs = self._queues.collect[name]
                jobs.feed(collect, batch_size=1, max_concurrency=settings.collect_concurrency)
                collect.allow("sqs:ChangeMessageVisibility", on=jobs.arn)
                yield collect

    def _image_worker(self, does: str, folder: str, provider: ProviderSettings, timeout_seconds: int) -> SmallFunction:
        function = SmallFunction(
            self,
            f"{does}{provider.name.capitalize()}",
            kit=self._kit,
            folder=folder,
            variant=provider.name,
            timeout_seconds=timeout_seconds,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
            calls_itself=True,
            env={
                "IMAGES_BUCKET_NAME": self._data.images.bucket_name,
                "RENDER_QUEUE_URLS": self._urls(self._queues.render),
                "COLLECT_QUEUE_URLS": self._urls(self._queues.collect),
                "STATE_MACHINE_ARN": self._workflow.arn,
                "PROVIDER_SETTINGS": self._json(provider_settings(self._data, provider)),
                **self._kit.settings.reference_env(),
                "WORKER_SECONDS": str(timeout_seconds),
                "SIGNING_SECRET_ARN": self._data.signing_secret.secret_arn,
                "PUBLIC_BASE_URL": self._front.base_url,
                **self._routing(),
            },
        )
        queues = [*self._queues.render.values(), *self._queues.collect.values()]
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=self._data.core.table_arn)
        function.allow(*_HEALTH, on=self._data.ephemeral.table_arn)
        function.allow(
            "s3:PutObject",
            on=[self._data.generated_objects, self._data.unmarked_objects],
            because="It stores pictures under keys of many workspaces, all below these two prefixes.",
        )
        function.allow("sqs:SendMessage", on=[queue.arn for queue in queues])
        function.allow("states:SendTaskSuccess", "states:SendTaskFailure", on=self._workflow.arn)
        if provider.has_key:
            function.allow("secretsmanager:GetSecretValue", on=self._data.vendor_secret_arn(provider.name))
        if provider.reads_references and does == "Render":
            function.allow(
                "s3:PutObject",
                "s3:GetObject",
                on=self._data.lent_objects,
                because="It lends reference pictures of many workspaces to the vendor, all below this one prefix.",
            )
        if provider.callbacks:
            function.allow("secretsmanager:GetSecretValue", on=self._data.signing_secret_arn)
        return function

    def _publish_events(self) -> SmallFunction:
        function = SmallFunction(
            self,
            "PublishEvents",
            kit=self._kit,
            folder="workers/publish_events",
            timeout_seconds=30,
            env={
                "CORE_TABLE_NAME": self._data.core.table_name,
                "EVENT_BUS_NAME": self._bus.bus.event_bus_name,
                "INTEGRATION_QUEUE_URL": self._queues.integration.url,
            },
        )
        function.allow("dynamodb:DeleteItem", on=self._data.core.table_arn)
        function.allow("events:PutEvents", on=self._bus.bus.event_bus_arn)
        function.allow("sqs:SendMessage", on=self._queues.integration.arn)
        return function

    def _sweep_generations(self) -> SmallFunction:
        ledger = self._data.ledger
        core, actions = self._data.core, ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
        function = SmallFunction(
            self,
            "SweepGenerations",
            kit=self._kit,
            folder="schedules/sweep_generations",
            timeout_seconds=60,
            env={
                "CORE_TABLE_NAME": core.table_name,
                "LEDGER_TABLE_NAME": ledger.table_name,
                "GENERATIONS_QUEUE_URL": self._queues.generations.url,
                "STATE_MACHINE_ARN": self._workflow.arn,
                "EVENT_BUS_NAME": self._bus.bus.event_bus_name,
                "INTEGRATION_QUEUE_URL": self._queues.integration.url,
                "PUBLIC_BASE_URL": self._front.base_url,
            },
        )
        function.allow(*(f"dynamodb:{action}" for action in actions), on=core.table_arn)
        function.allow("dynamodb:Query", on=self._data.index_arn(OPEN_BY_ATTENTION))
        function.allow(*SETTLING, on=ledger.table_arn)
        function.allow("dynamodb:Query", on=self._data.ledger_index_arn(GRANTS_BY_EXPIRY))
        function.allow("sqs:SendMessage", on=[self._queues.generations.arn, self._queues.integration.arn])
        function.allow("events:PutEvents", on=self._bus.bus.event_bus_arn)
        function.allow(
            "states:StopExecution",
            on=self._workflow.executions_arn,
            because="An execution is named by its generation, and any of them may have to be stopped.",
        )
        return function

    def _feed(self) -> None:
        settings = self._kit.settings
        self._queues.generations.feed(self.start_generation, batch_size=10, max_concurrency=settings.start_concurrency)

    def _follow_the_outbox(self) -> None:
        stream, dead_letters = self._data.core.table_stream_arn, self._queues.outbox_dead_letters
        if stream is None:
            raise ValueError("The core table has no stream to follow.")
        read = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        self.publish_events.allow(*(f"dynamodb:{action}" for action in read), on=stream)
        self.publish_events.allow("sqs:SendMessage", on=dead_letters.queue_arn)
        failed = lambda_.CfnEventSourceMapping.OnFailureProperty(destination=dead_letters.queue_arn)
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Outbox",
            function_name=self.publish_events.name,
            event_source_arn=stream,
            starting_position="TRIM_HORIZON",
            filter_criteria=_only(OUTBOX_FILTER),
            batch_size=10,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=10,
            function_response_types=["ReportBatchItemFailures"],
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(on_failure=failed),
        )
        mapping.node.add_dependency(self.publish_events.role)

    def _sweep_each_minute(self) -> None:
        # Not retried: the next minute sweeps what this one left. What failed is kept, so that the alarm rings.
        dead_letters, minute = self._queues.sweep_dead_letters, Duration.minutes(1)
        function = self.sweep_generations.function
        target = targets.LambdaFunction(
            function, retry_attempts=0, max_event_age=minute, dead_letter_queue=dead_letters
        )
        events.Rule(self, "EachMinute", schedule=events.Schedule.rate(minute), targets=[target])
        self.sweep_generations.allow("sqs:SendMessage", on=dead_letters.queue_arn)
        failed = lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead_letters.queue_arn)
        lambda_.CfnEventInvokeConfig(
            self,
            "SweepOnce",
            function_name=function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=minute.to_seconds(),
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(on_failure=failed),
        )

    def _urls(self, queues: Mapping[str, WorkQueue]) -> str:
        return self._json({provider: queue.url for provider, queue in queues.items()})

    def _routing(self) -> dict[str, str]:
        settings = self._kit.settings
        routing = {
            "providers": [provider.name for provider in settings.providers],
            "preferred": list(settings.routing.preferred),
            "fallback": settings.routing.fallback,
        }
        return {
            "CORE_TABLE_NAME": self._data.core.table_name,
            "EPHEMERAL_TABLE_NAME": self._data.ephemeral.table_name,
            "ROUTING": json.dumps(routing),
        }

    def _json(self, value: dict[str, Any]) -> str:
        return Stack.of(self).to_json_string(value)


def provider_settings(data: Data, provider: ProviderSettings) -> dict[str, Any]:
    """What functions are told about one provider, under its name."""
    said: dict[str, Any] = {}
    if provider.has_key:
        said = {"baseUrl": provider.base_url, "secretArn": data.vendor_secrets[provider.name].secret_arn}
    if provider.sync_mode is not None:
        said["syncMode"] = provider.sync_mode
    if provider.variant is not None:
        said["variant"] = provider.variant
    if provider.callbacks:
        said["callbacks"] = True
    return {provider.name: said}


def _only(pattern: dict[str, Any]) -> lambda_.CfnEventSourceMapping.FilterCriteriaProperty:
    filters = [lambda_.CfnEventSourceMapping.FilterProperty(pattern=json.dumps(pattern))]
    return lambda_.CfnEventSourceMapping.FilterCriteriaProperty(filters=filters)
