"""When images are expected, from what was observed of others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from easel.domain.latency import Latency, expect

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LATENCY = Latency(p50_ms=10_000, p90_ms=30_000, samples=7)


@pytest.mark.parametrize(
    ("images", "passed", "expected"),
    [(1, 0, 10), (1, 9, 10), (1, 10, 30), (1, 31, None), (6, 0, 30), (6, 12, 30), (6, 30, None)],
)
def test_the_guess_is_always_ahead_and_ends_when_it_takes_longer_than_most(
    images: int, passed: int, expected: int | None
) -> None:
    found = expect(LATENCY, NOW, images, NOW + timedelta(seconds=passed))

    assert found.at == (None if expected is None else NOW + timedelta(seconds=expected))
    assert (found.p50_at, found.p90_at, found.samples) == (
        NOW + timedelta(seconds=10),
        NOW + timedelta(seconds=30),
        7,
    )
