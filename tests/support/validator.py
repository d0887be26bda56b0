"""Compares answers with the OpenAPI document that ships. The harnesses do it for every answer of every route."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final, Protocol
from urllib.parse import quote

import jsonschema_rs
from tests.support import answer_recording, openapi

from easel.doors.canonical.generations.quote_answers import QUOTE

_DOCUMENT: Final = "urn:easel:openapi"


class Answer(Protocol):
    """What a function gave back, as `harness.Answer` has it."""

    @property
    def status(self) -> int: ...

    @property
    def body(self) -> str: ...

    def header(self, name: str) -> str | None: ...


@cache
def document() -> dict[str, Any]:
    """The document that ships; a test of its own says whether it is fresh."""
    loaded: dict[str, Any] = json.loads(openapi.SHIPPED.read_text("utf-8"))
    return loaded


def check(method: str, path: str, answer: Answer) -> None:
    """`check_answer` for the route at this address. An address without one is left to its own tests."""
    route = route_at(method.lower(), path)
    if route is not None:
        check_answer(method.lower(), route, answer)


def check_answer(method: str, route: str, answer: Answer) -> None:
    """Fail unless the operation has this status, with this code where it failed, and a body of this type and shape."""
    answered = f"{method.upper()} {route} answers {answer.status}"
    responses = document()["paths"][route][method]["responses"]
    assert str(answer.status) in responses, f"{answered}, which is not described: {answer.body[:300]}"
    assert answer.header("X-Request-ID")
    content = _resolved(responses[str(answer.status)]).get("content", {})
    if not content:
        assert answer.body == "", answered
        return
    media_type = (answer.header("Content-Type") or "").partition(";")[0]
    if media_type == QUOTE:
        return  # of a dry run, which the document leaves to the route for quotes
    assert media_type in content or f"{media_type.partition('/')[0]}/*" in content, answered
    if media_type.endswith("json"):
        errors = list(_validator(method, route, str(answer.status), media_type).iter_errors(json.loads(answer.body)))
        assert not errors, (
            f"{answered} otherwise than described at {errors[0].instance_path}: {errors[0].message[:500]}"
        )
        if answer.status < 300:
            operation = document()["paths"][route][method]["operationId"]
            answer_recording.keep(operation, answer.status, answer.body)


@cache
def route_at(method: str, path: str) -> str | None:
    """The route that the gateway would choose, as the document writes it; None where there is none."""
    return next((route for route, pattern in _patterns(method) if pattern.fullmatch(path)), None)


@cache
def _patterns(method: str) -> list[tuple[str, re.Pattern[str]]]:
    routes = [route for route, item in document()["paths"].items() if method in item]
    # Fixed addresses before those with placeholders: the more specific one wins, as in the gateway.
    return [
        (route, re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", route))))
        for route in sorted(routes, key=lambda route: route.count("{"))
    ]


@cache
def _validator(method: str, route: str, status: str, media_type: str) -> Any:
    response = document()["paths"][route][method]["responses"][status]
    place = _shared(response) or ("paths", route, method, "responses", status)
    return jsonschema_rs.Draft202012Validator(
        {"$ref": _DOCUMENT + _pointer(*place, "content", media_type, "schema")}, registry=_registry()
    )


@cache
def _registry() -> jsonschema_rs.Registry:
    """The document, which is read once and not for each of its thousand answers."""
    return jsonschema_rs.Registry([(_DOCUMENT, document())])


def _pointer(*names: str) -> str:
    """A place within the document, as a fragment of an address (RFC 6901, section 6)."""
    return "#" + "".join("/" + quote(name.replace("~", "~0").replace("/", "~1")) for name in names)


def _shared(response: dict[str, Any]) -> tuple[str, ...] | None:
    """Where a response is that several operations have."""
    name = response.get("$ref", "").rpartition("/")[2]
    return ("components", "responses", name) if name else None


def _resolved(response: dict[str, Any]) -> dict[str, Any]:
    shared = _shared(response)
    found: dict[str, Any] = document()["components"]["responses"][shared[-1]] if shared else response
    return found
