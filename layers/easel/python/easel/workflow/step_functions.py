"""The state machine, in Step Functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from easel.domain.image import Failure
from easel.errors import QueueUnavailable

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_NOBODY_WAITS: Final = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
_LONGEST_ERROR: Final = 256
_LONGEST_CAUSE: Final = 32_768


class StepFunctionsWorkflow:
    """`ports.messages.Workflow`. An execution has the name of its generation, so there is never a second one.

    Errors of AWS itself (throttling, no connection) come out as botocore raises them: the message or request that
    caused the call is repeated, and every call here is safe to repeat.
    """

    def __init__(self, client: SFNClient, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, generation_id: str, execution_input: dict[str, object]) -> bool:
        """Start the execution; False when there is one, running or ended.

        AWS also answers True to a repeat with the same input while the execution runs; nothing is started twice.
        """
        try:
            self._client.start_execution(
                stateMachineArn=self._state_machine_arn, name=generation_id, input=json.dumps(execution_input)
            )
        except ClientError as error:
            if _code(error) != "ExecutionAlreadyExists":
                raise
            return False
        return True

    def stop(self, generation_id: str, reason: str) -> None:
        """Stop the execution. One that never started or has ended is left alone.

        Raises:
            QueueUnavailable: it may still be running.
        """
        try:
            self._client.stop_execution(
                executionArn=self._execution_arn(generation_id), error="Stopped", cause=reason[:_LONGEST_CAUSE]
            )
        except ClientError as error:
            if _code(error) != "ExecutionDoesNotExist":
                raise QueueUnavailable(f"Execution {generation_id} could not be stopped.") from error
        except BotoCoreError as error:
            raise QueueUnavailable(f"Execution {generation_id} could not be stopped.") from error

    def image_delivered(self, task_token: str) -> None:
        """Tell the waiting task that its image is stored."""
        if not task_token:
            return
        try:
            self._client.send_task_success(taskToken=task_token, output="{}")
        except ClientError as error:
            _raise_unless_nobody_waits(error)

    def image_failed(self, task_token: str, failure: Failure) -> None:
        """Tell the waiting task that its image will not come; the failure's code becomes the error's name."""
        if not task_token:
            return
        try:
            self._client.send_task_failure(
                taskToken=task_token, error=failure.code[:_LONGEST_ERROR], cause=failure.message[:_LONGEST_CAUSE]
            )
        except ClientError as error:
            _raise_unless_nobody_waits(error)

    def _execution_arn(self, generation_id: str) -> str:
        # arn:partition:states:region:account:stateMachine:name -> ...:execution:name:generation
        return f"{self._state_machine_arn.replace(':stateMachine:', ':execution:', 1)}:{generation_id}"


def _raise_unless_nobody_waits(error: ClientError) -> None:
    # The task has timed out, was answered before or was stopped: what we had to say is stored, and Settle reads it.
    if _code(error) not in _NOBODY_WAITS:
        raise error


def _code(error: ClientError) -> str | None:
    return error.response.get("Error", {}).get("Code")
