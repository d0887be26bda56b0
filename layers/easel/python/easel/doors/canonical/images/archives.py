"""Archives as the canonical door shows them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.archive import ArchiveState
from easel.http import answers
from easel.http.failures import PictureGone
from easel.http.models import AnswerModel, Moment
from easel.services.images.links import ArchiveLink
from easel.services.images.request_archive import ArchiveView

_PAUSE_SECONDS: Final = 2


class ArchivedFile(AnswerModel):
    """One picture in the archive."""

    name: str
    bytes: int


class MissingFile(AnswerModel):
    """An image of the generation that is not in the archive."""

    index: int
    shot: str | None
    status: str
    reason: str


class ArchiveBody(AnswerModel):
    """The ZIP file of a generation. What is in it is known once the generation has ended."""

    status: ArchiveState = Field(description="`WAITING` for the generation, then `QUEUED`, `BUILDING` and `READY`.")
    bytes: int | None = Field(description="The size of the ZIP file, exact before it is built.")
    bytes_done: int
    progress: int = Field(description="Percent of the bytes.", ge=0, le=100)
    filename: str | None
    files: list[ArchivedFile]
    missing: list[MissingFile] = Field(description="Images of the generation that have no picture, and why.")
    url: str | None = Field(description="Where it is, without credentials; null until it is ready.")
    url_expires_at: Moment | None
    expires_at: Moment | None = Field(description="Until when it is kept; later it is built again when asked for.")


class ArchiveAnswer(AnswerModel):
    """How far the archive of a generation is."""

    generation_id: str
    archive: ArchiveBody


def archive_answer(view: ArchiveView, link: ArchiveLink | None, *, as_json: bool) -> Response[ArchiveAnswer | None]:
    """A redirect to the file, or how far it is with the pause until it is worth asking again.

    Raises:
        PictureGone: the generation has ended without any picture.
    """
    if view.plan is not None and not view.plan.files:
        raise PictureGone("This generation has no pictures to download.")
    if link is not None and not as_json:
        return answers.redirect(link.url, cache=answers.PRIVATE)
    body = archive_body(view, link)
    if link is not None:
        return answers.as_json(body)
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers={"Retry-After": str(_PAUSE_SECONDS)})


def archive_body(view: ArchiveView, link: ArchiveLink | None) -> ArchiveAnswer:
    """The description of an archive."""
    plan = view.plan
    size = plan.size if plan else None
    return ArchiveAnswer(
        generation_id=view.generation_id,
        archive=ArchiveBody(
            status=view.state,
            bytes=size,
            bytes_done=view.bytes_done,
            progress=100 * view.bytes_done // size if size else 0,
            filename=plan.name.plain if plan else None,
            files=[ArchivedFile(name=file.name, bytes=file.size) for file in plan.files] if plan else [],
            missing=[
                MissingFile(index=one.index, shot=one.shot, status=one.status, reason=one.message)
                for one in (plan.missing if plan else ())
            ],
            url=link.url if link else None,
            url_expires_at=to_iso(link.expires_at) if link else None,
            expires_at=to_iso(view.until) if view.until and link else None,
        ),
    )
