"""Every class of errors at the OpenAI door, as OpenAI's own client raises it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest
from tests.functions.api.openai_client import client_of
from tests.functions.api.world import World
from tests.functions.api.world import world as running

from easel.domain.access import GENERATIONS_READ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer

FOX: dict[str, Any] = {"model": "seedream-v4", "prompt": "a fox"}
LATER = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
def world(emulator: Emulator, issuer: Issuer) -> Iterator[World]:
    with running(emulator, issuer) as found:
        yield found


@pytest.fixture
def owner(world: World) -> dict[str, Any]:
    return world.tenant("Errors", credits=1_000)


@pytest.fixture
def client(world: World, owner: dict[str, Any]) -> Iterator[openai.OpenAI]:
    with client_of(world, owner["apiKey"]) as client:
        yield client


def wrong_key(world: World, _: dict[str, Any]) -> Any:
    with client_of(world, "ek_wrong") as client:
        return client.images.generate(**FOX)


def weak_key(world: World, owner: dict[str, Any]) -> Any:
    with client_of(world, world.key_with(owner["workspaceId"], GENERATIONS_READ)) as client:
        return client.images.generate(**FOX)


def no_credits(world: World, _: dict[str, Any]) -> Any:
    with client_of(world, world.tenant("Poor", credits=0)["apiKey"]) as client:
        return client.images.generate(**FOX)


def called(**body: Any) -> Callable[[World, dict[str, Any]], Any]:
    def call(world: World, owner: dict[str, Any]) -> Any:
        with client_of(world, owner["apiKey"]) as client:
            return client.images.generate(**{**FOX, **body})

    return call


def reused_key(world: World, owner: dict[str, Any]) -> Any:
    headers = {**LATER, "Idempotency-Key": "one"}
    with client_of(world, owner["apiKey"]) as client:
        client.images.generate(**FOX, extra_headers=headers)
        return client.images.generate(**FOX | {"prompt": "an owl"}, extra_headers=headers)


@pytest.mark.parametrize(
    ("call", "raised", "code", "param"),
    [
        (called(size="1x1"), openai.BadRequestError, "invalid_value", "size"),
        (called(model="none"), openai.NotFoundError, "model_not_found", "model"),
        (wrong_key, openai.AuthenticationError, "invalid_api_key", None),
        (weak_key, openai.PermissionDeniedError, "insufficient_permissions", None),
        (no_credits, openai.APIStatusError, "insufficient_quota", None),
        (reused_key, openai.UnprocessableEntityError, "idempotency_key_reused", None),
        (called(), openai.InternalServerError, "still_running", None),
    ],
    ids=["bad request", "no model", "no key", "no scope", "no credits", "key reused", "not in time"],
)
def test_each_class_is_raised_with_its_code(
    world: World,
    owner: dict[str, Any],
    call: Callable[[World, dict[str, Any]], Any],
    raised: type[openai.APIStatusError],
    code: str,
    param: str | None,
) -> None:
    with pytest.raises(raised) as caught:
        call(world, owner)

    assert (caught.value.code, caught.value.param) == (code, param)
    assert caught.value.request_id


def test_a_message_about_a_field_says_what_is_allowed(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match=r"There is no model named 'none'\. Allowed: .+ and \d+ more\."):
        client.images.generate(**FOX | {"model": "none"})


def test_too_many_at_once_is_429_with_the_milliseconds_until_a_retry(client: openai.OpenAI) -> None:
    for _ in range(10):
        client.images.generate(**FOX, extra_headers=LATER)

    with pytest.raises(openai.RateLimitError) as refused:
        client.images.generate(**FOX, extra_headers=LATER)

    headers = refused.value.response.headers
    assert refused.value.code == "rate_limit_exceeded"
    assert int(headers["retry-after-ms"]) == int(headers["retry-after"]) * 1000 > 0
    assert headers["x-should-retry"] == "true"


def test_a_client_repeats_what_may_pass_as_often_as_it_is_told(world: World, owner: dict[str, Any]) -> None:
    turns: list[str] = []

    def note(request: Any) -> None:
        turns.append(request.headers["x-stainless-retry-count"])

    with client_of(world, owner["apiKey"], max_retries=2) as client:
        client._client.event_hooks["request"].append(note)
        with pytest.raises(openai.InternalServerError):
            client.images.generate(**FOX)
        assert turns == ["0", "1", "2"]
        with pytest.raises(openai.BadRequestError):
            client.images.generate(**FOX | {"size": "1x1"})

    assert turns == ["0", "1", "2", "0"], "what cannot pass is not repeated"
    listed = world.call("GET", "/api/v1/generations", token=owner["apiKey"]).json["generations"]
    assert len(listed) == 1, "three calls are one job"
