"""How many generations a second fit, and what gives way first: from measured write units and AWS's documented limits.

Two questions. Which partition, quota or setting is used up at 10, 100 and 1,000 generations a second, spread over
workspaces and in a single one? And how long do transactions wait for each other that change the same item? The second
is simulated, with the retries of `repositories/dynamodb.py`; nothing here was measured on AWS.
"""

from __future__ import annotations

import contextlib
import heapq
import io
import itertools
import random
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from infra.constructs.workers import BATCHES_AT_ONCE
from tests.bench import figures
from tests.bench.tables import say, show
from tests.support.emulator import emulator
from tests.support.engine import finished_at_once
from tests.support.operations import functions_over
from tests.support.write_units import WrittenItem, measured_writes

from easel.domain.plans import plan_of
from easel.repositories import dynamodb
from easel.repositories.delivery.keys import OUTBOX_SHARDS
from easel.repositories.generations.keys import OPEN_SHARDS
from easel.repositories.money.ledger_items import ACCOUNT_SHARDS

RATES: Final = (10, 100, 1_000)
"""Generations a second."""
SPREAD_OVER: Final = 1_000
"""Workspaces, where the load is spread."""

PARTITION_WRITES: Final = 1_000
"""Write units a second of one partition. DynamoDB developer guide, "Designing partition keys"; so has an index."""
PARTITION_READS: Final = 3_000
"""Read units a second of one partition; the same page."""
CIRCUIT_READS: Final = 3
"""Consistent reads of `CIRCUIT`, which all workspaces share: who is asked first, may it be asked, did it deliver."""
STARTS: Final = 300
"""`StartExecution` a second, after a burst of 1,300. Step Functions developer guide, "Service quotas"; us-east-1."""
TRANSITIONS: Final = 5_000
"""A second, after a burst of as many; the same page."""
CONCURRENCY: Final = 1_000
"""Functions at once. Lambda developer guide, "Lambda quotas"; can be raised."""
PUBLISH_SECONDS: Final = 0.04
"""Of one record of the stream; a batch handles one after the other, and a shard has this many batches at once."""
API_RATE: Final = 100
"""`throttleRate`'s default (infra/settings.py); API Gateway itself takes 10,000 requests a second of an account."""
REQUESTS: Final = 4
"""HTTP requests of a generation: the submit, and three looks at it."""
VENDOR_SECONDS: Final = 10
WORKER_CONCURRENCY: Final = 10
"""`openaiConcurrency`'s default, and that of every other provider."""

HELD_SECONDS: Final = 0.010
"""How long a transaction keeps its items; those of DynamoDB take some ten milliseconds."""
SIMULATED_SECONDS: Final = 60
FRONT_DOOR_SECONDS: Final = 29
SLICES: Final = (1, 4, 8, 16)
SIMULATED_RATES: Final = (10, 25, 35, 50, 100, 200)


def report() -> None:
    """Everything of this module."""
    written = _written()
    _report_partitions(written)
    _report_limits()
    _report_contention(written)
    figures.compare("what gives way first", "generations a second", walls(written), more_is_better=True)


# --- partitions -------------------------------------------------------------------------------------------------------


def _written() -> Sequence[WrittenItem]:
    """The writes of one generation of one image, through the functions that ship."""
    with (
        emulator() as cloud,
        functions_over(cloud) as (functions, _),
        measured_writes(cloud.client("dynamodb")) as meter,
        # Functions write their metrics to it.
        contextlib.redirect_stdout(io.StringIO()),
    ):
        functions.provision()
        functions.authorize()
        functions.submit()

        def generation() -> None:
            made = functions.submit()
            functions.start(made)
            functions.render(made, finished_at_once)
            functions.settle(made)
            functions.publish()

        return meter.during(generation)


_SHARDED: Final = {"OPEN#": OPEN_SHARDS, "OUTBOX#": OUTBOX_SHARDS, "ACCOUNT#revenue#": ACCOUNT_SHARDS}
_LEDGER: Final = ("WALLET", "HOLD", "BUDGET", "ENTRY")


def partition_units(written: Sequence[WrittenItem]) -> Mapping[str, int]:
    """Write units of one generation by kind of partition."""
    units: Counter[str] = Counter()
    for write in written:
        units[_kind_of(write.partition, write.sort_key)] += write.table_units
        for partition, count in write.index_units_in.items():
            units[f"index {_kind_of(partition, '')}"] += count
    return units


def _kind_of(partition: str, sort_key: str) -> str:
    for prefix in _SHARDED:
        if partition.startswith(prefix):
            return f"{prefix}*"
    if partition.startswith("WS#") and not sort_key:
        return "WS#<workspace>#<status>"
    if partition.startswith("WS#"):
        return f"WS#<workspace> in {'ledger' if sort_key.startswith(_LEDGER) else 'core'}"
    return re.sub(r"#.*", "#*", partition)


def ceiling(kind: str, units: int) -> tuple[float, str]:
    """Generations a second that such partitions take, and of whom."""
    shards = next((count for prefix, count in _SHARDED.items() if prefix in kind), 1)
    return (
        shards * PARTITION_WRITES / units,
        "a workspace" if "WS#" in kind else "a model" if "LATENCY" in kind else "all",
    )


def _report_partitions(written: Sequence[WrittenItem]) -> None:
    rows = []
    for kind, units in sorted(partition_units(written).items(), key=lambda pair: ceiling(*pair)[0]):
        most, whose = ceiling(kind, units)
        spread = most * (SPREAD_OVER if whose == "a workspace" else 1)
        rows.append(
            (kind, units, whose, f"{most:,.0f}", *(f"{rate / most:.0%}" for rate in RATES), f"{RATES[-1] / spread:.1%}")
        )
    header = (
        "partition",
        "units",
        "of",
        "most a second",
        *(f"one workspace, {rate}" for rate in RATES),
        f"1,000 over {SPREAD_OVER:,}",
    )
    show("Write units of DynamoDB: use of a partition's 1,000 a second", header, rows)


def limits() -> Mapping[str, float]:
    """Generations a second that each quota and setting outside of the tables allows."""
    scale = plan_of("scale").rates
    return {
        "rate limit of the plan `scale`, a workspace": scale.workspace_per_hour / 3600 / REQUESTS,
        f"workers of one provider, {WORKER_CONCURRENCY} at once (setting)": WORKER_CONCURRENCY / VENDOR_SECONDS,
        f"`throttleRate` {API_RATE} (setting)": API_RATE / REQUESTS,
        "functions at once, one vendor in line": CONCURRENCY / (VENDOR_SECONDS + 1),
        "functions at once, vendors that call back": CONCURRENCY / 2,
        "publish_events, a shard of the table's stream": BATCHES_AT_ONCE / PUBLISH_SECONDS,
        "StartExecution": STARTS,
        "reads of the partition `CIRCUIT`": PARTITION_READS / CIRCUIT_READS,
        "state transitions, four each": TRANSITIONS / 4,
    }


def _report_limits() -> None:
    rows = [
        (name, f"{most:,.1f}", *(f"{rate / most:,.0%}" for rate in RATES))
        for name, most in sorted(limits().items(), key=lambda pair: pair[1])
    ]
    show("Quotas and settings, in generations a second", ("limit", "most", *map(str, RATES)), rows)


def walls(written: Sequence[WrittenItem]) -> Mapping[str, float]:
    """The most that each partition, quota and setting takes, and the wallet of one workspace."""
    partitions = {f"{kind}, {whose}": most for kind, (most, whose) in _ceilings(written).items()}
    return {"wallet, a workspace: nobody gives up": _wallet_takes(), **partitions, **limits()}


def _ceilings(written: Sequence[WrittenItem]) -> Mapping[str, tuple[float, str]]:
    return {kind: ceiling(kind, units) for kind, units in partition_units(written).items()}


def _wallet_takes() -> int:
    """The highest of the simulated rates at which every transaction comes through."""
    return max(rate for rate in SIMULATED_RATES if not simulate(rate, 1).given_up)


# --- transactions that wait for each other ----------------------------------------------------------------------------


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


def simulate(rate: float, slices: int, *, seed: int = 1) -> Waits:
    """Generations of one workspace that arrive at random; each is held for and settled, ten seconds apart.

    A transaction that finds its slice taken is cancelled and comes again after a pause, as `DynamoTransactions` does.
    """
    chance, order, waits = random.Random(seed), itertools.count(), Waits()  # noqa: S311 - a simulation
    free_at = [0.0] * slices
    due = [(start, next(order), start, 0, chance.randrange(slices)) for start in _arrivals(rate, chance)]
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


def _arrivals(rate: float, chance: random.Random) -> Iterator[float]:
    now = 0.0
    while (now := now + chance.expovariate(rate)) < SIMULATED_SECONDS:
        yield now
        yield now + VENDOR_SECONDS


def _report_contention(written: Sequence[WrittenItem]) -> None:
    shared = Counter(write.sort_key.split("#")[0] for write in written if write.is_transacted)
    hot = ", ".join(name for name in ("WALLET", "BUDGET", "USAGE") if shared[name])
    say(f"\nItems that every generation of a workspace or user changes in transactions: {hot}")
    rows = []
    for slices, rate in itertools.product(SLICES, SIMULATED_RATES):
        waits = simulate(rate, slices)
        rows.append(
            (
                f"{slices} x {rate} a second",
                *(f"{waits.quantile(q) * 1000:,.0f}" for q in (0.5, 0.95, 0.99)),
                f"{waits.lost:.1%}",
            )
        )
    show(
        "Simulated: transactions on one wallet of so many slices, ms",
        ("slices x generations", "p50", "p95", "p99", "given up"),
        rows,
    )
