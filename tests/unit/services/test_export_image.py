"""Exports that take long: what was made is kept, and the next request goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.support.engine import MemoryStore
from tests.support.generations import NOW, a_generation, a_stored_image
from tests.unit.services.memory import MemoryGenerations, a_caller

from easel.domain.export_channels import EXPORT_CHANNELS, ExportChannel, ExportFacts
from easel.domain.image import ServedBy, Status
from easel.errors import ImagingUnavailable
from easel.services.images.export_image import ExportImage
from easel.services.images.read_images import ReadImages

FACTS = ExportFacts(1000, 1000, 1, 1.0, 0.9)


class Slow:
    """Takes ten seconds for each export, and keeps what it made."""

    def __init__(self) -> None:
        self.now = NOW
        self.made: dict[str, ExportFacts] = {}

    def clock(self) -> datetime:
        return self.now

    def export(
        self, data: bytes, channels: Sequence[ExportChannel], *, made_by: ServedBy, source_type: str, within: timedelta
    ) -> Sequence[tuple[bytes, ExportFacts]]:
        files = []
        last_start = self.now + within
        for _ in channels:
            self.now += timedelta(seconds=10)
            files.append((b"", FACTS))
            if self.now > last_start:
                break
        return files

    def find(self, key: str) -> ExportFacts | None:
        return self.made.get(key)

    def read(self, key: str) -> bytes:
        return b""

    def put(self, key: str, data: bytes, facts: ExportFacts) -> None:
        self.made[key] = facts


def test_a_request_that_takes_too_long_keeps_what_it_made() -> None:
    generation = a_generation(status=Status.COMPLETED)
    image = replace(generation.images[0], status=Status.COMPLETED, stage=None, stored=a_stored_image())
    images = ReadImages(generations=MemoryGenerations([replace(generation, images=(image,))]))
    slow, channels = Slow(), tuple(EXPORT_CHANNELS.values())
    export = ExportImage(images=images, exporter=slow, files=slow, links=MemoryStore(), clock=slow.clock)
    caller = a_caller(generation.workspace_id)

    with pytest.raises(ImagingUnavailable):
        export(caller, image.id, channels)

    assert len(slow.made) == 2
    assert len(export(caller, image.id, channels).exports) == len(channels)
