"""Webhooks of the deployed stack: an endpoint, a generation, its events signed and posted, a retry, the log."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
import standardwebhooks
from tests.e2e.conftest import Studio
from tests.support import plain_http
from tests.support.cloud import wait_for

pytestmark = pytest.mark.requirement("M-8", "S002-72", "M-10")


def test_the_end_of_a_generation_is_posted_signed_and_again_after_a_failure(own_studio: Studio) -> None:
    receiver = f"{own_studio.simulator}/_simulator/webhooks/{secrets.token_hex(4)}"
    wanted = {"url": f"{receiver}?status=503&times=1", "eventTypes": ["generation.completed"]}
    made = own_studio.api.post("/api/v1/webhooks", json=wanted)
    assert made.status_code == 201, made.text
    endpoint = made.json()

    generation = own_studio.generate(model="sandbox", prompt="a red fox")

    def posted() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = plain_http.get(receiver).json()["posted"]
        return found if len(found) == 2 else None

    first, second = wait_for(posted, within_seconds=60, what="the event is posted, and again after a failure")
    assert first["body"] == second["body"]
    assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"]
    event = standardwebhooks.Webhook(endpoint["secret"]).verify(second["body"], second["headers"])
    assert (event["type"], event["data"]["id"]) == ("generation.completed", generation["id"])

    def delivered() -> dict[str, Any] | None:
        path = f"/api/v1/webhooks/{endpoint['id']}/deliveries"
        (delivery,) = own_studio.api.get(path).json()["deliveries"]
        if delivery["status"] != "delivered":
            return None
        whole: dict[str, Any] = own_studio.api.get(f"{path}/{delivery['id']}").json()
        return whole

    log = wait_for(delivered, within_seconds=15, what="the log says so")
    assert [attempt["statusCode"] for attempt in log["attemptLog"]] == [503, 204]
    assert endpoint["secret"] not in json.dumps(log)
    assert own_studio.api.delete(f"/api/v1/webhooks/{endpoint['id']}").status_code == 204
