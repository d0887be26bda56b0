"""The workflow in Step Functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import ClientError

from easel.aws_errors import code_of, raised_as
from easel.domain.catalogue import Candidate
from easel.domain.image import Failure
from easel.errors import WorkflowUnavailable
from easel.services.ports.messages import QueuedGeneration
from easel.workflow.messages import queued_values

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_ALREADY_STARTED: Final = frozenset({"ExecutionAlreadyExists"})
_NOT_RUNNING: Final = frozenset({"ExecutionDoesNotExist"})
_NOT_WAITING: Final = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""The task timed out, was answered before or was stopped. The outcome is stored, and Settle reads it."""
_Answer = TypeVar("_Answer")
_MAX_ERROR: Final = 256
_MAX_CAUSE: Final = 32_768


class StepFunctionsStarter:
    """`ports.messages.WorkflowStarter`. An execution has the name of its generation, so there is never a second one.

    Safe to retry: after a WorkflowUnavailable the message that caused the call is redelivered.
    """

    def __init__(self, client: SFNClient, state_machine_arn: str, *, render_queue_urls: Mapping[str, str]) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn
        self._render_queue_urls = render_queue_urls

    def start(self, queued: QueuedGeneration, first: Candidate) -> bool:
        """Start the execution; False when it was started before, running or ended.

        AWS also reports success for a repeat with the same input while the execution runs; nothing is started twice.
        """
        task = {
            "provider": first.provider,
            "model": first.model,
            "queueUrl": self._render_queue_urls[first.provider],
        }
        execution_input = {
            **queued_values(queued),
            "tasks": [{"index": index, **task} for index in range(queued.images)],
        }
        started = _call(
            lambda: self._client.start_execution(
                stateMachineArn=self._state_machine_arn, name=queued.generation_id, input=json.dumps(execution_input)
            ),
            f"Execution {queued.generation_id} could not be started.",
            unless=_ALREADY_STARTED,
        )
        return started is not None


class StepFunctionsWorkflow:
    """`ports.messages.Workflow`.

    Every call is safe to retry: after a WorkflowUnavailable the message that caused it is redelivered.
    """

    def __init__(self, client: SFNClient, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def stop(self, generation_id: str, reason: str) -> None:
        """Stop the execution. One that was never started or has ended is ignored."""
        _call(
            lambda: self._client.stop_execution(
                executionArn=self._execution_arn(generation_id), error="Stopped", cause=reason[:_MAX_CAUSE]
            ),
            f"Execution {generation_id} could not be stopped.",
            unless=_NOT_RUNNING,
        )

    def image_delivered(self, task_token: str) -> None:
        """Complete the waiting task: its image is stored."""
        if task_token:
            _call(
                lambda: self._client.send_task_success(taskToken=task_token, output="{}"),
                "The task of a delivered image could not be completed.",
                unless=_NOT_WAITING,
            )

    def image_failed(self, task_token: str, failure: Failure) -> None:
        """Fail the waiting task; the failure's code becomes the error's name."""
        if task_token:
            _call(
                lambda: self._client.send_task_failure(
                    taskToken=task_token,
                    error=failure.code[:_MAX_ERROR],
                    cause=failure.message[:_MAX_CAUSE],
                ),
                "The task of a failed image could not be failed.",
                unless=_NOT_WAITING,
            )

    def _execution_arn(self, generation_id: str) -> str:
        # arn:partition:states:region:account:stateMachine:name -> ...:execution:name:generation
        return f"{self._state_machine_arn.replace(':stateMachine:', ':execution:', 1)}:{generation_id}"


def _call(call: Callable[[], _Answer], message: str, *, unless: Collection[str]) -> _Answer | None:
    """AWS's answer; None for the errors in `unless`. Raises WorkflowUnavailable."""
    with raised_as(WorkflowUnavailable, message):
        try:
            return call()
        except ClientError as error:
            if code_of(error) not in unless:
                raise
            return None
