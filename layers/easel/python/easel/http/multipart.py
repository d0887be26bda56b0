"""Forms with files (multipart/form-data, RFC 7578): read whole, within limits, and refused where they are cut off.

For routes that read their body themselves. Which fields a route takes is its door's affair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from easel.domain.upload import MAX_FILES, SentFile, plain_filename
from easel.errors import FieldError, InvalidRequest, UnsupportedMediaType
from easel.http import bodies
from easel.http.failures import MalformedForm

FORM: Final = "multipart/form-data"
FILE_FIELDS: Final = ("image", "image[]", "images", "images[]", "file", "file[]", "frontImage", "backImage")
"""Fields whose content is a file even without a file name."""

_MAX_PARTS: Final = 40
_MAX_HEADER_BYTES: Final = 4_096
_MAX_HEADERS: Final = 8
_MAX_TEXT_BYTES: Final = 64 * 1024
_ALLOWED: Final = {"contentType": FORM}

_EXTENDED_NAME: Final = re.compile(r";\s*filename\*\s*=\s*\"?([\w-]+)'[^']*'([^;\"\s]+)", re.IGNORECASE)
"""`filename*` of RFC 6266: a character set, a language and the escaped name."""
_CHARACTER_SETS: Final = frozenset({"utf-8", "iso-8859-1", "us-ascii"})


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was read completely. `size` is that of the whole body."""

    fields: Mapping[str, str]
    files: tuple[SentFile, ...]
    size: int

    def files_in(self, *names: str) -> tuple[SentFile, ...]:
        """The files of these fields, in their order in the form."""
        return tuple(file for file in self.files if file.field in names)

    def file_in(self, name: str) -> SentFile | None:
        """The one file of a field, None if there is none. Raises InvalidRequest if there are several."""
        found = self.files_in(name)
        if len(found) > 1:
            raise InvalidRequest.of(name, f"{name} is given {len(found)} times; send one file.", {"maxItems": 1})
        return found[0] if found else None


@contextmanager
def taken_beside_json() -> Iterator[None]:
    """Where JSON is read: a body of a third type is refused with both types that are taken."""
    try:
        yield
    except UnsupportedMediaType as error:
        both = f"{bodies.AS_JSON.rstrip('.')} or {FORM}."
        raise UnsupportedMediaType(error.message.replace(bodies.AS_JSON, both)) from None


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether a request with these headers (lower-case names) announces such a form."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


def read_form(event: Mapping[str, Any], headers: Mapping[str, str]) -> Form:
    """The form in the body of an HTTP API event. `headers` are the request's, by lower-case names.

    A file input that was left empty, as browsers send it, counts as absent.

    Raises:
        UnsupportedMediaType: another type of body, or a compressed one.
        MalformedForm: cut off, or not a form.
        InvalidRequest: a text field that is too long, not UTF-8, or given twice; too many files.
    """
    bodies.refuse_compressed(headers)
    announced = headers.get("content-type", "")
    if not is_form(headers):
        raise UnsupportedMediaType(f"The body came as {announced[:80]!r}; send it as {FORM}.")
    body = bodies.raw(event)
    fields: dict[str, str] = {}
    files: list[SentFile] = []
    for part in list(_parts(body, _boundary(announced))):
        if part.is_empty_input:
            continue
        if part.is_file:
            files.append(part.file())
        elif part.name in fields:
            raise InvalidRequest.of(part.name[:80], f"{part.name[:80]!r} is given twice.")
        else:
            fields[part.name] = part.text()
    if len(files) > MAX_FILES:
        message = f"The form has {len(files)} files; at most {MAX_FILES} are taken."
        raise InvalidRequest.of(files[MAX_FILES].field[:80], message, {"maxItems": MAX_FILES})
    return Form(fields, tuple(files), len(body))


@dataclass(frozen=True, slots=True)
class _Part:
    """One part as it was sent; `filename` is None where none was given."""

    name: str
    filename: str | None
    media_type: str | None
    data: bytes

    @property
    def is_empty_input(self) -> bool:
        return self.filename == "" and not self.data

    @property
    def is_file(self) -> bool:
        if self.filename is not None or self.name in FILE_FIELDS:
            return True
        return self.media_type is not None and not self.media_type.startswith(("text/", "application/json"))

    def file(self) -> SentFile:
        media_type = self.media_type[:100] if self.media_type else None
        return SentFile(self.name[:80], plain_filename(self.filename), media_type, self.data)

    def text(self) -> str:
        name = self.name[:80]
        if len(self.data) > _MAX_TEXT_BYTES:
            message = f"{name} has {len(self.data)} bytes; at most {_MAX_TEXT_BYTES} are taken."
            raise InvalidRequest.of(name, message, {"maxBytes": _MAX_TEXT_BYTES})
        try:
            text = self.data.decode("utf-8")
        except UnicodeDecodeError:
            raise InvalidRequest.of(name, f"{name} is not UTF-8.", {"charset": "utf-8"}) from None
        if "\0" in text:
            raise InvalidRequest.of(name, f"{name} has a NUL character (U+0000), which is not text.")
        return text


def _parts(body: bytes, boundary: str) -> Iterator[_Part]:
    # Only the routes that read forms load the parser.
    import multipart  # noqa: PLC0415 - see above

    try:
        with multipart.PushMultipartParser(
            boundary,
            max_header_size=_MAX_HEADER_BYTES,
            max_header_count=_MAX_HEADERS,
            max_segment_count=_MAX_PARTS,
        ) as parser:
            yield from _assembled(parser.parse(body))
    except multipart.ParserLimitReached:
        raise _malformed(f"The form has more than {_MAX_PARTS} parts, or too many or too long headers.") from None
    except multipart.MultipartError:
        raise _malformed(
            "The form is cut off, or its parts are not separated by the boundary that Content-Type names."
        ) from None


def _assembled(events: Iterator[Any]) -> Iterator[_Part]:
    """The parts of the parser's events: a segment, the pieces of its content, None."""
    segment: Any = None
    pieces: list[bytes] = []
    for event in events:
        if event is None:
            yield _part(segment, b"".join(pieces))
            segment, pieces = None, []
        elif segment is None:
            segment = event
        else:
            pieces.append(event)


def _part(segment: Any, data: bytes) -> _Part:
    encoding = segment.header("Content-Transfer-Encoding", "binary").strip().lower()
    if encoding not in {"binary", "8bit", "7bit"}:
        raise _malformed(f"A part of the form comes in {encoding[:40]!r}; send it as it is (binary).")
    filename = _extended_name(segment.header("Content-Disposition", "")) or segment.filename
    return _Part(segment.name or "", filename, segment.content_type or None, data)


def _extended_name(disposition: str) -> str | None:
    """The name in `filename*`, which takes precedence; None where it is absent or cannot be read."""
    found = _EXTENDED_NAME.search(disposition)
    if found is None or found[1].lower() not in _CHARACTER_SETS:
        return None
    return unquote(found[2], encoding=found[1], errors="replace")


def _boundary(content_type: str) -> str:
    found = re.search(r";\s*boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^;\s\"]{1,200}))", content_type, re.IGNORECASE)
    if found is None:
        raise _malformed("Content-Type of the form names no boundary.")
    return found[1] or found[2]


def _malformed(message: str) -> MalformedForm:
    return MalformedForm(message, [FieldError("body", message, _ALLOWED)])
