"""Read the orientation from EXIF (Exif 2.32, 4.5 and 4.6.4). Nothing else of EXIF is used."""

from __future__ import annotations

import struct
from typing import Final

UPRIGHT: Final = 1
_HIGHEST: Final = 8
_PREFIX: Final = b"Exif\0\0"
_ORIENTATION_TAG: Final = 0x0112
_SHORT: Final = 3
_ENTRY_BYTES: Final = 12


def orientation_of(exif: bytes) -> int:
    """The orientation, 1 to 8; 1 if it is missing or unreadable. Only the first directory is read."""
    tiff = exif.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
        for position in range(directory + 2, directory + 2 + entries * _ENTRY_BYTES, _ENTRY_BYTES):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, position)
            if tag == _ORIENTATION_TAG:
                return value if kind == _SHORT and UPRIGHT <= value <= _HIGHEST else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT
