"""Add the provenance statement to a picture, without changing its pixels.

The statement is XMP: IPTC's `DigitalSourceType`, and the system that made the picture (IPTC Photo Metadata Standard
2025.1). It is stored where each format stores XMP: an iTXt chunk of png, an APP1 segment of jpeg, an XMP chunk of webp.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from easel.domain.provenance import TRAINED_ALGORITHMIC_MEDIA
from easel.imaging.containers import (
    MAX_SEGMENT,
    SIGNATURE_LENGTH,
    Part,
    jpeg_segment,
    parts_of,
    png_chunk,
    webp_chunk,
    webp_file,
    without_scans,
)
from easel.imaging.formats import ImageFormat
from easel.imaging.webp import size_of

if TYPE_CHECKING:
    from easel.domain.image import ServedBy

_PACKET: Final = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
{description}
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
_DESCRIPTION: Final = """\
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<xmp:CreatorTool>Easel</xmp:CreatorTool>
<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>
<Iptc4xmpExt:AISystemUsed>{system}</Iptc4xmpExt:AISystemUsed>
</rdf:Description>"""
_SOURCE_TYPE: Final = re.compile(rb"https?://cv\.iptc\.org/newscodes/digitalsourcetype/(\w+)")
_MADE_BY_A_MODEL: Final = b"trainedalgorithmicmedia"
"""Suffix, in lower case, of the IPTC terms for generated media, including the composite one."""
_END_OF_STATEMENTS: Final = re.compile(rb"</\w+:RDF\s*>")

_XMP_KEYWORD: Final = b"XML:com.adobe.xmp"
_UNPACKED: Final = b"\0\0\0\0\0"
"""After the keyword: its terminator, two bytes for `not compressed`, empty language and translated keyword."""
_XMP_SEGMENT: Final = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF_SEGMENT: Final = b"Exif\0\0"
_APP0, _APP1, _APP11 = b"\xe0", b"\xe1", b"\xeb"
_LONGEST_PACKET: Final = 1024 * 1024

_EXTENDED: Final = b"VP8X"
_LOSSLESS: Final = b"VP8L"
_HAS_XMP, _HAS_ALPHA = 0x04, 0x10
_JUMBF: Final = b"jumb"
_C2PA_BOX: Final = b"jumdc2pa"
"""Start of the description box of a C2PA manifest store: its type and the first bytes of its UUID."""


def statement(made_by: ServedBy, source_type: str = TRAINED_ALGORITHMIC_MEDIA) -> bytes:
    """The XMP packet for a picture made by this model."""
    system = escape(f"{made_by.model} ({made_by.provider})")
    description = _DESCRIPTION.format(source_type=source_type, system=system)
    return _PACKET.format(description=description).encode("utf-8")


def is_signed(data: bytes, image_format: ImageFormat) -> bool:
    """Whether the file contains a C2PA manifest. Its signature is not verified."""
    match image_format:
        case ImageFormat.PNG:
            return any(part.kind == b"caBX" for part in parts_of(data, image_format))
        case ImageFormat.JPEG:
            return any(
                part.kind == _APP11 and _is_manifest(data[part.body : part.body_end]) for part in without_scans(data)
            )
        case ImageFormat.WEBP:
            return any(part.kind == b"C2PA" for part in parts_of(data, image_format))


def _is_manifest(segment: bytes) -> bool:
    # Identifier, instance and number of the segment, then length and type of the box (ISO/IEC 19566-5, annex D).
    return segment[:2] == b"JP" and segment[12:16] == _JUMBF and segment[20:28] == _C2PA_BOX


def with_statement(data: bytes, image_format: ImageFormat, packet: bytes) -> tuple[bytes, str]:
    """Add the statement to a file. Returns the file and its digital source type.

    Existing XMP is kept and extended, unless it already has the right source type.
    """
    match image_format:
        case ImageFormat.PNG:
            return _in_png(data, packet)
        case ImageFormat.JPEG:
            return _in_jpeg(data, packet)
        case ImageFormat.WEBP:
            return _in_webp(data, packet)


def _in_png(data: bytes, packet: bytes) -> tuple[bytes, str]:
    parts = parts_of(data, ImageFormat.PNG)
    old = next((part for part in parts if part.kind == b"iTXt" and _keyword(data, part) == _XMP_KEYWORD), None)
    merged = _merged(_png_packet(data[old.body : old.body_end]) if old else None, packet)
    chunk = png_chunk(b"iTXt", _XMP_KEYWORD + _UNPACKED + merged)
    return _replaced(data, old, parts[0].end, chunk), _source_type(merged)


def _keyword(data: bytes, part: Part) -> bytes:
    return data[part.body : part.body + len(_XMP_KEYWORD) + 1].rstrip(b"\0")


def _png_packet(chunk: bytes) -> bytes | None:
    compressed = chunk[len(_XMP_KEYWORD) + 1 :][:1] == b"\x01"
    *_, text = chunk[len(_XMP_KEYWORD) + 3 :].split(b"\0", 2)
    if not compressed:
        return text
    try:
        return zlib.decompressobj().decompress(text, _LONGEST_PACKET)
    except zlib.error:
        return None


def _in_jpeg(data: bytes, packet: bytes) -> tuple[bytes, str]:
    parts = without_scans(data)
    old = next((part for part in parts if part.kind == _APP1 and data.startswith(_XMP_SEGMENT, part.body)), None)
    merged = _merged(data[old.body + len(_XMP_SEGMENT) : old.body_end] if old else None, packet)
    if len(merged) > MAX_SEGMENT - len(_XMP_SEGMENT):
        merged = packet
    place = SIGNATURE_LENGTH[ImageFormat.JPEG]
    for part in parts:
        # JFIF and EXIF must come first.
        if part.kind != _APP0 and not (part.kind == _APP1 and data.startswith(_EXIF_SEGMENT, part.body)):
            break
        place = part.end
    return _replaced(data, old, place, jpeg_segment(_APP1, _XMP_SEGMENT + merged)), _source_type(merged)


def _in_webp(data: bytes, packet: bytes) -> tuple[bytes, str]:
    parts = parts_of(data, ImageFormat.WEBP)
    old = next((part for part in parts if part.kind == b"XMP "), None)
    merged = _merged(data[old.body : old.body_end] if old else None, packet)
    view = memoryview(data)
    kept = [view[part.start : part.end] for part in parts if part.kind not in {b"XMP ", _EXTENDED}]
    file = webp_file([_extended_header(data, parts[0]), *kept, webp_chunk(b"XMP ", merged)])
    return file, _source_type(merged)


def _extended_header(data: bytes, first: Part) -> bytes:
    """The VP8X header with the flag for XMP: that of the file, or a new one for the simple format."""
    if first.kind == _EXTENDED:
        return webp_chunk(_EXTENDED, bytes([data[first.body] | _HAS_XMP]) + data[first.body + 1 : first.body + 10])
    flags = _HAS_XMP
    if first.kind == _LOSSLESS:
        (bits,) = struct.unpack_from("<I", data, first.body + 1)
        flags |= _HAS_ALPHA if bits >> 28 & 1 else 0
    sides = b"".join(struct.pack("<I", side - 1)[:3] for side in size_of(first.kind, data[first.body : first.body_end]))
    return webp_chunk(_EXTENDED, bytes([flags, 0, 0, 0]) + sides)


def _replaced(data: bytes, old: Part | None, place: int, new: bytes) -> bytes:
    view = memoryview(data)
    if old is not None:
        return b"".join((view[: old.start], new, view[old.end :]))
    return b"".join((view[:place], new, view[place:]))


def _merged(theirs: bytes | None, ours: bytes) -> bytes:
    if theirs is None:
        return ours
    found = _SOURCE_TYPE.search(theirs)
    if found is not None and found[1].lower().endswith(_MADE_BY_A_MODEL):
        return theirs
    if found is not None:
        return _SOURCE_TYPE.sub(TRAINED_ALGORITHMIC_MEDIA.encode("ascii"), theirs)
    end = _END_OF_STATEMENTS.search(theirs)
    if end is None:
        return ours
    description = ours[ours.index(b"<rdf:Description") : ours.index(b"</rdf:RDF>")]
    return theirs[: end.start()] + description + theirs[end.start() :]


def _source_type(packet: bytes) -> str:
    found = _SOURCE_TYPE.search(packet)
    return found[0].decode("ascii", "replace") if found else TRAINED_ALGORITHMIC_MEDIA
