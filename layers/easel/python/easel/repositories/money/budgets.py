"""Budgets in DynamoDB, beside the wallet whose spending they limit.

    WS#<workspace> / BUDGET#WORKSPACE     limit, and per month the remaining amount
    WS#<workspace> / BUDGET#KEY#<key id>  the same for the spending of one key

Condition expressions cannot calculate, so an item has the remaining amount instead of the used one. Spending is counted
without a limit too, from a very large amount, so that a limit that is set later includes earlier spending.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.domain.budgets import Budget, BudgetNotice, BudgetScope, month_of
from easel.errors import BudgetExceeded, EaselError, StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.table import Table
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ENDLESS: Final = 10**15
"""Milli-credits. Stands for no limit."""


def _key(scope: BudgetScope) -> dict[str, str]:
    name = f"KEY#{scope.key_id}" if scope.key_id else "WORKSPACE"
    return {"pk": f"WS#{scope.workspace_id}", "sk": f"BUDGET#{name}"}


def _left(month: str) -> str:
    return f"left:{month}"


def _told(month: str, notice: BudgetNotice) -> str:
    """Increases from notice to notice and from month to month."""
    return f"{month}#{notice.value}"


def _notice_from(told: str, month: str) -> BudgetNotice:
    told_month, _, notice = told.partition("#")
    return BudgetNotice(int(notice)) if told_month == month else BudgetNotice.NONE


def _two_months_back(moment: datetime) -> str:
    """A month without open holds."""
    first = datetime(moment.year, moment.month, 1, tzinfo=UTC)
    return month_of((first - timedelta(days=1)).replace(day=1) - timedelta(days=1))


class DynamoBudgets:
    """`ports.money.Budgets`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def reserving(self, scope: BudgetScope, amount: int, now: datetime) -> Write:
        month = month_of(now)

        def exceeded(found: dict[str, Any] | None) -> EaselError:
            budget = _budget_from(scope, month, found or {})
            return BudgetExceeded(scope.kind.value, limit=budget.limit or 0, used=budget.used, required=amount)

        return self._update(
            "count against budget",
            scope,
            "SET #left = if_not_exists(#left, if_not_exists(#limit, :endless)) - :n REMOVE #old",
            "attribute_not_exists(#limit) OR #left >= :n OR (attribute_not_exists(#left) AND #limit >= :n)",
            {"#left": _left(month), "#limit": "limit", "#old": _left(_two_months_back(now))},
            {":n": amount, ":endless": _ENDLESS},
            exceeded,
        )

    def closing(
        self, scope: BudgetScope, month: str, freed: int, notice: BudgetNotice = BudgetNotice.NONE
    ) -> Write | None:
        names = {"#left": _left(month), "#limit": "limit"}
        values: dict[str, Any] = {":freed": freed, ":endless": _ENDLESS}
        sets = "SET #left = if_not_exists(#left, if_not_exists(#limit, :endless)) + :freed"
        if notice is BudgetNotice.NONE:
            return self._update("free in budget", scope, sets, None, names, values, _stale) if freed else None
        names["#told"] = "told"
        values[":told"] = _told(month, notice)
        condition = "attribute_not_exists(#told) OR #told < :told"
        return self._update("tell of budget", scope, f"{sets}, #told = :told", condition, names, values, _stale)

    def _update(
        self,
        description: str,
        scope: BudgetScope,
        expression: str,
        condition: str | None,
        names: Mapping[str, str],
        values: Mapping[str, Any],
        on_conflict: Callable[[dict[str, Any] | None], EaselError],
    ) -> Write:
        action: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": to_item(_key(scope)),
            "UpdateExpression": expression,
            "ExpressionAttributeNames": dict(names),
            "ExpressionAttributeValues": to_item(values),
        }
        if condition:
            action |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return TransactionWrite(description, {"Update": action}, on_conflict)

    def get(self, scopes: Sequence[BudgetScope], month: str) -> Sequence[Budget]:
        """The budgets of these scopes, in their order; one that was never set or used is empty."""
        found = self._table.get_all([_key(scope) for scope in scopes], consistent=True)
        places = {scope: (_key(scope)["pk"], _key(scope)["sk"]) for scope in scopes}
        return [_budget_from(scope, month, found.get(places[scope], {})) for scope in scopes]

    def setting(self, before: Budget, limit: int | None) -> Write:
        scope = before.scope
        was, is_ = (_ENDLESS if amount is None else amount for amount in (before.limit, limit))
        names = {"#limit": "limit", "#left": _left(before.month), "#told": "told"}
        values: dict[str, Any] = {":was": was, ":change": is_ - was}
        expression = "SET #left = if_not_exists(#left, :was) + :change"
        if limit is None:
            expression += " REMOVE #limit, #told"
        else:
            values[":limit"] = limit
            expression += ", #limit = :limit REMOVE #told"
        condition = "attribute_not_exists(#limit)" if before.limit is None else "#limit = :was"
        return self._update("set budget", scope, expression, condition, names, values, _stale)


def _budget_from(scope: BudgetScope, month: str, values: Mapping[str, Any]) -> Budget:
    limit = values.get("limit")
    whole = _ENDLESS if limit is None else limit
    return Budget(
        scope=scope,
        month=month,
        limit=limit,
        used=whole - values.get(_left(month), whole),
        told=_notice_from(values.get("told", ""), month),
    )


def _stale(_: dict[str, Any] | None) -> EaselError:
    return StaleWrite("The budget changed since it was read.")
