"""Take a batch: price every line, store it, and start it if that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from easel.clock import Clock
from easel.domain.batch import Batch, BatchLine, BatchStatus
from easel.errors import EaselError, Forbidden, InvalidRequest
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.generations.batch_caller import facts_of
from easel.services.generations.change_batch import ChangeBatch
from easel.services.generations.submit_generation import BOT_TEXT
from easel.services.money.appraise import Appraise
from easel.services.ports.batches import Batches, BatchFiles, LineReader


@dataclass(frozen=True, slots=True)
class SubmittedBatch:
    """A batch as it was stored; `faults` are the first of its lines that cannot be made."""

    batch: Batch
    faults: Sequence[BatchLine]


class SubmitBatch:
    """The total is known before anything is held: every line is priced as a submit would price it."""

    _SHOWN_FAULTS = 20

    def __init__(
        self,
        *,
        appraise: Appraise,
        reader: LineReader,
        batches: Batches,
        files: BatchFiles,
        change: ChangeBatch,
        clock: Clock,
    ) -> None:
        self._appraise = appraise
        self._reader = reader
        self._batches = batches
        self._files = files
        self._change = change
        self._clock = clock

    def __call__(
        self,
        principal: Principal,
        lines: Sequence[BatchLine],
        *,
        name: str | None,
        budget: int | None,
        start: bool,
        request_id: str,
    ) -> SubmittedBatch:
        """Store the batch. A line that cannot be made is part of it and fails by itself.

        Raises:
            Forbidden: a bot that does not say for whom.
            InvalidRequest: none of the lines can be made.
            StorageUnavailable, QueueUnavailable: nothing was started.
        """
        if principal.is_bot:
            raise Forbidden(BOT_TEXT)
        priced = [self._priced(principal, line) for line in lines]
        faults = [line for line, _ in priced if line.error is not None]
        if len(faults) == len(lines):
            first = faults[0].error or {}
            raise InvalidRequest.of("requests", f"No line can be made. The first: {first.get('message')}")
        now, batch_id = self._clock(), new_id()
        batch = Batch(
            id=batch_id,
            workspace_id=principal.workspace_id,
            caller=facts_of(principal),
            status=BatchStatus.AWAITING_CONFIRMATION,
            lines=len(lines),
            invalid_lines=len(faults),
            quoted=sum(price for _, price in priced),
            offsets=self._files.put_lines(principal.workspace_id, batch_id, [line for line, _ in priced]),
            created_at=now,
            updated_at=now,
            budget=budget,
            name=name,
        )
        self._batches.add(batch)
        if start:
            batch = self._change.start(principal, batch.id, request_id=request_id)
        return SubmittedBatch(batch, faults[: self._SHOWN_FAULTS])

    def _priced(self, principal: Principal, line: BatchLine) -> tuple[BatchLine, int]:
        if line.error is not None:
            return line, 0
        try:
            return line, self._appraise(principal, self._reader.request(line)).price.total
        except EaselError as error:
            return replace(line, error=self._reader.error(error)), 0
