"""What a gallery can be searched for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generations import a_generation, a_stored_image

from easel.domain.gallery import GallerySearch, Summary, ratio_of, words_of
from easel.domain.generation import Generation
from easel.domain.image_marks import ImageMarks


def made(prompt: str, width: int = 1024, height: int = 1024) -> Generation:
    generation = a_generation(prompt=prompt)
    picture = a_stored_image(width=width, height=height)
    return replace(generation, images=tuple(replace(image, stored=picture) for image in generation.images))


@given(st.text(), st.sampled_from([(1, 1), (1920, 1080), (1, 10_000)]))
def test_a_summary_is_read_as_it_was_written_and_small(prompt: str, size: tuple[int, int]) -> None:
    summary = Summary.of(made(prompt, *size))

    assert Summary.decode(summary.encode()) == summary
    assert len(summary.encode().encode("utf-8", "surrogatepass")) < 500


@given(st.text(max_size=150))
def test_whatever_an_image_is_found_by_its_summary_lets_through(prompt: str) -> None:
    generation = made(prompt)
    for word in words_of(prompt)[:8]:
        search = GallerySearch(words=(word,))
        assert search.finds(generation, generation.images[0], ImageMarks())
        assert search.may_find(Summary.of(generation)) or len(prompt.encode("utf-8", "surrogatepass")) > 200


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [(1024, 1024, "1:1"), (1344, 768, "16:9"), (768, 1344, "9:16"), (1000, 700, "3:2"), (3000, 500, "21:9")],
)
def test_a_picture_has_the_usual_ratio_that_it_is_nearest_to(width: int, height: int, ratio: str) -> None:
    assert ratio_of(made("a fox", width, height).images[0]) == ratio


def test_words_read_the_same_in_every_spelling() -> None:
    assert words_of("A RED fox, a Red-Fox \uff46\uff4f\uff58 straße") == ("a", "red", "fox", "strasse")
