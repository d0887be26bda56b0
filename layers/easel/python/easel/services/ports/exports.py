"""Exports of pictures for the places where they are sold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from easel.domain.export_channels import ExportChannel, ExportFacts
from easel.domain.image import ServedBy


class Exporter(Protocol):
    """Makes the files for places. Raises ImagingUnavailable."""

    def export(
        self, data: bytes, channels: Sequence[ExportChannel], *, made_by: ServedBy, source_type: str, within: timedelta
    ) -> Sequence[tuple[bytes, ExportFacts]]:
        """The files for the first of these places, in their order: at least one, and none is begun after `within`."""
        ...


class ExportStore(Protocol):
    """The files. Raises StorageUnavailable."""

    def find(self, key: str) -> ExportFacts | None:
        """What was measured of a file that is there."""
        ...

    def read(self, key: str) -> bytes: ...

    def put(self, key: str, data: bytes, facts: ExportFacts) -> None: ...
