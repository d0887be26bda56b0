"""Workspaces, users and API keys: a key opens its workspace and is stored only as a hash."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contract.repositories.conftest import Core
from tests.support.generations import NOW, WORKSPACE_ID

from easel.domain.generation import Channel
from easel.errors import StaleWrite
from easel.ids import new_id
from easel.services.ports import ApiKeyRecord
from easel.services.provision_workspace import API_KEY_PREFIX

SECRET = "Zq3vX8-secret-part-of-the-key-0123456789_abc"
API_KEY = API_KEY_PREFIX + SECRET
RECORD = ApiKeyRecord(
    key_id=new_id(),
    name="the bot's key",
    workspace_id=WORKSPACE_ID,
    user_id=new_id(),
    roles=frozenset({"owner"}),
    scopes=frozenset({"generations:read", "generations:write"}),
    channel=Channel.TELEGRAM,
)


def test_a_key_leads_to_its_record(core: Core) -> None:
    core.commit(core.accounts.adding_api_key(API_KEY, RECORD, NOW))

    assert core.accounts.find_api_key(API_KEY) == RECORD


def test_the_end_of_a_key_is_kept(core: Core) -> None:
    record = replace(RECORD, valid_until=NOW + timedelta(days=1))
    core.commit(core.accounts.adding_api_key(API_KEY, record, NOW))

    assert core.accounts.find_api_key(API_KEY) == record


@pytest.mark.parametrize("key", ["", API_KEY[:-1], API_KEY + "x", API_KEY.upper(), SECRET, "APIKEY#", "ключ"])
def test_any_other_text_leads_nowhere(core: Core, key: str) -> None:
    core.commit(core.accounts.adding_api_key(API_KEY, RECORD, NOW))

    assert core.accounts.find_api_key(key) is None


def test_the_text_of_a_key_lies_nowhere_in_the_table(core: Core) -> None:
    core.commit(
        core.accounts.adding_workspace(WORKSPACE_ID, "ours", NOW),
        core.accounts.adding_user(RECORD.user_id, "Somebody", NOW),
        core.accounts.adding_member(WORKSPACE_ID, RECORD.user_id, "owner", NOW),
        core.accounts.adding_api_key(API_KEY, RECORD, NOW),
    )

    stored = json.dumps(core.items())

    assert RECORD.key_id in stored
    assert not [start for start in range(len(SECRET) - 8) if SECRET[start : start + 8] in stored]


def test_nothing_is_added_over_what_is_there(core: Core) -> None:
    core.commit(core.accounts.adding_api_key(API_KEY, RECORD, NOW))
    intruder = replace(RECORD, workspace_id=new_id())

    with pytest.raises(StaleWrite):
        core.commit(core.accounts.adding_api_key(API_KEY, intruder, NOW))

    assert core.accounts.find_api_key(API_KEY) == RECORD


def test_workspaces_users_and_members_are_added_once(core: Core) -> None:
    additions = [
        core.accounts.adding_workspace(WORKSPACE_ID, "ours", NOW),
        core.accounts.adding_user(RECORD.user_id, "Somebody", NOW),
        core.accounts.adding_member(WORKSPACE_ID, RECORD.user_id, "owner", NOW),
    ]
    core.commit(*additions)

    for addition in additions:
        with pytest.raises(StaleWrite):
            core.commit(addition)
