"""The API keeps what the last released document promised."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.breaking_changes import CURRENT, RELEASED, breaking_changes, without_texts


def test_nothing_that_was_released_is_taken_away() -> None:
    released, current = (json.loads(path.read_text(encoding="utf-8")) for path in (RELEASED, CURRENT))

    assert breaking_changes(released, current) == [], "see 'Releases' in easel/http/README.md"


OLD: dict[str, Any] = {
    "paths": {
        "/things/{id}": {
            "get": {
                "parameters": [{"in": "query", "name": "kind", "schema": {"enum": ["a", "b"]}}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                    "404": {},
                },
            },
            "post": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"properties": {"name": {"type": "string"}}}}}
                },
                "responses": {"201": {}},
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "properties": {
                    "description": {"type": "string"},
                    "state": {"enum": ["open", "shut"]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                }
            }
        }
    },
}
Change = Callable[[dict[str, Any]], object]


def _get(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/things/{id}"]["get"]
    return found


def _body(document: dict[str, Any]) -> dict[str, Any]:
    body = document["paths"]["/things/{id}"]["post"]["requestBody"]
    found: dict[str, Any] = body["content"]["application/json"]["schema"]
    return found


def _thing(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]["Thing"]["properties"]
    return found


BREAKING: dict[str, tuple[Change, str]] = {
    "path": (lambda new: new["paths"].clear(), "the path is gone"),
    "method": (lambda new: new["paths"]["/things/{id}"].pop("get"), "the method is gone"),
    "status": (lambda new: _get(new)["responses"].pop("404"), "status 404 is gone"),
    "field": (lambda new: _thing(new).pop("description"), "field description is gone"),
    "value in an answer": (lambda new: _thing(new)["state"]["enum"].remove("shut"), "value 'shut' is gone"),
    "value of a parameter": (lambda new: _get(new)["parameters"][0]["schema"]["enum"].pop(), "value 'b' is gone"),
    "parameter": (lambda new: _get(new)["parameters"].clear(), "parameter kind is gone"),
    "required parameter": (lambda new: _get(new)["parameters"][0].update(required=True), "kind is required"),
    "required field": (lambda new: _body(new).update(required=["name"]), "name is required"),
    "new enum": (lambda new: _body(new)["properties"]["name"].update(enum=["x"]), "only some values are left"),
}


@pytest.mark.parametrize(("change", "text"), BREAKING.values(), ids=BREAKING)
def test_what_is_taken_away_is_found(change: Change, text: str) -> None:
    new = copy.deepcopy(OLD)
    change(new)

    (found,) = breaking_changes(OLD, new)
    assert text in found


def test_what_is_added_breaks_nobody() -> None:
    new = copy.deepcopy(OLD)
    new["paths"]["/more"] = {"get": {"responses": {"200": {}}}}
    _get(new)["responses"]["429"] = {}
    _thing(new)["more"] = {"type": "string"}
    _thing(new)["state"]["enum"].append("ajar")

    assert breaking_changes(OLD, new) == []


def test_texts_are_left_out_and_fields_of_their_names_are_not() -> None:
    document = {"description": "x", **OLD}

    assert without_texts(document) == OLD
