"""The edge of a function, with doors of its own: what is checked in which order, and who writes what."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel
from tests.functions.api.harness import CALLER, LAMBDA_CONTEXT, Answer, http_event

from easel.domain import access
from easel.errors import Forbidden, LimitReached, NotFound
from easel.http import answers, bodies, callers, events, gateway, identity, shared_addresses
from easel.http.description import route
from easel.http.door import ALL_DOORS, Door, DoorName, Failure, Served, WrittenFailure
from easel.http.models import AnswerModel, RequestModel
from easel.http.resolver import Resolver

ADDRESS = "/api/v1/images/generate"
PRIVATE = route("one", "T", "One", "", {200: "Done."})
PUBLIC = route("two", "T", "Two", "", {200: "Done."}, public=True)
BYTES = route("three", "T", "Three", "", {200: "Done."}, public=True, takes_bytes=True)


class Asked(RequestModel):
    prompt: str | None = None
    content_item_id: str | None = None


class Shown(AnswerModel):
    by: str


class Told(BaseModel):
    message: str


def plain(failure: Failure) -> WrittenFailure:
    """As a door whose clients know one status for all that a provider does, and read `message` only."""
    busy = isinstance(failure.error, LimitReached)
    return WrittenFailure(
        {
            "message": failure.error.message,
            "language": failure.headers.get("accept-language"),
            "sent": dict(failure.fields),
        },
        status=429 if busy else None,
        headers={"x-should-retry": "false"} if busy else {},
    )


def counted(served: Served) -> Mapping[str, str]:
    return {"x-status": str(served.status), "Retry-After": "9"} if served.status == 429 else {}


def coded(failure: Failure) -> WrittenFailure:
    return WrittenFailure({"error": {"code": failure.error.code}}, "application/problem+json")


STUDIO = Door(DoorName.STUDIO, coded, Told)
CONTENT = Door(DoorName.CONTENT, plain, Told, headers=counted)


def an_app(door: Door) -> Resolver:
    app = gateway.resolver(door)

    @app.post(ADDRESS, **PRIVATE)
    def generate(caller: callers.GenerationsWrite, body: Annotated[Asked, Body()]) -> Response[Shown]:
        if body.prompt == "busy":
            raise LimitReached("One at a time.", kind="active", limit=1, active_ids=["g-1"])
        return answers.as_json(Shown(by=f"{door.name} for {caller.key_id}"))

    @app.get("/open", **PUBLIC)
    def look() -> Response[Shown]:
        return answers.as_json(Shown(by=door.name))

    @app.post("/bytes", **BYTES)
    def take() -> Response[Shown]:
        return answers.as_json(Shown(by=str(len(bodies.raw(app.current_event.raw_event)))))

    return app


APPS = an_app(STUDIO), an_app(CONTENT)


def send(*apps: Resolver, path: str = ADDRESS, method: str = "POST", opened: Any = None, **options: Any) -> Answer:
    entry = (
        gateway.entry(apps[0]) if len(apps) == 1 else shared_addresses.entry(*apps, opened=lambda: opened or ALL_DOORS)
    )
    answer = entry(http_event(method, path, **options), LAMBDA_CONTEXT)  # type: ignore[arg-type] # as much of a context as is read
    return Answer(answer["statusCode"], answer["headers"], answer["body"])


def caller_with(*scopes: str) -> Mapping[str, str]:
    return identity.found(CALLER.__class__(**{**_fields(CALLER), "scopes": frozenset(scopes)}))


def _fields(principal: Any) -> dict[str, Any]:
    return {name: getattr(principal, name) for name in principal.__dataclass_fields__}


STRANGER = identity.not_found("missing")
TOO_WEAK = caller_with(access.GENERATIONS_READ)
A_TABLE = {"content-type": "text/csv"}
TOO_LARGE = json.dumps({"prompt": "x" * bodies.MAX_BODY_BYTES})


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"authorizer": STRANGER, "body": TOO_LARGE}, 401, "unauthenticated"),
        (
            {"authorizer": TOO_WEAK, "body": TOO_LARGE, "headers": {"content-type": "text/csv"}},
            413,
            "payload_too_large",
        ),
        ({"authorizer": TOO_WEAK, "body": "{", "headers": {"content-type": "text/csv"}}, 415, "unsupported_media_type"),
        ({"authorizer": TOO_WEAK, "body": "{"}, 400, "malformed_json"),
        ({"authorizer": TOO_WEAK, "body": {"unknown": 1}}, 400, "invalid_request"),
        ({"authorizer": TOO_WEAK, "body": {"prompt": "busy"}}, 403, "forbidden"),
        ({"body": {"prompt": "busy"}}, 409, "limit_reached"),
        ({"body": {"prompt": "a fox"}}, 200, None),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_the_order_of_refusal(options: dict[str, Any], status: int, code: str | None) -> None:
    answer = send(APPS[0], **options)

    assert answer.status == status
    assert answer.json.get("error", {}).get("code") == code


def test_a_route_that_does_not_say_that_it_is_public_is_private_even_if_it_asks_for_no_caller() -> None:
    app = gateway.resolver(STUDIO)

    @app.get("/forgotten", **PRIVATE)
    def forgotten() -> Response[Shown]:
        return answers.as_json(Shown(by="nobody"))

    assert send(app, method="GET", path="/forgotten", authorizer=STRANGER).status == 401
    assert send(app, method="GET", path="/forgotten").status == 200


def test_a_public_route_beside_a_private_one_wants_no_credential() -> None:
    assert send(APPS[0], method="GET", path="/open", authorizer=None).json == {"by": "studio"}
    assert send(APPS[0], method="GET", path="/nothing", authorizer=None).status == 401
    assert send(APPS[0], method="GET", path="/nothing").status == 404


def test_a_caller_is_not_remembered_for_the_next_request() -> None:
    send(APPS[0], body={"prompt": "a fox"})

    assert send(APPS[0], body="{").status == 400
    assert APPS[0].context == {}
    assert send(APPS[0], authorizer=None, body={"prompt": "a fox"}).status == 401


@pytest.mark.parametrize("body", [{"prompt": "a fox"}, {"prompt": "busy"}, {"unknown": 1}], ids=str)
def test_the_caller_and_the_body_are_parsed_once(monkeypatch: pytest.MonkeyPatch, body: dict[str, Any]) -> None:
    parsed: list[object] = []
    principal, loads = identity.from_json, json.loads

    def noted(what: object, read: Callable[..., Any], text: Any, **how: Any) -> Any:
        parsed.append(what)
        return read(text, **how)

    monkeypatch.setattr(identity, "from_json", lambda text: noted("caller", principal, text))
    monkeypatch.setattr(json, "loads", lambda text, **how: noted(text, loads, text, **how))

    gateway.respond(APPS[0], http_event("POST", ADDRESS, body=body), LAMBDA_CONTEXT)  # type: ignore[arg-type] # as much of a context as is read

    assert parsed.count("caller") == 1
    assert parsed.count(json.dumps(body)) == 1


def test_a_route_may_take_bytes_of_any_type() -> None:
    sent = base64.b64encode(b"\xff\xd8" * 200_000).decode()
    event = http_event("POST", "/bytes", authorizer=None, headers={"content-type": "image/jpeg"}, body=sent)

    answer = gateway.respond(APPS[0], event | {"isBase64Encoded": True}, LAMBDA_CONTEXT)  # type: ignore[arg-type] # as much of a context as is read

    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"by": "400000"})


@pytest.mark.requirement("X-28")
def test_a_shared_address_is_answered_by_the_door_whose_clients_send_such_a_body() -> None:
    assert send(*APPS, body={"prompt": "a fox"}).json == {"by": "studio for key_demo"}
    assert send(*APPS, body={"contentItemId": "post-7"}).json == {"by": "content for key_demo"}


@pytest.mark.requirement("X-28")
def test_failures_look_as_the_door_of_the_request_writes_them() -> None:
    studio = send(*APPS, body={"prompt": "busy", "nothing": 1})
    content = send(*APPS, body={"contentItemId": "post-7", "nothing": 1}, headers={"Accept-Language": "uz"})

    assert (studio.header("Content-Type"), studio.json) == (
        "application/problem+json",
        {"error": {"code": "invalid_request"}},
    )
    assert content.header("Content-Type") == "application/json"
    assert content.json == {
        "message": "There is no field 'nothing'.",
        "language": "uz",
        "sent": {"contentItemId": "post-7", "nothing": 1},
    }
    assert send(*APPS, authorizer=STRANGER, body={"contentItemId": "post-7"}).json["message"] == identity.MISSING_TEXT


def test_a_door_may_have_statuses_and_headers_of_its_own() -> None:
    answer = send(APPS[1], body={"prompt": "busy"})

    assert (answer.status, answer.header("x-should-retry"), answer.header("x-status")) == (429, "false", "429")
    assert answer.header("Retry-After") == "9"


@pytest.mark.requirement("X-28")
def test_a_request_with_the_facts_of_two_doors_is_refused_after_its_caller_is_known() -> None:
    both = {"prompt": "a fox", "contentItemId": "post-7"}

    assert send(*APPS, body=both).status == 400
    assert send(*APPS, body=both, authorizer=STRANGER).status == 401
    assert send(*APPS, body=both, opened={DoorName.STUDIO}).json == {"by": "studio for key_demo"}


def test_a_closed_door_leaves_the_address_to_the_other() -> None:
    answer = send(*APPS, body={"contentItemId": "post-7"}, opened={DoorName.STUDIO})

    assert answer.json == {"by": "studio for key_demo"}


def test_a_dependency_of_a_route_fails_as_what_it_is() -> None:
    app = gateway.resolver(STUDIO)

    @app.get("/gone", **PRIVATE)
    def gone(caller: callers.Anyone) -> Response[Shown]:
        raise NotFound(caller.key_id)

    assert send(app, method="GET", path="/gone").status == 404
    assert Forbidden.code == send(APPS[0], authorizer=TOO_WEAK, body={}).json["error"]["code"]


@pytest.mark.parametrize("sent", [None, "", "wrong", "secret-of-the-edgE", "sécret"])
def test_a_request_that_goes_around_the_edge_is_refused_by_public_routes_too(
    monkeypatch: pytest.MonkeyPatch, sent: str | None
) -> None:
    monkeypatch.setenv("ORIGIN_SECRET", "secret-of-the-edge")
    monkeypatch.setenv("ORIGIN_REQUIRED", "true")
    event = http_event("GET", "/open", headers={} if sent is None else {"X-Easel-Origin": sent})

    answer = gateway.respond(APPS[0], event, LAMBDA_CONTEXT)  # type: ignore[arg-type] # as much of a context as is read

    assert answer["statusCode"] == 403
    assert json.loads(answer["body"]) == {"error": {"code": "forbidden"}}


def test_a_request_through_the_edge_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGIN_SECRET", "secret-of-the-edge")
    monkeypatch.setenv("ORIGIN_REQUIRED", "true")
    event = http_event("GET", "/open", headers={"X-Easel-Origin": "secret-of-the-edge"})

    answer = gateway.respond(APPS[0], event, LAMBDA_CONTEXT)  # type: ignore[arg-type] # as much of a context as is read

    assert answer["statusCode"] == 200


def test_the_address_of_a_client_is_what_the_gateway_or_the_edge_says_and_never_what_the_client_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {"X-Easel-Viewer": "198.51.100.1", "X-Forwarded-For": "192.0.2.1"}
    direct, through = (
        http_event("GET", "/open", headers=headers)
        for headers in (told, told | {"X-Easel-Origin": "secret-of-the-edge"})
    )

    assert {events.source_address(event) for event in (direct, through)} == {"203.0.113.7"}
    monkeypatch.setenv("ORIGIN_SECRET", "secret-of-the-edge")
    assert [events.source_address(event) for event in (direct, through)] == ["203.0.113.7", "198.51.100.1"]


def test_an_api_that_is_open_beside_the_edge_serves_direct_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGIN_SECRET", "secret-of-the-edge")
    monkeypatch.setenv("ORIGIN_REQUIRED", "false")

    answer = gateway.respond(APPS[0], http_event("GET", "/open"), LAMBDA_CONTEXT)  # type: ignore[arg-type] # as above

    assert answer["statusCode"] == 200
