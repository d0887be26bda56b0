"""The shapes of wallets, grants, quotes, usage and budgets in the canonical API.

Amounts are whole milli-credits; `credits` beside them is the same number for people, with at most three decimals.
"""

from __future__ import annotations

from typing import Final

from pydantic import Field

from easel.domain.credits import MILLI, GrantKind
from easel.http.schemas.base import AnswerModel, Moment, RequestModel, WholeNumber

KINDS: Final = [kind.value for kind in GrantKind]
GRANT_ID: Final = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
PRIORITIES: Final = (0, 1_000)

_LONGEST_NOTE: Final = 500
_AMOUNT: Final = "Milli-credits; give either this or `credits`."
_CREDITS: Final = "Credits, with at most three decimals; give either this or `milliCredits`."


class Amount(AnswerModel):
    """An amount of credits."""

    milli_credits: int
    credits: float

    @classmethod
    def of(cls, milli_credits: int) -> Amount:
        """This many milli-credits."""
        return cls(milli_credits=milli_credits, credits=milli_credits / MILLI)


class OpenGrantBody(AnswerModel):
    """What is left of credits that came in. Charges take of the lowest `priority` first, then of what ends first."""

    id: str
    kind: GrantKind
    remaining: Amount
    priority: int
    expires_at: Moment | None


class WalletBody(AnswerModel):
    """A balance. `available` + `held` is what the grants have left; with `spent` and `expired` it is `granted`."""

    workspace_id: str
    available: Amount
    held: Amount = Field(description="Set aside for what is running; what is not charged comes back.")
    spent: Amount
    expired: Amount
    granted: Amount
    grants: list[OpenGrantBody]


class EntryBody(AnswerModel):
    """One line of a statement. Lines are only ever added."""

    id: str
    type: str = Field(description="`spend`, `expiry`, or the kind of the grant.")
    milli_credits: int = Field(description="Above zero when credits came in, below zero when they went.")
    credits: float
    created_at: Moment
    generation_id: str | None
    grant_id: str | None
    from_grants: dict[str, int] = Field(description="Which grants gave how many milli-credits.")


class EntryPageBody(AnswerModel):
    """The newest lines of a statement first."""

    entries: list[EntryBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


class GiveCreditsRequest(RequestModel):
    """Credits for a workspace. The same `id` again is the same grant; below zero it takes back."""

    id: str = Field(
        description="Your own name for this grant, unique in the workspace: repeating the call repeats nothing.",
        json_schema_extra={"pattern": f"^{GRANT_ID}$"},
        examples=["invoice-2026-0042"],
    )
    kind: str = Field(json_schema_extra={"enum": [*KINDS]}, examples=["purchase"])
    credits: float | None = Field(default=None, description=_CREDITS, examples=[100])
    milli_credits: WholeNumber | None = Field(default=None, description=_AMOUNT)
    workspace_id: str | None = Field(default=None, description="Whose; your own when left out.")
    priority: WholeNumber | None = Field(
        default=None,
        json_schema_extra={"minimum": PRIORITIES[0], "maximum": PRIORITIES[1]},
        description="Lower pays first. Left out: trial, then promotion, adjustment, purchase.",
    )
    expires_at: str | None = Field(
        default=None,
        json_schema_extra={"format": "date-time"},
        description="When what is left of it is lost; never when left out.",
    )
    note: str | None = Field(default=None, max_length=_LONGEST_NOTE, description="For whoever reads the ledger.")
    taken_from: str | None = Field(
        default=None, max_length=64, description="With an amount below zero: the one grant to take from."
    )


class GrantBody(AnswerModel):
    """Credits that were given, or taken back."""

    id: str
    workspace_id: str
    kind: GrantKind
    milli_credits: int
    credits: float
    priority: int
    expires_at: Moment | None
    note: str | None
    taken_from: str | None


class UsageSumsBody(AnswerModel):
    """What was used and what it cost: the customer in credits, us in dollars."""

    generations: int
    images_completed: int
    images_failed: int
    images_late: int = Field(description="Came after their generation had ended: kept, not charged.")
    charged: Amount
    provider_cost_micro_usd: int = Field(description="What providers take.")
    provider_cost_usd: float
    uncertain_cost_micro_usd: int = Field(description="The part of it for calls whose outcome nobody knows.")


class UsageGroupBody(UsageSumsBody):
    """The sums of one day, user, model or provider."""

    name: str


class UsageBody(AnswerModel):
    """The workspace's usage, by the days (UTC) on which generations ended."""

    from_: str = Field(alias="from")
    to: str
    group_by: str
    total: UsageSumsBody
    series: list[UsageGroupBody]


class DailyQuotaBody(AnswerModel):
    """How many generations may still be asked for today."""

    used: int
    limit: int
    remaining: int
    resets_at: Moment


class ActiveQuotaBody(AnswerModel):
    """How many generations run, and may run at once."""

    used: int
    limit: int
    remaining: int
    ids: list[str]


class RequestRateBody(AnswerModel):
    """How many requests fit into a window of time, and how many still do."""

    name: str = Field(description="For whom it counts: `user`, `workspace` or `address`.")
    limit: int
    remaining: int
    window_seconds: int
    resets_in_seconds: int


class OwnUsageBody(AnswerModel):
    """What the caller may still do, and when it begins anew."""

    generations_today: DailyQuotaBody
    active_generations: ActiveQuotaBody
    requests: list[RequestRateBody]
    wallet: WalletBody


class SetBudgetRequest(RequestModel):
    """What may be spent in a calendar month (UTC)."""

    credits: float | None = Field(default=None, description=_CREDITS, examples=[500])
    milli_credits: WholeNumber | None = Field(default=None, description=_AMOUNT)


class BudgetBody(AnswerModel):
    """A monthly budget. When it is used up, requests that cost something are answered 402 until `resetsAt`."""

    scope: str = Field(description="`workspace` or `key`.")
    key_id: str | None
    month: str = Field(examples=["2026-11"])
    limit: Amount | None = Field(description="Null: spending is counted and not limited.")
    used: Amount = Field(description="What was charged this month, and what is held.")
    remaining: Amount | None
    alert_percent: int = Field(description="From this share on an event `budget.alert` tells, once a month.")
    alerted: bool
    resets_at: Moment
