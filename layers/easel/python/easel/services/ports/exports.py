"""Exports of pictures for the places where they are sold."""

from __future__ import annotations

from typing import Protocol

from easel.domain.export_channels import ExportChannel, ExportFacts
from easel.domain.image import ServedBy


class Exporter(Protocol):
    """Makes the file for a place. Raises ImagingUnavailable."""

    def export(
        self, data: bytes, channel: ExportChannel, *, made_by: ServedBy, source_type: str
    ) -> tuple[bytes, ExportFacts]: ...


class ExportStore(Protocol):
    """The files. Raises StorageUnavailable."""

    def find(self, key: str) -> ExportFacts | None:
        """What was measured of a file that is there."""
        ...

    def read(self, key: str) -> bytes: ...

    def put(self, key: str, data: bytes, facts: ExportFacts) -> None: ...
