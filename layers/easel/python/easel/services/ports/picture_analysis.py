"""What the analysis of a picture needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from easel.domain.picture_analysis import Colour, PictureAnalysis, PictureText

ReadPicture = Callable[[str], bytes]
"""The file at an object key. Raises StorageUnavailable."""

FindColours = Callable[[bytes], tuple[Colour, ...]]
"""The main colours of a picture. Raises ImageRejected."""


class PictureDescriber(Protocol):
    """A model that sees pictures."""

    def describe(self, data: bytes, media_type: str) -> PictureText | None:
        """What a picture shows; None where the model says nothing. Raises ProviderError."""
        ...


class PictureAnalyses(Protocol):
    """The analyses of a workspace's pictures."""

    def get(self, workspace_id: str, image_id: str) -> PictureAnalysis | None: ...

    def put(self, workspace_id: str, image_id: str, analysis: PictureAnalysis) -> None:
        """The last one counts."""
        ...
