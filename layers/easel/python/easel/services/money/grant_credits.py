"""Grant or withdraw credits of a workspace, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from easel.clock import Clock, from_iso, to_iso
from easel.domain.access import WALLET_GRANT
from easel.domain.credits import DEFAULT_PRIORITIES, Grant, GrantKind, Wallet
from easel.errors import (
    Contended,
    FieldError,
    GrantIdReused,
    InvalidRequest,
    StaleWrite,
    WalletMissing,
)
from easel.services.accounts.open_account import OpenAccount
from easel.services.accounts.principal import Principal
from easel.services.accounts.standing import Standing
from easel.services.ports.accounts import Workspaces
from easel.services.ports.money import Ledger
from easel.services.ports.transactions import UnitOfWork

_MAX_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """A request for a grant. `id` is the caller's: the same id again is the same grant.

    `amount` is in milli-credits; a negative one withdraws, as an adjustment only, from `taken_from` or from all grants.
    """

    id: str
    kind: GrantKind
    amount: int
    priority: int | None = None
    expires_at: datetime | None = None
    note: str | None = None
    taken_from: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A grant; `replayed` if it existed before."""

    workspace_id: str
    grant: Grant
    replayed: bool


class GrantCredits:
    """Grants credits; idempotent by the grant's id.

    It needs the scope `wallet:grant`, which no role of a workspace has: an operator grants it to a key. Its holder may
    name any workspace. One that was never used gets its wallet with the grant, and no trial: a trial belongs to a
    person, and the operator is not its owner.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        unit_of_work: UnitOfWork,
        open_account: OpenAccount,
        standing: Standing,
        workspaces: Workspaces,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._workspaces = workspaces
        self._standing = standing
        self._unit_of_work = unit_of_work
        self._open_account = open_account
        self._clock = clock

    def __call__(self, principal: Principal, workspace_id: str, request: GrantRequest) -> Given:
        """Grant or withdraw.

        Raises:
            InvalidRequest: an expiry in the past, or a field that cannot be combined with a withdrawal.
            GrantIdReused: another grant has this id.
            NotFound: no such workspace.
            InsufficientCredits: the balance is lower than the withdrawal.
            TooManyGrants: the wallet has the maximum number of open grants.
        """
        grant = _grant(request, principal.key_id)
        existing = self._existing(workspace_id, grant)
        if existing:
            return Given(workspace_id, existing, replayed=True)
        _check(request, self._clock())
        return self._give(principal, workspace_id, grant)

    def _give(self, principal: Principal, workspace_id: str, grant: Grant) -> Given:
        for _ in range(_MAX_TRIES):
            try:
                self._commit(principal, workspace_id, grant)
            except StaleWrite:
                existing = self._existing(workspace_id, grant)
                if existing:
                    return Given(workspace_id, existing, replayed=True)
            else:
                return Given(workspace_id, grant, replayed=False)
        raise Contended("The wallet kept changing; nothing was written, please try again.")

    def _commit(self, principal: Principal, workspace_id: str, grant: Grant) -> None:
        now = self._clock()
        checks = self._standing(principal, principal.workspace_id, WALLET_GRANT)
        if grant.amount < 0:
            wallet = self._ledger.wallet(workspace_id) or Wallet(workspace_id)
            self._unit_of_work.commit(*checks, *self._ledger.withdrawing(workspace_id, wallet, grant, now))
            return
        giving = [*checks, *self._ledger.granting(workspace_id, grant, now)]
        try:
            self._unit_of_work.commit(*giving)
        except WalletMissing:
            if workspace_id == principal.workspace_id:
                self._open_account(workspace_id, principal.identities)
                self._unit_of_work.commit(*giving)
                return
            # Its owner may open it at the same moment: then this conflicts, and the grant is tried again.
            existing = self._workspaces.existing(workspace_id)
            self._unit_of_work.commit(*checks, existing, *self._ledger.opening(workspace_id, now, grant))

    def _existing(self, workspace_id: str, grant: Grant) -> Grant | None:
        """The existing grant with this id."""
        existing = self._ledger.grant(workspace_id, grant.id)
        if existing is not None and not existing.is_same_as(grant):
            raise GrantIdReused(f"The grant {grant.id} was made before, with another amount, kind or expiry.")
        return existing


def _grant(request: GrantRequest, given_by: str) -> Grant:
    priority = DEFAULT_PRIORITIES[request.kind] if request.priority is None else request.priority
    return Grant(
        id=request.id,
        kind=request.kind,
        amount=request.amount,
        priority=priority,
        # As stored, so that a replay compares equal.
        expires_at=from_iso(to_iso(request.expires_at)) if request.expires_at else None,
        note=request.note,
        given_by=given_by,
        taken_from=request.taken_from,
    )


def _check(request: GrantRequest, now: datetime) -> None:
    faults: list[FieldError] = []
    if request.amount == 0:
        faults.append(FieldError("milliCredits", "A grant of nothing is none."))
    if request.expires_at and request.expires_at <= now:
        faults.append(FieldError("expiresAt", "A grant must end in the future."))
    if request.amount < 0 and request.kind is not GrantKind.ADJUSTMENT:
        faults.append(FieldError("kind", "Only an adjustment can take credits back.", [GrantKind.ADJUSTMENT.value]))
    if request.amount < 0 and request.expires_at:
        faults.append(FieldError("expiresAt", "What is taken back does not expire."))
    if request.amount > 0 and request.taken_from:
        faults.append(FieldError("takenFrom", "Only an adjustment below zero takes from a grant."))
    if faults:
        raise InvalidRequest(faults[0].message, faults)
