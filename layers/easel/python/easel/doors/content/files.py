"""Files of pictures: which bytes are sent, and with which headers. The bytes come from where pictures are stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from easel.domain.image import StoredImage
from easel.doors.content.answers import file_headers, file_tag
from easel.http import answers
from easel.services.content.read_content_images import ContentView

MOST_BYTES: Final = 4_400_000
"""A function's answer has 6 MB at most, and bytes grow by a third on their way."""
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")

ReadBytes = Callable[[str, int, int], bytes]
"""(key, first byte, last byte) -> bytes."""


@dataclass(frozen=True, slots=True)
class FileRequest:
    """What a client asked of a file: its bytes or its headers alone, a part of it, whether it has changed."""

    head: bool = False
    byte_range: str | None = None
    if_none_match: str | None = None


def file_answer(
    view: ContentView, stored: StoredImage, asked: FileRequest, *, read: ReadBytes, link: Callable[[], str | None]
) -> Response[Any]:
    """The file, or the part of it that was asked for. What is too large for one answer is a redirect to `link`."""
    headers, total = file_headers(view, stored), stored.byte_count
    if asked.head or _has_it(asked.if_none_match, stored):
        # The gateway of our functions makes a 304 of it where the tag is the same.
        return Response(
            HTTPStatus.OK, content_type=stored.media_type, body="", headers={**headers, "Content-Length": str(total)}
        )
    part = part_of(asked.byte_range, total)
    if part is None and total > MOST_BYTES:
        url = link()
        if url is not None:
            return answers.redirect(url, cache=headers["Cache-Control"])
    first, last = part or (0, total - 1)
    last = min(last, first + MOST_BYTES - 1)
    data = read(stored.original_key, first, last)
    if part is None:
        return answers.binary(data, stored.media_type, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{total}"
    return answers.binary(data, stored.media_type, status=HTTPStatus.PARTIAL_CONTENT, headers=headers)


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


def _has_it(if_none_match: str | None, stored: StoredImage) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return bool(tags & {"*", file_tag(stored)})
