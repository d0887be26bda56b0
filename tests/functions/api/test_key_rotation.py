"""An operator replaces a secret while everything runs: what was signed before is good, what is signed after too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.test_receive_callback import a_ticket
from tests.functions.api.test_receive_callback import call as call_back

if TYPE_CHECKING:
    from tests.functions.api.world import World

REQUEST = {"prompt": "a red fox", "model": "seedream-v4"}
KEYS = "/api/v1/api-keys"


@pytest.fixture
def key(world: World) -> str:
    """The key of a workspace that has credits and two keys to list."""
    tenant = world.tenant(credits=100, key="admin")
    world.operate(workspaceId=tenant["workspaceId"], userId=tenant["userId"], keyName="second")
    api_key: str = tenant["apiKey"]
    return api_key


def page(world: World, key: str, query: str = "limit=1") -> Any:
    return world.call("GET", KEYS, token=key, query=query)


def next_page(world: World, key: str) -> Callable[[], int]:
    cursor = page(world, key).json["nextCursor"]
    return lambda: page(world, key, f"limit=1&cursor={cursor}").status


def quoted_submit(world: World, key: str) -> Callable[[], int]:
    quote = world.call("POST", "/api/v1/quotes", token=key, body=REQUEST).json
    body = REQUEST | {"quoteId": quote["quoteId"]}
    return lambda: world.call("POST", "/api/v1/generations", token=key, body=body).status


def callback(world: World, key: str) -> Callable[[], int]:
    ticket = a_ticket()
    return lambda: call_back(world, ticket).status


Use = Callable[["World", str], Callable[[], int]]
USES: dict[Use, tuple[int, int]] = {next_page: (200, 400), quoted_submit: (202, 400), callback: (204, 404)}
"""What uses something signed -> its status when the signature is good, and when it is not."""


@pytest.mark.parametrize("prepare", USES, ids=lambda prepare: prepare.__name__)
def test_what_was_signed_before_a_rotation_is_good_after_it(world: World, key: str, prepare: Use) -> None:
    use = prepare(world, key)

    world.replace_secret("SIGNING_SECRET_ARN", "the-second-signing-secret")

    assert use() == USES[prepare][0]


@pytest.mark.parametrize("prepare", USES, ids=lambda prepare: prepare.__name__)
def test_a_second_rotation_ends_what_was_signed_before_the_first(world: World, key: str, prepare: Use) -> None:
    use = prepare(world, key)

    world.replace_secret("SIGNING_SECRET_ARN", "the-second-signing-secret")
    world.replace_secret("SIGNING_SECRET_ARN", "the-third-signing-secret")

    assert use() == USES[prepare][1]


def test_the_new_key_signs(world: World, key: str) -> None:
    before = page(world, key).json["nextCursor"]

    world.replace_secret("SIGNING_SECRET_ARN", "the-second-signing-secret")

    after = page(world, key).json["nextCursor"]
    assert after != before
    assert page(world, key, f"limit=1&cursor={after}").json == page(world, key, f"limit=1&cursor={before}").json
