"""What the state machine is started with."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.generations import GENERATION_ID, WORKSPACE_ID
from tests.support.health import MemoryHealth, routes_of

from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.domain.image import Failure
from easel.services.generations.start_generation import QueuedGeneration, StartGeneration

QUEUED = QueuedGeneration(
    workspace_id=WORKSPACE_ID,
    generation_id=GENERATION_ID,
    request_id="req-1",
    model="seedream-v4",
    asked_provider=None,
    fallback=None,
    references=0,
    images=3,
    deadline_seconds=180,
    attention_at="2026-11-20T10:03:30.000Z",
)


@dataclass
class MemoryWorkflow:
    """Knows what was started, by name."""

    started: dict[str, dict[str, object]] = field(default_factory=dict)

    def start(self, generation_id: str, execution_input: dict[str, object]) -> bool:
        if generation_id in self.started:
            return False
        self.started[generation_id] = execution_input
        return True

    def stop(self, generation_id: str, reason: str) -> None:
        raise NotImplementedError

    def image_delivered(self, task_token: str) -> None:
        raise NotImplementedError

    def image_failed(self, task_token: str, failure: Failure) -> None:
        raise NotImplementedError


def begin_keys(workspace_id: str, generation_id: str) -> dict[str, object]:
    return {"key": {"pk": workspace_id, "sk": generation_id}, "processingStatusKey": "status"}


def a_starter(workflow: MemoryWorkflow) -> StartGeneration:
    return StartGeneration(
        workflow=workflow,
        routes=routes_of(load_catalogue(), ["wavespeed"], system_clock, MemoryHealth()),
        render_queue_urls={"wavespeed": "https://queue"},
        begin_keys=begin_keys,
    )


def test_an_execution_is_named_by_its_generation_and_knows_all_it_needs() -> None:
    workflow = MemoryWorkflow()
    start = a_starter(workflow)

    assert start(QUEUED)

    assert workflow.started == {
        GENERATION_ID: {
            "workspaceId": WORKSPACE_ID,
            "generationId": GENERATION_ID,
            "requestId": "req-1",
            "key": {"pk": WORKSPACE_ID, "sk": GENERATION_ID},
            "processingStatusKey": "status",
            "attentionAt": "2026-11-20T10:03:30.000Z",
            "deadlineSeconds": 180,
            "tasks": [
                {"index": index, "provider": "wavespeed", "model": "seedream-v4", "queueUrl": "https://queue"}
                for index in range(3)
            ],
        }
    }


def test_a_second_message_starts_nothing() -> None:
    workflow = MemoryWorkflow()
    start = a_starter(workflow)

    assert [start(QUEUED), start(QUEUED)] == [True, False]
    assert len(workflow.started) == 1
