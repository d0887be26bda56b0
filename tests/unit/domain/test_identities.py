"""Ids that follow from names: always the same, never shared."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.identities import (
    TELEGRAM_ID_LIMIT,
    TelegramIdentity,
    names_of,
    personal_workspace,
    read_telegram_alias,
    read_telegram_id,
    user_among,
    user_of_token,
)

BOT = "019a9f1c-0000-7000-8000-00000000000a"


@pytest.mark.requirement("S002-6", "X-2")
def test_ids_never_change() -> None:
    """Wallets and pictures are stored under them: another value would be another person."""
    assert user_of_token("https://id.example.com/", "ada") == "b68f1735-67d6-5308-ac37-c223731a379f"
    assert personal_workspace(user_of_token("https://id.example.com/", "ada")) == "495105da-6689-5bff-9132-06aa1fd81130"
    identity = TelegramIdentity(BOT, 279058397)
    assert identity.user_id == "ba287868-6ce1-56ff-9401-0f692a0b8a24"
    assert identity.workspace_id == "ede8766e-a2d5-5261-a378-c6c3fbb07341"


@given(st.text(), st.text())
def test_ids_are_uuids_and_a_workspace_is_not_its_user(issuer: str, subject: str) -> None:
    user = user_of_token(issuer, subject)
    assert str(UUID(user)) == user
    assert str(UUID(personal_workspace(user))) != user


def test_different_people_have_different_ids() -> None:
    people = [
        user_of_token("https://a.example/", "1"),
        user_of_token("https://b.example/", "1"),
        user_of_token("https://a.example/", "2"),
        TelegramIdentity(BOT, 1).user_id,
        TelegramIdentity(BOT, 2).user_id,
        TelegramIdentity("019a9f1c-0000-7000-8000-00000000000b", 1).user_id,
        user_of_token(BOT, "1"),
    ]
    assert len(set(people)) == len(people)


def test_the_names_of_a_person_lead_back_to_them() -> None:
    identity = TelegramIdentity(BOT, 7)
    assert identity.names == (f"user:{identity.user_id}", "telegram:7")
    assert user_among(identity.names) == identity.user_id
    assert names_of("ada") == ("user:ada",)
    assert user_among(("telegram:7",)) is None
    assert user_among(()) is None


@pytest.mark.parametrize("text", ["1", "279058397", str(TELEGRAM_ID_LIMIT - 1)])
def test_a_telegram_id_is_read(text: str) -> None:
    assert read_telegram_id(text) == int(text)
    assert read_telegram_alias(f"telegram:{text}") == int(text)


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", " 1", "1 ", "01", "1.0", "1e3", "\u0661", "ada", str(TELEGRAM_ID_LIMIT), "9" * 50]
)
def test_what_telegram_cannot_have_given_is_no_id(text: str) -> None:
    assert read_telegram_id(text) is None
    assert read_telegram_alias(f"telegram:{text}") is None


@pytest.mark.parametrize("text", ["1", "Telegram:1", "telegram:telegram:1", "user:1", "telegram"])
def test_an_alias_says_what_it_is(text: str) -> None:
    assert read_telegram_alias(text) is None
