"""What must hold at the end of every history of the engine, whatever happened on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tests.support.engine import USER, WORKSPACE, Engine, caller

from easel.domain.attempt import Attempt
from easel.domain.events import generation_ended
from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.domain.usage import total
from easel.errors import ProviderErrorClass
from easel.services.images.attempt_ends import DELIVERED
from easel.services.ports.image_tasks import ImageRef

_REPEATED = {ProviderErrorClass.RETRYABLE, ProviderErrorClass.INTERNAL}
"""The provider did not start a job, or was not asked at all; any other provider may be asked again as well."""
_NOTHING_STARTED = {
    ProviderErrorClass.RETRYABLE,
    ProviderErrorClass.QUOTA,
    ProviderErrorClass.AUTH,
    ProviderErrorClass.GONE,
    ProviderErrorClass.INTERNAL,
}


def check_invariants(engine: Engine, *generations: Generation) -> None:
    """All of them. `generations` are all that this engine has made, as they are stored at the end."""
    assert engine.errors == []
    called = Counter(task.attempt_id for provider in engine.providers.values() for task in provider.tasks)
    assert max(called.values(), default=0) <= 1, "a provider was called twice for one attempt"
    logged: set[str] = set()
    for generation in generations:
        _check_end(engine, generation)
        for image in generation.images:
            _check_image(engine, image)
            attempts = attempts_of(engine, generation, image)
            _check_money_rule([attempt for attempt in attempts if attempt.id in called])
            logged |= {attempt.id for attempt in attempts}
    assert set(called) <= logged, "a provider was called without an attempt in the log"
    _check_money(engine, generations)


def attempts_of(engine: Engine, generation: Generation, image: Image) -> Sequence[Attempt]:
    """The attempt log of one image."""
    task = engine.tasks.get(ImageRef(WORKSPACE, generation.id, image.index))
    return task.attempts if task else ()


def _check_end(engine: Engine, generation: Generation) -> None:
    """It has ended as its images say, and exactly one event tells of it."""
    assert all(image.status.is_final for image in generation.images)
    expected = Status.COMPLETED if generation.images_completed else Status.FAILED
    assert generation.status in {expected, Status.CANCELLED}
    possible = [replace(generation, status=status) for status in Status if status.is_final]
    told = [end.status for end in possible if generation_ended(end, lambda *_: "").id in engine.published]
    assert told == [generation.status], "exactly one event tells of the end"


def _check_image(engine: Engine, image: Image) -> None:
    """A delivered picture is stored and can be found; anything else was not delivered."""
    delivered = image.status is Status.COMPLETED
    assert (image.stored is not None) == delivered or image.late
    shown = engine.pictures.get(caller(), image.id)
    assert shown.image == image, "it is found by its own id"
    assert (shown.price_milli_credits > 0) == delivered
    if image.stored:
        assert image.stored.original_key in engine.store.objects
    assert sum(attempt.outcome == DELIVERED for attempt in image.attempts) == (image.stored is not None)


def _check_money_rule(attempts: Sequence[Attempt]) -> None:
    """No call where an earlier one may have started a job; one further job at most after an unknown outcome."""
    for provider in {attempt.provider for attempt in attempts}:
        outcomes = [attempt.outcome for attempt in attempts if attempt.provider == provider]
        assert all(outcome in _REPEATED for outcome in outcomes[:-1]), f"{provider}: {outcomes}"
    outcomes = [attempt.outcome for attempt in attempts]
    if ProviderErrorClass.AMBIGUOUS in outcomes:
        later = outcomes[outcomes.index(ProviderErrorClass.AMBIGUOUS) + 1 :]
        assert all(outcome in _NOTHING_STARTED for outcome in later[:-1]), outcomes


def _check_money(engine: Engine, generations: Sequence[Generation]) -> None:
    """What was delivered in time is charged, once; nothing is held or counted as running any more."""
    engine.check_ledger()
    for generation in generations:
        paid_for = [image.index for image in generation.images if image.status is Status.COMPLETED]
        assert generation.price is not None
        assert generation.charged == generation.price.of_images(paid_for)
        usage = engine.usage.today(WORKSPACE, USER, generation.channel, engine.clock.now)
        assert usage.active_ids == (), "an ended generation counts as running"
    _check_usage(engine)
    wallet = engine.wallet()
    assert wallet.held == 0, "no hold outlives its generation"
    assert wallet.spent == sum(generation.charged or 0 for generation in generations)


def _check_usage(engine: Engine) -> None:
    """The totals since the beginning and the sums of the days tell the same."""
    rows = engine.summaries.rows(WORKSPACE, "2000-01-01", "2999-12-31", limit=1_000)
    days, lifetime = total(rows), engine.usage.totals(WORKSPACE)
    assert (lifetime.images_completed, lifetime.provider_cost_micro_usd) == (days.images_completed, days.provider_cost)
