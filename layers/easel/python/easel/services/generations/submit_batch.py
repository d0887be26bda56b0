"""Take a batch: price every line, store it, and start it if that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from easel.clock import Clock
from easel.domain.batch import Batch, BatchLine, BatchOrigin, BatchStatus
from easel.errors import EaselError, Forbidden, InvalidRequest, KeyAlreadyClaimed
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.generations.batch_caller import facts_of
from easel.services.generations.repeat_batch import RepeatBatch
from easel.services.generations.submit_generation import BOT_TEXT
from easel.services.money.appraise import Appraise
from easel.services.ports.batches import Batches, BatchFiles, LineReader
from easel.services.ports.generations import IdempotencyClaim


@dataclass(frozen=True, slots=True)
class SubmittedBatch:
    """A batch as it was stored; `faults` are the first of its lines that cannot be made.

    `replayed` when an earlier call has stored it.
    """

    batch: Batch
    faults: Sequence[BatchLine] = ()
    replayed: bool = False


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
        repeats: RepeatBatch,
        clock: Clock,
    ) -> None:
        self._appraise = appraise
        self._reader = reader
        self._batches = batches
        self._files = files
        self._repeats = repeats
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
        origin: BatchOrigin | None = None,
        batch_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> SubmittedBatch:
        """Store the batch. A line that cannot be made is part of it and fails by itself.

        Raises:
            StaleWrite: there is a batch under the given id.
            IdempotencyKeyReused: the key came with another request before.
            Forbidden: a bot that does not say for whom.
            InvalidRequest: none of the lines can be made.
            StorageUnavailable, QueueUnavailable: nothing was started.
        """
        if principal.is_bot:
            raise Forbidden(BOT_TEXT)
        asked = asked_of_file(origin) if origin else _asked(lines, name=name, budget=budget, start=start)
        claim = self._repeats.claim(principal, idempotency_key, asked)
        batch = self._repeats.earlier(principal, claim)
        replayed = batch is not None
        priced = [self._priced(principal, line) for line in lines]
        faults = [line for line, _ in priced if line.error is not None]
        if batch is None:
            if len(faults) == len(lines):
                first = faults[0].error or {}
                raise InvalidRequest.of("requests", f"No line can be made. The first: {first.get('message')}")
            quoted = self._quoted(principal, priced, name=name, budget=budget, origin=origin, batch_id=batch_id)
            batch, replayed = self._stored(principal, quoted, claim)
        if start:
            batch = self._repeats.started(principal, batch, request_id)
        return SubmittedBatch(batch, faults[: self._SHOWN_FAULTS], replayed)

    def _quoted(
        self,
        principal: Principal,
        priced: Sequence[tuple[BatchLine, int]],
        *,
        name: str | None,
        budget: int | None,
        origin: BatchOrigin | None,
        batch_id: str | None,
    ) -> Batch:
        """The batch, of which only the lines are stored yet."""
        now, batch_id = self._clock(), batch_id or new_id()
        return Batch(
            id=batch_id,
            workspace_id=principal.workspace_id,
            caller=facts_of(principal),
            status=BatchStatus.AWAITING_CONFIRMATION,
            lines=len(priced),
            invalid_lines=sum(line.error is not None for line, _ in priced),
            quoted=sum(price for _, price in priced),
            offsets=self._files.put_lines(principal.workspace_id, batch_id, [line for line, _ in priced]),
            created_at=now,
            updated_at=now,
            budget=budget,
            name=name,
            origin=origin,
        )

    def _stored(self, principal: Principal, batch: Batch, claim: IdempotencyClaim | None) -> tuple[Batch, bool]:
        """The batch, and whether it is that of an equal call which came first."""
        if claim is None:
            self._batches.add(batch)
            return batch, False
        try:
            self._batches.add(batch, self._repeats.claiming(principal, claim, batch.id))
        except KeyAlreadyClaimed as claimed:
            # The lines of this call stay behind; they end with the other files of batches.
            return self._repeats.made_by(principal, claim, claimed), True
        return batch, False

    def _priced(self, principal: Principal, line: BatchLine) -> tuple[BatchLine, int]:
        if line.error is not None:
            return line, 0
        try:
            return line, self._appraise(principal, self._reader.request(line, principal.workspace_id)).price.total
        except EaselError as error:
            return replace(line, error=self._reader.error(error)), 0


def asked_of_file(origin: BatchOrigin) -> dict[str, Any]:
    """What tells a batch of a file from others. The content of a file never changes."""
    return {"origin": asdict(origin)}


def _asked(lines: Sequence[BatchLine], **more: Any) -> dict[str, Any]:
    return {"lines": [(line.custom_id, line.address, line.body, line.error) for line in lines], **more}
