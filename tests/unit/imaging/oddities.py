"""Small pictures with something wrong beside their pixels, by name."""

from __future__ import annotations

from tests.unit.imaging import odd_jpeg, odd_png, odd_webp
from tests.unit.imaging.odd_base import HEIGHT, WIDTH, Maker, jpeg, png, webp

__all__ = ["CUT", "HEIGHT", "NOT_SHOWN", "SHOWN", "WIDTH", "plain_like"]

_KINDS = (("png", odd_png), ("jpeg", odd_jpeg), ("webp", odd_webp))
SHOWN: dict[str, Maker] = {f"{name}: {case}": make for name, kind in _KINDS for case, make in kind.SHOWN.items()}
NOT_SHOWN: dict[str, Maker] = {
    f"{name}: {case}": make for name, kind in _KINDS for case, make in kind.NOT_SHOWN.items()
}
CUT = {name for name in SHOWN if "missing" in name and "announced" not in name} | {
    "png: unknown filter in the last row",
    "jpeg: 100 scans",
    "jpeg: no Huffman tables",
    "webp: moving",
    "webp: frames that are not announced",
    "webp: lossless",
}
"""Those of `SHOWN` whose pixels are not exactly those of a picture that `plain_like` lists."""


def plain_like(name: str) -> list[bytes]:
    """The pictures that those of this format are made from."""
    if name.startswith("png"):
        return [png(), png("P"), png("RGBA"), odd_png.noisy_png()]
    if name.startswith("jpeg"):
        return [jpeg(), jpeg("L"), odd_jpeg.noisy_jpeg(), odd_jpeg.noisy_jpeg(progressive=True)]
    return [webp()]
