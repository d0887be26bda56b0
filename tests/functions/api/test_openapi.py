"""The document that ships: fresh, complete, and true about what the functions answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from tests.functions.api.harness import Answer
from tests.support import openapi, validator
from tests.support.failures import all_errors, code_in, example

from easel.domain.access import ALL_SCOPES
from easel.doors.canonical.door import CANONICAL
from easel.errors import CallbackRefused, EaselError, InsufficientCredits, StillLeased, UnreadableMessage
from easel.http import callers
from easel.http.problems import KINDS
from easel.http.resolver import is_public

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.api_gateway import Route


def routes() -> list[Route]:
    return [route for app in openapi.apps() for route in app.routes]


@pytest.fixture(scope="module")
def fresh() -> dict[str, Any]:
    return openapi.document()


def test_the_shipped_document_is_what_the_functions_say_now(fresh: dict[str, Any]) -> None:
    assert openapi.SHIPPED.read_text("utf-8") == openapi.as_text(fresh), (
        "openapi.json is stale: run `python -m tests.support.openapi`"
    )


def test_every_route_of_every_function_is_described(fresh: dict[str, Any]) -> None:
    served = {(route.method.lower(), route.openapi_path) for route in routes()}

    described = {(method, route) for route, item in fresh["paths"].items() for method in item}
    assert described == served


def test_operations_have_names_of_their_own(fresh: dict[str, Any]) -> None:
    names = [operation["operationId"] for item in fresh["paths"].values() for operation in item.values()]

    assert len(set(names)) == len(names)


def test_limits_have_the_names_of_json_schema(fresh: dict[str, Any]) -> None:
    """A limit that stands behind a validator reaches the document as `ge`, which no client reads."""

    def keywords(node: Any) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(keywords, node))
        if not isinstance(node, dict):
            return set()
        return set(node).union(*map(keywords, node.values()))

    assert not keywords(fresh) & {"ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length"}


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
        "/docs/{file}",
        "/openapi.json",
        "/i/{token}",
        "/s/{token}",
        "/s/{token}/image",
        "/api/v1/public/gallery",
        "/api/v1/public/images/{publicationId}",
        "/i/{token}/photo.jpg",
        "/api/ai/pictures/{token}",
        "/media/draft-images/{contentItemId}/{filename}",
        "/media/draft-images/{contentItemId}/{filename}/{rendition}",
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


def test_every_body_has_an_example_that_its_schema_takes(fresh: dict[str, Any]) -> None:
    bodies = {
        operation["operationId"]: operation["requestBody"]["content"]["application/json"]
        for item in fresh["paths"].values()
        for operation in item.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }

    for operation, body in bodies.items():
        assert "example" in body, f"{operation} has no example in tests/support/request_examples.json"
        jsonschema_rs.Draft202012Validator({**body["schema"], "components": fresh["components"]}).validate(
            body["example"]
        )


NEVER_ANSWERED = {StillLeased, CallbackRefused, UnreadableMessage}
"""What workers say to their queues, and what a sender must not learn."""


def test_every_error_has_a_status_of_its_own_or_of_its_family() -> None:
    homeless = {
        error.__name__
        for error in all_errors() - {EaselError} - NEVER_ANSWERED
        if not set(error.__mro__) & KINDS.keys()
    }

    assert not homeless


def test_every_code_is_documented(fresh: dict[str, Any]) -> None:
    # Examples of doors beside the canonical one end in the door's name.
    names = (name.partition("-")[0] for name in fresh["components"]["examples"])
    shown = {name.removesuffix("_409").removesuffix("_429") for name in names}

    assert {problem["code"] for problem in fresh["x-problems"]} == {error.code for error in KINDS} | shown
    assert all(problem["meaning"] for problem in fresh["x-problems"])


def test_every_code_is_listed_with_each_status_that_a_door_shows_it_with(fresh: dict[str, Any]) -> None:
    listed = {problem["code"]: problem for problem in fresh["x-problems"]}
    shown: dict[str, set[tuple[str, str]]] = {}
    for name, sample in fresh["components"]["examples"].items():
        code, _, door = name.partition("-")
        answer = (str(sample["value"]["status"]), door or CANONICAL.name.value)
        shown.setdefault(code.removesuffix("_409").removesuffix("_429"), set()).add(answer)

    assert {status for status, _ in shown["limit_reached"]} == {"409", "429"}
    for code, answers in shown.items():
        statuses = listed[code]["statuses"]
        assert {(status, door) for status, doors in statuses.items() for door in doors} == answers, code
    assert all(str(problem["status"]) in problem["statuses"] for problem in listed.values())


def test_a_route_that_is_not_public_names_the_caller_that_it_wants_and_a_public_one_none(fresh: dict[str, Any]) -> None:
    for route in routes():
        caller = callers.required(route.func)
        operation = fresh["paths"][route.openapi_path][route.method.lower()]

        assert (caller is None) is is_public(route), operation["operationId"]
        if caller is not None and caller.scope:
            # An address of two doors has the scope that each of them wants.
            signed = route.openapi_path.startswith("/internal/")
            assert {"awsSigV4": []} if signed else {"apiKey": [caller.scope]} in operation["security"]
            assert caller.scope in ALL_SCOPES


def test_a_route_without_a_scope_is_the_one_about_the_caller() -> None:
    scopeless = {
        f"{route.method} {route.openapi_path}"
        for route in routes()
        if (caller := callers.required(route.func)) and caller.scope is None
    }

    assert scopeless == {"GET /api/v1/me"}


def branches(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The failures of each door that answers at an address."""
    found: list[dict[str, Any]] = schema.get("anyOf", [schema])
    # API Gateway's own refusal of a signature has no code.
    return [one for one in found if "allOf" in one]


def codes_of(schema: dict[str, Any]) -> list[str]:
    properties = schema["allOf"][1]["properties"]
    codes: list[str] = properties.get("error", {"properties": properties})["properties"]["code"]["enum"]
    return codes


def test_every_failure_says_which_codes_it_may_have_and_shows_each(fresh: dict[str, Any]) -> None:
    responses, examples = fresh["components"]["responses"], fresh["components"]["examples"]
    special = {code for app in openapi.apps() for codes in app.door.further_codes.values() for code in codes}
    for operation in (operation for item in fresh["paths"].values() for operation in item.values()):
        for status, response in operation["responses"].items():
            if status < "400":
                continue
            for content in responses[response["$ref"].rpartition("/")[2]]["content"].values():
                codes = sorted({code for one in branches(content["schema"]) for code in codes_of(one)})
                names = [example["$ref"].rpartition("/")[2] for example in content["examples"].values()]
                shown = [examples[name]["value"] for name in names]

                assert sorted({code_in(one) for one in shown}) == [code for code in codes if code not in special]
                assert {one["status"] for one in shown} == {int(status)}


def test_a_submit_tells_which_limits_stop_it(fresh: dict[str, Any]) -> None:
    responses = fresh["paths"]["/api/v1/generations"]["post"]["responses"]

    assert responses["402"]["$ref"].endswith("/402-budget_exceeded.insufficient_credits")
    assert responses["409"]["$ref"].endswith("/409-limit_reached.reference_not_ready")
    assert responses["429"]["$ref"].endswith("/429-limit_reached.rate_limited")


def test_no_test_would_miss_an_answer_that_is_not_described() -> None:
    undescribed = Answer(418, {"X-Request-ID": "r"}, "")
    wrong_code = Answer(
        404,
        {"X-Request-ID": "r", "Content-Type": "application/problem+json"},
        json.dumps(example(InsufficientCredits(2, 1), CANONICAL)),
    )

    for answer in (undescribed, wrong_code):
        with pytest.raises(AssertionError):
            validator.check("GET", "/api/v1/wallet", answer)


def test_the_document_has_no_machine_in_it() -> None:
    text = openapi.SHIPPED.read_text("utf-8")

    assert str(openapi.REPOSITORY) not in text
    assert json.loads(text)["servers"] == [{"url": "/"}]
