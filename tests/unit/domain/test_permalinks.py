"""Permalinks read back, and none can be guessed or bent to another picture."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generations import GENERATION_ID, WORKSPACE_ID

from easel.domain.permalinks import PermalinkToken, decode_permalink, encode_permalink, new_permalink_secret
from easel.ids import image_id

SECRET = "00112233445566778899"
IMAGE_ID = image_id(GENERATION_ID, 3)
TOKEN = encode_permalink(WORKSPACE_ID, IMAGE_ID, SECRET)

ids = st.uuids().map(str)
permalink_secrets = st.binary(min_size=10, max_size=10).map(bytes.hex)


@pytest.mark.requirement("X-14")
@given(ids, ids, permalink_secrets)
def test_a_token_reads_back(workspace_id: str, image: str, secret: str) -> None:
    token = encode_permalink(workspace_id, image, secret)

    decoded = decode_permalink(token)

    assert decoded == PermalinkToken(workspace_id, image, secret)
    assert decoded.matches(secret)


@given(ids, ids, permalink_secrets)
def test_a_token_is_short_and_fits_into_an_address_as_it_is(workspace_id: str, image: str, secret: str) -> None:
    token = encode_permalink(workspace_id, image, secret)

    assert len(token) == 56
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("position", range(42))
def test_tampering_with_any_byte_is_noticed(position: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN))
    for bit in range(8):
        bent = raw.copy()
        bent[position] ^= 1 << bit
        decoded = decode_permalink(base64.urlsafe_b64encode(bent).decode())

        # The ids lead to another picture, or the secret is not this picture's.
        assert decoded is not None
        assert (decoded.workspace_id, decoded.image_id) != (WORKSPACE_ID, IMAGE_ID) or not decoded.matches(SECRET)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_without_an_error(text: str) -> None:
    decoded = decode_permalink(text)

    if decoded is not None:
        assert encode_permalink(decoded.workspace_id, decoded.image_id, decoded.secret) == text


@pytest.mark.parametrize(
    "token",
    ["", TOKEN[:-1], TOKEN[:-4], TOKEN + "AAAA", TOKEN + "=", f" {TOKEN}", TOKEN[:-1] + "+", TOKEN[:-1] + "é"],
    ids=["empty", "one short", "shorter", "longer", "padded", "space", "other alphabet", "not ascii"],
)
def test_text_of_another_form_is_refused(token: str) -> None:
    assert decode_permalink(token) is None


def test_secrets_are_80_random_bits() -> None:
    made = {new_permalink_secret() for _ in range(100)}

    assert len(made) == 100
    assert {len(bytes.fromhex(secret)) for secret in made} == {10}
