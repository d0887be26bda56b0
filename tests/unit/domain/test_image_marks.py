"""Favourites and tags: one spelling for what reads the same, and changes that may be repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.image_marks import LONGEST_TAG, ImageMarks, MarkChange, read_tag

TAGS = st.frozensets(st.sampled_from("abcdef"), max_size=4)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        pytest.param("Fox", "fox", id="upper case"),
        pytest.param("  red \t fox ", "red fox", id="blanks"),
        pytest.param("e\u0301te\u0301", "\u00e9t\u00e9", id="combining accents"),
        pytest.param("a#b/c", "a#b/c", id="signs that keys use"),
        pytest.param("x" * LONGEST_TAG, "x" * LONGEST_TAG, id="the longest"),
    ],
)
def test_a_tag_has_one_spelling(text: str, tag: str) -> None:
    assert read_tag(text) == tag
    assert read_tag(tag) == tag


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \u200b", id="nothing to see"),
        pytest.param("x" * (LONGEST_TAG + 1), id="too long"),
        pytest.param("a\x00b", id="control character"),
    ],
)
def test_what_cannot_be_a_tag_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no tag"):
        read_tag(text)


MARKS = st.builds(ImageMarks, st.booleans(), TAGS.map(lambda tags: tuple(sorted(tags))))
CHANGES = st.builds(MarkChange, st.none() | st.booleans(), TAGS, TAGS)


@given(MARKS, CHANGES)
def test_a_repeated_change_changes_nothing(before: ImageMarks, change: MarkChange) -> None:
    marks = change.of(before)

    assert change.of(marks) == marks
    assert set(marks.tags) == ({*before.tags} | change.add_tags) - change.remove_tags
    assert marks.favourite == (before.favourite if change.favourite is None else change.favourite)
