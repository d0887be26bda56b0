"""Events about budgets and balances, as models: see `schema.py`."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from easel.events.schema import EventEnvelope, EventPart, schema_of

BUDGET_SCHEMA_ID: Final = "easel/budget.v1"
CREDITS_SCHEMA_ID: Final = "easel/credits.v1"


class EventBudget(EventPart):
    """A monthly budget and how far it is used. Amounts are milli-credits."""

    scope: Literal["workspace", "key"]
    key_id: str | None = Field(description="Null for the budget of the whole workspace.")
    month: str = Field(pattern=r"^\d{4}-\d{2}$", description="Calendar month in UTC.")
    threshold_percent: int = Field(ge=1, le=100, description="The share at which the event is sent.")
    limit_milli_credits: int = Field(ge=0)
    used_milli_credits: int = Field(description="The sum of charges and open holds.")
    remaining_milli_credits: int = Field(ge=0)


class BudgetEventData(EventPart):
    """The body of the event."""

    budget: EventBudget


class BudgetEvent(EventEnvelope):
    """Most of a budget is used, or what is left does not pay for another generation like the last one.

    Each is sent once per month and limit; delivered at least once; drop duplicates by `id`.
    """

    type: Literal["budget.alert", "budget.reached"]
    version: Literal[1]
    workspace_id: str
    request_id: str = Field(description="The X-Request-ID of the request whose charge reached the threshold.")
    data: BudgetEventData


class EventWallet(EventPart):
    """What is left after the charge. Amounts are milli-credits."""

    available_milli_credits: int = Field(ge=0)
    held_milli_credits: int = Field(ge=0, description="Held for generations that have not ended.")
    charged_milli_credits: int = Field(ge=0, description="The charge after which the balance is low.")


class CreditsEventData(EventPart):
    """The body of the event."""

    wallet: EventWallet


class CreditsEvent(EventEnvelope):
    """The balance does not pay for ten more generations like the last one. Sent once until credits are granted."""

    type: Literal["credits.low"]
    version: Literal[1]
    workspace_id: str
    request_id: str = Field(description="The X-Request-ID of the request that was charged.")
    data: CreditsEventData


def budget_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of a budget's events."""
    return schema_of(BUDGET_SCHEMA_ID, BudgetEvent)


def credits_json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of version 1 of the events about a balance."""
    return schema_of(CREDITS_SCHEMA_ID, CreditsEvent)
