"""Tickets, and the events of a generation as server-sent events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.world import World, world
from tests.support.failures import code_in
from tests.support.generations import a_generation, a_stored_image

from easel.clock import system_clock
from easel.domain.generation import Generation
from easel.domain.image import Image, Stage, Status
from easel.domain.live_progress import Position
from easel.ids import image_id, new_generation_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.realtime import create_ticket, follow_generation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer


@pytest.fixture(scope="module")
def here(emulator: Emulator, issuer: Issuer) -> Iterator[World]:
    with world(emulator, issuer) as ready:
        yield ready


@pytest.fixture(scope="module")
def tenant(here: World) -> dict[str, Any]:
    return here.tenant("Live")


def stored(here: World, workspace_id: str, **changes: Any) -> Generation:
    generation_id = new_generation_id()
    images = (Image(image_id(generation_id, 0), 0),)
    generation = a_generation(id=generation_id, workspace_id=workspace_id, images=images)
    generation = replace(generation, **changes)
    client = here.emulator.client("dynamodb")
    repository = DynamoGenerations(client, here.environment["CORE_TABLE_NAME"])
    DynamoTransactions(client).commit(*repository.creation(generation))
    return generation


def a_ticket(here: World, tenant: dict[str, Any]) -> str:
    answer = here.call("POST", "/api/v1/realtime/tickets", token=tenant["apiKey"])
    assert answer.status == 201
    text: str = answer.json["ticket"]
    return text


def follow(here: World, generation: Generation, **how: Any) -> Any:
    return here.call("GET", f"/api/v1/generations/{generation.id}/events", **how)


@pytest.mark.requirement("S000-48")
def test_the_first_event_says_where_the_generation_stands(here: World, tenant: dict[str, Any]) -> None:
    generation = stored(here, tenant["workspaceId"])
    answer = follow(here, generation, token=tenant["apiKey"])
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.body.startswith("retry: ")
    assert "\nevent: progress\n" in answer.body
    assert generation.id in answer.body


def test_a_ticket_serves_once(here: World, tenant: dict[str, Any]) -> None:
    generation, ticket = stored(here, tenant["workspaceId"]), a_ticket(here, tenant)
    assert follow(here, generation, query=f"ticket={ticket}").status == 200
    again = follow(here, generation, query=f"ticket={ticket}")
    assert (again.status, code_in(again.json)) == (401, "unauthenticated")


def test_a_ticket_of_another_tenant_finds_nothing(here: World, tenant: dict[str, Any]) -> None:
    generation = stored(here, tenant["workspaceId"])
    other = here.tenant("Somebody else")
    assert follow(here, generation, query=f"ticket={a_ticket(here, other)}").status == 404


def test_an_expired_ticket_is_refused(here: World, tenant: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_ticket, "LIFETIME", timedelta(seconds=-1))
    generation, ticket = stored(here, tenant["workspaceId"]), a_ticket(here, tenant)
    assert follow(here, generation, query=f"ticket={ticket}").status == 401


@pytest.mark.parametrize("ticket", ["", "nonsense", "a" * 3000])
def test_what_is_no_ticket_is_refused(here: World, tenant: dict[str, Any], ticket: str) -> None:
    assert follow(here, stored(here, tenant["workspaceId"]), query=f"ticket={ticket}").status == 401


def test_nothing_follows_the_last_event(here: World, tenant: dict[str, Any]) -> None:
    generation = stored(here, tenant["workspaceId"])
    answer = follow(here, generation, token=tenant["apiKey"], query="after=1764000000.c.c")
    assert (answer.status, answer.body) == (204, "")


@pytest.mark.parametrize("after", ["1", "1764000000.z.q", "1764000000.p.", "x" * 500])
def test_a_position_that_is_none_is_refused(here: World, tenant: dict[str, Any], after: str) -> None:
    answer = follow(here, stored(here, tenant["workspaceId"]), token=tenant["apiKey"], query=f"after={after}")
    assert answer.status == 400
    assert answer.json["error"]["details"][0]["field"] == "after"


def test_head_does_not_wait(here: World, tenant: dict[str, Any]) -> None:
    generation = stored(here, tenant["workspaceId"])
    position = str(Position.of(generation, system_clock()))
    path = f"/api/v1/generations/{generation.id}/events"
    assert here.call("HEAD", path, token=tenant["apiKey"], query=f"after={position}").status == 200


class Scripted:
    """A generation that changes while somebody looks, and a clock that only sleeping moves."""

    def __init__(self, *states: tuple[float, Generation]) -> None:
        self.states, self.now, self.began = states, 0.0, system_clock()

    def get(self, _workspace: str, _generation: str) -> Generation:
        return [generation for since, generation in self.states if since <= self.now][-1]

    def use_case(self) -> follow_generation.FollowGeneration:
        return follow_generation.FollowGeneration(
            generations=self,  # type: ignore[arg-type] # all of the repository that is called
            permalink_of=lambda _generation, image: f"https://easel.example/i/{image.index}",
            clock=lambda: self.began + timedelta(seconds=self.now),
            monotonic=lambda: self.now,
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def in_stage(generation: Generation, *stages: Stage | Status) -> Generation:
    images = tuple(
        replace(image, status=stage, stage=None, stored=a_stored_image())
        if isinstance(stage, Status)
        else replace(image, stage=stage)
        for image, stage in zip(generation.images, stages, strict=True)
    )
    return replace(generation, status=Status.PROCESSING, images=images)


def two_images() -> Generation:
    identifier = new_generation_id()
    return a_generation(id=identifier, images=tuple(Image(image_id(identifier, index), index) for index in range(2)))


def test_progress_waits_three_seconds_and_the_end_does_not() -> None:
    base = two_images()
    submitted = in_stage(base, Stage.SUBMITTED, Stage.QUEUED)
    done = in_stage(base, Status.COMPLETED, Stage.SUBMITTED)
    scene = Scripted((0, base), (1, submitted), (10, done))
    use_case = scene.use_case()
    first = use_case("ws", base.id, None)
    second = use_case("ws", base.id, first[-1].position)
    assert [event.type for event in second] == ["progress"]
    assert 3 <= scene.now < 5
    third = use_case("ws", base.id, second[-1].position)
    assert [event.type for event in third] == ["image.completed", "progress"]
    assert scene.now == pytest.approx(10, abs=1.1)


def test_a_client_that_saw_half_of_an_answer_gets_the_other_half() -> None:
    base = two_images()
    ended = replace(
        in_stage(base, Status.COMPLETED, Status.COMPLETED), status=Status.COMPLETED, completed_at=system_clock()
    )
    scene = Scripted((0, ended))
    use_case = scene.use_case()
    before = Position.of(in_stage(base, Stage.SUBMITTED, Stage.SUBMITTED), scene.began)
    whole = use_case("ws", base.id, before)
    assert [event.type for event in whole] == ["image.completed", "image.completed", "generation.completed"]
    for seen in range(1, len(whole)):
        rest = use_case("ws", base.id, whole[seen - 1].position)
        assert [event.data for event in rest] == [event.data for event in whole[seen:]]
    assert whole[-1].position.is_last


def test_a_slice_without_a_change_ends_after_25_seconds() -> None:
    scene = Scripted((0, two_images()))
    use_case = scene.use_case()
    position = use_case("ws", "g", None)[-1].position
    assert use_case("ws", "g", position) == []
    assert scene.now == follow_generation.SLICE_SECONDS
