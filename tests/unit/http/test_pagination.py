"""Cursors cannot be forged, moved or replayed elsewhere; page numbers end where reading gets expensive."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from easel.errors import InvalidCursor, InvalidRequest
from easel.http.cursors import CursorSigner
from easel.http.pagination import ANSWER_BYTES, Listing, PageRequest
from easel.services.ports.pages import Page
from easel.signing import decode_base64url

SIGNER = CursorSigner(lambda: [b"key"])
NUMBERED = Listing(default=10, maximum=100, takes=frozenset({"cursor", "page"}))
BY_OFFSET = Listing(default=50, maximum=100, takes=frozenset({"offset"}))


def ask(listing: Listing = NUMBERED, **asked: Any) -> PageRequest:
    return listing.of(SIGNER, "workspace", "generations:all").request(**asked)


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
    forged = CursorSigner(lambda: [b"another key"]).sign("GEN#1", owner="workspace", query="q")

    with pytest.raises(InvalidCursor):
        SIGNER.read(forged, owner="workspace", query="q")


def test_a_cursor_does_not_carry_the_partition() -> None:
    raw = decode_base64url(SIGNER.sign("GEN#1", owner="workspace", query="q"))

    assert b"GEN#1" in raw
    assert b"workspace" not in raw


def test_the_key_is_not_asked_for_without_a_cursor() -> None:
    def unreachable() -> list[bytes]:
        raise AssertionError("nobody needs the key")

    pages = NUMBERED.of(CursorSigner(unreachable), "workspace", "q")

    assert pages.request() == PageRequest(10, page=1)
    assert pages.next_cursor(None) is None


@pytest.mark.parametrize(("limit", "page"), [(1, 1000), (10, 100), (100, 10), (7, 142)])
def test_page_numbers_reach_the_thousandth_item(limit: int, page: int) -> None:
    assert ask(limit=limit, page=page) == PageRequest(limit, page=page)
    assert ask(limit=limit, page=page).skip == limit * (page - 1)
    with pytest.raises(InvalidRequest, match="use cursor"):
        ask(limit=limit, page=page + 1)


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask(limit=limit)

    assert refused.value.fields[0].allowed == {"minimum": 1, "maximum": 100}


@pytest.mark.requirement("X-7")
@pytest.mark.parametrize(("limit", "offset"), [(None, 950), (1, 999), (100, 900), (20, 0)])
def test_an_offset_reaches_the_thousandth_item(limit: int | None, offset: int) -> None:
    asked = ask(BY_OFFSET, limit=limit, offset=offset)

    assert (asked.skip, asked.limit) == (offset, limit or 50)
    with pytest.raises(InvalidRequest) as refused:
        ask(BY_OFFSET, limit=limit, offset=1_001 - (limit or 50))
    assert refused.value.fields[0].field == "offset"
    # There is no cursor to go further with.
    assert "cursor" not in refused.value.message


@pytest.mark.requirement("X-7")
def test_each_list_has_its_own_usual_and_largest_page() -> None:
    assert (ask(BY_OFFSET).limit, ask(BY_OFFSET).skip) == (50, 0)
    with pytest.raises(InvalidRequest, match="from 1 to 20"):
        ask(Listing(default=20, maximum=20), limit=21)


@pytest.mark.parametrize(
    ("listing", "asked", "field"),
    [
        (Listing(), {"page": 1}, "page"),
        (Listing(), {"offset": 0}, "offset"),
        (BY_OFFSET, {"cursor": "x"}, "cursor"),
        (NUMBERED, {"cursor": "x", "page": 1}, "page"),
    ],
)
def test_a_way_that_a_list_does_not_take_and_two_ways_at_once_are_refused(
    listing: Listing, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask(listing, **asked)

    assert refused.value.fields[0].field == field


def test_a_cursor_goes_on_where_the_page_before_ended() -> None:
    pages = Listing().of(SIGNER, "workspace", "q")
    cursor = pages.next_cursor("GEN#1")

    assert pages.request(cursor=cursor) == PageRequest(10, after="GEN#1")
    assert pages.request() == PageRequest(10)


class Body(BaseModel):
    text: str


def fit(*texts: str) -> tuple[list[str], str | None]:
    page = Page.of(texts, lambda text: f"at {text[:1]}", more=False)
    bodies, cursor = NUMBERED.of(SIGNER, "w", "q").fit(page, lambda text: Body(text=text))
    after = SIGNER.read(cursor, owner="w", query="q") if cursor else None
    return [body.text[:1] for body in bodies], after


def test_a_page_that_fits_is_shown_whole() -> None:
    assert fit("a", "b") == (["a", "b"], None)
    assert fit() == ([], None)


@pytest.mark.parametrize("sign", ["x", '"', "\\", "\u0001", "é", "🦊"])
def test_a_page_that_does_not_fit_ends_at_the_item_before_and_leads_on_from_there(sign: str) -> None:
    written = len(json.dumps(json.dumps(sign)[1:-1])) - 2
    third = sign * (ANSWER_BYTES // 3 // written)
    shown, after = fit("a" + third, "b" + third, "c" + third, "d" + third)
    assert (shown, after) == (["a", "b"], "at b")


def test_a_single_item_is_shown_however_large_it_is() -> None:
    assert fit("a" * 2 * ANSWER_BYTES, "b") == (["a"], "at a")
