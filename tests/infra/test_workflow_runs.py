"""The state machine at work in an emulator: tokens answered, refused and forgotten all end in one settlement."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.emulator import ACCOUNT, Emulator, unique_name

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesized

ROLE = f"arn:aws:iam::{ACCOUNT}:role/workflow"
PATIENCE_SECONDS = 30
# Stands in for settle_generation: a message per call, which a test can count.
SETTLE = """
import boto3, json, os
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["SETTLED"], MessageBody=json.dumps(event))
"""


@dataclass(frozen=True)
class Bench:
    """A machine with a queue that images are handed to, and a queue that counts settlements."""

    cloud: Emulator
    machine: str
    images: str
    settled: str

    def start(self, *, images: int) -> str:
        """Start the execution of a generation."""
        name = unique_name("generation")
        tasks = [{"index": index, "provider": "sandbox", "queueUrl": self.images} for index in range(images)]
        given = {
            "workspaceId": "w",
            "generationId": name,
            "requestId": "r",
            "deadlineSeconds": 180,
            "tasks": tasks,
        }
        states = self.cloud.client("stepfunctions")
        started = states.start_execution(stateMachineArn=self.machine, input=json.dumps(given))
        return started["executionArn"]

    def handed_over(self, count: int) -> list[dict[str, Any]]:
        """The next messages to the image workers, in the order of their index."""
        return sorted(self._receive(self.images, count), key=lambda message: int(message["index"]))

    def end_of(self, execution: str) -> str:
        states, deadline = self.cloud.client("stepfunctions"), time.monotonic() + PATIENCE_SECONDS
        while (status := states.describe_execution(executionArn=execution)["status"]) == "RUNNING":
            assert time.monotonic() < deadline, "the execution does not end"
            time.sleep(0.05)
        return status

    def settlements(self, count: int) -> list[dict[str, Any]]:
        return self._receive(self.settled, count)

    def is_quiet(self) -> bool:
        """Whether no image is handed over and nothing is settled any more."""
        return not self._look(self.images, 0) and not self._look(self.settled, 0)

    def _receive(self, queue: str, count: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} messages came"
            found += self._look(queue, 1)
        assert len(found) == count
        return found

    def _look(self, queue: str, seconds: int) -> list[dict[str, Any]]:
        sqs = self.cloud.client("sqs")
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=seconds)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


@pytest.fixture
def bench(emulator: Emulator, local: Synthesized) -> Bench:
    return _bench(emulator, local, deadline_seconds=60)


def _bench(cloud: Emulator, local: Synthesized, *, deadline_seconds: int) -> Bench:
    sqs = cloud.client("sqs")
    images, settled = (sqs.create_queue(QueueName=unique_name(name))["QueueUrl"] for name in ("images", "settled"))
    settle = cloud.client("lambda").create_function(
        FunctionName=unique_name("settle"),
        Runtime="python3.14",
        Handler="settle.handler",
        Role=ROLE,
        Timeout=20,
        Code={"ZipFile": _zipped("settle.py", SETTLE)},
        Environment={"Variables": {**cloud.environment(), "SETTLED": settled}},
    )["FunctionArn"]
    deployed = local.of_type("AWS::StepFunctions::StateMachine")["Workflow/Machine"]["DefinitionString"]
    definition = json.loads(deployed.replace("${SettleFunctionArn}", settle))
    definition["States"]["RenderImages"]["ItemProcessor"]["States"]["RenderImage"]["TimeoutSeconds"] = deadline_seconds
    machine = cloud.client("stepfunctions").create_state_machine(
        name=unique_name("machine"), definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    return Bench(cloud, machine, images, settled)


def test_all_images_are_handed_over_and_the_generation_is_settled_once_they_are_there(bench: Bench) -> None:
    execution = bench.start(images=3)
    messages = bench.handed_over(3)
    assert [message["index"] for message in messages] == [0, 1, 2]
    assert len({message["taskToken"] for message in messages}) == 3
    generation = messages[0]["generationId"]
    for message in messages:
        bench.cloud.client("stepfunctions").send_task_success(taskToken=message["taskToken"], output="{}")
    assert bench.settlements(1) == [{"workspaceId": "w", "generationId": generation, "requestId": "r"}]
    assert bench.end_of(execution) == "SUCCEEDED"
    assert bench.is_quiet()


def test_an_image_that_fails_does_not_end_the_others(bench: Bench) -> None:
    execution = bench.start(images=2)
    first, second = bench.handed_over(2)
    states = bench.cloud.client("stepfunctions")
    states.send_task_failure(taskToken=first["taskToken"], error="content_policy", cause="refused")
    assert states.describe_execution(executionArn=execution)["status"] == "RUNNING"
    states.send_task_success(taskToken=second["taskToken"], output="{}")
    assert len(bench.settlements(1)) == 1
    assert bench.end_of(execution) == "SUCCEEDED"
    assert bench.is_quiet()


def test_an_image_that_nobody_answers_for_is_given_up_at_the_deadline(emulator: Emulator, local: Synthesized) -> None:
    bench = _bench(emulator, local, deadline_seconds=1)
    execution = bench.start(images=1)
    assert len(bench.handed_over(1)) == 1
    assert len(bench.settlements(1)) == 1
    assert bench.end_of(execution) == "SUCCEEDED"
    assert bench.is_quiet()


def _zipped(name: str, text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, text)
    return packed.getvalue()
