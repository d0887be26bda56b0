"""Doors whose requests wait for their images, over the emulated AWS: images are made while a request waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.functions.api.harness import Answer, http_event
from tests.support.emulator import unique_name
from tests.support.engine import Behaviour, finished_at_once
from tests.support.folders import api_folder
from tests.support.operations import Functions, functions_over

from easel.domain.access import ALL_SCOPES
from easel.http import waiting
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.generations.read_generations import ReadGenerations
from easel.wiring.aws import dynamodb
from easel.wiring.generations import read_generations as reading

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

THE_KEY: Final = "the key of the workspace"


@dataclass
class WaitingDoor:
    """The functions of a door. `while_waiting` is what happens while a request waits; None: nothing."""

    functions: Functions
    while_waiting: Callable[[], None] | None = None

    def call(self, function: str, method: str, path: str, *, caller: Any = THE_KEY, **options: Any) -> Answer:
        authorizer = self.functions._caller if caller == THE_KEY else caller
        event = http_event(method, path, authorizer=authorizer, **options)
        return Answer.of(self.functions.invoke(api_folder(function), event))

    def deliver(self, behaviour: Behaviour = finished_at_once) -> None:
        """Have every open generation made, the newest last: other tests may have left some open."""
        for generation in reversed(self.functions.list("limit=50")["generations"]):
            if generation["status"] in {"PENDING", "PROCESSING"}:
                self.functions.start(generation)
                self.functions.render(generation, behaviour)
                self.functions.settle(generation)


@contextmanager
def workspace_of_a_door(emulator: Emulator, **environment: str) -> Iterator[Functions]:
    """A workspace with credits and a key that may do everything."""
    with functions_over(emulator) as (functions, _), pytest.MonkeyPatch.context() as patch:
        queue_url = emulator.client("sqs").create_queue(QueueName=unique_name("deletions"))["QueueUrl"]
        for name, value in {"DELETIONS_QUEUE_URL": queue_url, **environment}.items():
            patch.setenv(name, value)
        functions.provision()
        functions.authorize()
        functions.may(*ALL_SCOPES)
        functions.give("enough", 1_000)
        yield functions


def make_while_waiting(door: WaitingDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on requests of this door do not sleep: while they wait, `while_waiting` is called."""
    door.while_waiting = door.deliver

    def wait(_seconds: float) -> None:
        if door.while_waiting:
            door.while_waiting()

    def read_generations(env: Any) -> ReadGenerations:
        return ReadGenerations(generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME), sleep=wait)

    monkeypatch.setattr(reading, "read_generations", read_generations)


def give_up_at_once(door: WaitingDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made while a request waits, and its time is over at once."""
    door.while_waiting = None
    monkeypatch.setattr(waiting.Patience, "left", lambda _: 0.0)
