"""Create the wallet of a workspace on first use, with a trial grant for people who never had one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from easel.clock import Clock
from easel.domain.credits import DEFAULT_PRIORITIES, Grant, GrantKind
from easel.errors import StaleWrite
from easel.services.ports.money import Ledger
from easel.services.ports.transactions import UnitOfWork

_TRIAL_NAMESPACE = UUID("3a9f6a1e-1c55-4c0b-9d0e-7f1f0f5b2c11")
"""Namespace of the ids of trial grants, which are derived from the identity."""


@dataclass(frozen=True, slots=True)
class TrialOffer:
    """The trial: milli-credits and validity."""

    amount: int
    lifetime: timedelta


def trial_grant_id(identities: tuple[str, ...]) -> str:
    """The id of this person's trial grant, existing or not."""
    return str(uuid5(_TRIAL_NAMESPACE, identities[0]))


class OpenAccount:
    """Opens a wallet. Idempotent, also when called concurrently."""

    def __init__(self, *, ledger: Ledger, unit_of_work: UnitOfWork, trial: TrialOffer, clock: Clock) -> None:
        self._ledger = ledger
        self._unit_of_work = unit_of_work
        self._trial = trial
        self._clock = clock

    def __call__(self, workspace_id: str, identities: tuple[str, ...]) -> None:
        """Ensure that the wallet exists.

        `identities` are all identities of the person (`user:<id>`, `telegram:<id>`): the trial is granted only if none
        of them had one.
        """
        now = self._clock()
        if self._trial.amount and identities:
            try:
                self._unit_of_work.commit(
                    *self._ledger.opening(workspace_id, now, self._trial_grant(identities, now)),
                    *(self._ledger.claiming_trial(identity, workspace_id, now) for identity in identities),
                )
            except StaleWrite:
                pass
            else:
                return
        if self._ledger.wallet(workspace_id) is not None:
            return
        try:
            self._unit_of_work.commit(*self._ledger.opening(workspace_id, now))
        except StaleWrite:
            return

    def _trial_grant(self, identities: tuple[str, ...], now: datetime) -> Grant:
        return Grant(
            id=trial_grant_id(identities),
            kind=GrantKind.TRIAL,
            amount=self._trial.amount,
            priority=DEFAULT_PRIORITIES[GrantKind.TRIAL],
            expires_at=now + self._trial.lifetime,
        )
