"""The state machine adapter against running Step Functions, with a machine that waits for a task token as ours does."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from infra.constructs.workflow import DEFINITION
from tests.support.emulator import ACCOUNT, Emulator, unique_name
from tests.support.generations import WORKSPACE_ID, a_generation
from tests.support.offline import offline_options, unreachable_url

from easel.domain.catalogue import load_catalogue
from easel.domain.image import Failure
from easel.errors import WorkflowUnavailable
from easel.services.ports.messages import QueuedGeneration
from easel.workflow.step_functions import StepFunctionsStarter, StepFunctionsWorkflow

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

DEADLINE_SECONDS: Final = 20.0
MAP_ITEM: Final = {"index", "provider", "model", "queueUrl"}
"""What the Map state reads of an item of `tasks`."""
FIRST: Final = load_catalogue().find("seedream-v4").candidates[0]

Start = Callable[..., bool]


def queued(generation_id: str, images: int = 1) -> QueuedGeneration:
    return QueuedGeneration.of(a_generation(id=generation_id, count=images))


def starter(client: SFNClient, machine_arn: str) -> StepFunctionsStarter:
    return StepFunctionsStarter(client, machine_arn, render_queue_urls={"wavespeed": "https://queue"})


class Machine:
    """One state that sends its token to a queue and waits for the answer."""

    def __init__(self, states: SFNClient, sqs: SQSClient) -> None:
        self._states = states
        self._sqs = sqs
        self._queue_url = sqs.create_queue(QueueName=unique_name("tokens"))["QueueUrl"]
        definition = {
            "StartAt": "Wait",
            "States": {
                "Wait": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                    "Parameters": {"QueueUrl": self._queue_url, "MessageBody": {"token.$": "$$.Task.Token"}},
                    "TimeoutSeconds": 60,
                    "End": True,
                }
            },
        }
        self.arn = states.create_state_machine(
            name=unique_name("machine"),
            definition=json.dumps(definition),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/machine",
        )["stateMachineArn"]

    def token(self) -> str:
        """The token of the task that waits."""
        (message,) = self._sqs.receive_message(QueueUrl=self._queue_url, WaitTimeSeconds=10)["Messages"]
        token: str = json.loads(message["Body"])["token"]
        return token

    def input_of(self, name: str) -> dict[str, object]:
        arn = f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"
        given: dict[str, object] = json.loads(self._states.describe_execution(executionArn=arn)["input"])
        return given

    def executions(self) -> list[str]:
        return [found["name"] for found in self._states.list_executions(stateMachineArn=self.arn)["executions"]]

    def end_of(self, name: str) -> tuple[str, str | None, str | None]:
        """(status, error, cause) of an execution, once it has ended."""
        arn = f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"
        give_up = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < give_up:
            found = self._states.describe_execution(executionArn=arn)
            if found["status"] != "RUNNING":
                return found["status"], found.get("error"), found.get("cause")
            time.sleep(0.05)
        raise AssertionError(f"execution {name} did not end within {DEADLINE_SECONDS} s")


@pytest.fixture
def machine(emulator: Emulator) -> Machine:
    return Machine(emulator.client("stepfunctions"), emulator.client("sqs"))


@pytest.fixture
def workflow(emulator: Emulator, machine: Machine) -> StepFunctionsWorkflow:
    return StepFunctionsWorkflow(emulator.client("stepfunctions"), machine.arn)


@pytest.fixture
def start(emulator: Emulator, machine: Machine) -> Start:
    def start(generation_id: str, images: int = 1) -> bool:
        return starter(emulator.client("stepfunctions"), machine.arn).start(queued(generation_id, images), FIRST)

    return start


@pytest.fixture
def generation_id() -> str:
    return str(uuid4())


def test_an_execution_is_named_by_its_generation_and_started_once(
    workflow: StepFunctionsWorkflow, machine: Machine, start: Start, generation_id: str
) -> None:
    assert start(generation_id) is True
    assert start(generation_id, images=2) is False

    assert machine.executions() == [generation_id]


def test_an_execution_knows_what_the_states_of_the_machine_read(
    machine: Machine, start: Start, generation_id: str
) -> None:
    start(generation_id, images=2)

    given = machine.input_of(generation_id)
    expected = {
        "workspaceId": WORKSPACE_ID,
        "generationId": generation_id,
        "requestId": "req-1",
        "deadlineSeconds": 180,
        "tasks": [
            {"index": index, "provider": "wavespeed", "model": "seedream-v4", "queueUrl": "https://queue"}
            for index in range(2)
        ],
    }
    assert {name: given[name] for name in expected} == expected
    assert set(re.findall(r'"\$\.(\w+)', DEFINITION.read_text("utf-8"))) <= given.keys() | MAP_ITEM


def test_an_execution_that_has_ended_is_not_started_again(
    workflow: StepFunctionsWorkflow, machine: Machine, start: Start, generation_id: str
) -> None:
    start(generation_id)
    workflow.image_delivered(machine.token())
    machine.end_of(generation_id)

    assert start(generation_id, images=2) is False


def test_a_delivered_image_lets_the_task_succeed(
    workflow: StepFunctionsWorkflow, machine: Machine, start: Start, generation_id: str
) -> None:
    start(generation_id)

    workflow.image_delivered(machine.token())

    assert machine.end_of(generation_id)[0] == "SUCCEEDED"


def test_a_failed_image_lets_the_task_fail_with_code_and_message(
    workflow: StepFunctionsWorkflow, machine: Machine, start: Start, generation_id: str
) -> None:
    start(generation_id)

    workflow.image_failed(machine.token(), Failure("content_policy", "Refused."))

    assert machine.end_of(generation_id) == ("FAILED", "content_policy", "Refused.")


def test_a_token_may_be_answered_twice_and_the_first_answer_counts(
    workflow: StepFunctionsWorkflow, machine: Machine, start: Start, generation_id: str
) -> None:
    start(generation_id)
    token = machine.token()

    workflow.image_delivered(token)
    workflow.image_delivered(token)
    workflow.image_failed(token, Failure("late", "Too late."))

    assert machine.end_of(generation_id)[0] == "SUCCEEDED"


def test_a_stopped_execution_ends_and_its_token_is_answered_in_vain(
    workflow: StepFunctionsWorkflow, machine: Machine, start: Start, generation_id: str
) -> None:
    start(generation_id)
    token = machine.token()

    workflow.stop(generation_id, "cancelled by the caller")
    workflow.stop(generation_id, "cancelled by the caller")
    workflow.image_delivered(token)

    status, _, cause = machine.end_of(generation_id)
    assert (status, cause) == ("ABORTED", "cancelled by the caller")


def test_stopping_what_never_started_is_no_error(workflow: StepFunctionsWorkflow, generation_id: str) -> None:
    workflow.stop(generation_id, "cancelled by the caller")


@pytest.mark.parametrize("token", ["", "no such token", "x" * 1024])
def test_a_token_that_nobody_waits_for_is_no_error(workflow: StepFunctionsWorkflow, token: str) -> None:
    workflow.image_delivered(token)
    workflow.image_failed(token, Failure("late", "Too late."))


class RefusingStates:
    """Step Functions as it answers a token, with the error codes of AWS; the emulator knows one of them only."""

    def __init__(self, code: str) -> None:
        self._code = code

    def send_task_success(self, **_: str) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "SendTaskSuccess")

    send_task_failure = send_task_success


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_every_way_of_saying_that_nobody_waits_is_no_error(code: str) -> None:
    workflow = StepFunctionsWorkflow(cast("SFNClient", RefusingStates(code)), "arn")

    workflow.image_delivered("token")
    workflow.image_failed("token", Failure("late", "Too late."))


def test_a_throttled_answer_is_an_error() -> None:
    workflow = StepFunctionsWorkflow(cast("SFNClient", RefusingStates("ThrottlingException")), "arn")

    with pytest.raises(WorkflowUnavailable):
        workflow.image_delivered("token")
    with pytest.raises(WorkflowUnavailable):
        workflow.image_failed("token", Failure("late", "Too late."))


def test_an_answer_that_may_not_have_arrived_is_an_error(machine: Machine) -> None:
    with unreachable_url() as url:
        workflow = StepFunctionsWorkflow(boto3.client("stepfunctions", **offline_options(url)), machine.arn)
        with pytest.raises(WorkflowUnavailable):
            workflow.image_delivered("token")
        with pytest.raises(WorkflowUnavailable):
            workflow.stop("generation", "reason")


def test_a_missing_machine_is_an_error(emulator: Emulator, machine: Machine, generation_id: str) -> None:
    client = emulator.client("stepfunctions")

    with pytest.raises(WorkflowUnavailable):
        starter(client, f"{machine.arn}-missing").start(queued(generation_id), FIRST)
