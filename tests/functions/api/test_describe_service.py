"""GET /, /api/v1/health, /api/v1/info, /openapi.json, /docs, and whatever no route takes."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import pytest
from tests.functions.api.harness import BASE_URL, ENVIRONMENT, Answer, Api, http_event, invoke

from easel import settings


def get(api: Api, path: str, method: str = "GET", **options: object) -> Answer:
    return api.call("describe_service", method, path, authorizer=None, **options)


@pytest.mark.requirement("S001-8")
def test_the_root_leads_on(api: Api) -> None:
    body = get(api, "/").json

    assert (body["name"], body["version"]) == ("Easel", "1.2.3")
    assert body["links"]["documentation"] == f"{BASE_URL}/docs"


@pytest.mark.requirement("S001-9", "S001-74", "S003-101")
def test_health_tells_uptime_and_the_request_id_and_is_never_cached(api: Api) -> None:
    first = get(api, "/api/v1/health", headers={"X-Request-ID": "probe-1"})
    second = get(api, "/api/v1/health")

    assert (first.json["status"], first.json["version"], first.json["stage"]) == ("ok", "1.2.3", "test")
    assert first.json["requestId"] == first.header("X-Request-ID") == "probe-1"
    assert 0 <= first.json["uptimeSeconds"] <= second.json["uptimeSeconds"]
    assert datetime.fromisoformat(first.json["time"]).utcoffset() is not None
    assert first.header("Cache-Control") == "no-store"


@pytest.mark.requirement("S001-10")
def test_info_tells_limits_and_models(api: Api) -> None:
    body = get(api, "/api/v1/info").json

    assert body["apiVersion"] == "v1"
    assert "sandbox" in body["models"]
    assert body["limits"]["maxImagesPerGeneration"] == 10
    assert "CANCELLED" in body["statuses"]


def test_the_document_names_this_deployment_and_may_be_kept(api: Api) -> None:
    answer = get(api, "/openapi.json")

    assert answer.header("Content-Type") == "application/json"
    assert answer.json["servers"] == [{"url": BASE_URL}]
    assert answer.json["openapi"].startswith("3.1")
    assert get(api, "/openapi.json", headers={"If-None-Match": answer.header("ETag")}).status == 304


def test_the_page_loads_its_own_files_and_may_run_nothing_else(api: Api) -> None:
    answer = get(api, "/docs")

    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", answer.body)
    policy = answer.header("Content-Security-Policy") or ""
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    for name in re.findall(r'(?:src|href)="docs/([a-z.]+)"', answer.body):
        assert name == "reference.js" or get(api, f"/docs/{name}").status == 200


def test_the_guides_are_one_text_with_a_heading_for_each(api: Api) -> None:
    answer = get(api, "/docs/guides.md")

    assert answer.header("Content-Type") == "text/markdown; charset=utf-8"
    assert len(re.findall(r"^# ", answer.body, re.MULTILINE)) >= 8
    assert get(api, "/docs/guides.md", headers={"If-None-Match": answer.header("ETag")}).status == 304


@pytest.mark.parametrize("name", ["nothing.js", "page.html", "..%2fhandler.py", "guides", "__init__.py"])
def test_the_page_has_no_other_files(api: Api, name: str) -> None:
    answer = get(api, f"/docs/{name}")

    assert (answer.status, answer.json["error"]["code"]) == (404, "route_not_found")


@pytest.mark.parametrize("path", ["/nothing", "/api/v2/generations", "/docs/", "/api/v1/generations/a/b", "/%00", "//"])
def test_a_stray_path_is_not_found_in_our_shape(api: Api, path: str) -> None:
    answer = get(api, path)

    assert (answer.status, answer.json["error"]["code"]) == (404, "route_not_found")
    assert answer.json["instance"] == path


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/chat/completions", "/v1/models/a/b"])
def test_clients_of_openai_are_told_in_its_words_what_there_is_not(api: Api, path: str) -> None:
    answer = get(api, path, "POST")

    assert answer.status == 404
    assert (answer.json["error"]["type"], answer.json["error"]["code"]) == ("invalid_request_error", "unknown_url")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/generations", "GET, POST, HEAD"),
        ("PUT", "/api/v1/generations/019a9f1c-5c00-7abc-8def-0123456789a0", "GET, DELETE, HEAD"),
        ("GET", "/api/v1/generations/019a9f1c-5c00-7abc-8def-0123456789a0/cancel", "POST"),
        ("POST", "/docs", "GET, HEAD"),
        ("PATCH", "/i/token", "GET, HEAD"),
        # Two doors, each with its own name for the id.
        ("PUT", "/api/images/019a9f1c-5c00-7abc-8def-0123456789a0", "GET, DELETE, HEAD"),
    ],
)
def test_a_wrong_method_names_the_right_ones_whichever_function_serves_them(
    api: Api, method: str, path: str, allowed: str
) -> None:
    answer = get(api, path, method)

    assert (answer.status, answer.json["error"]["code"]) == (405, "method_not_allowed")
    assert answer.header("Allow") == allowed


@pytest.mark.usefixtures("api")
def test_a_route_of_a_closed_door_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway has no route then, and this function answers for it."""
    from infra.constructs.doors import ROUTES  # noqa: PLC0415 - the CDK takes a second to import

    monkeypatch.setitem(ENVIRONMENT, "EASEL_DOORS", "canonical")
    settings.forget()
    closed = [route for route in ROUTES if not route.is_open(("canonical",))]
    for route in closed:
        path = re.sub(r"\{\w+\}", "019a9f1c-5c00-7abc-8def-0123456789a0", route.path)
        # Not compared with the document, which describes the answers of the open door.
        answer = Answer.of(invoke("describe_service", http_event(route.method.value, path, authorizer=None)))
        assert (answer.status, answer.json["error"]["code"]) == (404, "route_not_found"), (route, answer.body)
    assert len(closed) > 60


def test_a_sane_request_id_is_echoed(api: Api) -> None:
    offered = "checkout:4711/retry=2@host~a.b_c-d+e"

    assert get(api, "/", headers={"X-Request-ID": offered}).header("X-Request-ID") == offered


@pytest.mark.parametrize("offered", ["", " ", "x" * 129, "two words", "a\tb", "<script>", "über", 'a"b', "a\nb: c"])
def test_an_odd_request_id_is_replaced(api: Api, offered: str) -> None:
    echoed = get(api, "/nothing", headers={"X-Request-ID": offered}).header("X-Request-ID")

    assert UUID(echoed or "").version == 4


@pytest.mark.parametrize("path", ["/", "/nothing", "/docs"])
def test_every_answer_forbids_guessing_at_its_type(api: Api, path: str) -> None:
    assert get(api, path).header("X-Content-Type-Options") == "nosniff"
