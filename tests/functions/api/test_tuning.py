"""Negative prompt, guidance, steps and seed: for models that take them, and refused by name elsewhere."""

from __future__ import annotations

from typing import Any, Final

import pytest
from tests.functions.api.harness import Answer
from tests.functions.api.world import World

WANTED: Final[dict[str, Any]] = {"negativePrompt": "people", "guidance": 7.5, "steps": 30, "seed": 42}


@pytest.fixture
def key(world: World) -> str:
    found: str = world.tenant(credits=100)["apiKey"]
    return found


def submit(world: World, key: str, path: str = "/api/v1/generations", **body: Any) -> Answer:
    return world.call("POST", path, token=key, body={"prompt": "a fox", "model": "sandbox", **body})


@pytest.mark.requirement("S003-88", "S003-89", "S003-90")
def test_a_model_that_takes_them_is_given_them_and_the_answer_says_so(world: World, key: str) -> None:
    made = submit(world, key, **WANTED)

    assert made.status == 202, made.body
    read = world.call("GET", f"/api/v1/generations/{made.json['id']}", token=key).json
    for answer in (made.json, read):
        assert {name: answer["parameters"][name] for name in WANTED} == WANTED


@pytest.mark.parametrize("field", WANTED)
def test_a_model_that_does_not_take_one_says_so(world: World, key: str, field: str) -> None:
    answer = submit(world, key, model="seedream-v4", **{field: WANTED[field]})

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"]) == (400, field, {"models": ["sandbox"]})
    assert fault["message"] == f"seedream-v4 does not take {field}; sandbox does."


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("negativePrompt", " ", {"minLength": 1, "maxLength": 1000}),
        ("negativePrompt", "x" * 1001, {"minLength": 1, "maxLength": 1000}),
        ("guidance", -0.1, {"minimum": 0, "maximum": 20}),
        ("guidance", 10**300, {"minimum": 0, "maximum": 20}),
        ("steps", 0, {"minimum": 1, "maximum": 100}),
        ("steps", 10**30, {"minimum": 1, "maximum": 100}),
        ("seed", -1, {"minimum": 0, "maximum": 2**32 - 1}),
        ("seed", 2**32, {"minimum": 0, "maximum": 2**32 - 1}),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(
    world: World, key: str, field: str, value: Any, allowed: dict[str, Any]
) -> None:
    answer = submit(world, key, **{field: value})

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"]) == (400, field, allowed)


def test_the_schema_of_a_model_says_what_it_takes(world: World) -> None:
    def fields(model: str) -> set[str]:
        return set(world.call("GET", f"/api/v1/models/{model}").json["inputSchema"]["properties"])

    assert set(WANTED) <= fields("sandbox")
    assert not set(WANTED) & fields("seedream-v4")
    # What it took went with it: requests run on another model.
    assert not set(WANTED) & fields("sd3-medium")


def test_the_studio_takes_them_too(world: World, key: str) -> None:
    body = {"prompt": "a fox", "guidance": 7.5, "steps": 30, "seed": 42, "negativePrompt": "people"}

    answer = world.call("POST", "/api/v1/images/generate", token=key, body=body)

    assert answer.status == 202, answer.body
    read = world.call("GET", f"/api/v1/generations/{answer.json['promptId']}", token=key).json
    assert {name: read["parameters"][name] for name in WANTED} == WANTED
    assert read["prompt"] == "a fox"
