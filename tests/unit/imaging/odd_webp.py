"""Odd webp files: what viewers show of them, and what they do not.

Chromium 150 shows all of `SHOWN` but those whose only fault is a wrong length of the container, reserved bits in it or
the last byte of padding: the pixels are whole there.
"""

from __future__ import annotations

import io
import struct

from PIL import Image
from tests.unit.imaging.odd_base import HEIGHT, WIDTH, Maker, noise, webp
from tests.unit.imaging.pictures import encoded

from easel.imaging.containers import webp_chunk, webp_file


def extended(
    *chunks: bytes, flags: int = 0, data: bytes | None = None, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> bytes:
    data = webp() if data is None else data
    sides = b"".join(struct.pack("<I", side - 1)[:3] for side in size)
    return webp_file([webp_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides), data[12:], *chunks])


def in_front(*chunks: bytes, flags: int = 0) -> bytes:
    sides = b"".join(struct.pack("<I", side - 1)[:3] for side in (WIDTH, HEIGHT))
    return webp_file([webp_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides), *chunks, webp()[12:]])


def riff_length(data: bytes, length: int) -> bytes:
    return data[:4] + struct.pack("<I", length) + data[8:]


def moving_webp(frames: int = 2, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    pictures = [Image.new("RGB", size, (200, number % 256, number // 256)) for number in range(frames)]
    target = io.BytesIO()
    pictures[0].save(target, "WEBP", save_all=True, append_images=pictures[1:], duration=20, quality=10, method=0)
    return target.getvalue()


def webp_with_an_odd_chunk() -> bytes:
    data = webp()
    (length,) = struct.unpack_from("<I", data, 16)
    body = data[20 : 20 + length]
    return webp_file([webp_chunk(b"VP8 ", body + (b"" if length % 2 else b"\0"))])


SHOWN: dict[str, Maker] = {
    "EXIF of rubbish": lambda: extended(webp_chunk(b"EXIF", b"rubbish" * 9), flags=8),
    "EXIF that is not announced": lambda: extended(webp_chunk(b"EXIF", b"Exif\0\0MM\0*\0\0\0\x08\0\0")),
    "EXIF that is announced and missing": lambda: extended(flags=8),
    "XMP of rubbish": lambda: extended(webp_chunk(b"XMP ", b"\xff\0rubbish"), flags=4),
    "XMP of 3 MB": lambda: extended(webp_chunk(b"XMP ", b"x" * 3_000_000), flags=4),
    "ICCP of rubbish": lambda: in_front(webp_chunk(b"ICCP", b"rubbish"), flags=0x20),
    "ICCP of 2 MB": lambda: in_front(webp_chunk(b"ICCP", bytes(2_000_000)), flags=0x20),
    "ICCP announced and missing": lambda: extended(flags=0x20),
    "ICCP behind the pixels": lambda: extended(webp_chunk(b"ICCP", b"rubbish"), flags=0x20),
    "unknown chunks": lambda: extended(webp_chunk(b"prVt", b"x" * 99), webp_chunk(b"\0\0\0\0", b"")),
    "unknown chunks in front": lambda: in_front(webp_chunk(b"prVt", b"x" * 99)),
    "70,000 unknown chunks": lambda: extended(webp_chunk(b"prVt", b"x") * 70_000),
    "junk behind": lambda: webp() + b"junk" * 1000,
    "RIFF length too long": lambda: riff_length(webp(), len(webp()) + 1000),
    "no padding at the end": lambda: webp_with_an_odd_chunk()[:-1],
    "odd chunk": webp_with_an_odd_chunk,
    "alpha announced and missing": lambda: extended(flags=0x10),
    "moving": moving_webp,
    "lossless": lambda: webp(lossless=True),
    "reserved bits": lambda: extended(flags=0xC1),
    "RIFF length of nought": lambda: riff_length(webp(), 0),
    "RIFF length too short": lambda: riff_length(webp(), len(webp()) - 40),
    "ALPH of rubbish, not announced": lambda: in_front(webp_chunk(b"ALPH", b"rubbish")),
    "frames that are not announced": lambda: _clear_flag(moving_webp(), 2),
    "unknown chunk behind the simple form": lambda: webp_file([webp()[12:], webp_chunk(b"prVt", b"xx")]),
    "EXIF behind the simple form": lambda: webp_file([webp()[12:], webp_chunk(b"EXIF", b"xx")]),
}
NOT_SHOWN: dict[str, Maker] = {
    "header alone": lambda: webp()[:12],
    "no pixels": lambda: webp_file([webp_chunk(b"VP8X", bytes(4) + b"\x3f\0\0\x2f\0\0")]),
    "cut in half": lambda: noisy_webp()[: len(noisy_webp()) // 2],
    "last bytes missing": lambda: noisy_webp()[:-10],
    "canvas of another size": lambda: extended(size=(100, 100)),
    "ALPH of rubbish": lambda: in_front(webp_chunk(b"ALPH", b"rubbish"), flags=0x10),
}


def noisy_webp() -> bytes:
    return encoded(noise(), "WEBP")


def _clear_flag(data: bytes, flag: int) -> bytes:
    return data[:20] + bytes([data[20] & ~flag]) + data[21:]
