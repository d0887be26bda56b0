"""Analyse a finished picture: measures, main colours, and what it shows where a provider can say."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from easel.domain.image import StoredImage
from easel.domain.picture_analysis import PictureAnalysis, PictureText
from easel.errors import InvalidRequest, ProviderError
from easel.services.accounts.principal import Principal
from easel.services.images.read_images import ImageView, ReadImages
from easel.services.ports.picture_analysis import FindColours, PictureAnalyses, PictureDescriber, ReadPicture

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AnalysedImage:
    """A picture and what can be said about it."""

    view: ImageView
    stored: StoredImage
    analysis: PictureAnalysis


class AnalyseImage:
    """A picture is analysed once; one that no provider could describe is tried again the next time."""

    def __init__(
        self,
        *,
        images: ReadImages,
        analyses: PictureAnalyses,
        read: ReadPicture,
        find_colours: FindColours,
        describer: PictureDescriber | None,
    ) -> None:
        self._images = images
        self._analyses = analyses
        self._read = read
        self._find_colours = find_colours
        self._describer = describer

    def __call__(self, principal: Principal, image_id: str) -> AnalysedImage:
        """Raises NotFound; InvalidRequest: there is no picture (yet); StorageUnavailable."""
        view = self._images.get(principal, image_id)
        stored = view.image.stored
        if stored is None:
            raise InvalidRequest.of("image", f"The image {image_id} has no picture yet.")
        known = self._analyses.get(principal.workspace_id, image_id)
        if known is not None and (known.text is not None or self._describer is None):
            return AnalysedImage(view, stored, known)
        thumbnail = self._read(stored.thumbnail_key)
        colours = known.colours if known else self._find_colours(thumbnail)
        analysis = PictureAnalysis(colours, self._described(thumbnail))
        if known is None or analysis != known:
            self._analyses.put(principal.workspace_id, image_id, analysis)
        return AnalysedImage(view, stored, analysis)

    def _described(self, thumbnail: bytes) -> PictureText | None:
        if self._describer is None:
            return None
        try:
            return self._describer.describe(thumbnail, "image/webp")
        except ProviderError as error:
            # Colours and measures are worth having without it.
            logger.warning("picture not described", extra={"provider": error.provider, "code": error.provider_code})
            return None
