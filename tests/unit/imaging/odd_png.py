"""Odd png files: what browsers show of them, and what they do not (tried with Chromium 150).

Three of `SHOWN` Chromium refuses and other viewers do not: fcTL without animation, cICP of rubbish, and a wrong length
of side information that it reads itself. Of `NOT_SHOWN` it shows what is there when rows are missing.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from functools import partial

from tests.unit.imaging.odd_base import HEIGHT, WIDTH, Maker, jpeg, noise, png
from tests.unit.imaging.pictures import encoded

from easel.imaging.containers import png_chunk


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 8
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        yield data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        position += 12 + length


def png_file(chunks: list[tuple[bytes, bytes]]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def after_header(extra: bytes, data: bytes | None = None) -> bytes:
    data = png() if data is None else data
    return data[:33] + extra + data[33:]


def before_end(extra: bytes) -> bytes:
    data = png()
    return data[:-12] + extra + data[-12:]


def wrong_crc(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + b"\xde\xad\xbe\xef"


def with_wrong_crc(kind: bytes, data: bytes) -> bytes:
    chunks = [wrong_crc(*one) if one[0] == kind else png_chunk(*one) for one in png_chunks(data)]
    return data[:8] + b"".join(chunks)


def idat_of(data: bytes) -> bytes:
    return b"".join(body for kind, body in png_chunks(data) if kind == b"IDAT")


def with_idat(stream: bytes, data: bytes | None = None) -> bytes:
    data = png() if data is None else data
    (_, header), *_ = png_chunks(data)
    return png_file([(b"IHDR", header), (b"IDAT", stream), (b"IEND", b"")])


def rows_of(data: bytes) -> bytes:
    return zlib.decompress(idat_of(data))


def bomb(size: int) -> bytes:
    """A small png whose compressed pixels unpack to far more than its rows."""
    packer = zlib.compressobj(9)
    return with_idat(b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)), packer.flush()]))


def without_last_rows(missing: int, data: bytes | None = None) -> bytes:
    """A png whose compressed data ends `missing` rows early, without IEND."""
    data = noisy_png() if data is None else data
    raw = rows_of(data)
    packer = zlib.compressobj()
    kept = packer.compress(raw[: len(raw) // HEIGHT * (HEIGHT - missing)]) + packer.flush(zlib.Z_SYNC_FLUSH)
    return with_idat(kept, data)[:-12]


def noisy_png() -> bytes:
    return encoded(noise(), "PNG")


def profile(size: int, *, random: bool = False) -> bytes:
    return b"huge\0\0" + zlib.compress(os.urandom(size) if random else bytes(size))


def animation(data: bytes, *, control: bytes | None = None) -> bytes:
    """The png as the first frame of an animation of two."""
    frame = struct.pack(">IIIIIHHBB", 0, WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0)
    second = struct.pack(">IIIIIHHBB", 1, WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0)
    (_, header), *_ = png_chunks(data)
    pixels = idat_of(data)
    return png_file(
        [
            (b"IHDR", header),
            (b"acTL", struct.pack(">II", 2, 0)),
            (b"fcTL", control if control is not None else frame),
            (b"IDAT", pixels),
            (b"fcTL", second),
            (b"fdAT", struct.pack(">I", 2) + pixels),
            (b"IEND", b""),
        ]
    )


TEXT = png_chunk(b"tEXt", b"Comment\0" + b"x" * 40)
PACKED_TEXT = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(30_000_000), 9))

SHOWN: dict[str, Maker] = {
    "iCCP of 2 MB": lambda: after_header(png_chunk(b"iCCP", profile(2_000_000))),
    "iCCP of 2 MB that does not compress": lambda: after_header(png_chunk(b"iCCP", profile(2_000_000, random=True))),
    "iCCP that is no zlib": lambda: after_header(png_chunk(b"iCCP", b"bad\0\0" + bytes(50))),
    "iCCP without name": lambda: after_header(png_chunk(b"iCCP", b"")),
    "70 texts": lambda: after_header(TEXT * 70),
    "70,000 texts": lambda: after_header(TEXT * 70_000),
    "70,000 texts behind the pixels": lambda: before_end(TEXT * 70_000),
    "a text that unpacks to 30 MB": lambda: after_header(PACKED_TEXT),
    "fifty texts that unpack to 30 MB": lambda: after_header(PACKED_TEXT * 50),
    "wrong CRC of a text": lambda: after_header(wrong_crc(b"tEXt", b"Comment\0hi")),
    "wrong CRC of a text behind the pixels": lambda: before_end(wrong_crc(b"tEXt", b"Comment\0hi")),
    "wrong CRC of gAMA": lambda: after_header(wrong_crc(b"gAMA", struct.pack(">I", 45455))),
    "wrong CRC of iCCP": lambda: after_header(wrong_crc(b"iCCP", profile(100))),
    "wrong CRC of tRNS": lambda: after_header(wrong_crc(b"tRNS", bytes(6))),
    "wrong CRC of eXIf": lambda: after_header(wrong_crc(b"eXIf", b"MM\0*\0\0\0\x08\0\0")),
    "wrong CRC of an unknown chunk": lambda: after_header(wrong_crc(b"prVt", b"hello")),
    "eXIf of rubbish": lambda: after_header(png_chunk(b"eXIf", b"rubbish" * 99)),
    "empty eXIf": lambda: after_header(png_chunk(b"eXIf", b"")),
    "eXIf with an offset beyond its end": lambda: after_header(png_chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff")),
    "unknown chunks": lambda: after_header(png_chunk(b"prVt", b"hello") + png_chunk(b"zzZz", bytes(5000))),
    "animation": lambda: animation(noisy_png()),
    "acTL without frames": lambda: after_header(png_chunk(b"acTL", struct.pack(">II", 0, 0))),
    "short acTL": lambda: after_header(png_chunk(b"acTL", b"\0")),
    "fcTL without animation": lambda: after_header(png_chunk(b"fcTL", bytes(3))),
    "no IEND": lambda: png()[:-12],
    "half of IEND": lambda: png()[:-6],
    "junk behind IEND": lambda: png() + b"junk" * 1000,
    "another picture behind IEND": lambda: png() + jpeg(),
    "one row missing": lambda: without_last_rows(1),
    "three rows missing": lambda: without_last_rows(3),
    "last bytes missing": lambda: noisy_png()[:-30],
    "junk behind the compressed data": lambda: with_idat(idat_of(png()) + b"junk" * 100),
    "rows too many": lambda: with_idat(zlib.compress(rows_of(png()) + bytes(193 * 3))),
    "wrong checksum of the compressed data": lambda: with_idat(idat_of(png())[:-4] + b"\0\0\0\0"),
    "no checksum of the compressed data": lambda: with_idat(idat_of(png())[:-4]),
    "empty IDATs": lambda: after_header(png_chunk(b"IDAT", b"") * 500),
    "IDAT byte by byte": lambda: _byte_by_byte(png()),
    "palette in a colour picture": lambda: after_header(png_chunk(b"PLTE", bytes(range(30)))),
    "tRNS behind the pixels": lambda: before_end(png_chunk(b"tRNS", bytes(6))),
    "tRNS of a picture with alpha": lambda: after_header(png_chunk(b"tRNS", bytes(6)), png("RGBA")),
    "sPLT of rubbish": lambda: after_header(png_chunk(b"sPLT", b"x\0\x08" + bytes(3))),
    "hIST without palette": lambda: after_header(png_chunk(b"hIST", bytes(6))),
    "tIME of rubbish": lambda: after_header(png_chunk(b"tIME", b"\xff" * 7)),
    "iTXt of rubbish": lambda: after_header(png_chunk(b"iTXt", b"\xff\xfe\xfd")),
    "zTXt of rubbish": lambda: after_header(png_chunk(b"zTXt", b"a\0\0not zlib")),
    "tEXt without keyword": lambda: after_header(png_chunk(b"tEXt", b"")),
    "two sRGB": lambda: after_header(png_chunk(b"sRGB", b"\0") * 2),
    "sRGB and iCCP": lambda: after_header(png_chunk(b"sRGB", b"\0") + png_chunk(b"iCCP", profile(100))),
    "gAMA of nought": lambda: after_header(png_chunk(b"gAMA", bytes(4))),
    "cICP of rubbish": lambda: after_header(png_chunk(b"cICP", b"\xff\xff\xff\xff")),
    "mDCV and cLLI of rubbish": lambda: after_header(png_chunk(b"mDCV", b"x") + png_chunk(b"cLLI", b"x" * 99)),
    "wrong CRC of the last of four IDATs": lambda: _in_four(3),
    "wrong CRC of IDAT": lambda: with_wrong_crc(b"IDAT", png()),
    "wrong CRC of IEND": lambda: with_wrong_crc(b"IEND", png()),
    "unknown critical chunk behind the pixels": lambda: before_end(png_chunk(b"ABCD", b"hello")),
    "PLTE of 31 bytes in a colour picture": lambda: after_header(png_chunk(b"PLTE", bytes(31))),
    "a text longer than the file behind the pixels": lambda: before_end(struct.pack(">I", 0x7FFFFFF0) + b"tEXthello"),
    "a chunk without a name behind the pixels": lambda: before_end(png_chunk(b"\0\0\0\0", b"hello")),
    "long tRNS of a palette": lambda: _palette_with(png_chunk(b"tRNS", bytes(300))),
    "unknown filter in the last row": lambda: _filter(HEIGHT - 1, 9),
    "window smaller than used": lambda: with_idat(b"\x08\x1d" + idat_of(noisy_png())[2:], noisy_png()),
    "tRNS in front of PLTE": lambda: _palette_with(b"", first=png_chunk(b"tRNS", b"\0")),
}
for _kind in (
    b"gAMA",
    b"pHYs",
    b"cHRM",
    b"sRGB",
    b"sBIT",
    b"tRNS",
    b"bKGD",
    b"oFFs",
    b"sCAL",
    b"hIST",
    b"tIME",
    b"cICP",
):
    SHOWN[f"empty {_kind.decode()}"] = partial(after_header, png_chunk(_kind, b""))
    SHOWN[f"short {_kind.decode()}"] = partial(after_header, png_chunk(_kind, b"\1"))
    SHOWN[f"long {_kind.decode()}"] = partial(after_header, png_chunk(_kind, b"\1" * 50))

NOT_SHOWN: dict[str, Maker] = {
    "signature alone": lambda: png()[:8],
    "cut within IHDR": lambda: png()[:20],
    "no pixels": lambda: png_file([(b"IHDR", next(png_chunks(png()))[1]), (b"IEND", b"")]),
    "empty pixels": lambda: with_idat(b""),
    "IDAT that is no zlib": lambda: with_idat(b"rubbish" * 30),
    "wrong CRC of IHDR": lambda: with_wrong_crc(b"IHDR", png()),
    "palette picture without palette": lambda: png_file([c for c in png_chunks(png("P")) if c[0] != b"PLTE"]),
    "no IHDR": lambda: png()[:8] + png()[33:],
    "colour type 1": lambda: _with_header(png(), struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 1, 0, 0, 0)),
    "depth 3": lambda: _with_header(png(), struct.pack(">IIBBBBB", WIDTH, HEIGHT, 3, 2, 0, 0, 0)),
    "unknown interlacing": lambda: _with_header(png(), struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 7)),
    "width of nought": lambda: _with_header(png(), struct.pack(">IIBBBBB", 0, HEIGHT, 8, 2, 0, 0, 0)),
    "wrong CRC of the first of four IDATs": lambda: _in_four(0),
    "wrong CRC of the third of four IDATs": lambda: _in_four(2),
    "wrong CRC of PLTE": lambda: with_wrong_crc(b"PLTE", png("P")),
    "unknown critical chunk": lambda: after_header(png_chunk(b"ABCD", b"hello")),
    "PLTE of 31 bytes": lambda: png_file([(k, b + b"\0" if k == b"PLTE" else b) for k, b in png_chunks(png("P"))]),
    "a text longer than the file": lambda: after_header(struct.pack(">I", 0x7FFFFFF0) + b"tEXthello"),
    "a chunk without a name": lambda: after_header(png_chunk(b"\0\0\0\0", b"hello")),
    "all rows missing": lambda: without_last_rows(HEIGHT),
    "half of the rows missing": lambda: without_last_rows(HEIGHT // 2),
    "a tenth of the rows missing": lambda: without_last_rows(5),
    "unknown filter in the middle": lambda: _filter(HEIGHT // 2, 9),
    "unknown compression": lambda: _with_header(png(), struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 1, 0, 0)),
    "unknown filter method": lambda: _with_header(png(), struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 1, 0)),
    "IHDR of 14 bytes": lambda: png()[:8] + png_chunk(b"IHDR", next(png_chunks(png()))[1] + b"\0") + png()[33:],
    "a text in front of IHDR": lambda: png()[:8] + TEXT + png()[8:],
}


def _in_four(damaged: int) -> bytes:
    """The compressed pixels in four chunks, of which one has a wrong CRC."""
    data = noisy_png()
    stream = idat_of(data)
    step = -(-len(stream) // 4)
    parts = [stream[start : start + step] for start in range(0, len(stream), step)]
    chunks = [(wrong_crc if number == damaged else png_chunk)(b"IDAT", part) for number, part in enumerate(parts)]
    return b"".join([data[:33], *chunks, png_chunk(b"IEND", b"")])


def _byte_by_byte(data: bytes) -> bytes:
    (_, header), *_ = png_chunks(data)
    return png_file(
        [(b"IHDR", header), *((b"IDAT", bytes([one])) for one in idat_of(data)), (b"IEND", b"")],
    )


def _with_header(data: bytes, header: bytes) -> bytes:
    return data[:8] + png_chunk(b"IHDR", header) + data[33:]


def _interrupted(between: bytes) -> bytes:
    (_, header), *_ = png_chunks(png())
    stream = idat_of(png())
    parts = [png_chunk(b"IDAT", stream[:20]), between, png_chunk(b"IDAT", stream[20:]), png_chunk(b"IEND", b"")]
    return png()[:8] + png_chunk(b"IHDR", header) + b"".join(parts)


def _palette_with(extra: bytes, first: bytes = b"") -> bytes:
    out = png("P")[:8]
    for kind, body in png_chunks(png("P")):
        out += (first if kind == b"PLTE" else b"") + png_chunk(kind, body) + (extra if kind == b"PLTE" else b"")
    return out


def _filter(row: int, kind: int) -> bytes:
    raw = bytearray(rows_of(png()))
    raw[row * (len(raw) // HEIGHT)] = kind
    return with_idat(zlib.compress(bytes(raw)))
