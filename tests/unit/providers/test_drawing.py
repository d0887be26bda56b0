"""Drawings of the sandbox and the vendor simulators: what a prompt names can be told apart."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import pytest
from PIL import Image, ImageChops, ImageStat

from easel.providers.drawing.scene import line, scene, shot_of, write_line

SEED: Final = b"seed"
NAMED: Final = (
    "a vase",
    "a tote bag",
    "a mug",
    "a bicycle",
    "a fox",
    "a rose",
    "the city",
    "the sea",
    "a forest",
    "hills",
)
SHOTS: Final = {
    "": "a single canvas tote bag, seen straight from the front",
    "back": "a single canvas tote bag, seen straight from the back",
    "duo": "two identical pieces of canvas tote bag",
    "flat lay": "Flat lay photograph, taken from directly above: one canvas tote bag",
    "close-up": "Macro photograph of a detail of a canvas tote bag",
}


def differ(one: Image.Image, other: Image.Image) -> bool:
    """Whether people would see two pictures: on average a pixel is off by more than a shade."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) > 3


def test_the_same_words_and_seed_draw_the_same_picture() -> None:
    assert scene("a red fox", SEED, 200, 120).tobytes() == scene("a red fox", SEED, 200, 120).tobytes()


def test_what_is_named_is_drawn() -> None:
    pictures = [scene(prompt, SEED, 160, 160) for prompt in NAMED]

    assert all(differ(one, other) for one, other in combinations(pictures, 2))


@pytest.mark.parametrize(("shot", "prompt"), SHOTS.items())
def test_a_shot_is_told_by_its_words(shot: str, prompt: str) -> None:
    assert shot_of(prompt) == shot


def test_the_shots_of_one_product_can_be_told_apart() -> None:
    pictures = [scene(prompt, SEED, 160, 160) for prompt in SHOTS.values()]

    assert all(differ(one, other) for one, other in combinations(pictures, 2))


@pytest.mark.parametrize("size", [(1, 1), (16, 2000), (2000, 16), (512, 768)], ids=str)
@pytest.mark.parametrize("prompt", ["a mug", "the city", "the sea in snow", "a forest at night", ""])
def test_a_picture_has_the_size_that_was_asked_for(size: tuple[int, int], prompt: str) -> None:
    picture = scene(prompt, SEED, *size)
    write_line(picture, prompt)

    assert (picture.size, picture.mode) == (size, "RGB")


def test_the_line_names_shot_model_size_and_number() -> None:
    assert line(SHOTS["duo"], "seedream-v4", (10, 20), 3) == f"duo - seedream-v4 - 10x20 - no. 3 - {SHOTS['duo']}"
    assert line("a fox", "sandbox", (10, 20)) == "sandbox - 10x20 - a fox"
