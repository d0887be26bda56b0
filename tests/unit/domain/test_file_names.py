"""Names of saved files: for people in any script, and in ASCII for every client."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.generations import a_generation

from easel.domain.file_names import archive_name, name_in, picture_name
from easel.domain.request import Origin


@pytest.mark.parametrize(
    ("title", "role", "plain", "exact"),
    [
        ("Linen Shirt", "hero", "linen-shirt-hero-1.png", "linen-shirt-hero-1.png"),
        ("Fähre «Süd»", None, "fahre-sud-1.png", "fähre-süd-1.png"),
        ("Ko\u02bbylak (qizil)", "close_up", "koylak-qizil-close-up-1.png", "ko\u02bbylak-qizil-close-up-1.png"),
        ("Рубашка", "front", "image-front-1.png", "рубашка-front-1.png"),
        ("衬衫", "", "image-1.png", "衬衫-1.png"),
        ("../../etc/passwd\r\nX: 1", None, "etc-passwd-x-1-1.png", "etc-passwd-x-1-1.png"),
        ('a"b;c', None, "a-b-c-1.png", "a-b-c-1.png"),
        ("", None, "image-1.png", "image-1.png"),
    ],
)
def test_a_file_is_named_after_its_product_its_role_and_its_number(
    title: str, role: str | None, plain: str, exact: str
) -> None:
    name = picture_name(title, role, 1, "generated/w/g/i/original.png")

    assert (name.plain, name.exact) == (plain, exact)


def test_the_extension_is_that_of_the_stored_file() -> None:
    assert picture_name("a", None, 3, "generated/w/g/i/preview.webp").plain == "a-3.webp"


def test_a_long_title_is_cut_between_words() -> None:
    name = picture_name("word " * 40, None, 1, "x.png").plain

    assert name == "-".join(["word"] * 12) + "-1.png"
    assert len(picture_name("x" * 500, None, 1, "x.png").plain) == 66


def test_an_archive_is_named_after_the_title() -> None:
    assert archive_name("Fähre").plain == "fahre.zip"
    assert archive_name("Fähre").exact == "fähre.zip"


@pytest.mark.parametrize(
    ("title", "name"), [("CON", "con-images"), ("Lpt1!", "lpt1-images"), ("Con Carne", "con-carne")]
)
def test_an_archive_has_a_name_that_windows_takes(title: str, name: str) -> None:
    assert archive_name(title).plain == archive_name(title).exact == f"{name}.zip"


@pytest.mark.parametrize(("title", "name"), [("Canvas Tote Bag", "canvas-tote-bag"), (None, "a-prompt")])
def test_a_file_of_a_generation_is_named_after_what_it_shows(title: str | None, name: str) -> None:
    generation = a_generation(prompt="A prompt", origin=Origin(title=title))
    image = replace(generation.images[0], shot="solo-front")

    assert name_in(generation, image, "x/original.png").plain == f"{name}-solo-front-1.png"
