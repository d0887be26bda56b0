"""API keys in the table: a key opens its workspace, is stored only as a hash, and ends in both of its places."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contract.repositories.conftest import Core, shown
from tests.support.generations import NOW, WORKSPACE_ID

from easel.domain.api_keys import hint_of, new_api_key
from easel.domain.identities import TelegramIdentity
from easel.domain.request import Channel
from easel.errors import StaleWrite
from easel.ids import new_id
from easel.repositories.accounts import keys
from easel.repositories.accounts.api_keys import hash_api_key
from easel.repositories.attribute_values import to_item
from easel.services.ports.accounts import ApiKeyRecord

API_KEY = new_api_key(WORKSPACE_ID)
RECORD = ApiKeyRecord(
    key_id=new_id(),
    key_hash=hash_api_key(API_KEY),
    hint=hint_of(API_KEY),
    name="the bot's key",
    workspace_id=WORKSPACE_ID,
    user_id=new_id(),
    roles=frozenset({"owner"}),
    scopes=frozenset({"generations:read", "generations:write"}),
    channel=Channel.TELEGRAM,
    created_at=NOW,
    budget_keys=("key-1", "key-0"),
)
PERSON = TelegramIdentity(WORKSPACE_ID, 279058397)


@pytest.mark.parametrize("record", [RECORD, replace(RECORD, valid_until=NOW + timedelta(days=1), plan="tiered")])
def test_a_key_leads_to_its_record_and_its_workspace_lists_it(core: Core, record: ApiKeyRecord) -> None:
    core.commit(*core.api_keys.adding(record))

    assert core.api_keys.find(API_KEY) == record
    assert core.api_keys.get(WORKSPACE_ID, record.key_id) == record
    assert shown(core.api_keys.list(WORKSPACE_ID, limit=5, after=None)) == ([record], None)


def test_a_key_that_was_stored_without_a_chain_of_budgets_is_limited_by_its_own(core: Core) -> None:
    core.commit(*core.api_keys.adding(RECORD))
    core.client.update_item(
        TableName=core.table, Key=to_item(keys.api_key(RECORD.key_hash)), UpdateExpression="REMOVE budgetKeys"
    )

    assert core.api_keys.find(API_KEY) == replace(RECORD, budget_keys=(RECORD.key_id,))


OTHER_TEXTS = {
    "empty": "",
    "cut short": API_KEY[:-1],
    "too long": API_KEY + "x",
    "upper case": API_KEY.upper(),
    "without its prefix": API_KEY[3:],
    "a part of our keys": "APIKEY#",
    "other letters": "ключ",
}


@pytest.mark.parametrize("text", OTHER_TEXTS.values(), ids=OTHER_TEXTS.keys())
def test_any_other_text_leads_nowhere(core: Core, text: str) -> None:
    core.commit(*core.api_keys.adding(RECORD))

    assert core.api_keys.find(text) is None


def test_the_secret_of_a_key_lies_nowhere_in_the_table(core: Core) -> None:
    core.commit(*core.api_keys.adding(RECORD))

    stored = json.dumps(core.items())

    secret = API_KEY[-43:-4]
    assert RECORD.key_id in stored
    assert not [start for start in range(len(secret) - 6) if secret[start : start + 6] in stored]


def test_nothing_is_added_over_what_is_there(core: Core) -> None:
    core.commit(*core.api_keys.adding(RECORD))

    with pytest.raises(StaleWrite):
        core.commit(*core.api_keys.adding(replace(RECORD, workspace_id=new_id(), key_id=new_id())))

    assert core.api_keys.find(API_KEY) == RECORD


def test_another_workspace_does_not_find_it(core: Core) -> None:
    core.commit(*core.api_keys.adding(RECORD))

    assert core.api_keys.get(new_id(), RECORD.key_id) is None
    assert shown(core.api_keys.list(new_id(), limit=5, after=None)) == ([], None)


def test_a_key_ends_in_both_places(core: Core) -> None:
    core.commit(*core.api_keys.adding(RECORD))
    end = NOW + timedelta(hours=24)

    core.commit(*core.api_keys.ending(RECORD, valid_until=end))
    assert core.api_keys.find(API_KEY) == replace(RECORD, valid_until=end)
    core.commit(*core.api_keys.ending(RECORD, revoked_at=NOW))

    ended = replace(RECORD, valid_until=end, revoked_at=NOW)
    assert core.api_keys.find(API_KEY) == ended
    assert core.api_keys.get(WORKSPACE_ID, RECORD.key_id) == ended


def test_a_revoked_key_cannot_be_given_more_time(core: Core) -> None:
    core.commit(*core.api_keys.adding(RECORD))
    core.commit(*core.api_keys.ending(RECORD, revoked_at=NOW))

    with pytest.raises(StaleWrite):
        core.commit(*core.api_keys.ending(RECORD, valid_until=NOW + timedelta(days=1)))


def test_keys_are_listed_newest_first_page_by_page(core: Core) -> None:
    records = []
    for number in range(5):
        text = new_api_key(WORKSPACE_ID)
        record = replace(RECORD, key_id=new_id(), key_hash=hash_api_key(text), hint=hint_of(text), name=str(number))
        core.commit(*core.api_keys.adding(record))
        records.append(record)
    expected = sorted(records, key=lambda record: record.key_id, reverse=True)

    first, after = shown(core.api_keys.list(WORKSPACE_ID, limit=3, after=None))
    rest, end = shown(core.api_keys.list(WORKSPACE_ID, limit=3, after=after))

    assert [*first, *rest] == expected
    assert end is None


def test_a_key_and_the_person_it_acts_for_are_one_read(core: Core) -> None:
    stranger = replace(PERSON, telegram_id=1)
    core.commit(*core.api_keys.adding(RECORD), core.users.adding_telegram(PERSON, NOW))

    assert core.api_keys.find_for_telegram(API_KEY, PERSON) == (RECORD, True)
    assert core.api_keys.find_for_telegram(API_KEY, stranger) == (RECORD, False)
    assert core.api_keys.find_for_telegram("ek_unknown", PERSON) == (None, True)
    assert core.api_keys.find_for_telegram("ek_unknown", stranger) == (None, False)
