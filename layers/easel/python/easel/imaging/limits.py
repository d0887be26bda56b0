"""Limits for one picture: bytes, pixels, structure, CPU time and memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from easel.errors import ImageRejected, RejectionReason

MEBIBYTE: Final = 1024 * 1024
_WORKER_BYTES: Final = 212 * MEBIBYTE
"""What an image worker takes for itself: its modules and clients, a picture's file, and the files made of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one picture. The defaults are for pictures that callers send.

    Sizes and counts are checked before decoding and stop known attacks. CPU time and memory are limits of the operating
    system and stop unknown ones.
    """

    file_bytes: int = 40 * MEBIBYTE
    pixels: int = 40_000_000
    side: int = 16_383
    """The maximum of webp, so that every accepted picture can be converted to every format."""
    parts: int = 250_000
    """Chunks or segments. Skipping one takes less than a microsecond."""
    scans: int = 100
    """Of a jpeg. Encoders write about ten. Each costs as much as decoding a whole picture."""
    scanned_pixels: int = 1_000_000_000
    """Scans times pixels."""
    memory_bytes: int = 512 * MEBIBYTE
    """Address space for decoding and encoding, on top of what the process already uses."""
    cpu_seconds: float = 5.0
    wall_seconds: float = 30.0
    """More than the CPU time, because a function of 512 MB gets 0.29 of a CPU, one of 1,024 MB 0.58."""

    def within(self, worker_mb: int) -> Limits:
        """These limits in an image worker of so much memory: what it can spare, and never more than they allow."""
        return replace(self, memory_bytes=min(self.memory_bytes, worker_mb * MEBIBYTE - _WORKER_BYTES))

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
            message = f"Decoding the picture needs {needed // MEBIBYTE} MiB of memory; at most "
            message += f"{self.memory_bytes // MEBIBYTE} are available."
            raise ImageRejected(message, RejectionReason.TOO_MUCH_MEMORY)


FOREIGN: Final = Limits()
"""For pictures that callers upload, or reference by URL."""
PAID: Final = Limits(
    scans=2_000,
    scanned_pixels=10_000_000_000,
    parts=1_000_000,
    memory_bytes=640 * MEBIBYTE,
    cpu_seconds=10.0,
    wall_seconds=40.0,
)
"""For pictures from vendors: they are paid for, so they are used whenever common viewers show them."""
