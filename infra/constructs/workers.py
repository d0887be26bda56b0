"""The functions behind queues and the stream: start, render, collect, publish."""

import json
from collections.abc import Iterator
from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from infra.constructs.data import ENDING, Data
from infra.constructs.foundation import Foundation
from infra.constructs.queues import Queues
from infra.constructs.small_function import SmallFunction
from infra.constructs.submitting import allow_submitting
from infra.provider_settings import ProviderSettings

from constructs import Construct

PUBLISHED: Final = (
    {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"entity": {"S": ["OUTBOX"]}}}},
    {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"entity": {"S": ["STATE", "IMAGE"]}}}},
)
"""Of all changes to the core table, the new outbox items, and those that say how far a generation is."""

BATCHES_AT_ONCE: Final = 10
"""Of a shard of the stream, in the order of what happens to one item. One at once would publish 25 events a second."""
IMAGING_MEMORY_MB: Final = 1024
_HEALTH: Final = tuple(f"dynamodb:{action}Item" for action in ("BatchGet", "Put", "Delete", "Update"))
"""What the circuit breakers and the observed latencies take."""


class Workers(Construct):
    """Every function that a queue or the stream feeds, wired to it."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        self._kit, self._variables = foundation.kit, foundation.variables
        self._data, self._queues, self._workflow = foundation.data, foundation.queues, foundation.workflow
        self.start_generation = self._start_generation()
        self.image_workers = tuple(self._image_workers())
        self.publish_events = self._publish_events()
        self.build_archive = self._build_archive()
        self.remove_files = self._remove_files()
        self.take_intake = self._take_intake()
        self.run_batch = self._run_batch()
        self.engine = (self.start_generation, *self.image_workers, self.publish_events)
        """Those that every generation passes through."""
        others = (self.build_archive, self.remove_files, self.take_intake, self.run_batch)
        self.functions = (*self.engine, *others)
        self._feed()
        self._follow_the_outbox()

    def _start_generation(self) -> SmallFunction:
        own = self._variables
        function = SmallFunction(
            self,
            "StartGeneration",
            kit=self._kit,
            folder="workers/start_generation",
            timeout_seconds=Queues.START_SECONDS,
            env=self._workflow.variables | own.render_queues | own.routing,
        )
        function.allow("states:StartExecution", on=self._workflow.arn)
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=self._data.core.table_arn)
        function.allow("dynamodb:BatchGetItem", on=self._data.ephemeral.table_arn)
        return function

    def _image_workers(self) -> Iterator[SmallFunction]:
        """For each provider its own functions: with its key only, its timeout, and its share of concurrency."""
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
        own = self._variables
        function = SmallFunction(
            self,
            f"{does}{provider.name.capitalize()}",
            kit=self._kit,
            folder=folder,
            variant=provider.name,
            timeout_seconds=timeout_seconds,
            memory_mb=self._kit.settings.image_worker_memory_mb,
            imaging=True,
            calls_itself=True,
            env=own.images
            | own.render_queues
            | own.collect_queues
            | own.references
            | own.signing
            | own.base_url
            | own.routing
            | own.deletions_queue
            | self._workflow.variables
            | (own.addresses | own.telegram if does == "Render" else {})
            | {
                "PROVIDER_SETTINGS": self._json(provider_settings(self._data, provider)),
                "WORKER_SECONDS": str(timeout_seconds),
                "WORKER_MEMORY_MB": str(self._kit.settings.image_worker_memory_mb),
            },
        )
        queues = [*self._queues.render.values(), *self._queues.collect.values()]
        function.allow("dynamodb:GetItem", *ENDING, on=self._data.core.table_arn)
        function.allow(*_HEALTH, on=self._data.ephemeral.table_arn)
        function.allow(
            "s3:PutObject",
            on=[self._data.generated_objects, self._data.unmarked_objects],
            because="It stores pictures under keys of many workspaces, all below these two prefixes.",
        )
        function.allow("sqs:SendMessage", on=[queue.arn for queue in (*queues, self._queues.deletions)])
        function.allow("states:SendTaskSuccess", "states:SendTaskFailure", on=self._workflow.arn)
        if provider.has_key:
            function.allow("secretsmanager:GetSecretValue", on=self._data.secrets.vendor_arn(provider.name))
        if does == "Render":
            self._allow_references(function)
        if provider.callbacks and does == "Render":
            # It signs the address that the vendor calls; the collector of a job has no address to give.
            function.allow("secretsmanager:GetSecretValue", on=self._data.secrets.signing_arn)
        return function

    def _take_intake(self) -> SmallFunction:
        own = self._variables
        function = SmallFunction(
            self,
            "TakeIntake",
            kit=self._kit,
            folder="workers/take_intake",
            timeout_seconds=Queues.INTAKE_SECONDS,
            env=own.submitting | own.trusted_webhooks | own.intake_queue | own.intake_dead_letters,
            traced=True,
        )
        allow_submitting(function, self._data, self._queues)
        function.allow("sqs:ChangeMessageVisibility", on=self._queues.intake.arn)
        function.allow("sqs:SendMessage", on=self._queues.intake.dead_letters.queue_arn)
        return function

    def _run_batch(self) -> SmallFunction:
        own = self._variables
        function = SmallFunction(
            self,
            "RunBatch",
            kit=self._kit,
            folder="workers/run_batch",
            timeout_seconds=Queues.BATCH_SECONDS,
            env=own.submitting | own.images | own.batches_queue | own.batch_lines,
        )
        allow_submitting(function, self._data, self._queues)
        # Whether the caller's key or membership has ended.
        function.allow("dynamodb:ConditionCheckItem", on=self._data.core.table_arn)
        function.allow("sqs:ChangeMessageVisibility", "sqs:SendMessage", on=self._queues.batches.arn)
        function.allow(
            *("s3:GetObject", "s3:PutObject"),
            on=self._data.batch_objects,
            because="It reads the lines and writes the results of batches of many workspaces, all below this prefix.",
        )
        return function

    def _remove_files(self) -> SmallFunction:
        own = self._variables
        function = SmallFunction(
            self,
            "RemoveFiles",
            kit=self._kit,
            folder="workers/remove_files",
            timeout_seconds=Queues.DELETION_SECONDS,
            env=own.core | own.images,
        )
        function.allow("dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem", on=self._data.core.table_arn)
        # Favourites and tags of what is deleted.
        function.allow("dynamodb:DeleteItem", "dynamodb:UpdateItem", on=self._data.core.table_arn)
        allow_removal(function, self._data)
        return function

    def _build_archive(self) -> SmallFunction:
        own, seconds = self._variables, Queues.ARCHIVE_SECONDS
        function = SmallFunction(
            self,
            "BuildArchive",
            kit=self._kit,
            folder="workers/build_archive",
            timeout_seconds=seconds,
            env=own.core | own.images | {"WORKER_SECONDS": str(seconds)},
        )
        function.allow("dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:DeleteItem", on=self._data.core.table_arn)
        allow_archives(function, self._data)
        return function

    def _allow_references(self, function: SmallFunction) -> None:
        """Let a function fetch reference pictures, wherever they are."""
        function.allow(
            "s3:GetObject",
            on=[self._data.generated_objects, self._data.upload_objects],
            because="Pictures of many workspaces may be references, all below these two prefixes.",
        )
        function.allow(
            "s3:PutObject",
            "s3:GetObject",
            on=self._data.lent_objects,
            because="Cleaned references of many workspaces are kept for other workers and vendors below this prefix.",
        )
        function.allow("kms:Decrypt", on=self._data.key.key_arn)
        function.allow("secretsmanager:GetSecretValue", on=self._data.secrets.telegram_bot_arn)

    def _publish_events(self) -> SmallFunction:
        own = self._variables
        function = SmallFunction(
            self,
            "PublishEvents",
            kit=self._kit,
            folder="workers/publish_events",
            timeout_seconds=30,
            env=own.core | own.ephemeral | own.publishing | own.base_url | own.webhook_queues,
        )
        actions = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=self._data.core.table_arn)
        allow_recording(function, self._data)
        function.allow("events:PutEvents", on=self._foundation.bus.bus.event_bus_arn)
        webhooks = (self._queues.webhooks.arn, self._queues.slow_webhooks.arn)
        function.allow("sqs:SendMessage", on=[self._queues.integration.arn, *webhooks])
        allow_replies(function)
        return function

    def _feed(self) -> None:
        settings = self._kit.settings
        # Each message is a request: a slow one must not hold up those behind it for longer than a few.
        self._queues.intake.feed(self.take_intake, batch_size=5, max_concurrency=settings.intake_concurrency)
        self._queues.batches.feed(self.run_batch, batch_size=1, max_concurrency=settings.start_concurrency)
        self._queues.deletions.feed(self.remove_files, batch_size=10, max_concurrency=settings.start_concurrency)
        self._queues.archives.feed(self.build_archive, batch_size=1, max_concurrency=settings.start_concurrency)
        self._queues.generations.feed(self.start_generation, batch_size=10, max_concurrency=settings.start_concurrency)

    def _follow_the_outbox(self) -> None:
        stream, dead_letters = self._data.core.table_stream_arn, self._queues.outbox_dead_letters
        if stream is None:
            raise ValueError("The core table has no stream to follow.")
        read = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        self.publish_events.allow(*(f"dynamodb:{action}" for action in read), on=stream)
        self.publish_events.allow("sqs:SendMessage", on=dead_letters.queue_arn)
        failed = lambda_.CfnEventSourceMapping.OnFailureProperty(destination=dead_letters.queue_arn)
        lambda_.CfnEventSourceMapping(
            self,
            "Outbox",
            function_name=self.publish_events.name,
            event_source_arn=stream,
            starting_position="TRIM_HORIZON",
            filter_criteria=_only(*PUBLISHED),
            batch_size=10,
            parallelization_factor=BATCHES_AT_ONCE,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=10,
            function_response_types=["ReportBatchItemFailures"],
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(on_failure=failed),
        )

    def _json(self, value: dict[str, Any]) -> str:
        return Stack.of(self).to_json_string(value)


def allow_replies(function: SmallFunction) -> None:
    """Let a function send events to the queues that operators have allowed for replies to the intake."""
    if function.settings.intake_reply_queues:
        function.allow("sqs:SendMessage", on=function.settings.intake_reply_queues)


def allow_recording(function: SmallFunction, data: Data) -> None:
    """Let a function that publishes events record them for WebSockets."""
    actions = ("GetItem", "PutItem", "UpdateItem")
    function.allow(*(f"dynamodb:{action}" for action in actions), on=data.ephemeral.table_arn)


def allow_archives(function: SmallFunction, data: Data, *, also_links: bool = False) -> None:
    """Let a function build archives of pictures, delete one that a deletion has overtaken, and sign links to them."""
    function.allow(
        "s3:GetObject",
        on=data.generated_objects,
        because="It packs pictures of many workspaces, all below this one prefix.",
    )
    function.allow(
        *("s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"),
        *(("s3:GetObject",) if also_links else ()),
        on=data.archive_objects,
        because="Archives of many workspaces lie below this one prefix.",
    )
    function.allow("s3:ListBucketVersions", on=data.images.bucket_arn)


def allow_removal(function: SmallFunction, data: Data) -> None:
    """Let a function remove pictures with everything that was made of them, in every version."""
    function.allow(
        *("s3:DeleteObject", "s3:DeleteObjectVersion"),
        on=[data.generated_objects, data.unmarked_objects, data.archive_objects, data.lent_objects],
        because="It removes pictures of many workspaces, all below these four prefixes.",
    )
    function.allow("s3:ListBucketVersions", on=data.images.bucket_arn)


def allow_deletion(function: SmallFunction, data: Data, queues: Queues) -> None:
    """Let a function delete pictures and generations, and end their uses of uploads."""
    actions = ("Query", "GetItem", "BatchGetItem", "UpdateItem", "PutItem", "DeleteItem")
    function.allow(*(f"dynamodb:{action}" for action in actions), on=data.core.table_arn)
    function.allow("sqs:SendMessage", on=queues.deletions.arn)
    allow_removal(function, data)


def provider_settings(data: Data, provider: ProviderSettings) -> dict[str, Any]:
    """What functions need to know about one provider, under its name."""
    settings: dict[str, Any] = {}
    if provider.has_key:
        settings = {"baseUrl": provider.base_url, "secretArn": data.secrets.vendors[provider.name].secret_arn}
    if provider.sync_mode is not None:
        settings["syncMode"] = provider.sync_mode
    if provider.variant is not None:
        settings["variant"] = provider.variant
    if provider.callbacks:
        settings["callbacks"] = True
    return {provider.name: settings}


def _only(*patterns: dict[str, Any]) -> lambda_.CfnEventSourceMapping.FilterCriteriaProperty:
    filters = [lambda_.CfnEventSourceMapping.FilterProperty(pattern=json.dumps(pattern)) for pattern in patterns]
    return lambda_.CfnEventSourceMapping.FilterCriteriaProperty(filters=filters)
