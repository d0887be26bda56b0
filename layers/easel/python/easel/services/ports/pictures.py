"""Image processing and the image store."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from easel.domain.file_names import FileName
from easel.domain.generation import Generation
from easel.domain.image import ServedBy, StoredImage
from easel.domain.provenance import Provenance


class ImageStore(Protocol):
    """The image store. Raises StorageUnavailable."""

    def put(self, key: str, data: bytes, media_type: str) -> None: ...

    def presign(
        self, key: str, *, expires_in: timedelta, filename: FileName | None = None, head: bool = False
    ) -> str: ...

    def lifetime(self, wanted: timedelta) -> timedelta:
        """How long a link that is made now works, if it is made for the time that is wanted."""
        ...


class PictureReader(Protocol):
    """Reads the bytes of stored pictures. Raises StorageUnavailable."""

    def get(self, key: str) -> bytes | None:
        """The object; None when there is none."""
        ...


class ImageProcessor(Protocol):
    """Turns a vendor's bytes into what we store. Raises ImageRejected or ImagingUnavailable."""

    def process(
        self, data: bytes, generation: Generation, *, made_by: ServedBy, drawn: str | None = None
    ) -> ProcessedImage:
        """Convert the image to the requested size and format. `drawn` is a watermark that the vendor has drawn."""
        ...


@dataclass(frozen=True, slots=True)
class UnmarkedOriginal:
    """The vendor's image before a watermark was drawn."""

    data: bytes
    media_type: str
    extension: str


@dataclass(frozen=True, slots=True)
class ProcessedImage:
    """An original with its variants, ready to be stored."""

    original: bytes
    preview: bytes
    thumbnail: bytes
    media_type: str
    extension: str
    width: int
    height: int
    sha256: str
    blurhash: str
    provenance: Provenance
    unmarked: UnmarkedOriginal | None = None

    def stored_under(self, prefix: str, unmarked_prefix: str) -> StoredImage:
        """The files by their names below the prefixes; the same image always has the same names."""
        return StoredImage(
            original_key=f"{prefix}/original.{self.extension}",
            preview_key=f"{prefix}/preview.webp",
            thumbnail_key=f"{prefix}/thumb.webp",
            media_type=self.media_type,
            width=self.width,
            height=self.height,
            byte_count=len(self.original),
            sha256=self.sha256,
            crc32=zlib.crc32(self.original),
            blurhash=self.blurhash,
            provenance=self.provenance,
            unmarked_key=f"{unmarked_prefix}/original.{self.unmarked.extension}" if self.unmarked else None,
        )
