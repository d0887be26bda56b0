"""Cursors cannot be forged, moved or replayed elsewhere; page numbers end where reading gets expensive."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.errors import InvalidCursor, InvalidRequest
from easel.http.pagination import CursorSigner, Listing, PageRequest

SIGNER = CursorSigner(lambda: b"key")
LISTING = Listing(SIGNER, "workspace", "generations:all")


def ask(limit: int | None = None, page: int | None = None, cursor: str | None = None) -> PageRequest:
    return LISTING.page_request(limit=limit, page=page, cursor=cursor)


@given(after=st.text(min_size=1), owner=st.text(), query=st.text())
def test_a_cursor_leads_back_to_its_key(after: str, owner: str, query: str) -> None:
    cursor = SIGNER.sign(after, owner=owner, query=query)

    if len(cursor) < 2048:
        assert SIGNER.read(cursor, owner=owner, query=query) == after


@given(position=st.integers(0, 200), replacement=st.characters())
def test_a_cursor_with_any_character_changed_is_refused(position: int, replacement: str) -> None:
    cursor = SIGNER.sign("GEN#1", owner="workspace", query="q")
    position %= len(cursor)
    changed = cursor[:position] + replacement + cursor[position + 1 :]

    if changed != cursor:
        with pytest.raises(InvalidCursor):
            SIGNER.read(changed, owner="workspace", query="q")


def test_a_cursor_has_one_spelling() -> None:
    cursor = SIGNER.sign("GEN#1", owner="workspace", query="q")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    # 32 bytes fill 42.7 characters: the last one has bits that decoding drops.
    for last in set(alphabet + "=") - {cursor[-1]}:
        with pytest.raises(InvalidCursor):
            SIGNER.read(cursor[:-1] + last, owner="workspace", query="q")


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        SIGNER.read(text, owner="workspace", query="q")


@pytest.mark.parametrize(("owner", "query"), [("another", "q"), ("workspace", "another"), ("workspace", "")])
def test_a_cursor_works_for_its_owner_and_query_only(owner: str, query: str) -> None:
    cursor = SIGNER.sign("GEN#1", owner="workspace", query="q")

    with pytest.raises(InvalidCursor):
        SIGNER.read(cursor, owner=owner, query=query)


def test_a_cursor_signed_with_another_key_is_refused() -> None:
    forged = CursorSigner(lambda: b"another key").sign("GEN#1", owner="workspace", query="q")

    with pytest.raises(InvalidCursor):
        SIGNER.read(forged, owner="workspace", query="q")


def test_a_cursor_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easel.http.pagination._VERSION", 2)
    newer = SIGNER.sign("GEN#1", owner="workspace", query="q")
    monkeypatch.undo()

    with pytest.raises(InvalidCursor):
        SIGNER.read(newer, owner="workspace", query="q")


def test_a_cursor_does_not_carry_the_partition() -> None:
    payload = SIGNER.sign("GEN#1", owner="workspace", query="q").partition(".")[0]
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    assert said == {"v": 1, "o": "workspace", "q": "q", "a": "GEN#1"}


def test_the_key_is_not_asked_for_without_a_cursor() -> None:
    def unreachable() -> bytes:
        raise AssertionError("nobody needs the key")

    listing = Listing(CursorSigner(unreachable), "workspace", "q")

    assert listing.page_request(limit=None, page=None, cursor=None) == PageRequest(10, page=1)
    assert listing.next_cursor(None) is None


@pytest.mark.parametrize(("limit", "page"), [(1, 1000), (10, 100), (100, 10), (7, 142)])
def test_page_numbers_reach_the_thousandth_item(limit: int, page: int) -> None:
    assert ask(limit, page) == PageRequest(limit, page=page)
    with pytest.raises(InvalidRequest, match="use cursor"):
        ask(limit, page + 1)


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask(limit)

    assert refused.value.fields[0].allowed == {"minimum": 1, "maximum": 100}
