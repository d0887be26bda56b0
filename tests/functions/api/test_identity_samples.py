"""The sample event beside each handler for people, workspaces and keys is one that the function serves."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.folders import FUNCTIONS, api_folder
from tests.support.stored_keys import store_key

from easel.repositories.accounts.users import DynamoUsers
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.dynamodb import DynamoTransactions
from easel.services.ports.accounts import Membership, UserRecord, WorkspaceRecord

if TYPE_CHECKING:
    from tests.functions.api.world import World

WORKSPACE, OWNER, GUEST = (f"019a9f1c-0000-7000-8000-00000000000{letter}" for letter in "abc")
EXPECTED = {
    "read_workspaces": 200,
    "manage_workspaces": 201,
    "manage_members": 201,
    "manage_routing": 200,
    "read_api_keys": 200,
    "manage_api_keys": 201,
    "read_prompt_templates": 200,
    "manage_prompt_templates": 201,
    "sync_users": 200,
    "exchange_telegram": 401,
    "debug_users": 200,
}


def sample(folder: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((FUNCTIONS / api_folder(folder) / "event.json").read_text("utf-8"))
    return event


@pytest.fixture
def inhabited(world: World) -> World:
    """What the samples speak of."""
    client, table, now = world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"], datetime.now(UTC)
    users, workspaces = DynamoUsers(client, table), DynamoWorkspaces(client, table)
    DynamoTransactions(client).commit(
        *users.adding(UserRecord(OWNER, now)),
        *users.adding(UserRecord(GUEST, now)),
        workspaces.adding(WorkspaceRecord(WORKSPACE, "Acme", now)),
        *workspaces.adding_member(Membership(WORKSPACE, OWNER, "owner", now)),
    )
    store_key(client, table, sample("manage_api_keys")["requestContext"]["authorizer"]["lambda"])
    world.set_bot(WORKSPACE)
    return world


@pytest.mark.parametrize(("folder", "status"), EXPECTED.items())
def test_a_function_serves_its_sample(inhabited: World, folder: str, status: int) -> None:
    answer = inhabited._invoke(folder, sample(folder))

    # Nobody can keep a sample of a Telegram sign-in good: it is refused, and refused in order.
    assert answer["statusCode"] == status, answer["body"]
