"""The budget of a workspace comes into its wallet from its old record: the limit holds, and nothing spent is lost."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError
from tests.contract.repositories.test_budgets import MONTH, NOW, WORKSPACE, Purse

from easel.domain.budgets import Budget, BudgetNotice, month_of
from easel.domain.credits import Grant, GrantKind
from easel.errors import BudgetExceeded, EaselError, InsufficientCredits, StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.keys import shard_of
from easel.repositories.money.budget_move import BudgetMove
from easel.repositories.money.ledger_items import WALLET_SHARDS

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

OLD: Final = {"pk": "WS#ws-1", "sk": "BUDGET#WORKSPACE"}
WALLET: Final = {**OLD, "sk": "WALLET"}
LEFT: Final = f"left:{MONTH}"


class OldPurse(Purse):
    """A workspace as the code of before left it, and what that code does to its budget."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator)
        self.client = emulator.client("dynamodb")
        self.had()

    def had(self, **budget: Any) -> None:
        """Its budget: limit, told, and what is left of a month."""
        self.client.update_item(TableName=self.table, Key=to_item(WALLET), UpdateExpression="REMOVE budget")
        self.client.delete_item(TableName=self.table, Key=to_item(OLD))
        if budget:
            self.client.put_item(TableName=self.table, Item=to_item({**OLD, **budget}))

    def was_never_opened(self) -> None:
        for key in (WALLET, {"pk": f"WALLETS#{shard_of('ws-1', WALLET_SHARDS)}", "sk": "ws-1"}):
            self.client.delete_item(TableName=self.table, Key=to_item(key))

    def old_code_counts(self, month: str = MONTH) -> None:
        """A hold of 100."""
        self.client.update_item(
            TableName=self.table,
            Key=to_item(OLD),
            UpdateExpression="SET #left = if_not_exists(#left, if_not_exists(#limit, :endless)) - :n",
            ConditionExpression=(
                "attribute_not_exists(#limit) OR #left >= :n OR (attribute_not_exists(#left) AND #limit >= :n)"
            ),
            ExpressionAttributeNames={"#left": f"left:{month}", "#limit": "limit"},
            ExpressionAttributeValues=to_item({":n": 100, ":endless": 10**15}),
        )


@pytest.fixture
def purse(emulator: Emulator) -> OldPurse:
    return OldPurse(emulator)


def test_a_limit_and_what_was_spent_hold_from_the_first_hold_on(purse: OldPurse) -> None:
    purse.had(**{"limit": 1_000, "told": f"{MONTH}#1", LEFT: 300, "left:2026-10": 50})
    before = Budget(WORKSPACE, MONTH, 1_000, used=700, told=BudgetNotice.ALERT)
    assert purse.get() == before

    with pytest.raises(BudgetExceeded) as refused:
        purse.spend(301)

    assert (refused.value.limit, refused.value.used, refused.value.required) == (1_000, 700, 301)
    assert (purse.get(), purse.get(month="2026-10").used) == (before, 950)
    purse.spend(300)
    assert purse.get().remaining == 0


def test_what_was_held_before_is_freed_where_it_is_counted_now(purse: OldPurse) -> None:
    held = purse.spend(400)
    purse.had(**{"limit": 1_000, LEFT: 600})

    purse.close(held, 400, WORKSPACE)

    assert purse.get() == Budget(WORKSPACE, MONTH, 1_000)


def test_a_limit_can_be_the_first_change(purse: OldPurse) -> None:
    purse.had(**{LEFT: 10**15 - 700})

    assert purse.limit(WORKSPACE, 1_000) == Budget(WORKSPACE, MONTH, 1_000, used=700)
    with pytest.raises(BudgetExceeded):
        purse.spend(301)


def test_a_workspace_that_never_had_a_budget_spends_as_before(purse: OldPurse) -> None:
    assert purse.get() == Budget(WORKSPACE, MONTH, None)
    with pytest.raises(InsufficientCredits):
        purse.spend(10**6)

    purse.spend(700)

    assert purse.get().used == 700


def test_a_limit_from_before_the_wallet_is_in_it_when_it_is_opened(purse: OldPurse) -> None:
    purse.had(limit=1_000)
    purse.was_never_opened()
    assert purse.get().limit == 1_000

    purse.commit(*purse.ledger.opening("ws-1", NOW, Grant("first", GrantKind.TRIAL, 5_000, 10)))

    assert purse.get() == Budget(WORKSPACE, MONTH, 1_000)
    with pytest.raises(BudgetExceeded):
        purse.spend(1_001)


def test_a_race_of_first_changes_ends_exactly_at_the_limit(purse: OldPurse) -> None:
    purse.had(**{"limit": 5_000, LEFT: 1_000})

    def spend(_: int) -> type[EaselError] | None:
        try:
            purse.spend(100)
        except EaselError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(spend, range(40)))

    assert (answers.count(None), answers.count(BudgetExceeded)) == (10, 30)
    assert purse.get().used == 5_000


# --- while both are at work -------------------------------------------------------------------------------------------


def test_what_the_old_code_counts_meanwhile_is_moved_too(purse: OldPurse, monkeypatch: pytest.MonkeyPatch) -> None:
    read, times = BudgetMove.old_budget, iter([True])
    now = datetime.now(UTC)  # whatever month it is: the move looks at the months around the present
    month = month_of(now)

    def read_and_let_the_old_code_count(move: BudgetMove, workspace_id: str) -> Mapping[str, Any]:
        found = read(move, workspace_id)
        if next(times, False):
            purse.old_code_counts(month)
        return found

    monkeypatch.setattr(BudgetMove, "old_budget", read_and_let_the_old_code_count)

    purse.spend(700, now=now)

    assert purse.get(month=month).used == 800


@pytest.mark.parametrize(
    "present", [datetime(2026, 12, 1, 0, 10, tzinfo=UTC), datetime(2026, 11, 30, 23, 50, tzinfo=UTC)]
)
def test_a_month_that_ends_meanwhile_is_moved_too(purse: OldPurse, present: datetime) -> None:
    move = BudgetMove(purse.client, purse.table, lambda: present)
    _, mark = move.taking("ws-1")

    for month in ("2026-11", "2026-12"):
        purse.old_code_counts(month)
        with pytest.raises(StaleWrite):
            purse.commit(mark)
        purse.had()


@pytest.mark.parametrize("budget", [{}, {"limit": 1_000}, {"limit": 1_000, LEFT: 500}, {LEFT: 10**15 - 500}])
def test_the_old_code_fails_once_the_budget_is_moved(purse: OldPurse, budget: dict[str, Any]) -> None:
    purse.had(**budget)
    purse.spend(100)
    used = purse.get().used

    with pytest.raises(ClientError):
        purse.old_code_counts()

    assert purse.get().used == used


def test_a_budget_that_is_moved_while_it_is_read_is_found(purse: OldPurse, monkeypatch: pytest.MonkeyPatch) -> None:
    purse.had(limit=1_000)
    read, times = BudgetMove.old_budget, iter([True])

    def let_somebody_spend_and_read(move: BudgetMove, workspace_id: str) -> Mapping[str, Any]:
        if next(times, False):
            purse.spend(700)
        return read(move, workspace_id)

    monkeypatch.setattr(BudgetMove, "old_budget", let_somebody_spend_and_read)

    assert purse.get() == Budget(WORKSPACE, MONTH, 1_000, used=700)
