"""The archive of a generation: one ZIP file of all its pictures, with a manifest as its first file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from easel.clock import to_iso
from easel.domain.file_names import FileName, archive_name, name_in
from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.domain.zip_layout import ZipEntry, archive_size

MANIFEST_NAME: Final = "manifest.json"
ARCHIVE_KEPT_FOR: Final = timedelta(days=1)
"""How long an archive is offered; the lifecycle rule of the bucket deletes it a day later."""
_LAYOUT: Final = "1"
"""Changes with the layout, so that archives of an older one are not offered."""


class ArchiveState(StrEnum):
    """Where the making of an archive stands."""

    WAITING = "WAITING"
    """The generation has not ended."""
    QUEUED = "QUEUED"
    BUILDING = "BUILDING"
    READY = "READY"


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One picture in an archive. `crc32` is None for pictures of before it was kept: then it has to be computed."""

    name: str
    key: str
    size: int
    crc32: int | None


@dataclass(frozen=True, slots=True)
class MissingImage:
    """An image of the generation that is not in the archive, and why."""

    index: int
    shot: str | None
    status: str
    message: str


@dataclass(frozen=True, slots=True)
class ArchivePlan:
    """What an archive contains. The same content has the same `digest`, and so the same object."""

    workspace_id: str
    generation_id: str
    name: FileName
    manifest: bytes
    files: tuple[ArchiveFile, ...]
    missing: tuple[MissingImage, ...]
    modified: datetime

    @property
    def digest(self) -> str:
        content = [_LAYOUT, self.manifest.decode(), *(file.key for file in self.files)]
        return hashlib.sha256("\n".join(content).encode()).hexdigest()[:32]

    @property
    def size(self) -> int:
        """The bytes of the ZIP file, known before it is made: checksums do not change its length."""
        return archive_size([self.manifest_entry(), *(self.entry(file) for file in self.files)])

    def manifest_entry(self) -> ZipEntry:
        """The manifest as an entry; its checksum is left to its writer."""
        return ZipEntry(MANIFEST_NAME, len(self.manifest), 0, self.modified)

    def entry(self, file: ArchiveFile) -> ZipEntry:
        """A picture as an entry."""
        return ZipEntry(file.name, file.size, file.crc32 or 0, self.modified)

    def with_checksums(self, checksums: dict[str, int]) -> ArchivePlan:
        """The plan with the checksums of these object keys."""
        files = (replace(file, crc32=checksums.get(file.key, file.crc32)) for file in self.files)
        return replace(self, files=tuple(files))


def plan_archive(generation: Generation) -> ArchivePlan:
    """The archive of a generation that has ended; without files when it has no pictures."""
    present = [(image, image.stored.original_key) for image in generation.images if image.stored is not None]
    names = {image.index: name_in(generation, image, key).plain for image, key in present}
    return ArchivePlan(
        workspace_id=generation.workspace_id,
        generation_id=generation.id,
        name=archive_name(generation.file_title),
        manifest=_manifest(generation, names),
        files=tuple(
            ArchiveFile(names[image.index], key, image.stored.byte_count, image.stored.crc32)
            for image, key in present
            if image.stored is not None
        ),
        missing=tuple(_missing(image) for image in generation.images if image.stored is None),
        modified=generation.completed_at or generation.created_at,
    )


def _missing(image: Image) -> MissingImage:
    if image.failure is not None:
        return MissingImage(image.index, image.shot, image.status.value, image.failure.message)
    if image.gone_at is not None:
        return MissingImage(image.index, image.shot, image.status.value, "It was deleted.")
    message = "It was cancelled." if image.status is Status.CANCELLED else "It has no picture."
    return MissingImage(image.index, image.shot, image.status.value, message)


def _manifest(generation: Generation, names: dict[int, str]) -> bytes:
    """The first file: a cut download still says what it is, and a partial archive says what is missing."""
    price = generation.price
    content = {
        "generationId": generation.id,
        "status": generation.status.value,
        "createdAt": to_iso(generation.created_at),
        "completedAt": to_iso(generation.completed_at) if generation.completed_at else None,
        "model": generation.model,
        "prompt": generation.prompt,
        "clientReference": generation.client_reference,
        "cost": {
            "currency": "milli-credits",
            "charged": generation.charged,
            "price": price.total if price else 0,
        },
        "images": [_picture(generation, image, names[image.index]) for image in generation.images if image.stored],
        "missing": [
            {"index": one.index, "shot": one.shot, "status": one.status, "reason": one.message}
            for one in map(_missing, (image for image in generation.images if image.stored is None))
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False).encode()


def _picture(generation: Generation, image: Image, name: str) -> dict[str, Any]:
    stored, made_by = image.stored, image.served_by
    if stored is None:
        raise ValueError(f"image {image.id} has no picture")
    return {
        "file": name,
        "imageId": image.id,
        "index": image.index,
        "shot": image.shot,
        "prompt": generation.prompt_of(image),
        "bytes": stored.byte_count,
        "sha256": stored.sha256,
        "mediaType": stored.media_type,
        "width": stored.width,
        "height": stored.height,
        "late": image.late,
        "priceMilliCredits": generation.price_of(image),
        "servedBy": {"provider": made_by.provider, "model": made_by.model} if made_by else None,
        "provenance": {
            "digitalSourceType": stored.provenance.digital_source_type,
            "c2pa": stored.provenance.c2pa.value,
            "watermark": stored.provenance.watermark,
        },
    }
