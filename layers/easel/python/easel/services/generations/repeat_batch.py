"""Batches that are asked for again: with the same `Idempotency-Key`, or by a client that repeats a call."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from easel.clock import Clock
from easel.domain.batch import Batch, BatchStatus
from easel.errors import Conflict, IdempotencyKeyReused, KeyAlreadyClaimed
from easel.services.accounts.principal import Principal
from easel.services.generations.change_batch import ChangeBatch
from easel.services.generations.generate_once import digest
from easel.services.generations.submit_generation import IDEMPOTENCY_WINDOW, key_hash_of
from easel.services.ports.batches import Batches
from easel.services.ports.generations import IdempotencyClaim, IdempotencyClaims
from easel.services.ports.transactions import Write

logger = logging.getLogger(__name__)


class RepeatBatch:
    """A key is claimed with the id of its batch, in the transaction that stores the batch."""

    def __init__(self, *, claims: IdempotencyClaims, batches: Batches, change: ChangeBatch, clock: Clock) -> None:
        self._claims = claims
        self._batches = batches
        self._change = change
        self._clock = clock

    def claim(
        self, principal: Principal, idempotency_key: str | None, asked: Mapping[str, Any]
    ) -> IdempotencyClaim | None:
        """The claim of a call that asks for `asked`; None without a key."""
        if idempotency_key is None:
            return None
        key_hash = key_hash_of(principal, idempotency_key)
        return IdempotencyClaim(key_hash, digest(asked), self._clock() + IDEMPOTENCY_WINDOW)

    def claiming(self, principal: Principal, claim: IdempotencyClaim, batch_id: str) -> Write:
        """Belongs to the transaction that stores the batch. Conflict: KeyAlreadyClaimed."""
        return self._claims.claim(principal.workspace_id, claim, batch_id, self._clock())

    def earlier(self, principal: Principal, claim: IdempotencyClaim | None) -> Batch | None:
        """The batch that the key has made before, if it has. Raises IdempotencyKeyReused: it made something else."""
        if claim is None:
            return None
        claimed = self._claims.find(principal.workspace_id, claim.key_hash, self._clock())
        return self.made_by(principal, claim, KeyAlreadyClaimed(*claimed)) if claimed else None

    def made_by(self, principal: Principal, claim: IdempotencyClaim, claimed: KeyAlreadyClaimed) -> Batch:
        """The batch of a claimed key. Raises IdempotencyKeyReused: the key made something else."""
        batch = None
        if claimed.fingerprint == claim.fingerprint:
            batch = self._batches.get(principal.workspace_id, claimed.generation_id)
        if batch is None:
            raise IdempotencyKeyReused("This Idempotency-Key was used before with another request.") from claimed
        logger.info("batch asked for again", extra={"batch_id": batch.id})
        return batch

    def started(self, principal: Principal, batch: Batch, request_id: str) -> Batch:
        """The batch, started: an earlier call may have ended between storing and starting it.

        Raises QueueUnavailable: it was not started.
        """
        if batch.status is not BatchStatus.AWAITING_CONFIRMATION:
            return batch
        try:
            return self._change.start(principal, batch.id, request_id=request_id)
        except Conflict:
            # The same call at the same moment has started it, or it was cancelled.
            return self._batches.get(principal.workspace_id, batch.id) or batch
