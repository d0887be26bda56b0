"""The queues in SQS. Message bodies are in `messages.py`."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from easel.aws_errors import raised_as
from easel.domain.catalogue import Candidate
from easel.domain.generation import Generation
from easel.errors import QueueUnavailable
from easel.services.ports.archives import ArchiveRef
from easel.services.ports.deletion import Deletion
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.messages import QueuedGeneration
from easel.services.ports.providers import JobHint
from easel.services.ports.webhooks import DeliveryRef
from easel.workflow.messages import (
    ArchiveMessage,
    BatchMessage,
    CollectMessage,
    DeletionMessage,
    DeliveryMessage,
    HintPart,
    RenderMessage,
    queued_values,
)

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

logger = logging.getLogger(__name__)

_AFTER_THE_REQUEST: Final = timedelta(seconds=60)
"""Longer than a request may take, so that its end is known when the message comes."""
_MAX_DELAY_SECONDS: Final = 900
"""SQS's limit for DelaySeconds."""


class SqsGenerationQueue:
    """`ports.messages.GenerationQueue`."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def submit(self, generation: Generation) -> None:
        """Raises QueueUnavailable. Safe to retry: the execution is named by the generation."""
        message = json.dumps(queued_values(QueuedGeneration.of(generation)))
        _send(self._client, self._queue_url, message)


class SqsImageQueue:
    """`ports.messages.ImageQueue`. Both mappings are from provider to queue URL."""

    def __init__(
        self, client: SQSClient, *, render_queue_urls: Mapping[str, str], collect_queue_urls: Mapping[str, str]
    ) -> None:
        self._client = client
        self._render_queue_urls = render_queue_urls
        self._collect_queue_urls = collect_queue_urls

    def render(self, ref: ImageRef, *, candidate: Candidate, task_token: str, delay: timedelta) -> None:
        """Raises QueueUnavailable; KeyError for a provider without a queue."""
        message = RenderMessage(
            workspace_id=ref.workspace_id,
            generation_id=ref.generation_id,
            index=ref.index,
            request_id=ref.request_id,
            provider=candidate.provider,
            model=candidate.model,
            task_token=task_token,
        )
        _send(self._client, self._render_queue_urls[candidate.provider], message.to_json(), delay)

    def collect(self, ref: ImageRef, *, provider: str, delay: timedelta, polls: int) -> None:
        """Raises QueueUnavailable; KeyError for a provider without jobs."""
        message = CollectMessage(
            workspace_id=ref.workspace_id,
            generation_id=ref.generation_id,
            index=ref.index,
            request_id=ref.request_id,
            provider=provider,
            polls=polls,
        )
        _send(self._client, self._collect_queue_urls[provider], message.to_json(), delay)

    def hint(self, ref: ImageRef, hint: JobHint, *, delay: timedelta = timedelta()) -> None:
        """Raises QueueUnavailable."""
        message = CollectMessage(
            workspace_id=ref.workspace_id,
            generation_id=ref.generation_id,
            index=ref.index,
            request_id=ref.request_id,
            provider=hint.provider,
            hint=HintPart(provider=hint.provider, attempt_id=hint.attempt_id, job_id=hint.job_id, looks=hint.looks),
        )
        _send(self._client, self._collect_queue_urls[hint.provider], message.to_json(), delay)


class SqsArchiveQueue:
    """`ports.archives.ArchiveQueue`."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def build(self, ref: ArchiveRef, request_id: str) -> None:
        """Raises QueueUnavailable. Safe to retry: one worker at a time builds an archive."""
        message = ArchiveMessage(workspace_id=ref.workspace_id, generation_id=ref.generation_id, request_id=request_id)
        _send(self._client, self._queue_url, message.to_json())


class SqsDeletionQueue:
    """`ports.deletion.DeletionQueue`."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def finish(self, deletion: Deletion) -> None:
        """Raises QueueUnavailable."""
        message = DeletionMessage(
            workspace_id=deletion.workspace_id,
            generation_id=deletion.generation_id,
            image_ids=deletion.image_ids,
            request_id=deletion.request_id,
        )
        _send(self._client, self._queue_url, message.to_json(), _AFTER_THE_REQUEST)


class SqsDeliveryQueue:
    """`ports.webhooks.DeliveryQueue`."""

    def __init__(self, client: SQSClient, *, quick_url: str, slow_url: str) -> None:
        self._client = client
        self._urls = {True: quick_url, False: slow_url}

    def deliver(self, ref: DeliveryRef, *, quick: bool, delay: timedelta = timedelta()) -> None:
        """Raises QueueUnavailable."""
        message = DeliveryMessage(
            workspace_id=ref.workspace_id,
            endpoint_id=ref.endpoint_id,
            delivery_id=ref.delivery_id,
            attempt=ref.attempt,
        )
        _send(self._client, self._urls[quick], message.to_json(), delay)


class SqsBatchQueue:
    """`ports.batches.BatchQueue`."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def run(self, workspace_id: str, batch_id: str, run: str, request_id: str, delay: timedelta) -> None:
        """Raises QueueUnavailable. Safe to retry: lines are taken once, however many messages a run has."""
        message = BatchMessage(workspace_id=workspace_id, batch_id=batch_id, run=run, request_id=request_id)
        _send(self._client, self._queue_url, message.to_json(), delay)


class MessageHold:
    """Shortens the visibility timeout of a message in progress, so that it is redelivered soon after a crash.

    The queue's own timeout is much longer, as AWS advises; with it, the work of a crashed worker would wait until its
    deadline is over.
    """

    def __init__(self, client: SQSClient, duration: timedelta) -> None:
        self._client = client
        self._seconds = math.ceil(duration.total_seconds())

    def __call__(self, queue_url: str, receipt_handle: str) -> None:
        """Set the timeout, counted from now. On failure the queue's own timeout applies."""
        try:
            with raised_as(QueueUnavailable, "The visibility timeout could not be changed."):
                self._client.change_message_visibility(
                    QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=self._seconds
                )
        except QueueUnavailable:
            logger.warning("visibility timeout could not be changed")


def _send(client: SQSClient, queue_url: str, body: str, delay: timedelta = timedelta()) -> None:
    # Rounded up: SQS takes whole seconds, and the delay is a minimum.
    seconds = min(max(0, math.ceil(delay.total_seconds())), _MAX_DELAY_SECONDS)
    with raised_as(QueueUnavailable, f"The message could not be sent to {queue_url.rpartition('/')[2]}."):
        client.send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=seconds)
