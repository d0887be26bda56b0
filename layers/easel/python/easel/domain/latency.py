"""Latency of images per model: a histogram with mergeable counters, and its quantiles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_STEP: Final = 2 ** (1 / 4)
"""Ratio of two bucket ends: quantiles are at most a fifth too high."""
_LAST: Final = 60
"""The last bucket: about nine hours and more."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Observed latency, in milliseconds from request to image."""

    p50_ms: int
    p90_ms: int
    samples: int


@dataclass(frozen=True, slots=True)
class Expectation:
    """When images are expected. `at` is the best guess; None once they take longer than nine in ten do."""

    at: datetime | None
    p50_at: datetime
    p90_at: datetime
    samples: int


def expect(latency: Latency, since: datetime, images: int, now: datetime) -> Expectation:
    """When this many images, asked for at the same time, are expected to be there.

    Of several images the last one counts: it is more often slow than half of all are.
    """
    p50_at = since + timedelta(milliseconds=latency.p50_ms)
    p90_at = since + timedelta(milliseconds=latency.p90_ms)
    guesses = [p50_at, p90_at] if images == 1 else [p90_at]
    return Expectation(next((guess for guess in guesses if guess > now), None), p50_at, p90_at, latency.samples)


def bucket_of(waited: timedelta) -> int:
    """The bucket of a duration: 0 is up to a second, each further one ends a fifth later."""
    seconds = waited.total_seconds()
    return 0 if seconds <= 1 else min(math.ceil(math.log(seconds, _STEP) - 1e-9), _LAST)


def summarise(counts: Mapping[int, int]) -> Latency | None:
    """Quantiles of these buckets; None without samples."""
    samples = sum(counts.values())
    if samples == 0:
        return None
    return Latency(_quantile(counts, samples, 0.5), _quantile(counts, samples, 0.9), samples)


def _quantile(counts: Mapping[int, int], samples: int, share: float) -> int:
    """The end of the bucket that contains this quantile."""
    wanted, seen = math.ceil(samples * share), 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= wanted:
            return round(1000 * _STEP**bucket)
    raise ValueError("the buckets have fewer samples")
