"""Any sequence of grants, limits, holds, ends, expiries, repetitions and crashes leaves the books as they must be.

One machine drives the pure model alone, thousands of steps in a second; the same machine drives the model and the use
cases over DynamoDB side by side. `EASEL_PROPERTY_EXAMPLES` sets how many sequences are tried.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.property.books import EACH, FLAT, WORKSPACES, Clock, ProcessLostError, PureBooks, RealBooks

from easel.domain.budgets import month_of
from easel.domain.credits import DEFAULT_PRIORITIES, Grant, GrantKind, fold, fold_grants
from easel.domain.image import Status
from easel.domain.price import Price, PriceUnit
from easel.errors import EaselError, LimitReached

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

pytestmark = pytest.mark.long

EXAMPLES = int(os.environ.get("EASEL_PROPERTY_EXAMPLES", "20"))
STEPS = 40
STEP = timedelta(seconds=1)

workspaces = st.sampled_from(WORKSPACES)
crashes = st.sampled_from([None, None, None, "before", "after"])
positions = st.integers(0, 10**6)


@dataclass(frozen=True)
class Open:
    """A generation that runs."""

    workspace: str
    key: str
    id: str
    price: Price


class Books(RuleBasedStateMachine):
    """Each rule is one command of a customer, an operator, the workflow or the clock."""

    make_real: ClassVar[Callable[[Clock], RealBooks] | None] = None
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.model = PureBooks()
        make_real = type(self).make_real
        self.real = make_real(self.clock) if make_real else None
        self.open: list[Open] = []
        self.done: list[Callable[[], object]] = []
        self.seen: dict[str, set[Any]] = {name: set() for name in WORKSPACES}
        self.number = 0

    def teardown(self) -> None:
        if self.real:
            self.real.drop()

    # --- commands -------------------------------------------------------------------------------------------------

    @rule(
        workspace=workspaces,
        kind=st.sampled_from(list(GrantKind)),
        amount=st.integers(1, 3_000),
        lifetime=st.one_of(st.none(), st.integers(1, 60)),
        crash=crashes,
    )
    def grant(self, workspace: str, kind: GrantKind, amount: int, lifetime: int | None, crash: str | None) -> None:
        # The clock moves on by a step before the command runs: what ends then would be refused as already over.
        ends = self.clock.now + STEP + timedelta(seconds=lifetime) if lifetime else None
        grant = Grant(self._name("grant"), kind, amount, DEFAULT_PRIORITIES[kind], ends)
        self._run(lambda books: books.give(workspace, grant), lambda: self.model.give(workspace, grant), crash)

    @precondition(lambda self: any(wallet.available for wallet in self.model.wallets.values()))
    @rule(workspace=workspaces, amount=st.integers(1, 3_000), from_one=st.booleans(), at=positions, crash=crashes)
    def take_back(self, workspace: str, amount: int, at: int, crash: str | None, *, from_one: bool) -> None:
        grants = sorted(self.model.wallets[workspace].grants)
        source = grants[at % len(grants)] if from_one and grants else None
        kind = GrantKind.ADJUSTMENT
        grant = Grant(self._name("back"), kind, -amount, DEFAULT_PRIORITIES[kind], taken_from=source)
        self._run(lambda books: books.give(workspace, grant), lambda: self.model.give(workspace, grant), crash)

    @rule(workspace=workspaces, model=st.sampled_from([FLAT, EACH]), images=st.integers(1, 10), crash=crashes)
    def hold(self, workspace: str, model: str, images: int, crash: str | None) -> None:
        if sum(one.workspace == workspace for one in self.open) >= 10:
            self._refused_by_limit(workspace, model, images)
            return
        key = self._name("key")
        total = 1_000 if model == FLAT else 337 * images
        held = self._run(
            lambda books: books.hold(workspace, key, model, images).id,
            lambda: self.model.hold(workspace, key, total, month_of(self.clock.now)),
            crash,
        )
        if key in self.model.held:
            unit = PriceUnit.GENERATION if model == FLAT else PriceUnit.IMAGE
            price = Price("test", "standard", unit, total, images)
            self.open.append(Open(workspace, key, str(held), price))

    @precondition(lambda self: self.open)
    @rule(at=positions, crash=crashes)
    def post_all(self, at: int, crash: str | None) -> None:
        self._end(at, lambda one: one.price.images, Status.FAILED, crash)

    @precondition(lambda self: self.open)
    @rule(at=positions, delivered=st.integers(0, 10), crash=crashes)
    def post_a_part(self, at: int, delivered: int, crash: str | None) -> None:
        self._end(at, lambda one: min(delivered, one.price.images), Status.FAILED, crash)

    @precondition(lambda self: self.open)
    @rule(at=positions, crash=crashes)
    def void(self, at: int, crash: str | None) -> None:
        self._end(at, lambda _: 0, Status.CANCELLED, crash)

    @rule(seconds=st.integers(1, 60), crash=crashes)
    def expire(self, seconds: int, crash: str | None) -> None:
        self.clock.now += timedelta(seconds=seconds)
        if self.real:
            self.real.transactions.lost = crash
            try:
                self.real.expire()
            except ProcessLostError:
                # The next sweep goes on where this one died.
                self.real.expire()
            self.real.transactions.lost = None
        for name in WORKSPACES:
            self.model.expire(name, self.clock.now)

    @rule(workspace=workspaces, limit=st.one_of(st.none(), st.integers(0, 8_000)), crash=crashes)
    def limit(self, workspace: str, limit: int | None, crash: str | None) -> None:
        self.model.limits[workspace] = limit
        if self.real:
            self._with_crash(self.real, lambda books: books.limit(workspace, limit), crash)

    @rule()
    def next_month(self) -> None:
        self.clock.now += timedelta(days=31)
        # Keys stand for a submit for a day only.
        self.done.clear()

    @precondition(lambda self: self.done and self.real)
    @rule(at=positions)
    def replay(self, at: int) -> None:
        assert self.real
        before = self.real.raw()
        self.done[at % len(self.done)]()
        assert self.real.raw() == before, "a repetition changes nothing"

    # --- how a command runs ---------------------------------------------------------------------------------------

    def _end(self, at: int, count: Callable[[Open], int], status: Status, crash: str | None) -> None:
        one = self.open.pop(at % len(self.open))
        delivered = count(one)
        posted = one.price.of_images(range(delivered))
        self._run(
            lambda books: books.resolve(one.workspace, one.id, delivered, status).charged,
            lambda: self.model.resolve(one.workspace, one.key, posted),
            crash,
        )

    def _run(self, real: Callable[[RealBooks], Any], model: Callable[[], object], crash: str | None) -> Any:
        """Do it on both sides; they must agree on whether it is possible."""
        self.clock.now += STEP
        expected = _refusal(model)
        if self.real is None:
            return None
        books = self.real
        answer = self._with_crash(books, real, crash) if expected is None else None
        if expected is not None:
            before = books.raw()
            assert _refusal(lambda: real(books)) is expected
            assert books.raw() == before, "what is refused changes nothing"
            return None

        def again() -> None:
            assert real(books) == answer, "a repetition is answered as the first call was"

        self.done.append(again)
        return answer

    def _with_crash(self, books: RealBooks, real: Callable[[RealBooks], Any], crash: str | None) -> Any:
        books.transactions.lost = crash
        try:
            return real(books)
        except ProcessLostError:
            return real(books)
        finally:
            books.transactions.lost = None

    def _refused_by_limit(self, workspace: str, model: str, images: int) -> None:
        if self.real is None:
            return
        before = self.real.raw()
        with pytest.raises(LimitReached):
            self.real.hold(workspace, self._name("key"), model, images)
        assert self.real.raw() == before

    def _name(self, kind: str) -> str:
        self.number += 1
        return f"{kind}-{self.number}"

    # --- what must hold after every step ----------------------------------------------------------------------------

    @invariant()
    def the_model_is_balanced(self) -> None:
        type(self).steps += 1
        for name in WORKSPACES:
            wallet = self.model.wallets[name]
            assert wallet.is_balanced()
            assert wallet.held == sum(self.model.held[one.key][0] for one in self.open if one.workspace == name)

    @invariant()
    def the_books_are_in_order(self) -> None:
        if self.real is None:
            return
        for name, books in self.real.snapshots().items():
            # 1. Everything sums to zero, and so does each transfer.
            sides = books.entries + books.other_sides
            assert sum(entry.amount for entry in sides) == 0
            transfers = {(entry.transfer_id, entry.reason) for entry in sides}
            for transfer in transfers:
                amounts = [entry.amount for entry in sides if (entry.transfer_id, entry.reason) == transfer]
                assert len(amounts) == 2
                assert sum(amounts) == 0
            # 2. Nothing is below zero, and the parts are the whole.
            assert books.wallet.is_balanced()
            # 3. The wallet is what its entries and open holds say, and what the model says.
            folded = fold(name, books.entries, books.open_holds)
            assert replace(books.wallet, grants={}, version=0, low_told_at=None) == folded
            left = {grant.id: grant.remaining for grant in books.wallet.grants.values()}
            assert left == fold_grants(books.entries)
            assert replace(books.wallet, version=0, low_told_at=None) == self.model.wallets[name]
            # 4. A hold ends once, and with no more than was held.
            assert books.resolutions.keys() <= books.holds.keys()
            for hold_id, (resolution, posted) in books.resolutions.items():
                assert 0 <= posted <= books.holds[hold_id].amount
                assert (resolution == "POSTED") == (posted > 0)
            # 6. Whatever runs has one open hold, whatever has ended has none.
            assert {hold.id for hold in books.open_holds} == {one.id for one in self.open if one.workspace == name}
            # 7. What was written once stays as it is.
            entries = {_frozen(entry) for entry in books.entries}
            assert self.seen[name] <= entries
            self.seen[name] = entries
            # 8. Budgets count what was spent and is held this month; the key spends all of it.
            used = self.model.used[name, month_of(self.clock.now)]
            found = [(budget.limit, budget.used) for budget in self.real.budgets_of(name)]
            assert found == [(self.model.limits[name], used), (None, used)]


def _refusal(action: Callable[[], object]) -> type[EaselError] | None:
    try:
        action()
    except EaselError as error:
        return type(error)
    return None


def _frozen(entry: Any) -> tuple[Any, ...]:
    return (
        entry.transfer_id,
        entry.amount,
        entry.reason,
        entry.created_at,
        entry.grant_id,
        entry.generation_id,
        tuple(sorted(entry.from_grants.items())),
    )


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@contextmanager
def counted(make_real: Callable[[Clock], RealBooks] | None) -> Iterator[type[Books]]:
    machine: Any = type("Machine", (Books,), {"make_real": staticmethod(make_real) if make_real else None, "steps": 0})
    yield machine
    print(f"\n{machine.steps} steps")  # noqa: T201 - shown with -s, when somebody runs thousands


def test_the_rules_keep_any_books_in_order() -> None:
    with counted(None) as machine:
        run_state_machine_as_test(machine, settings=_settings(EXAMPLES * 10))


@pytest.mark.requirement("X-23", "S002-36", "S002-37")
def test_the_ledger_keeps_any_books_as_the_rules_do(client: DynamoDBClient) -> None:
    with counted(lambda clock: RealBooks(client, clock)) as machine:
        run_state_machine_as_test(machine, settings=_settings(EXAMPLES))
