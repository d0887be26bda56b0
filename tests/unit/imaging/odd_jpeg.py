"""Odd jpeg files: what browsers show of them, and what they do not (tried with Chromium 150).

Of `NOT_SHOWN` it shows what is there when half of the data is missing.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from tests.unit.imaging.odd_base import HEIGHT, WIDTH, Maker, jpeg, noise
from tests.unit.imaging.pictures import a_picture, encoded

from easel.imaging.containers import jpeg_segment


def after_start(extra: bytes, data: bytes | None = None) -> bytes:
    data = jpeg() if data is None else data
    return data[:2] + extra + data[2:]


def before_scan(extra: bytes, data: bytes | None = None) -> bytes:
    data = jpeg() if data is None else data
    place = data.index(b"\xff\xda")
    return data[:place] + extra + data[place:]


def in_front_of_end(extra: bytes) -> bytes:
    return jpeg()[:-2] + extra + b"\xff\xd9"


def noisy_jpeg(**settings: object) -> bytes:
    return encoded(noise(), "JPEG", **settings)


def telephone_pair() -> bytes:
    target = io.BytesIO()
    first, second = a_picture(WIDTH, HEIGHT), a_picture(32, 24)
    first.save(target, "MPO", save_all=True, append_images=[second])
    return target.getvalue()


def repeated_scan(times: int, data: bytes | None = None) -> bytes:
    """A progressive jpeg whose last scan comes again and again."""
    data = noisy_jpeg(progressive=True) if data is None else data
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * times + b"\xff\xd9"


SHOWN: dict[str, Maker] = {
    "no EOI": lambda: jpeg()[:-2],
    "half of EOI": lambda: jpeg()[:-1],
    "last bytes missing": lambda: noisy_jpeg()[:-6],
    "no EOI, progressive": lambda: noisy_jpeg(progressive=True)[:-2],
    "last bytes missing, progressive": lambda: noisy_jpeg(progressive=True)[:-20],
    "no EOI, grey": lambda: jpeg("L")[:-2],
    "junk behind EOI": lambda: jpeg() + b"junk" * 5000,
    "zeros behind EOI": lambda: jpeg() + bytes(100_000),
    "another picture behind EOI": lambda: jpeg() + jpeg("L"),
    "telephone pair": telephone_pair,
    "MPF of rubbish": lambda: after_start(jpeg_segment(b"\xe2", b"MPF\0" + b"\xff" * 50)),
    "EXIF of rubbish": lambda: after_start(jpeg_segment(b"\xe1", b"Exif\0\0" + b"rubbish" * 99)),
    "empty EXIF": lambda: after_start(jpeg_segment(b"\xe1", b"Exif\0\0")),
    "EXIF of 64 kB": lambda: after_start(jpeg_segment(b"\xe1", b"Exif\0\0MM\0*" + bytes(65_000))),
    "EXIF with endless directories": lambda: after_start(
        jpeg_segment(b"\xe1", b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\x08")
    ),
    "ICC of rubbish": lambda: after_start(jpeg_segment(b"\xe2", b"ICC_PROFILE\0\1\1" + b"rubbish" * 99)),
    "ICC with a part missing": lambda: after_start(jpeg_segment(b"\xe2", b"ICC_PROFILE\0\2\3" + bytes(500))),
    "ICC part 0 of 0": lambda: after_start(jpeg_segment(b"\xe2", b"ICC_PROFILE\0\0\0" + bytes(500))),
    "ICC of 16 MB": lambda: after_start(
        b"".join(
            jpeg_segment(b"\xe2", b"ICC_PROFILE\0" + bytes([number, 255]) + bytes(65_000)) for number in range(1, 256)
        )
    ),
    "JFIF of rubbish": lambda: after_start(jpeg_segment(b"\xe0", b"JFIF\0"), jpeg()[:2] + jpeg()[20:]),
    "empty segments": lambda: after_start(b"".join(jpeg_segment(bytes([0xE0 + n]), b"") for n in range(16))),
    "70,000 comments": lambda: after_start(jpeg_segment(b"\xfe", b"x" * 20) * 70_000),
    "5,000 comments in front of the scan": lambda: before_scan(jpeg_segment(b"\xfe", b"x" * 20) * 5_000),
    "comments behind the scan": lambda: in_front_of_end(jpeg_segment(b"\xfe", b"x") * 50),
    "APP1 of length nought": lambda: after_start(b"\xff\xe1\0\0"),
    "COM of length one": lambda: after_start(b"\xff\xfe\0\1"),
    "short Adobe": lambda: after_start(jpeg_segment(b"\xee", b"Adobe\0")),
    "photoshop of rubbish": lambda: after_start(jpeg_segment(b"\xed", b"Photoshop 3.0\0" + b"8BIM" + b"\xff" * 40)),
    "junk between segments": lambda: before_scan(b"junk" * 10),
    "fill bytes between segments": lambda: before_scan(b"\xff" * 50),
    "junk in front of EOI": lambda: in_front_of_end(b"junk" * 10),
    "restart marker in front of EOI": lambda: in_front_of_end(b"\xff\xd0"),
    "reserved markers": lambda: before_scan(b"\xff\x01"),
    "APP11 of rubbish": lambda: after_start(jpeg_segment(b"\xeb", b"JP\0\1" + b"\xff" * 60)),
    "second SOI behind the scan": lambda: in_front_of_end(b"\xff\xd8"),
    "no Huffman tables": lambda: _without_segment(0xC4),
    "100 scans": lambda: repeated_scan(90),
    "DNL": lambda: in_front_of_end(jpeg_segment(b"\xdc", struct.pack(">H", HEIGHT))),
    "half of the data missing, progressive": lambda: noisy_jpeg(progressive=True)[: len(noisy_jpeg()) // 2],
}
NOT_SHOWN: dict[str, Maker] = {
    "SOI alone": lambda: jpeg()[:2] + b"\xff",
    "no scan": lambda: jpeg()[: jpeg().index(b"\xff\xda")],
    "no frame": lambda: _without_segment(0xC0),
    "APP1 over all": lambda: after_start(b"\xff\xe1\xff\xff"),
    "height of nought": lambda: _with_frame(height=0),
    "12 bits": lambda: _with_frame(bits=12),
    "no tables": lambda: _without_segment(0xDB),
    "two frames": lambda: _twice(0xC0),
    "half of the data missing": lambda: noisy_jpeg()[: len(noisy_jpeg()) // 2],
}


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    position = 2
    while data[position + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, position + 2)
        yield data[position + 1], position, position + 2 + length
        position += 2 + length


def _without_segment(marker: int) -> bytes:
    data = jpeg()
    for found, start, end in reversed(list(jpeg_segments(data))):
        if found == marker:
            data = data[:start] + data[end:]
    return data


def _twice(marker: int) -> bytes:
    data = jpeg()
    ((start, end),) = [(start, end) for found, start, end in jpeg_segments(data) if found == marker]
    return data[:end] + data[start:end] + data[end:]


def _with_frame(*, bits: int = 8, height: int = HEIGHT) -> bytes:
    data = jpeg()
    place = data.index(b"\xff\xc0")
    return data[: place + 4] + struct.pack(">BH", bits, height) + data[place + 7 :]
