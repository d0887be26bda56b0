"""Uploaded media as the bot reads it."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from easel.domain.upload import EXTENSIONS, SentFile, Upload
from easel.doors.bot.models import BotAnswer
from easel.errors import InvalidRequest, UploadNotReady
from easel.http.models import Moment, moment
from easel.http.multipart import Form
from easel.services.uploads.upload_links import UploadLinks


class Links(Protocol):
    """What presenters need of `services.uploads.upload_links.UploadLinkMaker`."""

    def of(self, upload: Upload) -> UploadLinks | None: ...


class BotMediaBody(BotAnswer):
    """One uploaded file."""

    download_url: str = Field(description="Can be sent as one of `reference_urls`.")
    filename: str
    size: int = Field(description="Bytes of the picture as it is stored.")
    upload_id: str
    expires_at: Moment | None = Field(description="When the link ends.")


def media_file(form: Form) -> SentFile:
    """The one file of a form, in any field. Raises InvalidRequest: none, or several."""
    if len(form.files) != 1:
        raise InvalidRequest.of("file", f"The form has {len(form.files)} files; send one.", {"files": 1})
    return form.files[0]


def media_body(upload: Upload, links: Links) -> BotMediaBody:
    """An accepted file. Raises UploadNotReady: there is no picture of it."""
    found = links.of(upload)
    if found is None or upload.bytes is None or upload.media_type is None:
        raise UploadNotReady(f"The upload {upload.id} is {upload.state}.")
    return BotMediaBody(
        download_url=found.url,
        filename=upload.filename or f"{upload.id}.{EXTENSIONS[upload.media_type]}",
        size=upload.bytes,
        upload_id=upload.id,
        expires_at=moment(found.expires_at),
    )
