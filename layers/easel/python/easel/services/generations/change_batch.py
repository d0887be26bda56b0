"""Start, pause and cancel batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from easel.domain.batch import Batch, BatchStatus, PauseReason
from easel.errors import Conflict, NotFound
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.generations.batch_caller import facts_of
from easel.services.generations.batch_status import ChangeBatchStatus
from easel.services.ports.batches import Batches, BatchQueue

_HEAD_START: Final = timedelta(seconds=1)


class ChangeBatch:
    """What has been made stays: pausing and cancelling keep lines from beginning, and end none that runs.

    The message is sent before the status changes. A crash between the two leaves a message that finds nothing to do,
    where the other order would leave a batch that no worker runs.
    """

    def __init__(self, *, batches: Batches, change_status: ChangeBatchStatus, queue: BatchQueue) -> None:
        self._batches = batches
        self._change_status = change_status
        self._queue = queue

    def start(self, principal: Principal, batch_id: str, *, request_id: str) -> Batch:
        """Confirm a quoted batch, or go on with a paused one. One that is running is left alone.

        From now on its lines are asked for by the caller that starts it, within the budget of their key.

        Raises:
            NotFound: none under this id in the caller's workspace.
            Conflict: it has ended, or is being cancelled.
            StaleWrite: changed by another request at this moment.
            QueueUnavailable: nothing has changed.
        """
        batch = self._get(principal, batch_id)
        if batch.status is BatchStatus.RUNNING:
            return batch
        if batch.status not in {BatchStatus.AWAITING_CONFIRMATION, BatchStatus.PAUSED}:
            raise _ended(batch)
        return self._run(replace(batch, caller=facts_of(principal)), BatchStatus.RUNNING, request_id)

    def pause(self, principal: Principal, batch_id: str, *, request_id: str) -> Batch:
        """Begin no further line until it is started again. Raises as `start`."""
        batch = self._get(principal, batch_id)
        if batch.status is BatchStatus.PAUSED:
            return batch
        if batch.status is not BatchStatus.RUNNING:
            raise _ended(batch)
        return self._change_status(batch, BatchStatus.PAUSED, request_id=request_id, reason=PauseReason.REQUESTED)

    def cancel(self, principal: Principal, batch_id: str, *, request_id: str) -> Batch:
        """Begin no further line. Lines that run end, are charged and are in the results. Raises as `start`."""
        batch = self._get(principal, batch_id)
        if batch.status in {BatchStatus.CANCELLING, BatchStatus.CANCELLED}:
            return batch
        if batch.status is BatchStatus.COMPLETED:
            raise _ended(batch)
        if batch.status is BatchStatus.AWAITING_CONFIRMATION:
            return self._change_status(batch, BatchStatus.CANCELLED, request_id=request_id)
        return self._run(batch, BatchStatus.CANCELLING, request_id)

    def _run(self, batch: Batch, status: BatchStatus, request_id: str) -> Batch:
        run = new_id()
        self._queue.run(batch.workspace_id, batch.id, run, request_id, _HEAD_START)
        return self._change_status(batch, status, request_id=request_id, run=run)

    def _get(self, principal: Principal, batch_id: str) -> Batch:
        batch = self._batches.get(principal.workspace_id, batch_id)
        if batch is None:
            raise NotFound(f"There is no batch {batch_id}.")
        return batch


def _ended(batch: Batch) -> Conflict:
    return Conflict(f"The batch is {batch.status.value}.")
