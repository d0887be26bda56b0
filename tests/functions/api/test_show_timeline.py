"""/api/v1/admin/generations/{generationId}/...: for those who run the platform, and for nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from easel.ids import new_id

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World


def show(world: World, token: str, generation_id: str, workspace_id: str | None) -> Answer:
    query = f"workspaceId={workspace_id}" if workspace_id else ""
    return world.call("GET", f"/api/v1/admin/generations/{generation_id}/timeline", token=token, query=query)


def test_an_operator_sees_a_generation_of_any_workspace_without_its_prompt(world: World) -> None:
    owner, admin = world.tenant("Acme", credits=10), world.tenant("Platform", key="admin")
    body = {"prompt": "a secret product", "model": "sandbox", "n": 2}
    made = world.call("POST", "/api/v1/generations", token=owner["apiKey"], body=body).json

    answer = show(world, admin["apiKey"], made["id"], owner["workspaceId"])

    assert answer.status == 200
    shown = answer.json
    assert (shown["generationId"], shown["workspaceId"], shown["userId"]) == (
        made["id"],
        owner["workspaceId"],
        owner["userId"],
    )
    assert [image["index"] for image in shown["images"]] == [0, 1]
    assert shown["heldMilliCredits"] == made["price"]["milliCredits"]
    assert (shown["events"][0]["type"], shown["events"][0]["sinceMs"]) == ("submitted", 0)
    assert "secret" not in str(shown)


def test_nobody_else_sees_it_the_owner_of_the_workspace_included(world: World) -> None:
    owner, admin = world.tenant("Acme", credits=10), world.tenant("Platform", key="admin")
    made = world.call(
        "POST", "/api/v1/generations", token=owner["apiKey"], body={"prompt": "x", "model": "sandbox"}
    ).json

    assert show(world, owner["apiKey"], made["id"], owner["workspaceId"]).status == 403
    # Of the operator's own workspace, of an unknown one, and of no possible one.
    for workspace in (None, new_id(), "elsewhere"):
        assert show(world, admin["apiKey"], made["id"], workspace).status == 404


def settle(
    world: World, token: str, generation_id: str, workspace_id: str, reason: str = "The provider lost it."
) -> Answer:
    body = {"workspaceId": workspace_id, "reason": reason}
    return world.call("POST", f"/api/v1/admin/generations/{generation_id}/settle", token=token, body=body)


def test_a_stuck_generation_is_ended_once_and_its_hold_is_free_again(world: World) -> None:
    owner, admin = world.tenant("Acme", credits=10), world.tenant("Platform", key="admin")
    body = {"prompt": "stuck", "model": "seedream-v4", "n": 2}
    made = world.call("POST", "/api/v1/generations", token=owner["apiKey"], body=body).json
    held = world.call("GET", "/api/v1/wallet", token=owner["apiKey"]).json["held"]["milliCredits"]

    faulty = settle(world, admin["apiKey"], made["id"], owner["workspaceId"], reason=" ")
    refused = settle(world, owner["apiKey"], made["id"], owner["workspaceId"])
    elsewhere = settle(world, admin["apiKey"], made["id"], new_id())
    answer = settle(world, admin["apiKey"], made["id"], owner["workspaceId"])
    again = settle(world, admin["apiKey"], made["id"], owner["workspaceId"])

    assert [each.status for each in (faulty, refused, elsewhere, answer, again)] == [400, 403, 404, 200, 409]
    assert (answer.json["status"], answer.json["chargedMilliCredits"]) == ("FAILED", 0)
    wallet = world.call("GET", "/api/v1/wallet", token=owner["apiKey"]).json
    assert held == made["price"]["milliCredits"]
    assert (wallet["held"]["milliCredits"], wallet["available"]["credits"]) == (0, 10)
    assert world.call("GET", "/api/v1/usage/me", token=owner["apiKey"]).json["activeGenerations"]["used"] == 0
