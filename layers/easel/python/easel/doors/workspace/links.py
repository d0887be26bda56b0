"""Addresses of images at the workspace door: they are loaded by pages, without a credential."""

from __future__ import annotations

from typing import Protocol

from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.services.images.links import ImageLinks, permalink


class Links(Protocol):
    """What is needed of `services.images.links.LinkMaker`."""

    def image_links(self, image: Image) -> ImageLinks | None: ...


class WorkspaceLinks:
    """Makes the addresses; `base_url` is our own."""

    def __init__(self, links: Links, base_url: str) -> None:
        self._links = links
        self.base_url = base_url.rstrip("/")

    def of(self, generation: Generation, image: Image) -> str:
        """An address that shows the image without a credential: now, or as soon as it is made."""
        found = self._links.image_links(image)
        if found:
            return found.url
        return permalink(self.base_url, generation.workspace_id, image.id, generation.permalink_secret)
