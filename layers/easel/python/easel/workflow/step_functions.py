"""The state machine, in Step Functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import ClientError

from easel.aws_errors import code_of, raised_as
from easel.domain.image import Failure
from easel.errors import WorkflowUnavailable

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_STARTED_BEFORE: Final = frozenset({"ExecutionAlreadyExists"})
_NOT_RUNNING: Final = frozenset({"ExecutionDoesNotExist"})
_NOBODY_WAITS: Final = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""The task has timed out, was answered before or was stopped: what we had to say is stored, and Settle reads it."""
_Answer = TypeVar("_Answer")
_LONGEST_ERROR: Final = 256
_LONGEST_CAUSE: Final = 32_768


class StepFunctionsWorkflow:
    """`ports.messages.Workflow`. An execution has the name of its generation, so there is never a second one.

    Every call is safe to repeat: after a WorkflowUnavailable the message or request that caused it comes again.
    """

    def __init__(self, client: SFNClient, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, generation_id: str, execution_input: dict[str, object]) -> bool:
        """Start the execution; False when there is one, running or ended.

        AWS also answers True to a repeat with the same input while the execution runs; nothing is started twice.
        """
        started = _call(
            lambda: self._client.start_execution(
                stateMachineArn=self._state_machine_arn, name=generation_id, input=json.dumps(execution_input)
            ),
            f"Execution {generation_id} could not be started.",
            unless=_STARTED_BEFORE,
        )
        return started is not None

    def stop(self, generation_id: str, reason: str) -> None:
        """Stop the execution. One that never started or has ended is left alone."""
        _call(
            lambda: self._client.stop_execution(
                executionArn=self._execution_arn(generation_id), error="Stopped", cause=reason[:_LONGEST_CAUSE]
            ),
            f"Execution {generation_id} could not be stopped.",
            unless=_NOT_RUNNING,
        )

    def image_delivered(self, task_token: str) -> None:
        """Tell the waiting task that its image is stored."""
        if task_token:
            _call(
                lambda: self._client.send_task_success(taskToken=task_token, output="{}"),
                "The state machine could not be told of a delivered image.",
                unless=_NOBODY_WAITS,
            )

    def image_failed(self, task_token: str, failure: Failure) -> None:
        """Tell the waiting task that its image will not come; the failure's code becomes the error's name."""
        if task_token:
            _call(
                lambda: self._client.send_task_failure(
                    taskToken=task_token, error=failure.code[:_LONGEST_ERROR], cause=failure.message[:_LONGEST_CAUSE]
                ),
                "The state machine could not be told of a failed image.",
                unless=_NOBODY_WAITS,
            )

    def _execution_arn(self, generation_id: str) -> str:
        # arn:partition:states:region:account:stateMachine:name -> ...:execution:name:generation
        return f"{self._state_machine_arn.replace(':stateMachine:', ':execution:', 1)}:{generation_id}"


def _call(call: Callable[[], _Answer], message: str, *, unless: Collection[str]) -> _Answer | None:
    """What AWS answers; None when it refuses for one of these reasons. Raises WorkflowUnavailable."""
    with raised_as(WorkflowUnavailable, message):
        try:
            return call()
        except ClientError as error:
            if code_of(error) not in unless:
                raise
            return None
