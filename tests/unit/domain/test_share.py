"""Tokens and passwords of links for people without an account."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.share import (
    Share,
    ShareToken,
    decode_share_token,
    hash_of_secret,
    hash_password,
    is_password,
    new_secret,
)
from easel.ids import image_id, new_generation_id, new_id

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def a_share(**changes: object) -> Share:
    values = {"id": new_id(), "workspace_id": new_id(), "target_id": new_id(), "secret_hash": "", "created_by": "u"}
    return Share(**{**values, "created_at": NOW, "ends_at": NOW, **changes})  # type: ignore[arg-type]  # by name


@given(st.binary(min_size=16, max_size=16))
def test_a_token_opens_the_link_of_its_secret_only(secret: bytes) -> None:
    token = ShareToken(new_id(), new_id(), secret)

    read = decode_share_token(token.encode())

    assert read == token
    assert token.opens(a_share(secret_hash=hash_of_secret(secret)))
    assert not token.opens(a_share(secret_hash=hash_of_secret(new_secret())))


@given(st.text())
def test_no_text_breaks_the_reading_of_a_token(text: str) -> None:
    found = decode_share_token(text)

    assert found is None or found.encode() == text


@pytest.mark.parametrize("password", ["correct horse", "päss wörd", "\ud800lone", "密码密码密码"])
def test_a_password_is_recognised_and_no_other(password: str) -> None:
    stored = hash_password(password)

    assert is_password(password, stored)
    assert not is_password(password + "x", stored)
    assert stored != hash_password(password)


def test_the_same_characters_are_the_same_password() -> None:
    assert is_password("pa\u0308ssword", hash_password("p\u00e4ssword"))


def test_a_link_knows_the_generation_of_its_image() -> None:
    generation = new_generation_id()

    assert a_share(target_id=image_id(generation, 3)).generation_id == generation
    assert a_share(target_id=image_id(generation, 3)).image_index == 3
    assert a_share(target_id=generation).generation_id == generation
    assert a_share(target_id=generation).image_index is None
