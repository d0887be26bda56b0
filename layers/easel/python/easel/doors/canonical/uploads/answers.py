"""Uploads as the canonical door shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Protocol

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.upload import Upload, UploadState, UploadTicket
from easel.http import answers
from easel.http.models import AnswerModel, Moment, moment
from easel.http.pagination import Pages
from easel.services.ports.pages import Page
from easel.services.uploads.accept_upload import AcceptedFile
from easel.services.uploads.upload_links import UploadLinks

_SOON: Final = {"Retry-After": "1"}


class Links(Protocol):
    """What presenters need of `services.uploads.upload_links.UploadLinkMaker`."""

    def of(self, upload: Upload) -> UploadLinks | None: ...


class UploadTicketBody(AnswerModel):
    """Where to send the file: a form with `fields` and then the file as `file`, to `url`. Good for one hour."""

    upload_id: str
    method: Literal["POST"]
    url: str
    fields: dict[str, str] = Field(description="All of them, unchanged and before the file.")
    expires_at: Moment
    max_bytes: int
    accepted_types: list[str]


class UploadRejectionBody(AnswerModel):
    """Why a file was refused."""

    reason: str = Field(
        description="`not_a_picture`, `damaged`, `too_large`, `too_complex`, `too_much_memory`, `malware` or "
        "`scan_failed`."
    )
    message: str


class UploadBody(AnswerModel):
    """One upload. What describes the picture is null until it is `READY`."""

    id: str
    state: UploadState
    filename: str | None
    media_type: str | None = Field(description="What the picture is, whatever its name or announced type.")
    bytes: int | None
    width: int | None
    height: int | None
    sha256: str | None
    url: str | None = Field(description="The picture, without metadata and upright.")
    thumbnail_url: str | None
    url_expires_at: Moment | None
    rejection: UploadRejectionBody | None
    in_use: bool = Field(description="Something keeps it; otherwise it ends at `expiresAt`.")
    created_at: Moment
    expires_at: Moment | None


class AcceptedUploadBody(UploadBody):
    """An upload that came as a file of a form."""

    field: str = Field(description="The field of the form.")


class AcceptedUploadsBody(AnswerModel):
    """The files of a form, in their order."""

    uploads: list[AcceptedUploadBody]


class UploadPage(AnswerModel):
    """The newest uploads first."""

    uploads: list[UploadBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


def ticket_body(ticket: UploadTicket) -> UploadTicketBody:
    """A ticket."""
    return UploadTicketBody.model_validate(ticket.shown())


def upload_body(upload: Upload, links: Links) -> UploadBody:
    """One upload with fresh links."""
    found, rejection = links.of(upload), upload.rejection
    return UploadBody(
        id=upload.id,
        state=upload.state,
        filename=upload.filename,
        media_type=upload.media_type,
        bytes=upload.bytes,
        width=upload.width,
        height=upload.height,
        sha256=upload.sha256,
        url=found.url if found else None,
        thumbnail_url=found.thumbnail_url if found else None,
        url_expires_at=moment(found.expires_at) if found else None,
        rejection=UploadRejectionBody(reason=rejection.reason, message=rejection.message) if rejection else None,
        in_use=bool(upload.attached_to),
        created_at=to_iso(upload.created_at),
        expires_at=moment(upload.expires_at),
    )


def upload_answer(upload: Upload, links: Links) -> Response[UploadBody]:
    """One upload; one that is still open says when to ask again."""
    return answers.as_json(upload_body(upload, links), headers=None if upload.state.is_final else _SOON)


def accepted_body(accepted: Sequence[AcceptedFile], links: Links) -> AcceptedUploadsBody:
    """The files of a form."""
    return AcceptedUploadsBody(
        uploads=[
            AcceptedUploadBody(field=file.field, **upload_body(file.upload, links).model_dump()) for file in accepted
        ]
    )


def upload_page(page: Page[Upload], limit: int, pages: Pages, links: Links) -> UploadPage:
    """One page of uploads."""
    bodies, next_cursor = pages.fit(page, lambda upload: upload_body(upload, links))
    return UploadPage(uploads=bodies, limit=limit, next_cursor=next_cursor)
