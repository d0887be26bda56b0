"""The document that ships: fresh, complete, and true about what the functions answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.functions.api.harness import Answer, Api, Store, handler
from tests.functions.api.test_read_generations import partly_delivered
from tests.functions.api.validator import check_answer
from tests.support import openapi
from tests.support.generations import GENERATION_ID

from easel.errors import CallbackRefused, EaselError, StillLeased
from easel.http.problems import KINDS


@pytest.fixture(scope="module")
def fresh() -> dict[str, Any]:
    return openapi.document()


def test_the_shipped_document_is_what_the_functions_say_now(fresh: dict[str, Any]) -> None:
    assert openapi.SHIPPED.read_text("utf-8") == openapi.as_text(fresh), (
        "openapi.json is stale: run `python -m tests.support.openapi`"
    )


def test_every_route_of_every_function_is_described(fresh: dict[str, Any]) -> None:
    served = set()
    for path in openapi.FUNCTIONS.rglob("handler.py"):
        app = getattr(handler(path.parent.name), "app", None)
        if app is not None:
            own = app.get_openapi_schema().model_dump(by_alias=True, exclude_none=True)["paths"]
            served |= {(method, route) for route, item in own.items() for method in item}

    described = {(method, route) for route, item in fresh["paths"].items() for method in item}
    assert described == served
    assert len(described) == 54


def test_operations_have_names_of_their_own(fresh: dict[str, Any]) -> None:
    names = [operation["operationId"] for item in fresh["paths"].values() for operation in item.values()]

    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere(fresh: dict[str, Any]) -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(references, node))
        if not isinstance(node, dict):
            return set()
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(references, node.values()))

    for reference in references(fresh):
        node = fresh
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_public_routes_are_described_as_such_and_all_others_want_a_key(fresh: dict[str, Any]) -> None:
    public = {path for path, item in fresh["paths"].items() for said in item.values() if said.get("security") == []}

    assert public == {
        "/",
        "/docs",
        "/openapi.json",
        "/i/{token}",
        "/api/v1/health",
        "/api/v1/info",
        "/api/v1/models",
        "/api/v1/status",
        "/api/v1/models/{modelId}",
        "/api/v1/sizes",
        "/api/v1/auth/telegram",
        "/api/v1/callbacks/{provider}",
    }
    assert fresh["security"] == [{"apiKey": []}]


NEVER_ANSWERED = {StillLeased, CallbackRefused}
"""What workers say to their queues, and what nobody gets to know."""


def all_errors(base: type[EaselError] = EaselError) -> set[type[EaselError]]:
    return {base}.union(*map(all_errors, base.__subclasses__()))


def test_every_error_has_a_status_of_its_own_or_of_its_family() -> None:
    homeless = {
        error.__name__
        for error in all_errors() - {EaselError} - NEVER_ANSWERED
        if error.__module__.startswith("easel.") and not set(error.__mro__) & KINDS.keys()
    }

    assert not homeless


def test_every_code_is_documented(fresh: dict[str, Any]) -> None:
    assert {problem["code"] for problem in fresh["x-problems"]} == {error.code for error in KINDS}
    assert all(problem["meaning"] for problem in fresh["x-problems"])


def test_answers_are_what_the_document_promises(api: Api, store: Store, fresh: dict[str, Any]) -> None:
    store.put(partly_delivered())
    said: list[tuple[str, str, Answer]] = [
        ("post", "/api/v1/generations", api.submit()),
        ("post", "/api/v1/generations", api.submit({})),
        ("get", "/api/v1/generations", api.call("read_generations", "GET", "/api/v1/generations")),
        (
            "get",
            "/api/v1/generations/{generationId}",
            api.call("read_generations", "GET", f"/api/v1/generations/{GENERATION_ID}"),
        ),
        ("get", "/api/v1/models", api.call("describe_models", "GET", "/api/v1/models")),
        ("get", "/api/v1/models/{modelId}", api.call("describe_models", "GET", "/api/v1/models/sandbox")),
        ("get", "/api/v1/sizes", api.call("describe_models", "GET", "/api/v1/sizes")),
        ("get", "/api/v1/info", api.call("describe_service", "GET", "/api/v1/info")),
        ("get", "/", api.call("describe_service", "GET", "/")),
    ]

    for method, path, answer in said:
        check_answer(fresh, method, path, answer)


def test_the_document_has_no_machine_in_it() -> None:
    text = openapi.SHIPPED.read_text("utf-8")

    assert str(openapi.REPOSITORY) not in text
    assert json.loads(text)["servers"] == [{"url": "/"}]
