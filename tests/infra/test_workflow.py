"""The state machine as it is written down: it waits for tokens, never polls, and always settles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from infra.constructs.workflow import DEFINITION

from easel.domain.catalogue import load_catalogue
from easel.domain.deadlines import time_allowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.infra.synthesized import Synthesized

INPUT_FIELDS = {
    *("workspaceId", "generationId", "requestId", "deadlineSeconds", "tasks"),
}


@pytest.fixture(scope="module")
def machine() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(DEFINITION.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def render(machine: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = machine["States"]["RenderImages"]["ItemProcessor"]["States"]["RenderImage"]
    return state


def test_the_file_is_what_is_deployed(production: Synthesized, machine: dict[str, Any]) -> None:
    deployed = production.of_type("AWS::StepFunctions::StateMachine")["Workflow/Machine"]
    assert json.loads(deployed["DefinitionString"]) == machine
    substitutions = {name: production.text(value) for name, value in deployed["DefinitionSubstitutions"].items()}
    assert substitutions == {"SettleFunctionArn": "Workflow/SettleGeneration/Function"}


def test_it_logs_but_leaves_task_tokens_out_of_the_log(production: Synthesized) -> None:
    deployed = production.of_type("AWS::StepFunctions::StateMachine")["Workflow/Machine"]
    assert deployed["LoggingConfiguration"]["Level"] == "ALL"
    assert deployed["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert deployed.get("StateMachineType", "STANDARD") == "STANDARD"


def test_it_never_waits_by_the_clock_nor_goes_back(machine: dict[str, Any]) -> None:
    assert {state["Type"] for _, state in _states(machine)} == {"Task", "Map", "Pass"}
    order = ["RenderImages", "Settle"]
    assert list(machine["States"]) == order
    for name, state in machine["States"].items():
        following = [state.get("Next"), *(catcher["Next"] for catcher in state.get("Catch", []))]
        assert all(order.index(other) > order.index(name) for other in following if other)


def test_each_image_is_handed_over_with_a_token_and_given_up_at_the_deadline(render: dict[str, Any]) -> None:
    assert render["Resource"].endswith(":sqs:sendMessage.waitForTaskToken")
    assert render["TimeoutSecondsPath"] == "$.deadlineSeconds"
    assert render["Parameters"] == {
        "QueueUrl.$": "$.queueUrl",
        "MessageBody": {
            **{f"{name}.$": f"$.{name}" for name in ("workspaceId", "generationId", "index", "requestId")},
            **{f"{name}.$": f"$.{name}" for name in ("provider", "model")},
            "taskToken.$": "$$.Task.Token",
        },
    }


def test_what_a_worker_says_about_an_image_is_final(render: dict[str, Any]) -> None:
    (retrier,) = render["Retry"]
    assert all(error.startswith("SQS.") for error in retrier["ErrorEquals"])
    (catcher,) = render["Catch"]
    assert (catcher["ErrorEquals"], catcher["Next"]) == (["States.ALL"], "ImageMissing")


def test_whatever_happens_to_the_images_the_generation_is_settled(machine: dict[str, Any]) -> None:
    images, settle = machine["States"]["RenderImages"], machine["States"]["Settle"]
    assert images["Next"] == "Settle"
    assert [(catcher["ErrorEquals"], catcher["Next"]) for catcher in images["Catch"]] == [(["States.ALL"], "Settle")]
    assert images["MaxConcurrency"] == 10
    assert [retrier["ErrorEquals"] for retrier in settle["Retry"]] == [["States.ALL"]]
    assert settle["Retry"][0]["MaxAttempts"] >= 3
    assert set(settle["Parameters"]["Payload"]) == {"workspaceId.$", "generationId.$", "requestId.$"}


def test_it_reads_nothing_but_the_fields_that_the_starter_gives(machine: dict[str, Any]) -> None:
    outside = {key: state for key, state in machine["States"].items() if key != "RenderImages"}
    images = {key: value for key, value in machine["States"]["RenderImages"].items() if key != "ItemProcessor"}
    read = {path.removeprefix("$.").split(".")[0] for path in _paths([outside, images])}
    assert read == INPUT_FIELDS


def test_no_execution_can_outlive_the_longest_deadline_by_much(machine: dict[str, Any]) -> None:
    assert _longest_deadline() < machine["TimeoutSeconds"] <= 3600


def test_the_emulated_machine_differs_in_how_it_says_the_deadline_only(
    local: Synthesized, machine: dict[str, Any]
) -> None:
    deployed = local.of_type("AWS::StepFunctions::StateMachine")["Workflow/Machine"]
    emulated = json.loads(deployed["DefinitionString"])
    state = emulated["States"]["RenderImages"]["ItemProcessor"]["States"]["RenderImage"]
    assert state.pop("TimeoutSeconds") >= _longest_deadline()
    state["TimeoutSecondsPath"] = "$.deadlineSeconds"
    assert emulated == machine


def _longest_deadline() -> float:
    """Seconds from the submit to the latest overall deadline that a request may have."""
    return max(time_allowed(model.deadline_seconds).total_seconds() for model in load_catalogue().models())


def _states(node: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in node["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from _states(state["ItemProcessor"])


def _paths(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _paths(item)
    elif isinstance(node, str) and node.startswith("$."):
        yield node
