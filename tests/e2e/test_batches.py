"""Batches of the deployed stack: quoted, confirmed, run beside other work, paused, cancelled, with results to fetch."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.e2e.conftest import Studio
from tests.support import plain_http
from tests.support.cloud import Workspace, wait_for

pytestmark = pytest.mark.requirement("S002-71")

LINES = [
    {
        "custom_id": f"sku-{number}",
        "method": "POST",
        "url": "/api/v1/generations" if number % 2 else "/v1/images/generations",
        "body": {"model": "sandbox", "prompt": f"fox {number}"},
    }
    for number in range(6)
]
WRONG = {"custom_id": "sku-wrong", "body": {"model": "none", "prompt": "x"}}


def ended(studio: Studio, batch_id: str, status: str = "COMPLETED") -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        batch: dict[str, Any] = studio.api.get(f"/api/v1/batches/{batch_id}").json()
        return batch if batch["status"] == status else None

    return wait_for(found, within_seconds=60, what=f"batch {batch_id} is {status}")


def results(batch: dict[str, Any]) -> list[dict[str, Any]]:
    # With the credentials that many clients send along.
    answer = plain_http.get(batch["resultsUrl"], headers={"Authorization": "Bearer x"})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.requirement("S003-93", "S003-113")
def test_a_batch_is_quoted_confirmed_and_made_line_by_line(own_studio: Studio, other_workspace: Workspace) -> None:
    text = "\n".join(json.dumps(line) for line in [*LINES, WRONG])
    answer = own_studio.api.post("/api/v1/batches", content=text, headers={"Content-Type": "application/jsonl"})
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    assert (batch["status"], batch["counts"]["total"], batch["invalidLines"]) == ("AWAITING_CONFIRMATION", 7, 1)
    assert [fault["custom_id"] for fault in batch["faults"]] == ["sku-wrong"]
    path = f"/api/v1/batches/{batch['id']}"
    with own_studio.cloud.api(other_workspace) as stranger:
        assert stranger.get(path).status_code == 404
        assert stranger.post(f"{path}/start").status_code == 404

    assert own_studio.api.post(f"{path}/start").json()["status"] == "RUNNING"
    batch = ended(own_studio, batch["id"])

    assert batch["counts"] == {"total": 7, "waiting": 0, "running": 0, "completed": 6, "failed": 1}
    found = results(batch)
    assert [line["custom_id"] for line in found] == [*(line["custom_id"] for line in LINES), "sku-wrong"]
    assert found[-1]["error"]["code"] == "unknown_model"
    made = [own_studio.status(line["generationId"]) for line in found[:-1]]
    assert [one["clientReference"] for one in made] == [line["custom_id"] for line in LINES]
    assert len({one["id"] for one in made}) == 6
    assert plain_http.get(found[0]["images"][0]["url"], follow_redirects=True).status_code == 200
    listed = own_studio.api.get("/api/v1/batches").json()["batches"]
    assert batch["id"] in [one["id"] for one in listed]


@pytest.mark.requirement("S003-92")
def test_a_budget_stops_further_lines_and_cancelling_keeps_what_is_made(own_studio: Studio) -> None:
    lines = [
        {"customId": f"l-{number}", "body": {"model": "seedream-v4", "prompt": f"a fox {number}"}}
        for number in range(6)
    ]
    quoted = own_studio.api.post("/api/v1/batches", json={"requests": lines}).json()
    each = quoted["cost"]["quotedMilliCredits"] // 6
    budget = 2 * each // 1000 + 1

    started = own_studio.api.post(
        f"/api/v1/batches?start=true&budget_credits={budget}", json={"requests": lines}
    ).json()
    paused = ended(own_studio, started["id"], "PAUSED")

    assert paused["pauseReason"] == "budget_reached"
    assert paused["cost"]["reservedMilliCredits"] <= budget * 1000
    assert 1 <= paused["counts"]["total"] - paused["counts"]["waiting"] < 6

    own_studio.api.post(f"/api/v1/batches/{started['id']}/cancel")
    cancelled = ended(own_studio, started["id"], "CANCELLED")

    counts = cancelled["counts"]
    assert counts["completed"] == 6 - counts["waiting"] >= 1
    assert (
        cancelled["cost"]["chargedMilliCredits"]
        == counts["completed"] * each
        == cancelled["cost"]["reservedMilliCredits"]
    )
    assert [line["status"] for line in results(cancelled)] == ["COMPLETED"] * counts["completed"]
