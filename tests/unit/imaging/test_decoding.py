"""What decoding leaves in memory: a worker has room for one picture in full size."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.imaging.pictures import a_picture, encoded

from easel.imaging import decoding
from easel.imaging.inspection import inspect
from easel.imaging.limits import PAID

if TYPE_CHECKING:
    from PIL import Image

JPEG = encoded(a_picture(400, 300), "JPEG")


def test_the_decoded_picture_is_freed_once_it_is_scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, in_colour, alive = decoding._loaded, decoding._in_colour, list[bool]()
    pictures: list[weakref.ref[Image.Image]] = []

    def noting(*arguments: Any) -> Image.Image:
        picture = loaded(*arguments)
        pictures.append(weakref.ref(picture))
        return picture

    def looking(picture: Image.Image) -> Image.Image:
        gc.collect()
        alive.append(pictures[-1]() is not None)
        return in_colour(picture)

    monkeypatch.setattr(decoding, "_loaded", noting)
    monkeypatch.setattr(decoding, "_in_colour", looking)
    structure = inspect(JPEG, PAID)
    decoding.decode(structure, longest_side=50)
    decoding.decode_original(JPEG, structure, longest_side=50)

    assert alive == [False, False]


def test_a_lack_of_memory_does_not_make_a_good_file_one_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def short_of_memory(*_: Any) -> Image.Image:
        calls.append(1)
        raise MemoryError

    monkeypatch.setattr(decoding, "_loaded", short_of_memory)

    with pytest.raises(MemoryError):
        decoding.decode_original(JPEG, inspect(JPEG, PAID))
    assert len(calls) == 1
