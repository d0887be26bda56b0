"""Remember under which file id a bot has sent a picture, so that it need not be uploaded to Telegram again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from easel.domain.generation import Generation
from easel.errors import NotFound


class TelegramFiles(Protocol):
    """File ids by image, in the workspace of the person whom a bot brought: every bot has its own."""

    def put(self, workspace_id: str, image_id: str, file_id: str) -> None:
        """Remember a file id instead of any before."""
        ...

    def of_generation(self, workspace_id: str, generation_id: str) -> Mapping[str, str]:
        """The file ids of a generation's images."""
        ...


class KeepTelegramFile:
    """One write. File ids are good for one bot, and a person's workspace belongs to one bot."""

    def __init__(self, *, files: TelegramFiles) -> None:
        self._files = files

    def __call__(self, generation: Generation, number: int, file_id: str) -> None:
        """Remember the file id of result `number`, counted from 0.

        Raises:
            NotFound: no such result, or not yet.
        """
        image = next((image for image in generation.images if image.index == number and image.stored), None)
        if image is None:
            raise NotFound(f"There is no result {number}.")
        self._files.put(generation.workspace_id, image.id, file_id)
