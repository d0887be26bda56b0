"""The queues between the parts of Easel, in SQS. Message shapes are in `messages.py`."""

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
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.messages import QueuedGeneration
from easel.services.ports.providers import JobHint
from easel.workflow.messages import CollectMessage, HintPart, RenderMessage, queued_values

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

logger = logging.getLogger(__name__)

_LONGEST_DELAY: Final = 900
"""Seconds; the most that SQS takes as DelaySeconds."""


class SqsGenerationQueue:
    """`ports.messages.GenerationQueue`."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def submit(self, generation: Generation) -> None:
        """Raises QueueUnavailable. Safe to repeat: the execution is named by the generation."""
        message = json.dumps(queued_values(QueuedGeneration.of(generation)))
        _send(self._client, self._queue_url, message)


class SqsImageQueue:
    """`ports.messages.ImageQueue`. Both mappings are from each provider to its queue."""

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


class MessageHold:
    """Keeps a message that is being worked on from coming again for a while, and lets it come soon after.

    The queue's own visibility timeout is much longer, as AWS advises; with it, the work of a dead worker would lie
    until its deadline is over.
    """

    def __init__(self, client: SQSClient, duration: timedelta) -> None:
        self._client = client
        self._seconds = math.ceil(duration.total_seconds())

    def __call__(self, queue_url: str, receipt_handle: str) -> None:
        """Hold the message from now on. A failure is left to the queue's own timeout."""
        try:
            with raised_as(QueueUnavailable, "The message could not be held."):
                self._client.change_message_visibility(
                    QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=self._seconds
                )
        except QueueUnavailable:
            logger.warning("message could not be held")


def _send(client: SQSClient, queue_url: str, body: str, delay: timedelta = timedelta()) -> None:
    # Rounded up: SQS knows whole seconds only, and "not before" is what the caller means.
    seconds = min(max(0, math.ceil(delay.total_seconds())), _LONGEST_DELAY)
    with raised_as(QueueUnavailable, f"The message could not be sent to {queue_url.rpartition('/')[2]}."):
        client.send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=seconds)
