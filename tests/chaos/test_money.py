"""Whatever dies, comes twice, comes late or comes all at once: the customer pays once for what they got, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.conflicts import ConflictingClient
from tests.support.engine import (
    USER,
    WORKSPACE,
    Engine,
    Fuse,
    WorkerKilledError,
    a_request,
    caller,
    finished_at_once,
    refusing,
    running_for,
)
from tests.support.tables import create_core_table, create_ledger_table

from easel.domain.budgets import BudgetScope, month_of
from easel.domain.credits import Grant, GrantKind, Hold
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.price import Price
from easel.domain.request import Channel
from easel.errors import (
    BudgetExceeded,
    Contended,
    EaselError,
    InsufficientCredits,
    InvalidRequest,
    ProviderErrorClass,
    QuoteExpired,
)
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.ledger import DynamoLedger
from easel.services.money.appraise import Appraisal, Appraise
from easel.services.money.quotes import QUOTE_LIFETIME

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

    from easel.domain.usage import UsageRow

pytestmark = pytest.mark.long

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def limit_budget(engine: Engine, scope: BudgetScope, limit: int) -> None:
    (before,) = engine.budgets.get([scope], month_of(engine.clock.now))
    DynamoTransactions(engine._client).commit(engine.budgets.setting(before, limit))


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def table(client: DynamoDBClient) -> str:
    return create_core_table(client)


@pytest.fixture
def engine(client: DynamoDBClient, table: str) -> Engine:
    return Engine(client, table)


def summaries(engine: Engine) -> list[UsageRow]:
    day = engine.clock.now.date()
    return list(engine.summaries.rows(WORKSPACE, "2026-01-01", day.isoformat(), limit=100))


def used(engine: Engine) -> int:
    (budget,) = engine.budgets.get([BudgetScope(WORKSPACE)], month_of(engine.clock.now))
    return budget.used


def check_charged(engine: Engine, generation: Generation, amount: int) -> None:
    """Wallet, generation, sums and budget agree on what was taken, and nothing is held."""
    engine.check_ledger()
    wallet = engine.wallet()
    assert (wallet.spent, wallet.held, generation.charged) == (amount, 0, amount)
    assert sum(row.sums.charged for row in summaries(engine)) == amount
    assert used(engine) == amount
    assert engine.usage.today(WORKSPACE, USER, Channel.API, engine.clock.now).active_ids == ()


# --- a death after each side effect -----------------------------------------------------------------------------------


@pytest.mark.requirement("S002-37")
@pytest.mark.parametrize("victim", [1, 2])
def test_a_submit_that_dies_anywhere_is_charged_once_when_it_is_repeated(
    client: DynamoDBClient, table: str, victim: int
) -> None:
    # Given a submit that dies after its transaction, or after its message
    engine = Engine(client, table, fuse=Fuse(burns_at=victim))
    with pytest.raises(WorkerKilledError):
        engine.submit(a_request(n=2), idempotency_key="once")
    # When the caller repeats it
    again = engine.submit(a_request(n=2), idempotency_key="once")
    generation = engine.run(again.generation.id)
    # Then there was one hold, and one charge
    assert again.replayed
    check_charged(engine, generation, 1_000)


def test_a_submit_that_dies_and_is_never_repeated_is_charged_for_what_it_made(
    client: DynamoDBClient, table: str
) -> None:
    engine = Engine(client, table, fuse=Fuse(burns_at=1))
    with pytest.raises(WorkerKilledError):
        engine.submit(a_request())
    (hold,) = engine.audit.open_holds(WORKSPACE)[0]

    generation = engine.run(hold.generation_id)

    assert generation.status is Status.COMPLETED
    check_charged(engine, generation, 1_000)


def test_the_first_submit_of_a_workspace_may_die_while_its_wallet_is_opened(client: DynamoDBClient, table: str) -> None:
    # Given a workspace without a wallet, and a submit that dies right after opening it
    engine = Engine(client, table, fuse=Fuse(burns_at=1), credits=0)
    person = replace(caller(), identities=("user:new", "telegram:7"))
    with pytest.raises(WorkerKilledError):
        engine.submit(a_request(), principal=person)
    assert (engine.wallet().available, engine.wallet().held) == (5_000, 0)
    # When it is repeated, there is one trial and one charge
    generation = engine.run(engine.submit(a_request(), principal=person).generation.id)
    assert engine.wallet().granted == 5_000
    check_charged(engine, generation, 1_000)


def settled_after(engine: Engine, deaths: int) -> Generation:
    """A generation of four, half of it delivered, whose settlement dies so often and is delivered again."""
    engine.provider.script = [finished_at_once, refusing(ProviderErrorClass.CONTENT)] * 2
    submitted = engine.submit(a_request(n=4)).generation
    inner, lost = engine.settle, [deaths]

    def settle(workspace_id: str, generation_id: str) -> Generation:
        generation = inner(workspace_id, generation_id)
        if lost[0]:
            lost[0] -= 1
            raise WorkerKilledError
        return generation

    engine.settle = settle  # type: ignore[assignment]  # what the workflow calls
    return engine.run(submitted.id)


@pytest.mark.requirement("S002-16", "S002-37", "X-34")
@pytest.mark.parametrize("deaths", [0, 1, 3])
def test_a_settlement_that_dies_and_comes_again_charges_once_for_what_was_delivered(
    engine: Engine, deaths: int
) -> None:
    generation = settled_after(engine, deaths)

    assert (generation.images_completed, generation.images_failed) == (2, 2)
    check_charged(engine, generation, 500)
    assert len(set(engine.published)) == 1


@pytest.mark.requirement("S002-17", "X-34")
@pytest.mark.parametrize("victim", [1, 2])
def test_a_cancel_before_dispatch_that_dies_and_comes_again_is_free(engine: Engine, victim: int) -> None:
    submitted = engine.submit(a_request(n=3)).generation
    assert used(engine) == 1_000
    engine.fuse.burns_at = len(engine.fuse.steps) + victim
    with pytest.raises(WorkerKilledError):
        engine.cancel(caller(), submitted.id)

    engine.cancel(caller(), submitted.id)

    generation = engine.run(submitted.id)
    assert generation.status is Status.CANCELLED
    check_charged(engine, generation, 0)
    assert engine.wallet().available == engine.wallet().granted


@pytest.mark.requirement("X-34")
def test_a_cancel_after_dispatch_is_charged_for_what_was_delivered(engine: Engine) -> None:
    # Given three images of which one is there and two are still at the provider
    engine.provider.script = [finished_at_once, running_for(50), running_for(50)]
    submitted = engine.submit(a_request(n=3)).generation
    engine.run_until(lambda: _delivered(engine, submitted.id) == 1)
    # When it is cancelled
    engine.cancel(caller(), submitted.id)
    # Then its share of the flat price is charged, and the rest is free again
    generation = engine.run(submitted.id)
    price = submitted.price
    assert price is not None
    (there,) = [image.index for image in generation.images if image.status is Status.COMPLETED]
    check_charged(engine, generation, price.of_image(there))


def _delivered(engine: Engine, generation_id: str) -> int:
    found = engine.generations.get(WORKSPACE, generation_id)
    return found.images_completed if found else 0


# --- what providers do --------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-17", "X-10")
def test_an_unknown_outcome_costs_the_customer_nothing_and_our_cost_is_flagged(engine: Engine) -> None:
    engine.provider.default = refusing(ProviderErrorClass.AMBIGUOUS)

    generation = engine.run(engine.submit(a_request()).generation.id)

    (attempt,) = generation.images[0].attempts
    assert generation.status is Status.FAILED
    assert (attempt.cost_micro_usd, attempt.cost_uncertain) == (27_000, True)
    check_charged(engine, generation, 0)
    (row,) = summaries(engine)
    assert (row.sums.provider_cost, row.sums.uncertain_cost) == (27_000, 27_000)


def test_what_certainly_failed_costs_nobody_anything(engine: Engine) -> None:
    engine.provider.default = refusing(ProviderErrorClass.CONTENT)

    generation = engine.run(engine.submit(a_request()).generation.id)

    assert generation.provider_cost_micro_usd == 0
    check_charged(engine, generation, 0)


@pytest.mark.requirement("X-34")
def test_a_late_picture_is_kept_and_free_and_what_it_cost_us_is_known_then(engine: Engine) -> None:
    # Given a provider that delivers after the deadline
    engine.provider.default = running_for(18)
    submitted = engine.submit(a_request(cancel_after=timedelta(seconds=60))).generation
    # When everything has happened
    generation = engine.run(submitted.id)
    # Then the customer has the picture and their credits, and our cost is certain
    image = generation.images[0]
    assert (generation.status, image.late, image.stored is not None) == (Status.FAILED, True, True)
    shown = engine.pictures.get(caller(), image.id)
    assert (shown.image, shown.price_milli_credits, generation.price_of(image)) == (image, 0, 0)
    assert [(attempt.cost_micro_usd, attempt.cost_uncertain) for attempt in image.attempts] == [(27_000, False)]
    check_charged(engine, generation, 0)
    (row,) = summaries(engine)
    assert (row.sums.images_late, row.sums.provider_cost, row.sums.uncertain_cost) == (1, 27_000, 0)


def test_a_call_that_is_open_when_it_is_cancelled_is_one_that_we_may_pay_for(engine: Engine) -> None:
    # Given two images, of which one provider was called for one
    engine.provider.default = running_for(5)
    submitted = engine.submit(a_request(n=2)).generation
    engine.run_until(lambda: len(engine.provider.tasks) == 1)
    # When the generation is cancelled
    cancelled = engine.cancel(caller(), submitted.id)
    # Then what the vendor may bill is booked, and nothing for the image that nobody was called for
    assert [(one.cost_micro_usd, one.cost_uncertain) for image in cancelled.images for one in image.attempts] == [
        (27_000, True)
    ]
    (row,) = summaries(engine)
    assert (row.sums.provider_cost, row.sums.uncertain_cost) == (27_000, 27_000)
    # And when its picture comes all the same, the cost is known
    engine.run(submitted.id)
    engine.run_until(lambda: summaries(engine)[0].sums.uncertain_cost == 0)
    (row,) = summaries(engine)
    assert (row.sums.provider_cost, row.sums.images_late) == (27_000, 1)


def test_a_call_that_is_open_at_the_end_is_counted_as_one_that_we_may_pay_for(engine: Engine) -> None:
    engine.provider.default = running_for(10_000)

    generation = engine.run(engine.submit(a_request(cancel_after=timedelta(seconds=60))).generation.id, sweeps=False)

    assert generation.status is Status.FAILED
    (row,) = summaries(engine)
    assert (row.sums.provider_cost, row.sums.uncertain_cost) == (27_000, 27_000)


# --- quotes ---------------------------------------------------------------------------------------------------------


def quoted(engine: Engine, appraisal: Appraisal) -> str:
    return engine.quotes.sign(WORKSPACE, appraisal).id


def appraised(engine: Engine) -> Appraisal:
    appraise: Appraise = engine.submit_use_case._appraise
    return appraise(caller(), a_request())


def at_price(appraisal: Appraisal, total: int) -> Appraisal:
    price = appraisal.price
    return replace(appraisal, price=Price("an older book", price.plan, price.unit, total, price.images))


@pytest.mark.parametrize(("quote", "charged"), [(400, 400), (1_000, 1_000), (7_000, 1_000)])
def test_no_more_than_was_quoted_is_charged_and_no_more_than_it_costs_today(
    engine: Engine, quote: int, charged: int
) -> None:
    quote_id = quoted(engine, at_price(appraised(engine), quote))

    submitted = engine.submit(replace(a_request(), quote_id=quote_id)).generation

    assert engine.wallet().held == charged
    check_charged(engine, engine.run(submitted.id), charged)


def test_a_quote_binds_for_a_quarter_of_an_hour(engine: Engine) -> None:
    request = replace(a_request(), quote_id=quoted(engine, appraised(engine)))
    engine.clock.now += QUOTE_LIFETIME - timedelta(seconds=1)
    engine.submit(request)
    engine.clock.now += timedelta(seconds=2)

    with pytest.raises(QuoteExpired) as refused:
        engine.submit(request)
    assert [fault.field for fault in refused.value.fields] == ["quoteId"]


def test_a_repeated_submit_is_answered_although_its_quote_has_run_out(engine: Engine) -> None:
    request = replace(a_request(), quote_id=quoted(engine, appraised(engine)))
    first = engine.submit(request, idempotency_key="once")
    engine.clock.now += timedelta(hours=1)

    again = engine.submit(request, idempotency_key="once")

    assert (again.replayed, again.generation.id) == (True, first.generation.id)
    with pytest.raises(QuoteExpired):
        engine.submit(request, idempotency_key="another")


def test_a_changed_quote_is_no_quote(engine: Engine) -> None:
    quote_id = quoted(engine, appraised(engine))

    for position in range(len(quote_id)):
        other = "A" if quote_id[position] != "A" else "B"
        changed = quote_id[:position] + other + quote_id[position + 1 :]
        with pytest.raises(InvalidRequest):
            engine.quotes.read(changed, WORKSPACE, appraised(engine))


# --- budgets --------------------------------------------------------------------------------------------------------


def test_a_budget_tells_at_four_fifths_and_once(engine: Engine) -> None:
    # Given a budget of ten, of which seven are spent
    limit_budget(engine, BudgetScope(WORKSPACE), 10_000)
    for _ in range(7):
        engine.run(engine.submit(a_request()).generation.id)
    assert "budget.alert" not in engine.told
    # When two more are spent
    for _ in range(2):
        engine.run(engine.submit(a_request()).generation.id)
    # Then its owner was told, once
    assert engine.told.count("budget.alert") == 1
    assert "budget.reached" not in engine.told
    engine.run(engine.submit(a_request()).generation.id)
    with pytest.raises(BudgetExceeded):
        engine.submit(a_request())
    assert (engine.told.count("budget.alert"), engine.told.count("budget.reached")) == (1, 1)


def test_an_owner_is_told_of_a_low_balance_once_for_each_top_up(engine: Engine) -> None:
    # Given a wallet of twelve credits, and generations at one credit
    now, wallet = engine.clock.now, engine.wallet()
    rest = Grant("too-much", GrantKind.ADJUSTMENT, 12_000 - wallet.available, 40)
    commit = DynamoTransactions(engine._client).commit
    commit(*engine.ledger.withdrawing(WORKSPACE, wallet, rest, now))

    def told_after(generations: int) -> int:
        for _ in range(generations):
            engine.run(engine.submit(a_request()).generation.id)
        return engine.told.count("credits.low")

    # When ten are left, ten more can be paid; with nine the owner is told, and not again
    assert told_after(2) == 0
    assert told_after(1) == 1
    assert told_after(2) == 1
    # Then after a top-up the owner is told again
    commit(*engine.ledger.granting(WORKSPACE, Grant("more", GrantKind.PURCHASE, 4_000, 50), now))
    assert told_after(1) == 1
    assert told_after(1) == 2
    engine.check_ledger()


def test_a_race_for_a_budget_ends_exactly_at_it(engine: Engine) -> None:
    limit_budget(engine, BudgetScope(WORKSPACE, "key-1"), 8_000)

    answers = at_once(lambda _: engine.submit(a_request()), 40)

    assert answers.count(None) == 8
    assert answers.count(BudgetExceeded) == 32
    assert engine.wallet().held == 8_000


# --- all at once ----------------------------------------------------------------------------------------------------


def at_once(action: Callable[[int], object], times: int, threads: int = 32) -> list[type[EaselError] | None]:
    """Why each of these was refused; None for those that were not."""

    def answer(number: int) -> type[EaselError] | None:
        try:
            action(number)
        except EaselError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(answer, range(times)))


@pytest.mark.requirement("S002-13", "S002-36", "X-23")
def test_transactions_that_collide_all_come_to_their_right_end(client: DynamoDBClient) -> None:
    # Given a wallet that affords sixty, and a database that cancels whatever overlaps, as the real one does
    colliding = ConflictingClient(client, latency=0.002)
    ledger = DynamoLedger(client, create_ledger_table(client))
    transactions = DynamoTransactions(colliding)  # type: ignore[arg-type]  # a client with another temper
    grant = Grant("g", GrantKind.PURCHASE, 60_000, 50)
    transactions.commit(*ledger.opening(WORKSPACE, NOW, grant))

    def hold(number: int) -> None:
        identifier = f"01a00000-0000-7000-8000-{number:012x}"
        transactions.commit(*ledger.holding(Hold(identifier, WORKSPACE, identifier, 1_000, NOW)))

    # When two hundred come at once
    began = time.perf_counter()
    answers = at_once(hold, 200)
    seconds = time.perf_counter() - began
    # Then sixty are taken, the others hear why not, and nobody was sent away for being unlucky
    print(f"\n200 holds, {colliding.conflicts} conflicts, {seconds:.1f} s")  # noqa: T201 - for those who ask with -s
    assert colliding.conflicts > 0
    assert Contended not in answers
    assert (answers.count(None), answers.count(InsufficientCredits)) == (60, 140)
    found = ledger.wallet(WORKSPACE)
    assert found is not None
    assert (found.available, found.held) == (0, 60_000)
