"""Uploaded product images as the shop door shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pydantic import Field

from easel.domain.upload import SentFile, Upload
from easel.errors import InvalidRequest
from easel.http.models import AnswerModel, Moment, moment
from easel.http.multipart import Form
from easel.services.uploads.accept_upload import AcceptedFile
from easel.services.uploads.upload_links import UploadLinks

FRONT, BACK = "frontImage", "backImage"


class Links(Protocol):
    """What presenters need of `services.uploads.upload_links.UploadLinkMaker`."""

    def of(self, upload: Upload) -> UploadLinks | None: ...


class ProductImagesBody(AnswerModel):
    """The uploaded images. The ids keep them for a product; otherwise they end after 24 hours."""

    front_image_url: str | None
    back_image_url: str | None
    front_upload_id: str | None
    back_upload_id: str | None
    url_expires_at: Moment | None = Field(description="When both links end.")


def product_files(form: Form) -> tuple[SentFile, ...]:
    """The front and back image of a form. Raises InvalidRequest: neither, one of them twice, or another file."""
    others = [file.field for file in form.files if file.field not in {FRONT, BACK}]
    if others:
        raise InvalidRequest.of(others[0], f"There is no file field {others[0]!r}.", [FRONT, BACK])
    files = tuple(file for file in (form.file_in(FRONT), form.file_in(BACK)) if file)
    if not files:
        raise InvalidRequest.of(FRONT, f"Send {FRONT} and {BACK} as files.", [FRONT, BACK])
    return files


def product_images_body(accepted: Sequence[AcceptedFile], links: Links) -> ProductImagesBody:
    """The links of both images."""
    uploads = {file.field: file.upload for file in accepted}
    found = {field: links.of(upload) for field, upload in uploads.items()}
    front, back = found.get(FRONT), found.get(BACK)
    any_link = front or back
    return ProductImagesBody(
        front_image_url=front.url if front else None,
        back_image_url=back.url if back else None,
        front_upload_id=uploads[FRONT].id if front else None,
        back_upload_id=uploads[BACK].id if back else None,
        url_expires_at=moment(any_link.expires_at) if any_link else None,
    )
