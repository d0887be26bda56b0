"""Parse a jpeg as libjpeg does and keep what affects the pixels (ITU-T T.81 annex B; JFIF 1.02; ICC.1 annex B.4).

Other segments are dropped without looking at their content. Junk between segments and after the end is skipped. A
missing end marker is added.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from easel.errors import ImageRejected, RejectionReason
from easel.imaging.containers import MAX_SEGMENT, SIGNATURE_LENGTH, jpeg_segment
from easel.imaging.exif import UPRIGHT, orientation_of
from easel.imaging.formats import ImageFormat
from easel.imaging.profiles import GREY, INK, RGB, usable_profile
from easel.imaging.structure import Structure

if TYPE_CHECKING:
    from easel.imaging.limits import Limits

_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_MARKER: Final = re.compile(rb"\xff([^\x00\xff])")
_END_OF_SCAN: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""Stuffed bytes and restart markers are part of the compressed data."""

_SOI, _EOI, _SOS, _DQT, _DHT, _DAC, _DRI, _TEM = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xCC, 0xDD, 0x01
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_STANDALONE: Final = frozenset({*range(0xD0, _SOI + 1), _TEM})
"""Markers without a length."""
_TABLES: Final = frozenset({_DQT, _DHT, _DAC, _DRI})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {_DHT, 0xC8, _DAC}
_COMMON_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive, with Huffman coding."""
_PROGRESSIVE: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_DEPTH: Final = 8
_FRAME_BYTES, _COMPONENT_BYTES, _SCAN_BYTES = 6, 3, 4
"""Length of a frame header without components, of a component, and of a scan header without components."""
_SAMPLINGS: Final = range(1, 5)
_MOST_TABLES: Final = 10_000
_COEFFICIENTS: Final = 64
_COEFFICIENT_BYTES: Final = 2

_JFIF: Final = b"JFIF\0"
_JFIF_BYTES: Final = 12
"""Without its thumbnail."""
_ADOBE: Final = b"Adobe"
_ADOBE_BYTES: Final = 12
_EXIF: Final = b"Exif\0\0"
_PROFILE: Final = b"ICC_PROFILE\0"
_PROFILE_OVERHEAD: Final = len(_PROFILE) + 2
_COLOURS: Final = {1: GREY, 3: RGB, 4: INK}


@dataclass(frozen=True, slots=True)
class _Frame:
    kind: int
    depth: int
    width: int
    height: int
    components: dict[int, tuple[int, int]]
    """Horizontal and vertical sampling factor, by component id."""

    def coefficient_bytes(self) -> int:
        """Memory for the coefficients of the whole picture, which decoding several scans needs."""
        widest = max(across for across, _ in self.components.values())
        tallest = max(down for _, down in self.components.values())
        samples = sum(across * down for across, down in self.components.values()) / (widest * tallest)
        return int(self.width * self.height * samples * _COEFFICIENT_BYTES)


@dataclass(slots=True)
class _Found:
    """The parts of a jpeg that affect the pixels."""

    jfif: bytes = b""
    adobe: bytes = b""
    profile_parts: list[bytes] = field(default_factory=list)
    orientation: int | None = None
    frame: _Frame | None = None
    kept: list[memoryview] = field(default_factory=list)
    tables: int = 0
    scans: int = 0
    begun: set[tuple[int, int]] = field(default_factory=set)
    """Pairs of component and coefficient that occur in some scan."""
    is_faulty: bool = False
    has_end: bool = False


def inspect_jpeg(data: bytes, limits: Limits) -> Structure:
    """Inspect a jpeg, and make a file with the segments that a decoder needs only.

    Raises:
        ImageRejected: browsers do not show it, or it is over a limit.
    """
    found = _collect(data, limits)
    frame = found.frame
    if frame is None or not found.scans:
        raise ImageRejected("The jpeg picture ends before its pixels.")
    is_unfinished = not found.has_end
    waits = frame.kind in _PROGRESSIVE or found.scans > 1
    if is_unfinished and waits and len(found.begun) < len(frame.components) * _COEFFICIENTS:
        raise ImageRejected("The jpeg picture is truncated: scans are missing.")
    colours = _COLOURS[len(frame.components)]
    profile = usable_profile(_profile_of(found.profile_parts), colours)
    channels = 4 if colours != GREY else 1
    pixels = frame.width * frame.height
    # The coefficients are freed before a grey or CMYK picture is converted.
    after = pixels * (channels + (0 if colours == RGB else 4))
    before = pixels * channels + (frame.coefficient_bytes() if waits else 0)
    return Structure(
        format=ImageFormat.JPEG,
        width=frame.width,
        height=frame.height,
        data=_joined(found, profile),
        decoding_bytes=max(before, after),
        orientation=found.orientation or UPRIGHT,
        profile=profile if colours == RGB else None,
        is_common=frame.kind in _COMMON_FRAMES and colours != INK,
        is_mended=found.is_faulty or is_unfinished,
        is_unfinished=is_unfinished and not waits,
        depth=frame.depth,
    )


def _collect(data: bytes, limits: Limits) -> _Found:
    found, view = _Found(), memoryview(data)
    position, parts = SIGNATURE_LENGTH[ImageFormat.JPEG], 0
    while match := _MARKER.search(data, position):
        parts += 1
        limits.check_parts(parts)
        marker, body = match[1][0], match.end()
        found.is_faulty |= data.count(b"\xff", position, match.start()) < match.start() - position
        if marker == _EOI:
            found.has_end = True
            break
        if marker in _STANDALONE:
            found.is_faulty = True
            position = body
            continue
        end = body + max(2, int.from_bytes(data[body : body + 2], "big"))
        if end > len(data):
            # A segment longer than the rest of the file: decoders skip to the end, too.
            break
        if marker == _SOS:
            following = _END_OF_SCAN.search(data, end)
            stop = following.start() if following else len(data)
            _take_scan(found, view[match.start() : stop], data[body + 2 : end], limits)
            end = stop
        else:
            _take(found, marker, view[match.start() : end], data[body + 2 : end], limits)
        position = end
    return found


def _take(found: _Found, marker: int, segment: memoryview, body: bytes, limits: Limits) -> None:
    if marker in _FRAMES:
        _take_frame(found, marker, body, limits)
        found.kept.append(segment)
    elif marker in _TABLES:
        found.tables += 1
        if found.tables > _MOST_TABLES:
            message = f"The jpeg picture has too many tables; at most {_MOST_TABLES} are accepted."
            raise ImageRejected(message, RejectionReason.TOO_COMPLEX)
        found.kept.append(segment)
    elif marker == _APP0 and body.startswith(_JFIF) and len(body) >= _JFIF_BYTES:
        found.jfif = found.jfif or jpeg_segment(b"\xe0", body[:_JFIF_BYTES] + b"\0\0")
    elif marker == _APP1 and body.startswith(_EXIF) and found.orientation is None:
        found.orientation = orientation_of(body)
    elif marker == _APP2 and body.startswith(_PROFILE):
        found.profile_parts.append(body[len(_PROFILE) :])
    elif marker == _APP14 and body.startswith(_ADOBE) and len(body) >= _ADOBE_BYTES:
        found.adobe = jpeg_segment(b"\xee", body[:_ADOBE_BYTES])


def _take_frame(found: _Found, marker: int, body: bytes, limits: Limits) -> None:
    if found.frame is not None:
        raise ImageRejected("The jpeg picture contradicts itself about its size: it has two frame headers.")
    if len(body) < _FRAME_BYTES or len(body) != _FRAME_BYTES + _COMPONENT_BYTES * body[_FRAME_BYTES - 1]:
        raise ImageRejected("The frame header of the jpeg picture is damaged.")
    depth, height, width, count = struct.unpack_from(">BHHB", body)
    limits.check_size(width, height)
    components = {
        body[at]: (body[at + 1] >> 4, body[at + 1] & 0xF) for at in range(_FRAME_BYTES, len(body), _COMPONENT_BYTES)
    }
    is_readable = all(across in _SAMPLINGS and down in _SAMPLINGS for across, down in components.values())
    if count not in _COLOURS or len(components) != count or not is_readable:
        raise ImageRejected(f"The jpeg picture has {count} channels, or invalid sampling factors.")
    if depth != _DEPTH:
        raise ImageRejected(f"The jpeg picture has {depth} bits a channel; {_DEPTH} are accepted.")
    found.frame = _Frame(marker, depth, width, height, components)


def _take_scan(found: _Found, segment: memoryview, body: bytes, limits: Limits) -> None:
    if found.frame is None:
        raise ImageRejected("The jpeg picture has a scan before its frame header.")
    found.scans += 1
    limits.check_scans(found.scans, found.frame.width * found.frame.height)
    count = body[0] if body else 0
    if count not in _SAMPLINGS or len(body) != _SCAN_BYTES + 2 * count:
        raise ImageRejected("A scan of the jpeg picture has a damaged header.")
    first, last = (body[-3], body[-2]) if found.frame.kind in _PROGRESSIVE else (0, _COEFFICIENTS - 1)
    coefficients = range(first, min(last, _COEFFICIENTS - 1) + 1)
    components = [body[1 + 2 * number] for number in range(count)]
    found.begun.update((component, coefficient) for component in components for coefficient in coefficients)
    found.kept.append(segment)


def _profile_of(parts: list[bytes]) -> bytes:
    """The profile, if all of its parts exist exactly once; else empty."""
    numbered = {part[0]: part[2:] for part in parts if part[1:2] == bytes([min(len(parts), 255)])}
    if sorted(numbered) != list(range(1, len(parts) + 1)):
        return b""
    return b"".join(numbered[number] for number in sorted(numbered))


def _joined(found: _Found, profile: bytes | None) -> bytes:
    parts: list[bytes | memoryview] = [_START, found.jfif]
    if profile:
        room = MAX_SEGMENT - _PROFILE_OVERHEAD
        pieces = [profile[start : start + room] for start in range(0, len(profile), room)]
        for number, piece in enumerate(pieces, start=1):
            parts.append(jpeg_segment(b"\xe2", _PROFILE + bytes([number, len(pieces)]) + piece))
    parts.append(found.adobe)
    *kept, last = found.kept
    # A truncated file may end in half a marker.
    return b"".join((*parts, *kept, bytes(last).rstrip(b"\xff"), _END))
