"""A picture ready for the places where it is sold, with what it meets of their rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.export_channels import (
    EXPORT_RULES_VERSION,
    ExportChannel,
    ExportFacts,
    RuleResult,
    check_rules,
)
from easel.domain.file_names import picture_name
from easel.domain.image import ServedBy, StoredImage
from easel.errors import Conflict, ImagingUnavailable, NotFound
from easel.services.accounts.principal import Principal
from easel.services.images.links import LINK_LIFETIME
from easel.services.images.read_images import ImageView, ReadImages
from easel.services.ports.exports import Exporter, ExportStore
from easel.services.ports.pictures import ImageStore

_NO_MORE_AFTER: Final = timedelta(seconds=12)
"""Of one request: what is made until then is kept, and the next request goes on with the rest."""


@dataclass(frozen=True, slots=True)
class Export:
    """The file for one place."""

    channel: ExportChannel
    facts: ExportFacts
    rules: tuple[RuleResult, ...]
    filename: str
    url: str

    @property
    def meets_all(self) -> bool:
        """Whether every rule is met that is not a recommendation."""
        return all(result.met for result in self.rules if result.is_required)


@dataclass(frozen=True, slots=True)
class ExportView:
    """The exports of one picture. Links end at `expires_at`."""

    image_id: str
    master: StoredImage
    exports: tuple[Export, ...]
    expires_at: datetime


class ExportImage:
    """Made once from the original; asked for again, they are found."""

    def __init__(
        self, *, images: ReadImages, exporter: Exporter, files: ExportStore, links: ImageStore, clock: Clock
    ) -> None:
        self._images = images
        self._exporter = exporter
        self._files = files
        self._links = links
        self._clock = clock

    def __call__(self, principal: Principal, image_id: str, channels: Sequence[ExportChannel]) -> ExportView:
        """The exports for these places.

        Raises:
            NotFound: no such image in the caller's workspace, or none with a picture.
            Conflict: it is being made.
            StorageUnavailable, ImagingUnavailable: they could not be made now.
        """
        view = self._images.get(principal, image_id)
        stored = view.image.stored
        if stored is None and not view.image.status.is_final:
            raise Conflict(f"The image {image_id} is being made.")
        if stored is None:
            raise NotFound(f"The image {image_id} has no picture.")
        keys = {channel: export_key(stored, channel) for channel in channels}
        found = {channel: facts for channel, key in keys.items() if (facts := self._files.find(key))}
        found |= self._made(view, stored, {channel: key for channel, key in keys.items() if channel not in found})
        lifetime = self._links.lifetime(LINK_LIFETIME)
        exports = []
        for channel, key in keys.items():
            name = picture_name(f"{view.title} {channel.name}", view.image.shot, view.image.index + 1, key)
            url = self._links.presign(key, expires_in=lifetime, filename=name)
            rules = check_rules(channel, found[channel], stored.provenance.watermark)
            exports.append(Export(channel, found[channel], rules, name.plain, url))
        return ExportView(image_id, stored, tuple(exports), self._clock() + lifetime)

    def _made(
        self, view: ImageView, stored: StoredImage, wanted: Mapping[ExportChannel, str]
    ) -> Mapping[ExportChannel, ExportFacts]:
        """Make the files that are not there, of a picture that is read once; keep each set before the next is begun."""
        if not wanted:
            return {}
        give_up = self._clock() + _NO_MORE_AFTER
        original = self._files.read(stored.original_key)
        made_by = view.image.served_by or ServedBy("unknown", view.model)
        source_type = stored.provenance.digital_source_type
        made: dict[ExportChannel, ExportFacts] = {}
        while left := [channel for channel in wanted if channel not in made]:
            within = give_up - self._clock()
            if within <= timedelta():
                raise ImagingUnavailable("Some exports are made, the others take longer. Ask again.")
            files = self._exporter.export(original, left, made_by=made_by, source_type=source_type, within=within)
            for channel, (data, facts) in zip(left, files, strict=False):
                self._files.put(wanted[channel], data, facts)
                made[channel] = facts
        return made


def export_key(stored: StoredImage, channel: ExportChannel) -> str:
    """Below the picture's own files, so that whatever deletes them deletes its exports."""
    folder = stored.original_key.rpartition("/")[0]
    return f"{folder}/exports/{channel.name}-{EXPORT_RULES_VERSION}.jpg"
