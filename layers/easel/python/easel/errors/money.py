"""Errors about quotes, credits and budgets."""

from __future__ import annotations

from collections.abc import Sequence

from easel.errors.base import Conflict, EaselError, FieldError, IdempotencyKeyReused, InvalidRequest


class QuoteExpired(InvalidRequest):
    """The quote has expired; request a new one."""

    code = "quote_expired"


class InsufficientCredits(EaselError):
    """The balance is lower than the price. Both amounts are milli-credits; nothing was charged.

    `top_up_url` is where credits can be bought, in deployments that say so.
    """

    code = "insufficient_credits"

    def __init__(self, required: int, available: int, top_up_url: str | None = None) -> None:
        super().__init__("Insufficient credits for this request.")
        self.required = required
        self.available = available
        self.top_up_url = top_up_url


class BudgetExceeded(EaselError):
    """A monthly budget has less left than the price. Amounts are milli-credits; nothing was charged.

    `kind` says whose budget: `workspace` or `key`.
    """

    code = "budget_exceeded"

    def __init__(self, kind: str, *, limit: int, used: int, required: int) -> None:
        super().__init__(f"The monthly budget of this {kind} has too little left for this request.")
        self.kind = kind
        self.limit = limit
        self.used = used
        self.required = required


class WalletMissing(Conflict):
    """The workspace has no wallet yet."""

    code = "wallet_missing"


class TooManyGrants(Conflict):
    """The limit of open grants of a wallet is reached."""

    code = "too_many_grants"


class GrantIdReused(IdempotencyKeyReused):
    """This grant id was used before for another grant. `fields` are those that differ, where they are known."""

    code = "grant_id_reused"

    def __init__(self, message: str, fields: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.fields = tuple(fields)
