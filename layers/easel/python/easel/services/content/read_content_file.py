"""The version at a public address, for anyone with the address."""

from __future__ import annotations

from easel.services.content.read_content_images import ContentView, find_version
from easel.services.images.read_images import ReadImages
from easel.services.ports.content import ContentImages


class ReadContentFile:
    """Two reads for a delivered picture, three for one that is being made."""

    def __init__(self, *, images: ContentImages, pictures: ReadImages) -> None:
        self._images = images
        self._pictures = pictures

    def __call__(self, item_id: str, file_name: str) -> ContentView:
        """The version, for any caller. Raises NotFound."""
        image = find_version(self._images, item_id, file_name)
        return ContentView(image, self._pictures.of(image.workspace_id, image.image_id))
