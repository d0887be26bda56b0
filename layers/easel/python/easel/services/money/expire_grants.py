"""Expire the remaining credits of ended grants. Runs with the sweep, so at most a minute late."""

from __future__ import annotations

import logging
from typing import Final

from easel.clock import Clock
from easel.errors import Contended, StaleWrite
from easel.jobs import JobCounts, for_each
from easel.services.ports.money import Ledger
from easel.services.ports.transactions import UnitOfWork

logger = logging.getLogger(__name__)

_BATCH: Final = 100
_MAX_TRIES: Final = 3


class ExpireGrants:
    """What open holds need of an ended grant stays until they are resolved; a later sweep expires the rest."""

    def __init__(self, *, ledger: Ledger, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._ledger = ledger
        self._unit_of_work = unit_of_work
        self._clock = clock

    def __call__(self) -> JobCounts:
        """Expire grants that have ended."""
        return for_each(
            self._ledger.ended_grants(self._clock(), _BATCH),
            lambda ended: self._expire(*ended),
            kind="grant",
            name=lambda ended: ended[1],
            set_aside=lambda ended: self._ledger.set_grant_aside(*ended),
        )

    def _expire(self, workspace_id: str, grant_id: str) -> bool:
        for _ in range(_MAX_TRIES):
            wallet = self._ledger.wallet(workspace_id)
            if wallet is None:
                logger.error("a grant has no wallet", extra={"workspace_id": workspace_id, "grant_id": grant_id})
                return False
            writes = self._ledger.expiring(workspace_id, wallet, grant_id, self._clock())
            if not writes:
                return False
            try:
                self._unit_of_work.commit(*writes)
            except (StaleWrite, Contended):
                continue
            return True
        logger.warning("grant could not be expired", extra={"workspace_id": workspace_id, "grant_id": grant_id})
        return False
