"""People in the table: made once, found by their names, listed by age."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contract.repositories.conftest import Core, shown
from tests.support.generations import NOW

from easel.domain.identities import TelegramIdentity, TelegramProfile
from easel.errors import NotFound, StaleWrite
from easel.ids import new_id
from easel.services.ports.accounts import UserRecord

PROFILE = TelegramProfile(279058397, "ada", "Ada", "Lovelace", "en")
BOT = "019a9f1c-0000-7000-8000-00000000000a"


def a_user(seconds: int = 0, **changes: object) -> UserRecord:
    return replace(UserRecord(new_id(), NOW + timedelta(seconds=seconds)), **changes)  # type: ignore[arg-type] # by name


@pytest.mark.parametrize("user", [a_user(), a_user(name="Ada"), a_user(profile=PROFILE)])
def test_a_user_comes_back_as_they_were_added(core: Core, user: UserRecord) -> None:
    core.commit(*core.users.adding(user))

    assert core.users.get(user.user_id) == user


def test_a_user_is_added_once(core: Core) -> None:
    user = a_user(name="Ada")
    core.commit(*core.users.adding(user))

    with pytest.raises(StaleWrite):
        core.commit(*core.users.adding(replace(user, name="Eve", created_at=NOW + timedelta(days=1))))

    assert core.users.get(user.user_id) == user
    assert shown(core.users.newest(limit=10, after=None)) == ([user], None)


def test_a_profile_is_replaced_as_a_whole(core: Core) -> None:
    user, later = a_user(profile=PROFILE), NOW + timedelta(hours=1)
    core.commit(*core.users.adding(user))

    changed = core.users.update_profile(user.user_id, TelegramProfile(PROFILE.telegram_id, first_name="A."), later)

    assert changed == replace(user, profile=TelegramProfile(PROFILE.telegram_id, first_name="A."), updated_at=later)
    assert core.users.get(user.user_id) == changed


def test_a_profile_of_nobody_is_not_made(core: Core) -> None:
    assert core.users.update_profile(new_id(), PROFILE, NOW) is None
    assert core.items() == []


def test_a_transaction_can_insist_that_a_user_is_there(core: Core) -> None:
    user, other = a_user(), a_user()
    core.commit(*core.users.adding(user))

    core.commit(core.users.existing(user.user_id), *core.users.adding(other))

    with pytest.raises(NotFound):
        core.commit(core.users.existing(new_id()), *core.users.adding(a_user()))
    assert len(shown(core.users.newest(limit=10, after=None))[0]) == 2


def test_a_bot_knows_whom_it_brought_and_nobody_else(core: Core) -> None:
    identity = TelegramIdentity(BOT, PROFILE.telegram_id)
    core.commit(core.users.adding_telegram(identity, NOW))

    assert core.users.knows_telegram(identity)
    assert not core.users.knows_telegram(replace(identity, telegram_id=1))
    assert not core.users.knows_telegram(replace(identity, bot_workspace_id=new_id()))
    with pytest.raises(StaleWrite):
        core.commit(core.users.adding_telegram(identity, NOW))


def test_users_are_listed_newest_first_page_by_page(core: Core) -> None:
    users = [a_user(seconds) for seconds in range(5)]
    for user in users:
        core.commit(*core.users.adding(user))

    seen: list[UserRecord] = []
    after = None
    while True:
        page, after = shown(core.users.newest(limit=2, after=after))
        assert len(page) <= 2
        seen += page
        if after is None:
            break

    assert seen == users[::-1]


def test_a_sign_in_remembers_when_it_was_first_used(core: Core) -> None:
    later = NOW + timedelta(minutes=5)

    assert core.init_data.first_use("a" * 64, NOW, NOW + timedelta(hours=1)) == NOW
    assert core.init_data.first_use("a" * 64, later, later + timedelta(hours=1)) == NOW
    assert core.init_data.first_use("b" * 64, later, later + timedelta(hours=1)) == later
    first, second = sorted(core.items(), key=lambda item: str(item["usedAt"]))
    assert first["expiresAt"] == int((NOW + timedelta(hours=1)).timestamp())
    assert second["expiresAt"] == int((later + timedelta(hours=1)).timestamp())
