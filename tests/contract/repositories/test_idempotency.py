"""One `Idempotency-Key` makes one generation, however often and from however many sides it comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.contract.repositories.conftest import Core
from tests.support.engine import WORKSPACE, Engine, a_request, caller

from easel.errors import IdempotencyKeyReused, NotFound
from easel.repositories.generations import keys
from easel.services.generations.submit_generation import IDEMPOTENCY_WINDOW, Submitted

CALLERS = 10
OTHER_WORKSPACE = "01930000-0000-7000-8000-00000000a002"


@pytest.fixture
def engine(core: Core) -> Engine:
    return Engine(core.client, core.table)


def generations(core: Core) -> list[str]:
    return [keys.generation_id_of(item)[1] for item in core.items() if item.get("entity") == "REQUEST"]


@pytest.mark.requirement("S004-29", "X-36")
def test_ten_identical_requests_at_once_make_one_generation_and_are_paid_once(core: Core, engine: Engine) -> None:
    def submit(_: int) -> Submitted:
        return engine.submit(a_request(n=2), idempotency_key="once")

    with ThreadPoolExecutor(CALLERS) as callers:
        answers = list(callers.map(submit, range(CALLERS)))

    (made,) = generations(core)
    assert {answer.generation.id for answer in answers} == {made}
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * (CALLERS - 1)
    price = answers[0].generation.price
    assert price is not None
    assert engine.wallet().held == price.total


def test_ten_requests_without_a_key_are_ten_generations(core: Core, engine: Engine) -> None:
    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(lambda _: engine.submit(a_request()), range(CALLERS)))

    assert len(set(generations(core))) == CALLERS


def test_a_repeated_request_is_answered_with_how_the_generation_stands_now(engine: Engine) -> None:
    first = engine.submit(a_request(), idempotency_key="once").generation
    ended = engine.run(first.id)

    again = engine.submit(a_request(), idempotency_key="once")

    assert (again.replayed, again.generation) == (True, ended)


@pytest.mark.parametrize("difference", [{"prompt": "a blue fox"}, {"n": 2}, {"cancel_after": timedelta(seconds=9)}])
def test_another_request_under_the_same_key_is_refused_and_writes_nothing(
    core: Core, engine: Engine, difference: dict[str, object]
) -> None:
    engine.submit(a_request(), idempotency_key="once")
    before = core.items()

    with pytest.raises(IdempotencyKeyReused):
        engine.submit(a_request(**difference), idempotency_key="once")

    assert core.items() == before


def test_a_key_belongs_to_its_workspace(core: Core, engine: Engine) -> None:
    engine.submit(a_request(model="sandbox"), idempotency_key="once")

    other = engine.submit(a_request(model="sandbox"), idempotency_key="once", principal=caller(OTHER_WORKSPACE))

    assert not other.replayed
    assert len(generations(core)) == 2


def test_a_key_can_be_used_anew_after_its_window(core: Core, engine: Engine) -> None:
    first = engine.submit(a_request(), idempotency_key="once")
    engine.clock.now += IDEMPOTENCY_WINDOW - timedelta(seconds=1)
    assert engine.submit(a_request(), idempotency_key="once").replayed
    engine.clock.now += timedelta(seconds=2)

    anew = engine.submit(a_request(prompt="another"), idempotency_key="once")

    assert not anew.replayed
    assert anew.generation.id != first.generation.id


def test_a_key_lies_in_the_table_as_a_hash(core: Core, engine: Engine) -> None:
    engine.submit(a_request(), idempotency_key="order-4711-of-a-customer")

    assert "order-4711" not in repr(core.items())


@pytest.mark.requirement("S001-17")
def test_a_foreign_generation_reads_like_an_unknown_one(engine: Engine) -> None:
    mine = engine.submit(a_request()).generation

    assert engine.read.get(caller(WORKSPACE), mine.id) == mine
    with pytest.raises(NotFound):
        engine.read.get(caller(OTHER_WORKSPACE), mine.id)
    with pytest.raises(NotFound):
        engine.cancel(caller(OTHER_WORKSPACE), mine.id)
