"""Callers without a key: signed with AWS credentials, or from the team's own networks, as those of seed 004 are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.functions.api.harness import Answer, http_event
from tests.functions.api.world import World, route_of
from tests.functions.api.world import world as running
from tests.support.emulator import Emulator
from tests.support.issuer import Issuer

ROLE = "AROAEXAMPLEEXAMPLE123"
SERVER, STRANGER = "203.0.113.7", "198.51.100.9"
OLD_BODY = {"contentItemId": "unknown", "title": "Watering in July"}
SIGNED = "/internal/api/images/generate"


@pytest.fixture(scope="module")
def world(emulator: Emulator, issuer: Issuer) -> Iterator[World]:
    with running(emulator, issuer) as found:
        found.environment["INTERNAL_NETWORKS"] = "203.0.113.0/28,2001:db8:1::/48"
        yield found


@pytest.fixture(scope="module")
def owner(world: World) -> dict[str, Any]:
    owner = world.tenant("Internal", credits=100)
    for sender in (ROLE, "network"):
        world.run(
            "operator/bind_sender",
            {"senderId": sender, "workspaceId": owner["workspaceId"], "userId": owner["userId"]},
        )
    return owner


def signed(world: World, method: str, path: str, user_id: str | None = f"{ROLE}:a-session", body: Any = None) -> Answer:
    """A request as API Gateway passes it on once it has checked the signature; without one if there is no user."""
    event = http_event(method, path, body=body, authorizer=None)
    if user_id is not None:
        iam = {"accessKey": "ASIAEXAMPLE", "accountId": "123456789012", "callerId": user_id, "userId": user_id}
        iam["userArn"] = "arn:aws:sts::123456789012:assumed-role/articles/a-session"
        event["requestContext"]["authorizer"] = {"iam": iam}
    return Answer.of(world._invoke(route_of(method, path).function, event))


def bare(world: World, method: str, path: str, *, address: str = SERVER, **options: Any) -> Answer:
    """A request without a credential from this address."""
    event = http_event(method, path, authorizer=None, **options)
    event["requestContext"]["http"]["sourceIp"] = address
    context = world._invoke("authorize_request", event)["context"]
    event["requestContext"]["authorizer"] = {"lambda": context}
    return Answer.of(world._invoke(route_of(method, path).function, event))


@pytest.mark.requirement("S004-44")
def test_a_signed_request_is_one_of_the_member_that_an_operator_bound_its_signer_to(
    world: World, owner: dict[str, Any]
) -> None:
    made = signed(world, "POST", SIGNED, body={"contentItemId": "post-1", "title": "Herbs"})

    assert made.status == 202, made.json
    versions = world.call("GET", "/api/v1/content-items/post-1/images", token=owner["apiKey"]).json["images"]
    assert [one["imageUrl"] for one in versions] == [made.json["imageUrl"]]
    gone = signed(world, "DELETE", f"/internal/api/images/{made.json['id']}")
    assert gone.status == 409, "it is being made"


@pytest.mark.parametrize("user_id", [None, "", "AROASOMEBODYELSE:x", "AIDASOMEBODY"])
def test_nobody_else_signs_in(world: World, owner: dict[str, Any], user_id: str | None) -> None:
    assert owner
    assert signed(world, "POST", SIGNED, user_id, OLD_BODY).status == 401


def test_a_signer_that_cannot_be_looked_up_is_told_to_try_again(
    world: World, owner: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise RuntimeError("away")

    assert owner
    monkeypatch.setattr("easel.repositories.accounts.senders.DynamoSenders.find", away)

    assert signed(world, "POST", SIGNED, body=OLD_BODY).status == 503


@pytest.mark.requirement("S004-49", "S004-59")
def test_the_old_callers_need_no_credential_in_their_own_network(world: World, owner: dict[str, Any]) -> None:
    made = bare(world, "POST", "/api/images/generate", body=OLD_BODY)
    second = bare(world, "POST", "/generate", body={"prompt": "Herbs on a balcony", "title": "Herbs"})

    assert (made.status, second.status) == (202, 202)
    assert made.json["imageUrl"].startswith("https://easel.example/media/draft-images/unknown/hero-")
    assert bare(world, "DELETE", f"/api/images/{made.json['id']}").status == 409
    listed = world.call("GET", "/api/v1/generations", token=owner["apiKey"]).json["generations"]
    assert len(listed) >= 2


@pytest.mark.parametrize(
    ("method", "path", "address"),
    [
        ("POST", "/api/images/generate", STRANGER),
        ("POST", "/api/images/generate", ""),
        ("POST", "/api/images/generate", "2001:db8:2::1"),
        ("POST", "/api/v1/images", SERVER),
        ("POST", "/api/v1/generations", SERVER),
        ("GET", "/api/v1/wallet", SERVER),
        ("GET", "/api/v1/content-items/post-1/images", SERVER),
    ],
)
def test_everywhere_else_a_credential_is_needed(
    world: World, owner: dict[str, Any], method: str, path: str, address: str
) -> None:
    assert owner
    assert bare(world, method, path, address=address, body=OLD_BODY if method == "POST" else None).status == 401


def test_a_wrong_credential_is_not_made_good_by_the_network(world: World, owner: dict[str, Any]) -> None:
    assert owner
    answer = bare(world, "POST", "/api/images/generate", body=OLD_BODY, headers={"Authorization": "Bearer nonsense"})

    assert answer.status == 401


def test_without_a_binding_the_network_opens_nothing(world: World, owner: dict[str, Any]) -> None:
    world.run("operator/bind_sender", {"senderId": "network", "unbind": True})
    try:
        assert bare(world, "POST", "/api/images/generate", body=OLD_BODY).status == 401
    finally:
        bound = {"senderId": "network", "workspaceId": owner["workspaceId"], "userId": owner["userId"]}
        world.run("operator/bind_sender", bound)


def test_the_bots_upload_needs_no_credential_in_its_own_network(world: World, owner: dict[str, Any]) -> None:
    """Its client sends none; whoever sends no picture is told so, which is past the credential."""
    assert owner
    answer = bare(world, "POST", "/api/v1/media/upload", body={})
    assert answer.status not in {401, 403}
    assert bare(world, "POST", "/api/v1/media/upload", body={}, address=STRANGER).status == 401
