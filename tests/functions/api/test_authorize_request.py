"""The authorizer, and that private routes refuse whatever it does not vouch for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.harness import CALLER, Api, Store, invoke

from easel.http import identity

if TYPE_CHECKING:
    from io import StringIO

# The same in every process: it is part of the names of the cases.
GOOD_KEY = "ek_good-keyAZqfHAAAcACAAAAAAAAACg" + "g" * 43
UNKNOWN_KEY = GOOD_KEY[:-1] + "u"
PRIVATE = [
    ("submit_generation", "POST", "/api/v1/generations"),
    ("list_generations", "GET", "/api/v1/generations"),
    ("read_generations", "GET", "/api/v1/generations/019a9f1c-5c00-7abc-8def-0123456789a0"),
    ("cancel_generation", "POST", "/api/v1/generations/019a9f1c-5c00-7abc-8def-0123456789a0/cancel"),
    ("read_images", "GET", "/api/v1/images/019a9f1c-5c00-7abc-8def-0123456789a1"),
]


def authorize(headers: dict[str, str] | None) -> dict[str, Any]:
    event = {"version": "2.0", "type": "REQUEST", "headers": headers, "requestContext": {"requestId": "r"}}
    said: dict[str, Any] = invoke("authorize_request", event)
    assert said["isAuthorized"] is True
    assert all(isinstance(value, str) for value in said["context"].values())
    context: dict[str, Any] = said["context"]
    return context


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("header", ["authorization", "Authorization"])
@pytest.mark.parametrize("value", [f"Bearer {GOOD_KEY}", f"bearer {GOOD_KEY}", f" Bearer   {GOOD_KEY} "])
def test_a_known_key_becomes_its_principal(store: Store, header: str, value: str) -> None:
    store.know(GOOD_KEY, CALLER)

    assert identity.from_json(authorize({header: value})["principal"]) == CALLER


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("headers", [None, {}, {"authorization": ""}, {"authorization": "  "}])
def test_no_credential_is_told_as_missing(headers: dict[str, str] | None) -> None:
    assert authorize(headers) == {"failure": "missing"}


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize(
    "value",
    [
        f"Bearer {UNKNOWN_KEY}",
        "Bearer wrong-key",
        "Bearer",
        "Bearer ",
        GOOD_KEY,
        f"Basic {GOOD_KEY}",
        f"Bearer {GOOD_KEY} more",
        "Bearer \ud800",
        "Bearer é",
    ],
)
def test_a_bad_credential_is_told_as_invalid(store: Store, value: str) -> None:
    store.know(GOOD_KEY, CALLER)

    assert authorize({"authorization": value}) == {"failure": "invalid"}


@pytest.mark.usefixtures("api")
def test_a_request_that_goes_around_the_edge_is_refused_whatever_its_key(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.know(GOOD_KEY, CALLER)
    monkeypatch.setenv("ORIGIN_SECRET", "secret-of-the-edge")
    monkeypatch.setenv("ORIGIN_REQUIRED", "true")
    headers = {"authorization": f"Bearer {GOOD_KEY}"}
    through_it = headers | {"x-easel-origin": "secret-of-the-edge"}

    around = invoke("authorize_request", {"version": "2.0", "headers": headers})
    through = invoke("authorize_request", {"version": "2.0", "headers": through_it})

    assert around == {"isAuthorized": False}
    assert through["isAuthorized"] is True


@pytest.mark.usefixtures("api")
def test_a_credential_that_cannot_be_checked_is_nobodys_fault(
    monkeypatch: pytest.MonkeyPatch, log_lines: StringIO
) -> None:
    def unreachable(_: object) -> None:
        raise ConnectionError(f"could not reach the table with {GOOD_KEY}")

    monkeypatch.setattr("easel.wiring.accounts.authorize_request.authenticate", unreachable)

    assert authorize({"authorization": f"Bearer {GOOD_KEY}"}) == {"failure": "unavailable"}
    assert "ConnectionError" in log_lines.getvalue()
    assert GOOD_KEY not in log_lines.getvalue()


UNTRUSTED: dict[str, tuple[Any, int, str]] = {
    "no word": (None, 401, "Authorization header required"),
    "empty": ({}, 401, "Authorization header required"),
    "missing": ({"failure": "missing"}, 401, "Authorization header required"),
    "invalid": ({"failure": "invalid"}, 401, "Invalid or expired token"),
    "unknown failure": ({"failure": "other"}, 401, "Authorization header required"),
    "both": ({"principal": identity.to_json(CALLER), "failure": "missing"}, 401, "Authorization header required"),
    "no JSON": ({"principal": "{"}, 401, "Invalid or expired token"),
    "not a principal": ({"principal": "{}"}, 401, "Invalid or expired token"),
    "a list": ({"principal": "[]"}, 401, "Invalid or expired token"),
    "null": ({"principal": None}, 401, "Invalid or expired token"),
    "no workspace": (
        {"principal": json.dumps(json.loads(identity.to_json(CALLER)) | {"workspace_id": ""})},
        401,
        "Invalid or expired token",
    ),
    "unavailable": ({"failure": "unavailable"}, 503, "The credential could not be checked. Try again."),
}


@pytest.mark.parametrize(("function", "method", "path"), PRIVATE)
@pytest.mark.parametrize(("context", "status", "text"), UNTRUSTED.values(), ids=UNTRUSTED.keys())
def test_private_routes_fail_closed(
    api: Api, function: str, method: str, path: str, context: Any, status: int, text: str
) -> None:
    answer = api.call(function, method, path, authorizer=context)

    assert (answer.status, answer.json["detail"]) == (status, text)
