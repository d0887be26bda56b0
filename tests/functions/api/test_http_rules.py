"""Rules of HTTP that hold on every route: query parameters, HEAD, compression, encodings of bodies, hints."""

from __future__ import annotations

from typing import Any

import pytest
from tests.functions.api.harness import NOW, WORKSPACE, Api, Store
from tests.support.generations import GENERATION_ID, a_generation
from tests.support.submitting import quote_signer

KEY = "ek_" + "k" * 73
PROMPT = {"prompt": "a red fox", "model": "sandbox"}
MODELS = "/api/v1/models"


@pytest.mark.parametrize("query", ["dryRun=true", "dry_run=true", "DryRun=true"])
def test_a_parameter_is_understood_in_either_spelling(
    api: Api, store: Store, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr("easel.wiring.money.quote_generation.quote_signer", lambda _: quote_signer(lambda: NOW))

    answer = api.submit(PROMPT, query=query)

    assert answer.status == 200
    assert answer.json["price"]["credits"] == 0
    assert store.generations == {}


@pytest.mark.parametrize("query", ["foo=1", "dryrunn=true", "clientReference=x", "foo=", "dry_run=true&foo=1"])
def test_a_parameter_that_the_route_does_not_know_is_refused(api: Api, store: Store, query: str) -> None:
    answer = api.submit(PROMPT, query=query)

    assert answer.status == 400
    assert [fault["allowed"] for fault in answer.json["error"]["details"]] == [["dry_run"]]
    assert "it takes dry_run" in answer.json["detail"]
    assert store.generations == {}


def test_a_parameter_in_both_spellings_is_refused(api: Api) -> None:
    answer = api.submit(PROMPT, query="dry_run=true&dryRun=false")

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, "dry_run")


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"outputFormat": "png", "output_format": "webp"}, "outputFormat"),
        ({"outputFormat": "png", "output_format": "png"}, "outputFormat"),
        ({"quoteId": None, "quote_id": "x"}, "quoteId"),
    ],
)
def test_a_field_of_the_body_in_both_spellings_is_refused(
    api: Api, store: Store, extra: dict[str, Any], field: str
) -> None:
    answer = api.submit(PROMPT | extra)

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"][0]) == (400, field, field)
    assert "two spellings" in fault["message"]
    assert store.generations == {}


@pytest.mark.parametrize(
    "limit",
    ["5_0", "+5", "%205", "5.0", "1e1", "\u0665", "-", "--5", "-+5", "-%205", "5-", "-\u0665", "5%0A", "9" * 5000],
)
def test_a_number_of_a_query_is_decimal_digits(api: Api, limit: str) -> None:
    answer = api.call("list_generations", "GET", "/api/v1/generations", query=f"limit={limit}")

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"]) == (400, "limit", {"type": "integer"})


@pytest.mark.parametrize("limit", ["-1", "-100000", "0", "101"])
def test_a_number_of_a_query_that_is_out_of_range_is_told_the_range(api: Api, limit: str) -> None:
    answer = api.call("list_generations", "GET", "/api/v1/generations", query=f"limit={limit}")

    (fault,) = answer.json["error"]["details"]
    assert (answer.status, fault["field"], fault["allowed"]) == (400, "limit", {"minimum": 1, "maximum": 100})
    assert fault["message"] == "limit must be from 1 to 100."


@pytest.mark.parametrize(
    ("function", "path"),
    [
        ("list_generations", "/api/v1/generations"),
        ("read_generations", f"/api/v1/generations/{GENERATION_ID}"),
        ("describe_models", MODELS),
        ("describe_service", "/api/v1/health"),
    ],
)
def test_head_has_the_headers_of_get_and_no_body(api: Api, store: Store, function: str, path: str) -> None:
    store.put(a_generation(workspace_id=WORKSPACE))

    got, head = api.call(function, "GET", path), api.call(function, "HEAD", path)

    assert (head.status, head.body) == (got.status, "")
    assert head.header("Content-Type") == got.header("Content-Type")
    assert head.header("ETag") == got.header("ETag")


@pytest.mark.parametrize("encoding", [None, "gzip"])
def test_head_tells_the_length_that_get_has(api: Api, encoding: str | None) -> None:
    headers = {"Accept-Encoding": encoding} if encoding else {}
    got = api.call("describe_models", "GET", MODELS, headers=headers)
    head = api.call("describe_models", "HEAD", MODELS, headers=headers)

    assert (head.header("Content-Encoding"), head.body) == (encoding, "")
    assert (int(head.header("Content-Length") or 0) < len(got.body.encode())) == bool(encoding)
    assert encoding or head.header("Content-Length") == str(len(got.body.encode()))


def test_head_of_an_unknown_generation_is_404(api: Api) -> None:
    assert api.call("read_generations", "HEAD", f"/api/v1/generations/{GENERATION_ID}").status == 404


def test_a_long_answer_is_compressed_for_callers_that_take_it(api: Api) -> None:
    plain = api.call("describe_models", "GET", MODELS)

    packed = api.call("describe_models", "GET", MODELS, headers={"Accept-Encoding": "br;q=1, gzip;q=0.8"})

    assert plain.header("Content-Encoding") is None
    assert packed.header("Content-Encoding") == "gzip"
    assert (packed.header("Vary") or "").split(", ")[0] == "Accept-Encoding"
    assert packed.json == plain.json
    again = api.call("describe_models", "GET", MODELS, headers={"If-None-Match": str(packed.header("ETag"))})
    assert again.status == 304


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br", "*;q=0", "gzip;q=x"])
def test_an_answer_is_not_compressed_for_callers_that_do_not_take_it(api: Api, accepted: str) -> None:
    answer = api.call("describe_models", "GET", MODELS, headers={"Accept-Encoding": accepted})

    assert answer.header("Content-Encoding") is None
    assert answer.json["models"]


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"Content-Encoding": "gzip"}, "compressed"),
        ({"Content-Encoding": "br"}, "compressed"),
        ({"Content-Type": "application/json; charset=ISO-8859-1"}, "UTF-8"),
        ({"Content-Type": "text/plain"}, "application/json"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_the_reason(
    api: Api, store: Store, headers: dict[str, str], says: str
) -> None:
    answer = api.submit(PROMPT, headers=headers)

    assert answer.status == 415
    assert says in answer.json["detail"]
    assert store.generations == {}


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "us-ascii"])
def test_a_body_in_utf_8_may_say_so(api: Api, charset: str) -> None:
    assert api.submit(PROMPT, headers={"Content-Type": f"application/json; charset={charset}"}).status == 202


@pytest.mark.parametrize(
    "body",
    [
        '{"prompt": "caf\ufffd", "model": "sandbox"}',
        '{"prompt": "x", "model": "sandbox", "n": 1e400}',
        '{"prompt": "x\\u0000y", "model": "sandbox"}',
        '{"prompt": "x", "model": "sandbox", "clientReference": "\\\\\\u0000"}',
    ],
)
def test_mangled_text_and_endless_numbers_are_refused(api: Api, store: Store, body: str) -> None:
    answer = api.submit(body)

    assert (answer.status, answer.json["error"]["code"]) == (400, "malformed_json")
    assert store.generations == {}


def test_the_text_of_an_escape_is_no_nul(api: Api) -> None:
    assert api.submit('{"prompt": "type \\\\u0000 here", "model": "sandbox"}').status == 202


def test_what_an_address_takes_includes_head(api: Api) -> None:
    answer = api.call("describe_service", "DELETE", MODELS)

    assert (answer.status, answer.header("Allow")) == (405, "GET, HEAD")


def test_an_unknown_address_is_404_whatever_the_body_is(api: Api) -> None:
    headers = {"Content-Type": "text/xml"}

    answer = api.call("describe_service", "POST", "/api/v1/nothing", body="<x/>", headers=headers)

    assert (answer.status, answer.json["error"]["code"]) == (404, "route_not_found")


@pytest.mark.parametrize(
    ("headers", "context"),
    [
        ({"Authorization": KEY}, {"failure": "invalid"}),
        ({"X-API-Key": KEY}, {"failure": "missing"}),
        ({"Api-Key": f" {KEY}"}, {}),
        ({"Authorization": f"Basic {KEY}"}, {"failure": "invalid"}),
        ({"Authorization": f'Bearer "{KEY}"'}, {"failure": "invalid"}),
        ({"Cookie": f"session=1; key={KEY}"}, {"failure": "missing"}),
    ],
)
def test_a_key_that_came_bare_is_answered_with_how_to_send_it(
    api: Api, headers: dict[str, str], context: dict[str, Any]
) -> None:
    answer = api.call("list_generations", "GET", "/api/v1/generations", headers=headers, authorizer=context)

    assert answer.status == 401
    assert "Authorization: Bearer ek_..." in answer.json["detail"]
    assert KEY not in answer.body


def test_other_callers_get_the_plain_words_and_the_form_of_the_header(api: Api) -> None:
    answer = api.call("list_generations", "GET", "/api/v1/generations", authorizer={"failure": "missing"})

    assert (answer.status, answer.json["detail"]) == (401, "Authorization header required")
    [form] = answer.json["error"]["details"]
    assert (form["field"], form["allowed"][0]) == ("Authorization", "Bearer ek_...")
