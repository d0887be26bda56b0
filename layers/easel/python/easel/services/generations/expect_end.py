"""When the images of a generation are expected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.domain.latency import Expectation, Latency, expect
from easel.services.ports.providers import ModelLatencies

_REMEMBERED: Final = timedelta(minutes=5)
"""Quantiles of seven days change slowly; clients ask for a status every second."""


class ExpectEnd:
    """Expects the end of open generations from observed latencies, which it remembers for a while."""

    def __init__(self, *, latencies: ModelLatencies, clock: Clock) -> None:
        self._latencies = latencies
        self._clock = clock
        self._known: dict[str, tuple[datetime, Latency | None]] = {}

    def __call__(self, generation: Generation) -> Expectation | None:
        """None for a generation that has ended, and for a model whose latency was not observed."""
        if generation.status.is_final:
            return None
        now = self._clock()
        latency = self._latency(generation.model, now)
        return expect(latency, generation.created_at, len(generation.images), now) if latency else None

    def _latency(self, model: str, now: datetime) -> Latency | None:
        read_at, latency = self._known.get(model, (None, None))
        if read_at is None or now - read_at > _REMEMBERED:
            latency = self._latencies.of(model, now)
            self._known[model] = (now, latency)
        return latency
