"""Payments that a bot took from its users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment by its id at Telegram or elsewhere: who paid, and the credits that it brought."""

    id: str
    telegram_id: int
    milli_credits: int


class Charges(Protocol):
    """Payments of a bot's users: each id counts once for the whole bot."""

    def adding(self, bot_workspace_id: str, charge: Charge, now: datetime) -> Write:
        """Conflict: StaleWrite, when this payment was noted before."""
        ...

    def get(self, bot_workspace_id: str, charge_id: str) -> Charge | None: ...
