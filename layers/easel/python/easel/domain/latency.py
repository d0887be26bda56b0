"""How long callers wait for an image of a model: a histogram that counters can be added to, and its quantiles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_STEP: Final = 2 ** (1 / 4)
"""Each bucket ends this much later than the one before: a quantile is right to within a tenth."""
_LAST: Final = 60
"""About nine hours; whatever takes longer is counted here."""


@dataclass(frozen=True, slots=True)
class Latency:
    """What was observed. Times are in milliseconds from the request to the picture."""

    p50_ms: int
    p90_ms: int
    samples: int


def bucket_of(waited: timedelta) -> int:
    """The bucket that a time is counted in: 0 is up to a second, each further one up to a fifth longer."""
    seconds = waited.total_seconds()
    return 0 if seconds <= 1 else min(math.ceil(math.log(seconds, _STEP) - 1e-9), _LAST)


def summarise(counts: Mapping[int, int]) -> Latency | None:
    """Quantiles of these buckets; None when nothing was counted."""
    samples = sum(counts.values())
    if samples == 0:
        return None
    return Latency(_quantile(counts, samples, 0.5), _quantile(counts, samples, 0.9), samples)


def _quantile(counts: Mapping[int, int], samples: int, share: float) -> int:
    """The end of the bucket in which this share of all samples is reached."""
    wanted, seen = math.ceil(samples * share), 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= wanted:
            return round(1000 * _STEP**bucket)
    raise ValueError("no bucket holds so many samples")
