"""Numbers with what they count."""

from __future__ import annotations

import pytest

from easel.domain.counting import counted


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 images"),
        (1, "1 image"),
        (1.0, "1 image"),
        (1.5, "1.5 images"),
        (2, "2 images"),
        (1234567, "1234567 images"),
    ],
)
def test_only_one_is_singular(number: float, words: str) -> None:
    assert counted(number, "image") == words


@pytest.mark.parametrize(("number", "words"), [(1, "1 entry"), (0, "0 entries"), (3, "3 entries")])
def test_a_plural_without_a_plain_s_is_given(number: float, words: str) -> None:
    assert counted(number, "entry", "entries") == words
