"""Who is calling, on the deployed stack: people by the user pool's tokens, bots, Mini Apps, keys that come and go."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.support.cloud import REPOSITORY, LocalCloud, wait_for
from tests.support.mini_app import init_data


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    file = REPOSITORY / os.environ.get("EASEL_DIR", ".easel") / "local.json"
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


@pytest.fixture
def anybody(cloud: LocalCloud) -> Iterator[httpx.Client]:
    with cloud.anonymous_api() as client:
        yield client


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **more}


@pytest.fixture
def telegram_id() -> int:
    return 1 + secrets.randbelow(2**50)


@pytest.mark.requirement("S000-59", "S002-54", "S003-64", "X-1")
def test_people_of_the_user_pool_are_known_and_have_credits(anybody: httpx.Client, record: dict[str, Any]) -> None:
    user = anybody.get("/api/v1/me", headers=bearer(record["userToken"])).json()
    admin = anybody.get("/api/v1/me", headers=bearer(record["adminToken"])).json()

    assert (user["role"], user["user"]["name"]) == ("owner", "user@demo.example")
    assert "debug:read" not in user["scopes"]
    assert "debug:read" in admin["scopes"]
    assert user["workspaceId"] != admin["workspaceId"]
    wish = {"prompt": "a fox", "model": "seedream-v4"}
    assert anybody.post("/api/v1/generations", headers=bearer(record["userToken"]), json=wish).status_code == 202


@pytest.mark.requirement("S000-59")
@pytest.mark.parametrize("form", ["{head}.{other_body}.{signature}", "{head}.{body}.", "{head}.{body}", "nonsense"])
def test_a_token_that_was_touched_opens_nothing(anybody: httpx.Client, record: dict[str, Any], form: str) -> None:
    head, body, signature = record["userToken"].split(".")
    other_body = record["adminToken"].split(".")[1]

    token = form.format(head=head, body=body, other_body=other_body, signature=signature)
    answer = anybody.get("/api/v1/me", headers=bearer(token))

    assert (answer.status_code, answer.json()["detail"]) == (401, "Invalid or expired token")


@pytest.mark.requirement("X-33", "S003-108")
def test_users_are_for_operators_to_see(anybody: httpx.Client, record: dict[str, Any]) -> None:
    assert anybody.get("/api/v1/debug/users", headers=bearer(record["userToken"])).status_code == 403
    assert anybody.get("/api/v1/debug/users?limit=1", headers=bearer(record["adminToken"])).status_code == 200


@pytest.mark.requirement("S001-11", "S001-12", "S001-13", "S001-27", "X-24")
def test_a_bot_brings_a_person_who_spends_their_trial(
    anybody: httpx.Client, record: dict[str, Any], telegram_id: int
) -> None:
    bot = record["botApiKey"]
    first = anybody.post("/api/v1/users/sync", headers=bearer(bot), json={"telegram_id": telegram_id}).json()
    assert (first["created"], first["balance"]["balance"]) == (True, 5.0)

    wish = {"prompt": "a fox", "model": "seedream-v4"}
    acting = bearer(bot, **{"X-Act-As": f"telegram:{telegram_id}"})
    made = anybody.post("/api/v1/generations", headers=acting, json=wish)

    assert made.status_code == 202
    path = f"/api/v1/users/{telegram_id}"
    assert anybody.get(f"{path}/balance", headers=bearer(bot)).json()["balance"] == 4.0
    assert anybody.get(f"{path}/trial", headers=bearer(bot)).json()["status"] == "available"
    assert anybody.get(made.headers["Location"], headers=acting).status_code == 200
    assert anybody.get(made.headers["Location"], headers=bearer(bot)).status_code == 404


@pytest.mark.requirement("X-1")
def test_a_mini_app_that_is_reloaded_keeps_its_session(
    anybody: httpx.Client, record: dict[str, Any], telegram_id: int
) -> None:
    text = init_data(token=record["telegramBotToken"], user=json.dumps({"id": telegram_id, "first_name": "Ada"}))

    first, second = (anybody.post("/api/v1/auth/telegram", json={"initData": text}) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["accessToken"] == second.json()["accessToken"]
    me = anybody.get("/api/v1/me", headers=bearer(first.json()["accessToken"])).json()
    assert (me["user"]["telegramId"], me["channel"]) == (telegram_id, "telegram")


@pytest.mark.requirement("X-1")
def test_a_revoked_key_dies_in_warm_processes_too(anybody: httpx.Client, record: dict[str, Any]) -> None:
    owner = bearer(record["userToken"])
    made = anybody.post("/api/v1/api-keys", headers=owner, json={"name": "soon gone"}).json()
    assert anybody.get("/api/v1/generations", headers=bearer(made["apiKey"])).status_code == 200

    assert anybody.delete(f"/api/v1/api-keys/{made['id']}", headers=owner).status_code == 200

    def refused() -> bool | None:
        return anybody.get("/api/v1/generations", headers=bearer(made["apiKey"])).status_code == 401 or None

    # Half a minute, and what a busy machine adds.
    wait_for(refused, within_seconds=60, what="the key to be refused")
