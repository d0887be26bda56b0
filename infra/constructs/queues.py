"""The queues between the steps of a generation, each with a queue for what could not be handled."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from infra.constructs.nag import acknowledge
from infra.constructs.retention import removal_policy
from infra.constructs.small_function import SmallFunction
from infra.settings import StageSettings

from constructs import Construct

INTAKE_MAX_BYTES: Final = 256 * 1024
"""What the API takes as a body; SQS refuses larger messages when they are sent."""
VISIBILITY_FACTOR: Final = 6
"""AWS asks for a visibility timeout of at least six times the consumer's, so that throttled batches are not lost."""


class WorkQueue(Construct):
    """A queue with its dead letter queue.

    A message is hidden for six times `consumer_timeout_seconds` while it is worked on and given up after `attempts`.
    `max_message_bytes` is SQS's own limit by default. Queues of one kind share their `dead_letters`, and the alarm on
    them: a redrive takes each message back to the queue that it came from.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StageSettings,
        consumer_timeout_seconds: int,
        attempts: int,
        max_message_bytes: int | None = None,
        dead_letters: sqs.Queue | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._consumer_timeout_seconds = consumer_timeout_seconds
        self.dead_letters = dead_letters or dead_letter_queue(self, "DeadLetters", settings)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=settings.enforce_ssl,
            visibility_timeout=Duration.seconds(VISIBILITY_FACTOR * consumer_timeout_seconds),
            retention_period=Duration.days(4),
            max_message_size_bytes=max_message_bytes,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=attempts),
            removal_policy=removal_policy(settings),
        )

    @property
    def arn(self) -> str:
        return self.queue.queue_arn

    @property
    def url(self) -> str:
        return self.queue.queue_url

    def feed(self, function: SmallFunction, *, batch_size: int, max_concurrency: int) -> None:
        """Have a function consume the queue; it reports which messages of a batch it could not handle.

        Raises ValueError when the function may run for longer than the queue was made for.
        """
        if function.timeout_seconds > self._consumer_timeout_seconds:
            raise ValueError(
                f"{function.folder} may run longer than the queue {self.node.path} hides its messages for."
            )
        function.allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", on=self.arn)
        mapping = lambda_.EventSourceMapping(
            self,
            "Consumer",
            target=function.function,
            event_source_arn=self.arn,
            batch_size=batch_size,
            max_concurrency=max_concurrency,
            report_batch_item_failures=True,
        )
        acknowledge(
            mapping,
            "Serverless-LambdaEventSourceMappingDestination",
            because="A queue's redrive policy keeps what fails; destinations on mappings exist for streams only.",
        )


class Queues(Construct):
    """All queues. Work for a provider has its own, so that a slow vendor holds up no other.

    `render` and `collect` are by the provider's name; only providers with jobs have something to collect.
    """

    START_SECONDS: Final = 30
    COLLECT_SECONDS: Final = 120
    INTEGRATION_SECONDS: Final = 30
    INTAKE_SECONDS: Final = 30
    BATCH_SECONDS: Final = 60
    UPLOAD_SECONDS: Final = 90
    WEBHOOK_SECONDS: Final = 30
    """An attempt takes fifteen seconds at most."""
    DELETION_SECONDS: Final = 60
    ARCHIVE_SECONDS: Final = 300
    """For the largest archive, ten pictures of 40 MB, with time to spare."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.generations = self._queue("Generations", self.START_SECONDS, attempts=5)
        rendered, collected, posted = (
            dead_letter_queue(self, f"{kind}DeadLetters", settings) for kind in ("Render", "Collect", "Webhooks")
        )
        self.render = {
            provider.name: self._queue(
                f"Render{provider.name.capitalize()}", provider.worker_seconds, attempts=3, dead_letters=rendered
            )
            for provider in settings.providers
        }
        self.collect = {
            provider.name: self._queue(
                f"Collect{provider.name.capitalize()}", self.COLLECT_SECONDS, attempts=5, dead_letters=collected
            )
            for provider in settings.providers
            if provider.has_jobs
        }
        self.webhooks = self._queue("Webhooks", self.WEBHOOK_SECONDS, attempts=5, dead_letters=posted)
        self.slow_webhooks = self._queue("SlowWebhooks", self.WEBHOOK_SECONDS, attempts=5, dead_letters=posted)
        self.intake = self._intake(settings)
        # A message stays until its batch has ended, and is renewed after four hundred deliveries.
        self.batches = self._queue("Batches", self.BATCH_SECONDS, attempts=500)
        self.archives = self._queue("Archives", self.ARCHIVE_SECONDS, attempts=3)
        self.deletions = self._queue("Deletions", self.DELETION_SECONDS, attempts=5)
        self.integration = self._queue("Integration", self.INTEGRATION_SECONDS, attempts=5)
        self.uploads = self._queue("Uploads", self.UPLOAD_SECONDS, attempts=5)
        self.outbox_dead_letters = dead_letter_queue(self, "OutboxDeadLetters", settings)
        self.schedule_dead_letters = dead_letter_queue(self, "ScheduleDeadLetters", settings)

    @property
    def work(self) -> dict[str, WorkQueue]:
        """Every queue that an operator is meant to empty, by the name that people use for it."""
        render = {f"render-{provider}": queue for provider, queue in self.render.items()}
        collect = {f"collect-{provider}": queue for provider, queue in self.collect.items()}
        return {
            "generations": self.generations,
            **render,
            **collect,
            "intake": self.intake,
            "batches": self.batches,
            "uploads": self.uploads,
            "archives": self.archives,
            "deletions": self.deletions,
            "integration": self.integration,
            "webhooks": self.webhooks,
            "slow-webhooks": self.slow_webhooks,
        }

    @property
    def dead_letters(self) -> dict[str, sqs.Queue]:
        """Every queue that should be empty, by the name of what it catches for: queues of one kind share one."""
        kinds = {"slow-webhooks": "webhooks"}
        named = {kinds.get(name, name.partition("-")[0]): queue.dead_letters for name, queue in self.work.items()}
        return named | {"outbox": self.outbox_dead_letters, "schedules": self.schedule_dead_letters}

    def _intake(self, settings: StageSettings) -> WorkQueue:
        """The queue that other systems send to. Its policy names them; who they are for Easel, an operator says."""
        intake = WorkQueue(
            self,
            "Intake",
            settings=settings,
            consumer_timeout_seconds=self.INTAKE_SECONDS,
            # Messages wait here for the sender's running generations, and are answered after 40 deliveries.
            attempts=50,
            max_message_bytes=INTAKE_MAX_BYTES,
        )
        if settings.intake_principals:
            senders = [iam.ArnPrincipal(arn) for arn in settings.intake_principals]
            intake.queue.add_to_resource_policy(
                iam.PolicyStatement(
                    sid="Senders",
                    actions=["sqs:SendMessage", "sqs:GetQueueUrl"],
                    resources=[intake.arn],
                    principals=senders,
                )
            )
        return intake

    def _queue(
        self, id: str, consumer_timeout_seconds: int, *, attempts: int, dead_letters: sqs.Queue | None = None
    ) -> WorkQueue:
        return WorkQueue(
            self,
            id,
            settings=self._settings,
            consumer_timeout_seconds=consumer_timeout_seconds,
            attempts=attempts,
            dead_letters=dead_letters,
        )


def dead_letter_queue(scope: Construct, id: str, settings: StageSettings) -> sqs.Queue:
    """A queue for what was given up, kept for the fourteen days that SQS allows."""
    queue = sqs.Queue(
        scope,
        id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=settings.enforce_ssl,
        retention_period=Duration.days(14),
        removal_policy=removal_policy(settings),
    )
    acknowledge(
        queue,
        "AwsSolutions-SQS3",
        "Serverless-SQSRedrivePolicy",
        because="This queue is where messages end; an alarm calls an operator as soon as one is in it.",
    )
    return queue
