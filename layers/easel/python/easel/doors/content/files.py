"""Files of pictures: which bytes are sent, and with which headers. The bytes come from where pictures are stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from easel.domain.image import StoredImage
from easel.domain.renditions import Rendition
from easel.doors.content.answers import file_headers, file_tag
from easel.http import answers
from easel.services.content.read_content_images import ContentView

MOST_BYTES: Final = 4_400_000
"""A function's answer has 6 MB at most, and bytes grow by a third on their way."""
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")

ReadBytes = Callable[[int, int], bytes]
"""(first byte, last byte) -> bytes."""


@dataclass(frozen=True, slots=True)
class FileRequest:
    """What a client asked of a file: its bytes or its headers alone, a part of it, whether it has changed."""

    head: bool = False
    byte_range: str | None = None
    if_none_match: str | None = None


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file at a public address: its tag, and the headers that it always has."""

    media_type: str
    byte_count: int
    tag: str
    headers: dict[str, str]


def original(view: ContentView, stored: StoredImage) -> ServedFile:
    """The picture itself."""
    tag = file_tag(stored)
    return ServedFile(stored.media_type, stored.byte_count, tag, file_headers(view, tag))


def file_answer(
    file: ServedFile, asked: FileRequest, *, read: ReadBytes, link: Callable[[], str | None]
) -> Response[Any]:
    """The file, or the part of it that was asked for. What is too large for one answer is a redirect to `link`."""
    headers, total = dict(file.headers), file.byte_count
    if asked.head or _has_it(asked.if_none_match, file.tag):
        # The gateway of our functions makes a 304 of it where the tag is the same.
        return Response(
            HTTPStatus.OK, content_type=file.media_type, body="", headers={**headers, "Content-Length": str(total)}
        )
    part = part_of(asked.byte_range, total)
    if part is None and total > MOST_BYTES:
        url = link()
        if url is not None:
            return answers.redirect(url, cache=headers["Cache-Control"])
    first, last = part or (0, total - 1)
    last = min(last, first + MOST_BYTES - 1)
    data = read(first, last)
    if part is None:
        return answers.binary(data, file.media_type, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{total}"
    return answers.binary(data, file.media_type, status=HTTPStatus.PARTIAL_CONTENT, headers=headers)


def rendition_answer(
    view: ContentView, stored: StoredImage, rendition: Rendition, asked: FileRequest, data: Callable[[], bytes]
) -> Response[Any]:
    """A file that was made of the picture; its bytes are not looked for where the client has them."""
    tag = file_tag(stored, rendition)
    known = b"" if _has_it(asked.if_none_match, tag) else data()
    file = ServedFile(rendition.media_type, len(known), tag, file_headers(view, tag, rendition.name))
    return file_answer(file, asked, read=lambda first, last: known[first : last + 1], link=lambda: None)


def part_of(header: str | None, total: int) -> tuple[int, int] | None:
    """The first and last byte of a `Range` header; None for the whole file, and for a range that cannot be served."""
    match = _RANGE.fullmatch((header or "").strip())
    if match is None:
        return None
    first, last = match[1], match[2]
    if first:
        start, end = int(first), min(int(last), total - 1) if last else total - 1
    elif last:
        start, end = max(0, total - int(last)), total - 1
    else:
        return None
    return (start, end) if start <= end else None


def _has_it(if_none_match: str | None, tag: str) -> bool:
    tags = {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}
    return bool(tags & {"*", tag})
