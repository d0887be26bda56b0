import io
import json
from typing import Any

import httpx
import pytest
from infra.local import history
from infra.local.api_client import ApiClient
from infra.local.failures import ToolError
from rich.console import Console

RECORD = {"apiUrl": "http://127.0.0.1:8080", "apiKey": "the-key", "awsEndpointUrl": "http://127.0.0.1:8081"}
ATTEMPT = {
    "provider": "google",
    "upstreamModel": "gemini-3",
    "startedAt": "2026-11-29T10:00:02.000Z",
    "endedAt": "2026-11-29T10:00:04.500Z",
    "durationMs": 2500,
    "outcome": "failed",
    "errorCode": "provider_error",
}
GENERATION: dict[str, Any] = {
    "id": "gen-1",
    "status": "FAILED",
    "model": "nano-banana",
    "n": 1,
    "price": {"credits": 1.0},
    "chargedCredits": 0.0,
    "providerCostMicroUsd": None,
    "createdAt": "2026-11-29T10:00:00.000Z",
    "startedAt": "2026-11-29T10:00:01.000Z",
    "completedAt": "2026-11-29T10:00:05.000Z",
    "images": [{"index": 0, "status": "FAILED", "attempts": [ATTEMPT], "completedAt": None}],
}


class Logs:
    """Two log groups, of which one has a line about the id."""

    def get_paginator(self, _operation: str) -> Any:
        groups = ["/aws/x/WorkersRenderGoogleLogs1A2B", "/aws/x/ApiOtherLogs3C4D"]
        pages = [{"logGroups": [{"logGroupName": name}]} for name in groups]
        return type("Pages", (), {"paginate": staticmethod(lambda: pages)})()

    def filter_log_events(self, *, logGroupName: str, filterPattern: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert filterPattern == '"gen-1"'
        line = {"timestamp": "2026-11-29T10:00:04.500+00:00", "level": "INFO", "message": "attempt ended"}
        return {"events": [{"message": json.dumps(line | {"provider": "google"})}] if "Google" in logGroupName else []}


def test_a_trace_has_every_step_in_order_with_the_time_since_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=GENERATION, request=request))
    monkeypatch.setattr(history, "ApiClient", lambda url, key: ApiClient(url, key, transport))
    shown = io.StringIO()

    history.trace(RECORD, "gen-1", Console(file=shown, width=200))

    lines = shown.getvalue().splitlines()
    assert [line.split("s  ", 1)[1] for line in lines] == [
        "accepted  1 of nano-banana, price 1 credit",
        "started",
        "image 1  sent to google as gemini-3",
        "image 1  google: failed (provider_error) in 2.5 s",
        "failed, charged 0 credits",
    ]
    assert "+5.0 s" in lines[-1]


def test_logs_are_the_lines_of_every_function_that_name_the_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "Clients", lambda _url: type("Clients", (), {"logs": Logs()}))
    shown = io.StringIO()

    history.logs(RECORD, "gen-1", Console(file=shown, width=200))

    (line,) = shown.getvalue().splitlines()
    assert line.startswith("10:00:04.500 INFO    WorkersRenderGoogle")
    assert line.endswith("attempt ended  provider=google")


@pytest.mark.parametrize("environment", [{}, {"ID": " "}, {"ID": 'a"b'}, {"ID": "x" * 129}])
def test_an_id_has_to_be_given(environment: dict[str, str]) -> None:
    with pytest.raises(ToolError, match="ID="):
        history.named(environment)
