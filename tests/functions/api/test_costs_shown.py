"""What providers take is seen by owners of a workspace and by operators, and by nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.functions.api.harness import CALLER, WORKSPACE, Api, Store
from tests.support.generations import GENERATION_ID, NOW, a_generation, a_stored_image

from easel.domain.attempt import Attempt
from easel.domain.image import Image, Status
from easel.domain.request import Channel
from easel.http import identity
from easel.ids import image_id
from easel.services.accounts.principal import Principal

OWNER = CALLER
MEMBER = replace(CALLER, roles=frozenset({"member"}))
SERVICE = replace(CALLER, roles=frozenset({"service"}))
OPERATOR = replace(MEMBER, scopes=MEMBER.scopes | {"debug:read"})
END_USER = replace(CALLER, channel=Channel.TELEGRAM)


@pytest.fixture(autouse=True)
def paid(store: Store) -> None:
    """A generation whose picture took a provider 27,000 micro-USD."""
    attempt = Attempt("a-1", "wavespeed", "seedream-v4", "seedream", NOW, cost_micro_usd=27_000, ended_at=NOW)
    picture = Image(image_id(GENERATION_ID, 0), 0, Status.COMPLETED, None, stored=a_stored_image(), attempts=(attempt,))
    store.put(a_generation(workspace_id=WORKSPACE, status=Status.PROCESSING, images=(picture,)))


def costs_in(value: Any) -> list[Any]:
    """Every value of a field about cost, wherever it stands."""
    if isinstance(value, list):
        return [cost for entry in value for cost in costs_in(entry)]
    if not isinstance(value, dict):
        return []
    own = [entry for name, entry in value.items() if "cost" in name.lower()]
    return own + [cost for entry in value.values() for cost in costs_in(entry)]


def answers(api: Api, caller: Principal) -> list[Any]:
    known = {"authorizer": identity.found(caller)}
    image = f"/api/v1/images/{image_id(GENERATION_ID, 0)}"
    return [
        api.call("read_generations", "GET", f"/api/v1/generations/{GENERATION_ID}", **known).json,
        api.call("list_generations", "GET", "/api/v1/generations", **known).json,
        api.call("read_images", "GET", image, headers={"Accept": "application/json"}, **known).json,
    ]


@pytest.mark.parametrize("caller", [OWNER, OPERATOR], ids=["owner", "operator"])
def test_owners_and_operators_see_what_providers_take(api: Api, store: Store, caller: Principal) -> None:
    assert all(27_000 in costs_in(answer) for answer in answers(api, caller)[:2])


@pytest.mark.parametrize("caller", [MEMBER, SERVICE, END_USER], ids=["member", "service", "end user of a bot"])
def test_nobody_else_sees_it(api: Api, store: Store, caller: Principal) -> None:
    shown = [cost for answer in answers(api, caller) for cost in costs_in(answer)]

    assert shown
    assert set(shown) == {None}
