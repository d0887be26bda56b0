"""Files of batches as OpenAI's clients know them: uploaded lines, and what became of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from easel.domain.batch import FILES_KEPT

SHORTEST_KEPT: Final = timedelta(hours=1)
_ID: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-(output|errors))?")


class FilePurpose(StrEnum):
    """What a file is for, in OpenAI's words."""

    BATCH = "batch"
    BATCH_OUTPUT = "batch_output"


class OutputKind(StrEnum):
    """The two files that a batch ends with."""

    OUTPUT = "output"
    """Lines with images."""
    ERRORS = "errors"
    """Lines without."""


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file of a workspace, with its size in bytes.

    It can be read for as long as `kept` says. `claimed_id` is the id of the batch that was last begun with it, at
    `claimed_at`.
    """

    id: str
    workspace_id: str
    name: str
    size: int
    purpose: FilePurpose
    created_at: datetime
    kept: timedelta = FILES_KEPT
    claimed_id: str | None = None
    claimed_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        return self.created_at + self.kept


def output_file_id(batch_id: str, kind: OutputKind) -> str:
    """The id of a file that a batch ends with."""
    return f"{batch_id}-{kind.value}"


def parts_of(file_id: str) -> tuple[str, str] | None:
    """Below which id a file is stored, and under which name; None for a text that is no id of a file."""
    found = _ID.fullmatch(file_id)
    return (found[1], found[2] or "input") if found else None
