"""Long texts are stored in fewer bytes, and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.compression import compressed, decompressed

texts = st.text() | st.text(alphabet="ab ", min_size=513, max_size=2_000) | st.text(min_size=400, max_size=800)


@given(texts)
def test_a_text_comes_back_and_never_takes_more_bytes(text: str) -> None:
    stored = compressed(text)
    size = len(stored) if isinstance(stored, bytes) else len(stored.encode("utf-8", "surrogatepass"))

    assert decompressed(stored) == text
    assert size <= len(text.encode("utf-8", "surrogatepass"))


def test_a_long_text_that_repeats_itself_is_compressed_and_a_short_one_is_not() -> None:
    assert isinstance(compressed("a red fox " * 100), bytes)
    assert compressed("a red fox " * 10) == "a red fox " * 10


@pytest.mark.parametrize("value", [b"", b"not compressed", compressed("a red fox " * 100)[:-5], 7, None, {"a": 1}])
def test_anything_else_is_an_error_that_callers_expect(value: object) -> None:
    with pytest.raises(ValueError, match="no compressed text"):
        decompressed(value)
