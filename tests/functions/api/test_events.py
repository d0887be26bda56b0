"""GET /api/v1/events over the emulated DynamoDB, with the publisher behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.generations import a_generation

from easel.domain.access import GENERATIONS_READ
from easel.domain.attempt import Attempt
from easel.domain.events import generations
from easel.domain.events.event import Event
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.ids import new_id
from easel.repositories.delivery.event_log import DynamoEventLog

if TYPE_CHECKING:
    from tests.functions.api.world import World


class Workspace:
    """A tenant whose events were logged a while ago."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tenant = world.tenant("Events")
        self._log = DynamoEventLog(world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"])

    def get(self, path: str = "", **more: Any) -> Any:
        return self.world.call("GET", f"/api/v1/events{path}", token=more.pop("token", self.tenant["apiKey"]), **more)

    def happened(self, *, user_id: str = "", ago: int = 60) -> Event:
        return self._logged(generations.accepted(self._generation(user_id, ago)))

    def ended(self, *, user_id: str = "") -> Event:
        """The end of a generation for which a provider takes money."""
        generation = self._generation(user_id, 60)
        paid = Attempt("1", "openai", "gpt-image-2", "gpt-image-2", generation.created_at, cost_micro_usd=134_000)
        ended = replace(
            generation,
            images=tuple(replace(image, attempts=(paid,)) for image in generation.images),
            status=Status.FAILED,
            completed_at=generation.created_at,
        )
        return self._logged(generations.generation_ended(ended, lambda *_: "https://easel.example/i/x"))

    def _generation(self, user_id: str, ago: int) -> Generation:
        moment = datetime.now(UTC) - timedelta(seconds=ago)
        owner = user_id or self.tenant["userId"]
        return a_generation(workspace_id=self.tenant["workspaceId"], user_id=owner, created_at=moment)

    def _logged(self, event: Event) -> Event:
        self._log.append(event, event.occurred_at)
        return event


@pytest.fixture
def workspace(world: World) -> Workspace:
    return Workspace(world)


@pytest.mark.requirement("M-10")
def test_events_are_read_page_by_page(workspace: Workspace) -> None:
    events = [workspace.happened(ago=60 - number) for number in range(3)]

    first = workspace.get(query="limit=2").json
    rest = workspace.get(query=f"after={first['nextAfter']}").json

    assert [event["id"] for event in first["events"] + rest["events"]] == [event.id for event in events]
    assert (first["hasMore"], rest["hasMore"]) == (True, False)
    assert workspace.get(query=f"after={rest['nextAfter']}").json["events"] == []
    assert workspace.get(f"/{events[0].id}").json["data"]["id"] == events[0].data["id"]


def test_what_has_just_happened_is_not_there_yet(workspace: Workspace) -> None:
    workspace.happened(ago=0)

    assert workspace.get().json["events"] == []


def test_only_the_types_that_are_asked_for_are_answered(workspace: Workspace) -> None:
    workspace.happened()

    assert workspace.get(query="types=generation.completed,image.deleted").json["events"] == []
    assert len(workspace.get(query="types=generation.accepted").json["events"]) == 1


def test_recording_begins_with_the_first_request(workspace: Workspace) -> None:
    first = workspace.get().json["recordingSince"]

    assert workspace.get().json["recordingSince"] == first


@pytest.mark.parametrize(
    ("query", "field"), [("after=yesterday", "after"), ("types=generation.born", "types"), ("limit=0", "limit")]
)
def test_what_cannot_be_read_is_refused_with_the_field(workspace: Workspace, query: str, field: str) -> None:
    answer = workspace.get(query=query)

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, field)


def test_a_member_sees_the_events_of_own_generations_only(workspace: Workspace) -> None:
    someone = new_id()
    theirs, own = workspace.happened(user_id=new_id(), ago=60), workspace.happened(user_id=someone, ago=50)
    token = workspace.world.key_with(workspace.tenant["workspaceId"], GENERATIONS_READ, user_id=someone)

    assert [event["id"] for event in workspace.get(token=token).json["events"]] == [own.id]
    assert workspace.get(f"/{theirs.id}", token=token).status == 404
    assert workspace.get(f"/{own.id}", token=token).status == 200


@pytest.mark.requirement("M-10")
def test_what_providers_take_is_shown_to_owners_and_not_to_members(workspace: Workspace) -> None:
    someone = new_id()
    event = workspace.ended(user_id=someone)
    member = workspace.world.key_with(workspace.tenant["workspaceId"], GENERATIONS_READ, user_id=someone)

    for token, cost in ((workspace.tenant["apiKey"], 134_000), (member, None)):
        (listed,) = workspace.get(token=token).json["events"]
        assert listed == workspace.get(f"/{event.id}", token=token).json
        generation = listed["data"]["generation"]
        assert generation["providerCostMicroUsd"] == cost
        assert {image["providerCostMicroUsd"] for image in generation["images"]} == {cost}


def test_another_workspace_has_none_of_them(workspace: Workspace) -> None:
    event = workspace.happened()
    other = workspace.world.tenant("Other")

    assert workspace.get(token=other["apiKey"]).json["events"] == []
    assert workspace.get(f"/{event.id}", token=other["apiKey"]).status == 404
