"""A bot tops up its users, for payments that it took, and takes back what was not spent of a payment.

Each payment counts once for the whole bot: its id is noted in the transaction that brings the credits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from easel.clock import Clock
from easel.domain.access import USERS_GRANT
from easel.domain.credits import DEFAULT_PRIORITIES, Grant, GrantKind, Wallet
from easel.domain.identities import TelegramIdentity
from easel.errors import (
    Conflict,
    Contended,
    FieldError,
    GrantIdReused,
    InsufficientCredits,
    NotFound,
    StaleWrite,
    WalletMissing,
)
from easel.services.accounts.impersonation import no_telegram_user
from easel.services.accounts.principal import Principal
from easel.services.accounts.standing import Standing
from easel.services.ports.accounts import Users
from easel.services.ports.charges import Charge, Charges
from easel.services.ports.money import Ledger
from easel.services.ports.transactions import UnitOfWork, Write

_MAX_TRIES: Final = 5
_LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class ToppedUp:
    """A payment that brought credits; `replayed` if it had been counted before. `available` is what the user has."""

    charge: Charge
    available: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Refunded:
    """A payment that was taken back, as far as it was not spent; `replayed` if it had been before."""

    charge: Charge
    milli_credits: int
    available: int
    replayed: bool


class TopUpUsers:
    """Needs the scope `users:grant`, which an operator gives to the keys of bots."""

    def __init__(
        self,
        *,
        users: Users,
        charges: Charges,
        ledger: Ledger,
        open_account: Callable[[str, tuple[str, ...]], None],
        standing: Standing,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._users = users
        self._charges = charges
        self._ledger = ledger
        self._open_account = open_account
        self._standing = standing
        self._unit_of_work = unit_of_work
        self._clock = clock

    def add(self, bot: Principal, charge: Charge, note: str | None = None) -> ToppedUp:
        """Give a user the credits of a payment.

        Raises:
            NotFound: not a user of this bot.
            GrantIdReused: the payment was counted before for another user or amount.
            TooManyGrants: the wallet has the maximum number of open grants.
        """
        identity = TelegramIdentity(bot.workspace_id, charge.telegram_id)
        if not self._users.knows_telegram(identity):
            raise no_telegram_user(charge.telegram_id)
        for _ in range(_MAX_TRIES):
            if self._is_counted(bot, charge):
                return ToppedUp(charge, self._available(identity.workspace_id), replayed=True)
            try:
                self._commit(bot, identity, charge, note)
            except StaleWrite:
                continue
            return ToppedUp(charge, self._available(identity.workspace_id), replayed=False)
        raise Contended("The wallet kept changing; nothing was written, please try again.")

    def refund(self, bot: Principal, charge_id: str, telegram_id: int | None = None) -> Refunded:
        """Take back what is left of a payment. Credits that were spent stay.

        Raises:
            NotFound: no payment of this bot, or another user's.
            Conflict: a running generation holds credits that may be this payment's: only its end tells how many are
                spent. Nothing was taken back.
        """
        charge = self._charges.get(bot.workspace_id, charge_id)
        if charge is None or telegram_id not in {None, charge.telegram_id}:
            raise NotFound(f"There is no payment {charge_id[:80]}.")
        workspace_id = TelegramIdentity(bot.workspace_id, charge.telegram_id).workspace_id
        for _ in range(_MAX_TRIES):
            wallet = self._ledger.wallet(workspace_id) or Wallet(workspace_id)
            before = self._ledger.grant(workspace_id, _refund_id(charge))
            if before is not None:
                return Refunded(charge, -before.amount, wallet.available, replayed=True)
            open_grant = wallet.grants.get(_grant_id(charge))
            left = open_grant.remaining if open_grant else 0
            if left > wallet.available:
                raise Conflict("A generation of this user is running; ask again when it has ended.")
            if left == 0:
                return Refunded(charge, 0, wallet.available, replayed=False)
            try:
                self._unit_of_work.commit(*self._taking_back(bot, wallet, charge, left))
            except (StaleWrite, InsufficientCredits):
                continue
            return Refunded(charge, left, wallet.available - left, replayed=False)
        raise Contended("The wallet kept changing; nothing was written, please try again.")

    def _is_counted(self, bot: Principal, charge: Charge) -> bool:
        counted = self._charges.get(bot.workspace_id, charge.id)
        if counted is not None and counted != charge:
            message = f"The payment {charge.id[:80]} was counted before, for another user or amount."
            raise GrantIdReused(message, _differences(counted, charge))
        return counted is not None

    def _available(self, workspace_id: str) -> int:
        wallet = self._ledger.wallet(workspace_id)
        return wallet.available if wallet else 0

    def _commit(self, bot: Principal, identity: TelegramIdentity, charge: Charge, note: str | None) -> None:
        now = self._clock()
        grant = _grant(_grant_id(charge), GrantKind.PURCHASE, charge.milli_credits, bot, note or charge.id)
        writes = [
            *self._standing(bot, bot.workspace_id, USERS_GRANT),
            self._charges.adding(bot.workspace_id, charge, now),
            *self._ledger.granting(identity.workspace_id, grant, now),
        ]
        try:
            self._unit_of_work.commit(*writes)
        except WalletMissing:
            self._open_account(identity.workspace_id, identity.names)
            self._unit_of_work.commit(*writes)

    def _taking_back(self, bot: Principal, wallet: Wallet, charge: Charge, left: int) -> Sequence[Write]:
        grant = _grant(_refund_id(charge), GrantKind.ADJUSTMENT, -left, bot, charge.id, taken_from=_grant_id(charge))
        return [
            *self._standing(bot, bot.workspace_id, USERS_GRANT),
            *self._ledger.withdrawing(wallet.workspace_id, wallet, grant, self._clock()),
        ]


def _grant(
    id_: str, kind: GrantKind, amount: int, bot: Principal, note: str, *, taken_from: str | None = None
) -> Grant:
    return Grant(
        id=id_,
        kind=kind,
        amount=amount,
        priority=DEFAULT_PRIORITIES[kind],
        note=note[:_LONGEST_NOTE],
        given_by=bot.key_id,
        taken_from=taken_from,
    )


def _differences(counted: Charge, charge: Charge) -> list[FieldError]:
    """What a payment says otherwise than when it was counted."""
    faults = []
    if counted.telegram_id != charge.telegram_id:
        faults.append(FieldError("telegram_id", "The payment was counted for another user."))
    if counted.milli_credits != charge.milli_credits:
        faults.append(FieldError("credits", "The payment was counted with another amount."))
    return faults


def _grant_id(charge: Charge) -> str:
    # Ids of grants have fewer characters than ids of payments may have.
    return f"charge:{hashlib.sha256(charge.id.encode('utf-8')).hexdigest()[:48]}"


def _refund_id(charge: Charge) -> str:
    return f"refund:{hashlib.sha256(charge.id.encode('utf-8')).hexdigest()[:48]}"
