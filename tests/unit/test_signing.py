"""A signed token is read back as it was signed, for its purpose and context, in its time, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.signing import (
    MAX_TOKEN_LENGTH,
    ExpiredToken,
    ForgedToken,
    Signer,
    decode_base64url,
    encode_base64url,
)

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
END = NOW + timedelta(minutes=5)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def signer(*keys: bytes, purpose: str = "test", now: datetime = NOW) -> Signer:
    return Signer(purpose, lambda: keys or (b"key",), lambda: now)


TOKEN = signer().sign(b"payload", "owner", "list", expires_at=END)


@given(payload=st.binary(max_size=400), context=st.lists(st.text(), max_size=4), lasts=st.booleans())
def test_a_token_gives_back_its_payload(payload: bytes, context: list[str], *, lasts: bool) -> None:
    token = signer().sign(payload, *context, expires_at=None if lasts else END)

    assert set(token) <= set(ALPHABET)
    assert signer().verify(token, *context) == payload


@given(position=st.integers(0), replacement=st.characters())
def test_a_token_with_any_character_changed_is_refused(position: int, replacement: str) -> None:
    position %= len(TOKEN)
    changed = TOKEN[:position] + replacement + TOKEN[position + 1 :]

    if changed != TOKEN:
        with pytest.raises(ForgedToken):
            signer().verify(changed, "owner", "list")


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ForgedToken):
        signer().verify(text, "owner", "list")


def test_a_token_has_one_spelling() -> None:
    # For each length of the payload the last character has other bits that decoding drops.
    for length in range(3):
        token = signer().sign(b"x" * length, expires_at=None)
        for other in (token[:-1] + last for last in set(ALPHABET + "=") - {token[-1]}):
            with pytest.raises(ForgedToken):
                signer().verify(other)
        for other in (token + "=", token + "\n", " " + token, token + "A"):
            with pytest.raises(ForgedToken):
                signer().verify(other)


@given(st.binary())
def test_base64url_is_read_as_it_is_written(data: bytes) -> None:
    assert decode_base64url(encode_base64url(data)) == data


def test_a_token_is_bound_to_its_purpose() -> None:
    with pytest.raises(ForgedToken):
        signer(purpose="another").verify(TOKEN, "owner", "list")


@pytest.mark.parametrize(
    "context",
    [
        (),
        ("owner",),
        ("another", "list"),
        ("owner", "another"),
        ("list", "owner"),
        ("ownerlist",),
        ("owner", "list", ""),
        ("", "owner", "list"),
        ('owner", "list',),
    ],
)
def test_a_token_is_bound_to_its_context(context: tuple[str, ...]) -> None:
    with pytest.raises(ForgedToken):
        signer().verify(TOKEN, *context)


def test_purpose_and_context_cannot_be_shifted_into_each_other() -> None:
    with pytest.raises(ForgedToken):
        signer(purpose="test").verify(signer(purpose='test", "a').sign(b"", expires_at=None), "a")


def test_a_token_ends_with_its_time() -> None:
    assert signer(now=END - timedelta(microseconds=1)).verify(TOKEN, "owner", "list") == b"payload"
    for late in (END, END + timedelta(days=365)):
        with pytest.raises(ExpiredToken):
            signer(now=late).verify(TOKEN, "owner", "list")


def test_a_token_without_an_end_lasts() -> None:
    token = signer().sign(b"payload", expires_at=None)

    assert signer(now=datetime(9999, 1, 1, tzinfo=UTC)).verify(token) == b"payload"


def test_an_expired_token_of_somebody_else_is_forged_and_not_expired() -> None:
    with pytest.raises(ForgedToken):
        signer(b"another", now=END).verify(TOKEN, "owner", "list")


def test_any_moment_may_end_a_token() -> None:
    token = signer().sign(b"", expires_at=datetime.max.replace(tzinfo=UTC))

    assert signer().verify(token) == b""


def test_a_token_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easel.signing._VERSION", 2)
    newer = signer().sign(b"", expires_at=None)
    monkeypatch.undo()

    with pytest.raises(ForgedToken):
        signer().verify(newer)


def test_the_first_key_signs_and_all_of_them_verify() -> None:
    old = signer(b"old").sign(b"payload", expires_at=None)
    new = signer(b"new", b"old").sign(b"payload", expires_at=None)

    assert signer(b"new", b"old").verify(old) == b"payload"
    assert signer(b"new").verify(new) == b"payload"
    for token, key in ((old, b"new"), (new, b"old")):
        with pytest.raises(ForgedToken):
            signer(key).verify(token)


def test_further_keys_are_asked_for_only_when_the_first_does_not_fit() -> None:
    def keys() -> object:
        yield b"key"
        raise AssertionError("nobody needs a second key")

    eager = Signer("test", keys, lambda: NOW)  # type: ignore[arg-type]  # an iterator of keys that never gets further

    assert eager.verify(eager.sign(b"payload", expires_at=END)) == b"payload"


def test_a_text_too_long_for_a_token_is_refused_unread() -> None:
    def keys() -> list[bytes]:
        raise AssertionError("nobody needs a key")

    with pytest.raises(ForgedToken):
        Signer("test", keys).verify("A" * (MAX_TOKEN_LENGTH + 4))
