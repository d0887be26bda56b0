"""How much one picture may cost us: bytes, pixels, structure, processor time and memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from easel.errors import ImageRejected, RejectionReason

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted of one picture. The defaults are for pictures that callers send.

    The counts refuse the tricks that we know before anything is decoded. Processor time and memory are limits of the
    operating system, and end those that we do not know.
    """

    file_bytes: int = 40 * MEBIBYTE
    pixels: int = 40_000_000
    side: int = 16_383
    """The longest side that a webp can have, so that every accepted picture can be turned into every format."""
    parts: int = 250_000
    """Chunks and segments. Skipping one takes less than a microsecond."""
    scans: int = 100
    """Of a jpeg. Encoders write about ten; every scan is as much work as a whole picture."""
    scanned_pixels: int = 1_000_000_000
    """Scans times pixels."""
    memory_bytes: int = 512 * MEBIBYTE
    """What decoding and encoding may take beside the process as it was."""
    cpu_seconds: float = 5.0
    wall_seconds: float = 30.0
    """Longer than the processor time by what a share of a processor makes of it (0.58 of one at 1,024 MB)."""

    def check_bytes(self, count: int) -> None:
        if count > self.file_bytes:
            message = f"The picture has {count} bytes; at most {self.file_bytes} are accepted."
            raise ImageRejected(message, RejectionReason.TOO_LARGE)

    def check_size(self, width: int, height: int) -> None:
        if width < 1 or height < 1:
            raise ImageRejected("The picture has no pixels, or its header is damaged.")
        message = f"The picture has {width}x{height} pixels; at most"
        if max(width, height) > self.side:
            raise ImageRejected(f"{message} {self.side} a side are accepted.", RejectionReason.TOO_LARGE)
        if width * height > self.pixels:
            raise ImageRejected(f"{message} {self.pixels} in all are accepted.", RejectionReason.TOO_LARGE)

    def check_parts(self, count: int) -> None:
        if count > self.parts:
            message = f"The picture consists of too many parts; at most {self.parts} are accepted."
            raise ImageRejected(message, RejectionReason.TOO_COMPLEX)

    def check_scans(self, scans: int, pixels: int) -> None:
        if scans > self.scans or scans * pixels > self.scanned_pixels:
            most = min(self.scans, self.scanned_pixels // pixels)
            message = f"The jpeg picture has {scans} scans or more; at most {most} are accepted at its size."
            raise ImageRejected(message, RejectionReason.TOO_COMPLEX)

    def check_memory(self, needed: int) -> None:
        if needed > self.memory_bytes:
            message = f"Decoding the picture takes {needed // MEBIBYTE} MiB of memory; at most "
            raise ImageRejected(f"{message}{self.memory_bytes // MEBIBYTE} are spent.", RejectionReason.TOO_COMPLEX)


FOREIGN: Final = Limits()
"""For pictures that callers send or name."""
PAID: Final = Limits(scans=2_000, scanned_pixels=10_000_000_000, parts=1_000_000, cpu_seconds=10.0, wall_seconds=40.0)
"""For pictures that a vendor made and was paid for: used whenever viewers show them, if it takes a little longer."""
