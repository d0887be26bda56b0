"""What a vendor's picture of 2048 pixels a side takes until it has a preview and a thumbnail, beside Pillow alone.

Pillow reads the picture, scales it with the same filter and encodes both files with the same settings. Easel also
checks that it is whole and within limits, in a child process, writes its origin into three files, and makes a blurhash.
"""

from __future__ import annotations

import io
import os
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageFilter
from tests.bench import figures
from tests.bench.start_up import ROUNDS
from tests.bench.tables import show
from tests.support.generations import a_generation

from easel.domain.image import ServedBy
from easel.imaging.limits import PAID
from easel.imaging.pillow_processor import PREVIEW_SIDE, THUMBNAIL_SIDE, PillowImageProcessor

if TYPE_CHECKING:
    from collections.abc import Callable

_SIDE: Final = 2048
_FORMATS: Final = {"png": {}, "jpeg": {"quality": 92}, "webp": {"quality": 90}}
_MEMORY_MB: Final = 512
_MAKER: Final = ServedBy("wavespeed", "seedream-v4")


def report() -> None:
    """Processor time of this process and its children; rounds are interleaved, and medians shown."""
    generation = a_generation()
    processor = PillowImageProcessor(PAID.within(_MEMORY_MB))
    rows = []
    for name, settings in _FORMATS.items():
        picture = _picture(name, settings)
        ours, plain = _medians(
            partial(processor.process, picture, generation, made_by=_MAKER), partial(_by_pillow, picture)
        )
        rows.append((name, ours, plain))
    show(
        f"A picture of {_SIDE} pixels a side with its preview and thumbnail, ms of processor time",
        ("format", "Easel", "Pillow"),
        [(name, f"{1000 * ours:.0f}", f"{1000 * plain:.0f}") for name, ours, plain in rows],
    )
    figures.compare(
        "previews and thumbnails", "x Pillow", {name: ours / plain for name, ours, plain in rows}, strays=True
    )


def _medians(*steps: Callable[[], object]) -> list[float]:
    taken: list[list[float]] = [[] for _ in steps]
    for _ in range(ROUNDS):
        for step, seconds in zip(steps, taken, strict=True):
            started = _processor_time()
            step()
            seconds.append(_processor_time() - started)
    return [statistics.median(seconds) for seconds in taken]


def _processor_time() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _by_pillow(picture: bytes) -> list[bytes]:
    files = []
    with Image.open(io.BytesIO(picture)) as opened:
        opened.draft("RGB", (PREVIEW_SIDE, PREVIEW_SIDE))
        scaled = opened.convert("RGB")
    for side in (PREVIEW_SIDE, THUMBNAIL_SIDE):
        scaled.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        file = io.BytesIO()
        scaled.save(file, "WEBP", quality=80, method=0)
        files.append(file.getvalue())
    return files


def _picture(name: str, settings: dict[str, int]) -> bytes:
    """Soft noise, whose files are about as large as those of photos."""
    noise = Image.effect_noise((_SIDE, _SIDE), 60).filter(ImageFilter.GaussianBlur(2))
    picture = Image.merge(
        "RGB", (noise, noise.transpose(Image.Transpose.ROTATE_90), noise.transpose(Image.Transpose.ROTATE_180))
    )
    file = io.BytesIO()
    picture.save(file, name, **settings)
    return file.getvalue()
