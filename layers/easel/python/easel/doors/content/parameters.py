"""Addresses and parameters of the content routes, and how they are read."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Header, Path

from easel.domain.content_item import item_id_from_path
from easel.domain.renditions import RENDITIONS, Rendition
from easel.errors import InvalidRequest, NotFound
from easel.http.parse import LONGEST_KEY, is_id
from easel.services.content.read_content_images import NO_IMAGE

BAD_ID: Final = "Invalid image ID format. Expected: contentItemId/filename"

ContentItemId = Annotated[str, Path(alias="contentItemId", description="Your own id of the article, post or page.")]
FileName = Annotated[str, Path(alias="filename", description="As in the picture's address.")]
ContentImageId = Annotated[
    str,
    Path(
        alias="contentImageId",
        description="`contentItemId/filename`, the slash written as `%2F`; or the id of any picture of the workspace.",
    ),
]
RenditionName = Annotated[
    str,
    Path(
        alias="rendition",
        description="`og.jpg` (1200x630), `square.jpg` (1200x1200), or a width: `w480.webp`, `w480.jpg`, ...",
        json_schema_extra={"enum": list(RENDITIONS)},
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=f"1 to {LONGEST_KEY} visible characters. For 24 hours the same key with the same request answers "
        "with the picture that it first began. Without one, the same request joins a picture that it began within the "
        "last minute.",
        json_schema_extra={"pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
    ),
]
ByteRange = Annotated[str | None, Header(alias="Range", description="A part of the file: `bytes=0-1023`.")]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="The tag of the copy that you have.")]


def item_id(segment: str) -> str:
    """A content item's id from a segment of a path."""
    return item_id_from_path(segment)


def picture_id(image_id: str) -> str | None:
    """The picture's own id, where it stands instead of `contentItemId/filename`: the one that GET takes here."""
    candidate = image_id.lower()
    return candidate if is_id(candidate) else None


def rendition(name: str) -> Rendition:
    """A rendition by the last segment of a path. Raises NotFound."""
    found = RENDITIONS.get(name)
    if found is None:
        raise NotFound(NO_IMAGE)
    return found


def parts_of_id(image_id: str) -> tuple[str, str]:
    """(content item, file name) of an id in one segment of a path.

    Raises:
        InvalidRequest: there is no slash in it.
    """
    item_id, slash, name = item_id_from_path(image_id).rpartition("/")
    if not slash or not item_id or not name:
        raise InvalidRequest.of("contentImageId", BAD_ID, "contentItemId/filename")
    return item_id, name
