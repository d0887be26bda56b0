"""How long transactions wait for each other that change the same item, simulated with the retries of `dynamodb.py`.

Nothing here was measured on AWS.
"""

from __future__ import annotations

import heapq
import itertools
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from easel.repositories import dynamodb

VENDOR_SECONDS: Final = 10
"""Between the two transactions of a generation."""
HELD_SECONDS: Final = 0.010
"""How long a transaction keeps its items; those of DynamoDB take some ten milliseconds."""
SIMULATED_SECONDS: Final = 60
FRONT_DOOR_SECONDS: Final = 29
PATIENCE: Final = 1.0
"""Seconds in which 95 % of the transactions have to be through, for a rate to count as one that an item takes."""


@dataclass
class Waits:
    """What became of simulated transactions: seconds until they were through, and how many gave up."""

    seconds: list[float] = field(default_factory=list)
    given_up: int = 0

    @property
    def lost(self) -> float:
        return self.given_up / max(1, self.given_up + len(self.seconds))

    def quantile(self, share: float) -> float:
        return statistics.quantiles(self.seconds, n=100)[round(share * 100) - 1] if len(self.seconds) > 1 else 0.0


def simulate(rate: float, slices: int, *, transactions: int = 2, seed: int = 1) -> Waits:
    """Generations of one workspace that arrive at random; each is held for and settled, ten seconds apart.

    A transaction that finds its slice taken is cancelled and comes again after a pause, as `DynamoTransactions` does.
    """
    chance, order, waits = random.Random(seed), itertools.count(), Waits()  # noqa: S311 - a simulation
    free_at = [0.0] * slices
    due = [(start, next(order), start, 0, chance.randrange(slices)) for start in _arrivals(rate, transactions, chance)]
    heapq.heapify(due)
    while due:
        now, _, begun, tries, own = heapq.heappop(due)
        if now >= free_at[own]:
            free_at[own] = now + HELD_SECONDS
            waits.seconds.append(now + HELD_SECONDS - begun)
            continue
        if tries + 1 >= dynamodb._MAX_TRIES or now - begun > FRONT_DOOR_SECONDS:
            waits.given_up += 1
            continue
        pause = chance.uniform(0, min(dynamodb._FIRST_PAUSE * 2**tries, dynamodb._LONGEST_PAUSE))
        # The attempt that failed took its time as well.
        heapq.heappush(due, (now + HELD_SECONDS + pause, next(order), begun, tries + 1, own))
    return waits


def _arrivals(rate: float, transactions: int, chance: random.Random) -> Iterator[float]:
    now = 0.0
    while (now := now + chance.expovariate(rate)) < SIMULATED_SECONDS:
        yield from (now + number * VENDOR_SECONDS for number in range(transactions))


@cache
def most_a_second(transactions: int, slices: int) -> int:
    """Generations a second that an item in so many slices takes, of which each changes it in so many transactions."""
    low, high = 1, round(slices / HELD_SECONDS)
    while high - low > max(1, low // 50):
        rate = (low + high) // 2
        waits = simulate(rate, slices, transactions=transactions)
        low, high = (rate, high) if waits.quantile(0.95) < PATIENCE and not waits.given_up else (low, rate)
    return low
