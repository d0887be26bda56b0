"""Copies of references in the ephemeral table: one worker at a time, and one result for all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.tables import create_ephemeral_table

from easel.domain.limits import MESSAGE, bytes_of
from easel.ids import new_generation_id
from easel.repositories.images.reference_copies import DynamoReferenceCopies
from easel.services.ports.references import CopyClaim, CopyRefused, ReferenceCopy

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=60)
COPY = ReferenceCopy("lent/ws/gen/1.png", "image/png")


@pytest.fixture(scope="module")
def copies(emulator: Emulator) -> DynamoReferenceCopies:
    client = emulator.client("dynamodb")
    return DynamoReferenceCopies(client, create_ephemeral_table(client))


def claimed(copies: DynamoReferenceCopies, generation_id: str, now: datetime = NOW) -> CopyClaim:
    claim = copies.begin(generation_id, 1, now=now, until=now + timedelta(seconds=60))
    assert isinstance(claim, CopyClaim)
    return claim


def test_of_many_workers_at_once_one_may_make_the_copy(copies: DynamoReferenceCopies) -> None:
    generation_id = new_generation_id()
    with ThreadPoolExecutor(max_workers=8) as workers:
        states = list(workers.map(lambda _: copies.begin(generation_id, 1, now=NOW, until=LATER), range(8)))

    assert sum(isinstance(state, CopyClaim) for state in states) == 1
    assert states.count(None) == 7


def test_the_copy_is_there_for_all(copies: DynamoReferenceCopies) -> None:
    generation_id = new_generation_id()
    copies.finish(claimed(copies, generation_id), COPY)

    assert copies.begin(generation_id, 1, now=LATER, until=LATER) == COPY
    assert isinstance(copies.begin(generation_id, 2, now=NOW, until=LATER), CopyClaim)


def test_a_refusal_is_there_for_all_and_bounded(copies: DynamoReferenceCopies) -> None:
    generation_id = new_generation_id()
    copies.refuse(claimed(copies, generation_id), CopyRefused("image_rejected", "é" * 5_000))

    state = copies.begin(generation_id, 1, now=LATER, until=LATER)
    assert isinstance(state, CopyRefused)
    assert state.code == "image_rejected"
    assert bytes_of(state.message) <= MESSAGE


def test_a_claim_that_was_released_or_has_expired_may_be_taken(copies: DynamoReferenceCopies) -> None:
    generation_id = new_generation_id()
    first = claimed(copies, generation_id)
    copies.release(first)
    second = claimed(copies, generation_id)
    assert copies.begin(generation_id, 1, now=NOW, until=LATER) is None

    third = claimed(copies, generation_id, LATER + timedelta(seconds=1))
    for late in (first, second):
        copies.finish(late, ReferenceCopy("late", "image/png"))
        copies.refuse(late, CopyRefused("late", "late"))
        copies.release(late)

    copies.finish(third, COPY)
    assert copies.begin(generation_id, 1, now=LATER, until=LATER) == COPY
