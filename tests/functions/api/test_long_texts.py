"""Texts of any length: what is too long to be stored is refused by name and with its limit, never a fault of ours."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from infra.constructs.doors import ROUTES
from infra.constructs.functions.room import Route
from tests.functions.api.harness import Answer
from tests.functions.api.test_identity_matrix import BODIES, name_of
from tests.functions.api.world import World, world
from tests.support import openapi
from tests.support.item_sizes import ITEM_LIMIT, item_size

from easel.compression import decompressed
from easel.domain import limits
from easel.ids import new_id

if TYPE_CHECKING:
    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer

DOCUMENT = json.loads(openapi.SHIPPED.read_text("utf-8"))
WITH_BODY = [route for route in ROUTES if route.method.value in {"POST", "PUT", "PATCH"}]
FOX = "🦊"
LONG = "x" * 200_000
URLS = ["https://pictures.example/1.png"]
REQUEST = {"prompt": "a red fox", "model": "seedream-v4"}


@pytest.fixture(scope="module")
def api(emulator: Emulator, issuer: Issuer) -> Iterator[World]:
    with world(emulator, issuer) as ready:
        yield ready


@pytest.fixture(scope="module")
def key(api: World) -> str:
    text: str = api.tenant("Long", credits=100)["apiKey"]
    return text


def texts_of(schema: Mapping[str, Any], path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a body of this schema has a text: paths of names and positions."""
    schema = resolved(schema)
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from texts_of(choice, path)
    if schema.get("type") == "string":
        yield path
    for name, inner in schema.get("properties", {}).items():
        yield from texts_of(inner, (*path, name))
    if "items" in schema:
        yield from texts_of(schema["items"], (*path, 0))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from texts_of(schema["additionalProperties"], (*path, "name"))


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Any = DOCUMENT
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return resolved(found)


def with_text(body: Any, path: tuple[str | int, ...], text: str) -> Any:
    """The body with this text there."""
    if not path:
        return text
    step, *rest = path
    if isinstance(step, int):
        return [with_text({}, tuple(rest), text)]
    changed = copy.deepcopy(body) if isinstance(body, dict) else {}
    changed[step] = with_text(changed.get(step), tuple(rest), text)
    return changed


def long_texts() -> Iterator[tuple[Route, tuple[str | int, ...]]]:
    for route in WITH_BODY:
        operation = DOCUMENT["paths"][route.path][route.method.value.lower()]
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        for path in dict.fromkeys(texts_of(content["schema"])) if content else ():
            yield route, path


CASES = list(long_texts())


def path_of(route: Route) -> str:
    return re.sub(r"\{\w+\}", lambda _: new_id(), route.path)


def body_of(route: Route) -> Any:
    if route.path == "/api/v1/auth/telegram":
        return {"initData": "x"}
    return BODIES.get(name_of(route)) or {}


def check(answer: Answer) -> None:
    assert answer.status < 500, answer.body
    if answer.status >= 400:
        assert len(answer.body) < 100_000, "the answer repeats what was sent"


@pytest.mark.parametrize(
    ("route", "path"), CASES, ids=[f"{name_of(route)} {'.'.join(map(str, path))}" for route, path in CASES]
)
def test_a_text_of_200_kb_in_any_field_is_never_a_fault_of_ours(
    api: World, key: str, route: Route, path: tuple[str | int, ...]
) -> None:
    body = with_text(body_of(route), path, LONG)
    check(api.call(route.method.value, path_of(route), token=key, body=body))


@pytest.mark.parametrize("route", [route for route in ROUTES if "{" in route.path], ids=name_of)
def test_a_long_id_in_a_path_is_never_a_fault_of_ours(api: World, key: str, route: Route) -> None:
    path = re.sub(r"\{\w+\}", "a" * 5_000, route.path)
    check(api.call(route.method.value, path, token=key, body=body_of(route) or None))


@pytest.mark.parametrize(
    "header", ["idempotency-key", "x-request-id", "x-workspace-id", "x-act-as", "prefer", "cancel-after", "user-agent"]
)
def test_a_long_header_is_never_a_fault_of_ours(api: World, key: str, header: str) -> None:
    check(api.call("POST", "/api/v1/generations", token=key, body=REQUEST, headers={header: "a" * 6_000}))


def test_nothing_that_was_stored_comes_near_the_limit_of_an_item(api: World) -> None:
    assert max(map(item_size, api.stored())) < ITEM_LIMIT / 2


# --- requests for images ----------------------------------------------------------------------------------------------

TOO_LONG: dict[str, tuple[dict[str, Any], int]] = {
    "referenceFileIds[0]": (
        {"referenceUrls": URLS, "referenceFileIds": ["x" * 206_000]},
        limits.REFERENCE_FILE_ID,
    ),
    "referenceUrls[0]": (
        {"referenceUrls": [f"https://pictures.example/{'é' * 1_100}"]},
        limits.REFERENCE_URL,
    ),
    "references[1].url": (
        {"references": [{"url": URLS[0]}, {"url": f"https://pictures.example/{'é' * 1_100}"}]},
        limits.REFERENCE_URL,
    ),
}


@pytest.mark.parametrize("field", TOO_LONG)
@pytest.mark.parametrize("path", ["/api/v1/generations", "/api/v1/quotes"])
def test_a_request_that_is_too_long_to_be_stored_is_refused_with_the_bytes_allowed(
    api: World, key: str, path: str, field: str
) -> None:
    more, limit = TOO_LONG[field]
    answer = api.call("POST", path, token=key, body=REQUEST | more)

    assert answer.status == 400, answer.body
    faults = {fault["field"]: fault["allowed"] for fault in answer.json["error"]["details"]}
    assert faults[field] == {"maxBytes": limit}


def test_values_of_a_template_are_bounded_together(api: World, key: str) -> None:
    body = {"name": "Long", "shots": [{"id": "one", "name": "One", "text": "{first} {second}"}]}
    variables = [{"name": name, "required": True, "maxLength": 4_000} for name in ("first", "second")]
    made = api.call("POST", "/api/v1/prompt-templates", token=key, body=body | {"variables": variables})
    assert made.status == 201, made.body
    use = {"id": made.json["id"], "variables": {"first": "x" * 2_000, "second": " " * 45_000 + "y"}}
    answer = api.call("POST", "/api/v1/quotes", token=key, body={"model": "seedream-v4", "template": use})

    assert answer.status == 400, answer.body
    (fault,) = answer.json["error"]["details"]
    assert (fault["field"], fault["allowed"]) == ("template.variables", {"maxBytes": limits.TEMPLATE_VALUES})


def test_texts_at_their_limits_are_accepted(api: World, key: str) -> None:
    body = REQUEST | {
        "prompt": FOX * 4_000,
        "clientReference": FOX * 200,
        "watermark": "€" * 100,
        "referenceUrls": [f"https://pictures.example/{'x' * 2_000}"] * 10,
        "referenceFileIds": ["x" * limits.REFERENCE_FILE_ID] * 10,
    }
    answer = api.call("POST", "/api/v1/generations", token=key, body=body)

    assert answer.status == 202, answer.body
    stored = next(item for item in api.stored() if answer.json["id"] in item["sk"] and "compressed" in item)
    texts = json.loads(decompressed(bytes(stored.pop("compressed"))))
    assert item_size(stored | texts) < 45_000, "prompt and references are stored once"
    read = api.call("GET", f"/api/v1/generations/{answer.json['id']}", token=key)
    assert read.json["inputParams"] == body
