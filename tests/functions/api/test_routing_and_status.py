"""Whom a workspace prefers, and how the providers are doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from easel.domain.catalogue import Candidate, load_catalogue
from easel.domain.circuits import RULES
from easel.errors import ProviderErrorClass
from easel.repositories.catalogue.circuits import DynamoProviderHealth
from easel.repositories.catalogue.latencies import DynamoLatencies

if TYPE_CHECKING:
    from tests.functions.api.world import World

RETRYABLE, AUTH = ProviderErrorClass.RETRYABLE, ProviderErrorClass.AUTH


@pytest.fixture
def health(world: World) -> DynamoProviderHealth:
    return DynamoProviderHealth(world.emulator.client("dynamodb"), world.environment["EPHEMERAL_TABLE_NAME"])


@pytest.fixture(autouse=True)
def nothing_is_known(world: World) -> None:
    client, table = world.emulator.client("dynamodb"), world.environment["EPHEMERAL_TABLE_NAME"]
    for item in client.scan(TableName=table)["Items"]:
        client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


def providers(world: World) -> dict[str, Any]:
    answer = world.call("GET", "/api/v1/status")
    assert answer.status == 200
    return {provider["name"]: provider for provider in answer.json["providers"]}


def offer(model: str, provider: str) -> Candidate:
    catalogue = load_catalogue()
    found = catalogue.candidate(catalogue.find(model), provider, model)
    assert found is not None
    return found


@pytest.mark.requirement("S002-75")
def test_every_provider_is_well_until_something_is_known(world: World) -> None:
    found = providers(world)

    assert set(found) == set(load_catalogue().providers())
    assert {provider["status"] for provider in found.values()} == {"ok"}


@pytest.mark.requirement("S002-75")
def test_an_open_circuit_is_shown_with_its_reason_and_its_end(world: World, health: DynamoProviderHealth) -> None:
    now = datetime.now(UTC)
    for number in range(RULES[RETRYABLE].failures):
        health.failed(offer("seedream-v4", "wavespeed"), RETRYABLE, now, caller=f"caller-{number}")
    health.failed(offer("gpt-image-2", "openai"), RETRYABLE, now, caller="caller-1")

    found = providers(world)

    (circuit,) = found["wavespeed"]["circuits"]
    assert found["wavespeed"]["status"] == "degraded"
    assert (circuit["model"], circuit["state"], circuit["openedBy"]) == ("seedream-v4", "open", "retryable")
    assert circuit["openUntil"] > circuit["openedAt"]
    (counted,) = found["openai"]["circuits"]
    assert found["openai"]["status"] == "ok"
    assert (counted["state"], counted["failures"]) == ("closed", {"retryable": 1})


def test_what_one_tenant_alone_meets_is_shown_to_nobody_as_the_providers(
    world: World, health: DynamoProviderHealth
) -> None:
    for _ in range(2 * RULES[RETRYABLE].failures):
        health.failed(offer("seedream-v4", "wavespeed"), RETRYABLE, datetime.now(UTC), caller="caller-1")

    (circuit,) = providers(world)["wavespeed"]["circuits"]

    assert (circuit["state"], providers(world)["wavespeed"]["status"]) == ("closed", "ok")
    assert "caller-1" not in str(circuit)


def test_trouble_with_the_account_means_that_the_provider_is_down(world: World, health: DynamoProviderHealth) -> None:
    for number in range(RULES[AUTH].failures):
        google = offer("nano-banana-2.1", "google")
        health.failed(google, AUTH, datetime.now(UTC), caller=f"caller-{number}")

    answer = world.call("GET", "/api/v1/status")

    assert answer.json["status"] == "degraded"
    assert providers(world)["google"]["status"] == "down"


@pytest.mark.requirement("X-37")
def test_a_workspace_prefers_a_provider_until_it_says_otherwise(world: World) -> None:
    tenant = world.tenant()
    path, key = (
        f"/api/v1/workspaces/{tenant['workspaceId']}/routing",
        world.key_with(tenant["workspaceId"], "workspace:read", "workspace:admin"),
    )

    assert world.call("GET", path, token=key).json == {"provider": None, "fallback": None}
    wanted = {"provider": "google", "fallback": "equivalent"}
    assert world.call("PUT", path, token=key, body=wanted).json == wanted
    assert world.call("GET", path, token=key).json == wanted
    assert world.call("PUT", path, token=key, body={}).json == {"provider": None, "fallback": None}


@pytest.mark.parametrize(
    ("body", "field"), [({"provider": "nobody"}, "provider"), ({"fallback": "always"}, "fallback"), ({"x": 1}, "x")]
)
def test_what_there_is_not_cannot_be_preferred(world: World, body: dict[str, Any], field: str) -> None:
    tenant = world.tenant()
    key = world.key_with(tenant["workspaceId"], "workspace:admin")

    answer = world.call("PUT", f"/api/v1/workspaces/{tenant['workspaceId']}/routing", token=key, body=body)

    assert answer.status == 400
    (detail,) = answer.json["error"]["details"]
    assert detail["field"] == field


def test_a_model_tells_how_long_its_images_took_lately(world: World) -> None:
    client, table = world.emulator.client("dynamodb"), world.environment["EPHEMERAL_TABLE_NAME"]
    assert world.call("GET", "/api/v1/models/seedream-v4").json["latency"] is None
    for seconds in (2, 4, 4, 8):
        DynamoLatencies(client, table).record("seedream-v4", timedelta(seconds=seconds), datetime.now(UTC))

    told = world.call("GET", "/api/v1/models/seedream-v4").json["latency"]

    assert told == {"p50Ms": 4_000, "p90Ms": 8_000, "samples": 4}
