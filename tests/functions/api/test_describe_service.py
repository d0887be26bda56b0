"""GET /, /api/v1/health, /api/v1/info, /openapi.json, /docs, and whatever no route takes."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from uuid import UUID

import pytest
from tests.functions.api.harness import BASE_URL, Answer, Api


def get(api: Api, path: str, method: str = "GET", **options: object) -> Answer:
    return api.call("describe_service", method, path, authorizer=None, **options)


@pytest.mark.requirement("S001-8")
def test_the_root_leads_on(api: Api) -> None:
    body = get(api, "/").json

    assert (body["name"], body["version"]) == ("Easel", "1.2.3")
    assert body["links"]["documentation"] == f"{BASE_URL}/docs"


@pytest.mark.requirement("S001-9", "S001-74")
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


def test_the_page_brings_everything_with_it_and_may_run_nothing_else(api: Api) -> None:
    answer = get(api, "/docs")

    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", answer.body)
    policy = answer.header("Content-Security-Policy") or ""
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    for element in ("script", "style"):
        (content,) = re.findall(rf"<{element}>(.*?)</{element}>", answer.body, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("path", ["/nothing", "/api/v2/generations", "/docs/", "/api/v1/generations/a/b", "/%00", "//"])
def test_a_stray_path_is_not_found_in_our_shape(api: Api, path: str) -> None:
    answer = get(api, path)

    assert (answer.status, answer.json["error"]["code"]) == (404, "route_not_found")
    assert answer.json["instance"] == path


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/generations", "GET, POST, HEAD"),
        ("PUT", "/api/v1/generations/019a9f1c-5c00-7abc-8def-0123456789a0", "GET, DELETE, HEAD"),
        ("GET", "/api/v1/generations/019a9f1c-5c00-7abc-8def-0123456789a0/cancel", "POST"),
        ("POST", "/docs", "GET, HEAD"),
        ("PATCH", "/i/token", "GET, HEAD"),
    ],
)
def test_a_wrong_method_names_the_right_ones_whichever_function_serves_them(
    api: Api, method: str, path: str, allowed: str
) -> None:
    answer = get(api, path, method)

    assert (answer.status, answer.json["error"]["code"]) == (405, "method_not_allowed")
    assert answer.header("Allow") == allowed


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
