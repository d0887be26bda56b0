"""Faults of a body lie in its fields, whatever types these may have."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, Field

from easel import doors
from easel.errors import InvalidRequest
from easel.http.fault_locations import place_of
from easel.http.models import RequestModel
from easel.http.validation import validated


class Part(BaseModel, strict=True, extra="forbid"):
    number: int = Field(default=0, alias="str")
    names: dict[str, int] | None = None


class Body(BaseModel, strict=True, extra="forbid"):
    plain: str = ""
    either: Annotated[int, BeforeValidator(lambda value: value)] | Annotated[str, Field(max_length=3)] | None = None
    parts: list[Part | int] = []
    part: Part | list[Part] | None = None
    by_name: dict[str, Part | str] = Field(default={}, alias="byName")


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        ({"plain": 1}, ["plain"]),
        ({"either": []}, ["either"]),
        ({"either": "long"}, ["either"]),
        ({"parts": [1, {"str": "x"}]}, ["parts[1].str"]),
        ({"parts": ["x", "y"]}, ["parts[0]", "parts[1]"]),
        ({"part": {"str": "x", "names": {"a": "b"}, "new": 1}}, ["part.str", "part.names.a", "part.new"]),
        ({"part": [{"str": "x"}]}, ["part[0].str"]),
        ({"byName": {"str": {"str": "x"}, "int": 1}}, ["byName.str.str", "byName.int"]),
    ],
)
def test_names_of_branches_are_no_names_of_fields(sent: dict[str, Any], names: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        validated(Body, sent)

    assert [fault.field for fault in refused.value.fields] == names


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Choices(BaseModel, strict=True, extra="forbid"):
    version: Literal[1]
    mixed: Literal["it's", 'say "hi"', -2, True]
    colour: Colour
    listed: str = Field(json_schema_extra={"enum": ["a", "b"]})
    several: list[str] = Field(default=[], json_schema_extra={"items": {"enum": ["c", "d"]}})


ALLOWED = {
    "version": [1],
    "mixed": ["it's", 'say "hi"', -2, True],
    "colour": ["red", "green"],
    "listed": ["a", "b"],
    "several[0]": ["c", "d"],
}


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, ["version", "mixed", "colour", "listed"]),
        ({"version": 2, "mixed": "x", "colour": "x", "listed": 5, "several": [5]}, [*ALLOWED]),
        ({"version": None, "mixed": None, "colour": None, "listed": None, "several": [None]}, [*ALLOWED]),
    ],
)
def test_a_choice_lists_what_is_allowed_also_where_it_is_missing(sent: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        validated(Choices, sent)

    assert {fault.field: fault.allowed for fault in refused.value.fields} == {name: ALLOWED[name] for name in fields}


def test_a_wrong_version_is_answered_with_the_right_one() -> None:
    with pytest.raises(InvalidRequest, match=r"^version must be 1\.$"):
        validated(Choices, {"version": 2, "mixed": -2, "colour": "red", "listed": "a"})


class Bounded(BaseModel):
    text: str = Field(default="a", min_length=1, max_length=1)
    entries: list[int] = Field(default=[1], min_length=1, max_length=2)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"text": ""}, "text must have at least 1 character."),
        ({"text": "ab"}, "text must have at most 1 character."),
        ({"entries": []}, "entries must have at least 1 entry."),
        ({"entries": [1, 2, 3]}, "entries must have at most 2 entries."),
    ],
)
def test_a_limit_of_one_is_in_the_singular(sent: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        validated(Bounded, sent)

    assert refused.value.message == message


def test_every_choice_of_every_door_lists_what_is_allowed() -> None:
    for module in pkgutil.walk_packages(doors.__path__, f"{doors.__name__}."):
        importlib.import_module(module.name)
    found = [(model, *field) for model in _below(RequestModel) for field in _choices(model)]

    assert len(found) > 10
    for model, name, choices in found:
        with pytest.raises(InvalidRequest) as refused:
            validated(model, {name: {}})
        (allowed,) = [fault.allowed for fault in refused.value.fields if fault.field == name]
        assert allowed == choices, (model, name)


def _below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)


def _choices(model: type[BaseModel]) -> Iterator[tuple[str, list[Any]]]:
    names = (field.alias or name for name, field in model.model_fields.items())
    for name in names:
        if choices := place_of(("body", name), model).choices:
            yield name, [*choices]
