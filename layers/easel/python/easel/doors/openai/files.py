"""Files for batches as OpenAI's clients upload, list and delete them. Other purposes are not served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import ConfigDict, Field

from easel.domain.batch import FILES_KEPT
from easel.domain.batch_file import SHORTEST_KEPT, BatchFile, FilePurpose, parts_of
from easel.errors import InvalidRequest, NotFound, PayloadTooLarge
from easel.http import multipart
from easel.http.batch_lines import MAX_BATCH_BYTES
from easel.http.incoming import Incoming
from easel.http.models import AnswerModel, WholeNumberParameter
from easel.http.parse import choice, small_number

FILE_PREFIX: Final = "file-"
MOST_LISTED: Final = 100
"""Files or batches in one answer, whatever a client asks for: it reads on where `has_more` is true."""
_LARGEST_LIMIT: Final = 10_000
_EXPIRES: Final = "expires_after"
_ANCHOR: Final = f"{_EXPIRES}[anchor]"
_SECONDS: Final = f"{_EXPIRES}[seconds]"
_CREATED_AT: Final = "created_at"
"""The one moment from which OpenAI's clients have a file kept."""
_PURPOSES: Final = tuple(purpose.value for purpose in FilePurpose)

FileId = Annotated[str, Path(alias="fileId", description="As an answer names it: `file-...`.")]
Purpose = Annotated[str | None, Query(description="Only files of this purpose.", json_schema_extra={"enum": _PURPOSES})]
Order = Annotated[
    str | None,
    Query(description="By age: `desc`, the newest first, if left out.", json_schema_extra={"enum": ["asc", "desc"]}),
]
After = Annotated[str | None, Query(description="The id after which the list goes on.")]
Limit = Annotated[
    WholeNumberParameter | None,
    Query(
        description=f"At most {MOST_LISTED} are answered at once; `has_more` says whether there are further ones.",
        json_schema_extra={"minimum": 1, "maximum": _LARGEST_LIMIT},
    ),
]

FILE_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        multipart.FORM: {
            "schema": {
                "type": "object",
                "required": ["purpose", "file"],
                "properties": {
                    "purpose": {"type": "string", "enum": [FilePurpose.BATCH.value]},
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "One JSON object in each line: custom_id, method, url and body.",
                    },
                    _ANCHOR: {"type": "string", "enum": [_CREATED_AT]},
                    _SECONDS: {
                        "type": "integer",
                        "minimum": int(SHORTEST_KEPT.total_seconds()),
                        "maximum": int(FILES_KEPT.total_seconds()),
                        "description": "How long the file can be read; 30 days if left out.",
                    },
                },
            }
        }
    },
}


class _Body(AnswerModel):
    model_config = ConfigDict(alias_generator=None, frozen=True, defer_build=True)


class FileBody(_Body):
    """A file."""

    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int = Field(description="Seconds since 1970.")
    expires_at: int = Field(description="From then on it cannot be read; in seconds since 1970.")
    filename: str
    purpose: str = Field(json_schema_extra={"enum": list(_PURPOSES)})
    status: Literal["processed"] = "processed"


class FileRows(_Body):
    """Some of the files of the workspace."""

    object: Literal["list"] = "list"
    data: list[FileBody]
    first_id: str | None
    last_id: str | None
    has_more: bool


class DeletedFile(_Body):
    """A file that is not there any more."""

    id: str
    object: Literal["file"] = "file"
    deleted: Literal[True] = True


@dataclass(frozen=True, slots=True)
class FileQuery:
    """Which files are listed."""

    purpose: FilePurpose | None
    limit: int
    after: str | None
    newest_first: bool

    @classmethod
    def of(cls, purpose: str | None, limit: int | None, after: str | None, order: str | None) -> FileQuery:
        """The query as it was sent. Raises InvalidRequest."""
        return cls(
            purpose=None if purpose is None else FilePurpose(choice("purpose", purpose, _PURPOSES)),
            limit=size_of_page(limit),
            after=named_file("after", after) if after else None,
            newest_first=choice("order", order or "desc", ("asc", "desc")) == "desc",
        )


@dataclass(frozen=True, slots=True)
class SentBatchFile:
    """An uploaded file, and how long it is to be kept."""

    name: str
    data: bytes
    kept: timedelta


def read_upload(incoming: Incoming) -> SentBatchFile:
    """An uploaded file.

    Raises:
        UnsupportedMediaType, MalformedForm.
        PayloadTooLarge: more than a request has room for.
        InvalidRequest: another purpose than `batch`, no file, or a time for which none is kept.
    """
    form = multipart.read_form(incoming.event, incoming.headers)
    purpose = form.fields.get("purpose", "")
    if purpose != FilePurpose.BATCH:
        message = f"purpose must be {FilePurpose.BATCH.value}: files are taken for batches alone."
        raise InvalidRequest.of("purpose", message, [FilePurpose.BATCH.value])
    file = form.file_in("file")
    if file is None or not file.data:
        raise InvalidRequest.of("file", "file is required, with at least one line.", {"minBytes": 1})
    if len(file.data) > MAX_BATCH_BYTES:
        raise PayloadTooLarge(f"The file has {len(file.data)} bytes; at most {MAX_BATCH_BYTES} are taken.")
    return SentBatchFile(file.filename or "batch.jsonl", file.data, _kept(form.fields))


def _kept(fields: Mapping[str, str]) -> timedelta:
    """For how long a file is kept. Raises InvalidRequest: `expires_after` is not complete, or out of range."""
    if not any(name.partition("[")[0] == _EXPIRES for name in fields):
        return FILES_KEPT
    seconds = small_number(fields.get(_SECONDS)) or 0
    shortest, longest = int(SHORTEST_KEPT.total_seconds()), int(FILES_KEPT.total_seconds())
    if fields.get(_ANCHOR) != _CREATED_AT or not shortest <= seconds <= longest:
        message = f"{_ANCHOR} must be {_CREATED_AT}, and {_SECONDS} from {shortest} to {longest}."
        raise InvalidRequest.of(
            _EXPIRES, message, {"anchor": [_CREATED_AT], "seconds": {"minimum": shortest, "maximum": longest}}
        )
    return timedelta(seconds=seconds)


def file_id(text: str) -> str:
    """The id of a file in a path. Raises NotFound: text that cannot be one."""
    found = text.strip().lower().removeprefix(FILE_PREFIX)
    if parts_of(found) is None:
        raise NotFound(f"There is no file {text[:80]}.")
    return found


def named_file(field: str, text: str) -> str:
    """The id of a file in a field. Raises InvalidRequest: text that cannot be one."""
    try:
        return file_id(text)
    except NotFound as error:
        raise InvalidRequest.of(field, error.message, {"pattern": f"{FILE_PREFIX}..."}) from None


def size_of_page(limit: int | None, *, default: int = MOST_LISTED) -> int:
    """How many are answered. Raises InvalidRequest: none, or more than may be asked for."""
    size = default if limit is None else limit
    if not 1 <= size <= _LARGEST_LIMIT:
        raise InvalidRequest.of(
            "limit", f"limit must be from 1 to {_LARGEST_LIMIT}.", {"minimum": 1, "maximum": _LARGEST_LIMIT}
        )
    return min(size, MOST_LISTED)


def file_body(file: BatchFile) -> FileBody:
    """One file."""
    return FileBody(
        id=f"{FILE_PREFIX}{file.id}",
        bytes=file.size,
        created_at=int(file.created_at.timestamp()),
        expires_at=int(file.expires_at.timestamp()),
        filename=file.name,
        purpose=file.purpose.value,
    )


def file_rows(files: Sequence[BatchFile], *, more: bool) -> FileRows:
    """A part of the list."""
    rows = [file_body(file) for file in files]
    first, last = (rows[0].id, rows[-1].id) if rows else (None, None)
    return FileRows(data=rows, first_id=first, last_id=last, has_more=more)
