"""The analysis of an image: answer and OpenAPI description."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from easel.errors import InvalidRequest, NotFound, SecretUnavailable, StorageUnavailable
from easel.http.description import route
from easel.http.models import AnswerModel
from easel.services.images.analyse_image import AnalysedImage

ImageId = Annotated[str, Path(alias="imageId", json_schema_extra={"format": "uuid"})]


class ColourBody(AnswerModel):
    """One of the main colours."""

    hex: str = Field(examples=["#2f5d3a"])
    percent: int = Field(ge=0, le=100, description="Which share of the image has it.")


class AnalysisOfImage(AnswerModel):
    """What can be said about an image."""

    id: str
    width: int
    height: int
    media_type: str
    bytes: int
    colors: list[ColourBody] = Field(description="The most frequent first; what is transparent does not count.")
    alt: str | None = Field(description="A text instead of the image; null where no provider could say.")
    tags: list[str]


class AnalysisBody(AnswerModel):
    """The analysis."""

    success: bool = True
    data: AnalysisOfImage


ANALYSE_IMAGE: Final = route(
    "analyseImage",
    "Workspace API",
    "Analyse an image",
    "Measures and main colours, and a text and tags by a model that sees pictures, where the deployment has one. An "
    "image is analysed once, at no cost.",
    {200: "The analysis."},
    errors=(NotFound, InvalidRequest, StorageUnavailable, SecretUnavailable),
)


def analysis_body(analysed: AnalysedImage) -> AnalysisBody:
    """The analysis as it is shown."""
    stored, text = analysed.stored, analysed.analysis.text
    return AnalysisBody(
        data=AnalysisOfImage(
            id=analysed.view.image.id,
            width=stored.width,
            height=stored.height,
            media_type=stored.media_type,
            bytes=stored.byte_count,
            colors=[ColourBody(hex=colour.hex, percent=colour.percent) for colour in analysed.analysis.colours],
            alt=text.alt if text else None,
            tags=list(text.tags) if text else [],
        )
    )
