"""A batch: up to ten thousand requests that are made one after the other beside a workspace's other work."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

MAX_LINES: Final = 10_000
CANONICAL_ADDRESS: Final = "/api/v1/generations"
"""Where a line goes that names no address."""
_CHUNKS: Final = 100
FILES_KEPT: Final = timedelta(days=30)
"""How long the files of batches are kept; a lifecycle rule of the bucket deletes them then."""


class BatchStatus(StrEnum):
    """Where a batch is in its life."""

    AWAITING_CONFIRMATION = "AWAITING_CONFIRMATION"
    """Quoted, not started: nothing is held."""
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    """No further line begins; those that run end."""
    CANCELLING = "CANCELLING"
    """No further line begins, for ever; those that run end."""
    CANCELLED = "CANCELLED"
    COMPLETED = "COMPLETED"
    """Every line has ended, well or not."""

    @property
    def is_final(self) -> bool:
        return self in {BatchStatus.CANCELLED, BatchStatus.COMPLETED}


class PauseReason(StrEnum):
    """Why a batch does not go on."""

    REQUESTED = "requested"
    BUDGET_REACHED = "budget_reached"
    INSUFFICIENT_CREDITS = "insufficient_credits"
    BUDGET_EXCEEDED = "budget_exceeded"
    CALLER_ENDED = "caller_ended"
    """The key was revoked, or the person left the workspace: another member may start it, on their own authority."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line as it is stored: its request as it was sent, or why it cannot be one.

    `address` is the route whose body it has.
    """

    number: int
    custom_id: str
    body: Mapping[str, Any]
    error: Mapping[str, Any] | None = None
    address: str = CANONICAL_ADDRESS


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How far a batch is. Amounts are milli-credits: `reserved` is what its lines hold or have cost."""

    submitted: int = 0
    completed: int = 0
    failed: int = 0
    reserved: int = 0
    charged: int = 0

    @property
    def running(self) -> int:
        """Lines whose generation has not ended."""
        return self.submitted - self.completed - self.failed


@dataclass(frozen=True, slots=True)
class BatchOrigin:
    """The file that a batch was made of: all lines are bodies of the route `endpoint`.

    `metadata` belongs to the caller, as OpenAI's batches have it. `output_kept_seconds` is for how long the files are
    kept that it ends with; None for as long as any file.
    """

    file_id: str
    endpoint: str
    metadata: Mapping[str, str]
    output_kept_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch. `offsets` is where each chunk of its lines begins in the file, in bytes, and where the last one ends.

    `caller` has the facts of the principal that started it, and that it asks for. `budget` limits what its lines may
    cost together, in milli-credits. `run` names the run since the last start: messages of an earlier one are void.
    `next_line` is the first line that was not taken yet, `closed_chunks` the number of chunks whose results are in the
    file. `origin` is None for a batch whose lines came within the request. `cancelling_at` is when it was
    cancelled, which its lines that run may outlast.
    """

    id: str
    workspace_id: str
    caller: Mapping[str, Any]
    status: BatchStatus
    lines: int
    invalid_lines: int
    quoted: int
    offsets: tuple[int, ...]
    created_at: datetime
    updated_at: datetime
    budget: int | None = None
    name: str | None = None
    run: str = ""
    counts: BatchCounts = BatchCounts()
    next_line: int = 0
    closed_chunks: int = 0
    pause_reason: PauseReason | None = None
    origin: BatchOrigin | None = None
    cancelling_at: datetime | None = None

    @property
    def chunk_size(self) -> int:
        """Lines to a chunk: a hundred chunks at most, so that the result file grows in small steps."""
        return chunk_size(self.lines)

    @property
    def chunks(self) -> int:
        return len(self.offsets) - 1

    def lines_of(self, chunk: int) -> range:
        """The numbers of the lines of a chunk."""
        return range(chunk * self.chunk_size, min((chunk + 1) * self.chunk_size, self.lines))


def chunk_size(lines: int) -> int:
    """How many lines a chunk has, of a batch with so many."""
    return max(1, math.ceil(lines / _CHUNKS))


@dataclass(frozen=True, slots=True)
class LineRecord:
    """What became of a line: its generation, and its outcome once it has ended."""

    number: int
    custom_id: str
    generation_id: str | None = None
    price: int = 0
    outcome: Mapping[str, Any] | None = None
