"""Where an image comes from: the marks that its files carry, and whether a file is the one that we made."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from easel.doors.canonical.images.answers import ProvenanceBody, provenance_body
from easel.errors import InvalidRequest
from easel.http import answers
from easel.http.failures import PictureGone
from easel.http.models import AnswerModel, Moment, moment
from easel.services.images.read_images import ImageView

_SHA256: Final = "^[0-9a-fA-F]{64}$"
_HEX_DIGITS: Final = frozenset("0123456789abcdef")
Sha256 = Annotated[
    str | None,
    Query(
        description="The SHA-256 of a file in hexadecimal digits, to learn whether it is this original.",
        json_schema_extra={"pattern": _SHA256, "format": "sha256"},
    ),
]


class ImageProvenanceBody(AnswerModel):
    """Where an image comes from."""

    image_id: str
    made_here: bool = Field(description="Always true: other files have no image id.")
    completed_at: Moment | None
    sha256: str = Field(description="Of the original.")
    matches: bool | None = Field(description="Whether `sha256` of the query is that of the original; null without it.")
    marked_files: list[str] = Field(description="The files whose metadata carries the statement.")
    provenance: ProvenanceBody


def wanted_digest(text: str | None) -> str | None:
    """Read `sha256`. Raises InvalidRequest."""
    digest = text.lower() if text is not None else None
    if digest is not None and (len(digest) != 64 or not _HEX_DIGITS.issuperset(digest)):  # noqa: PLR2004 - SHA-256
        raise InvalidRequest.of("sha256", "sha256 must have 64 hexadecimal digits.", {"pattern": _SHA256})
    return digest


def provenance_answer(view: ImageView, digest: str | None) -> Response[ImageProvenanceBody]:
    """The marks of an image.

    Raises:
        PictureGone: it has no picture.
    """
    stored, body = view.image.stored, provenance_body(view.image)
    if stored is None or body is None:
        raise PictureGone("This image has no picture.")
    return answers.as_json(
        ImageProvenanceBody(
            image_id=view.image.id,
            made_here=True,
            completed_at=moment(view.image.completed_at),
            sha256=stored.sha256,
            matches=None if digest is None else digest == stored.sha256,
            marked_files=["original", "preview", "thumbnail", "exports", "archive"],
            provenance=body,
        )
    )
