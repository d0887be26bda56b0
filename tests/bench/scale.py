"""How many generations a second fit, and what gives way first: from measured write units and AWS's documented limits.

Two questions. Which partition, quota or setting is used up at 10, 100 and 1,000 generations a second, spread over
workspaces and in a single one? And where are the walls for a hundred a second in one workspace, as everything is today
and with its records in slices? Nothing here was measured on AWS.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from infra.constructs.workers import BATCHES_AT_ONCE
from tests.bench import figures
from tests.bench.contention import VENDOR_SECONDS, most_a_second, simulate
from tests.bench.tables import show
from tests.infra import costs
from tests.support.emulator import emulator
from tests.support.engine import finished_at_once
from tests.support.operations import functions_over
from tests.support.write_units import WrittenItem, measured_writes

from easel.domain.plans import plan_of
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
WORKER_CONCURRENCY: Final = 10
"""`openaiConcurrency`'s default, and that of every other provider."""

COLLECT_CONCURRENCY: Final = 20
START_CONCURRENCY: Final = 10
"""Defaults of infra/settings.py."""
TASK_ANSWERS: Final = 500
"""`SendTaskSuccess` a second, after a burst of 3,000. Step Functions developer guide, "Service quotas"; us-east-1."""
PUT_EVENTS: Final = 10_000
"""A second. EventBridge user guide, "Quotas"; us-east-1."""
IN_FLIGHT: Final = 120_000
"""Messages of a standard queue that were received and not deleted. SQS developer guide, "Quotas"."""
SLICES: Final = (1, 4, 8, 16)
SIMULATED_RATES: Final = (10, 25, 35, 50, 100, 200)
WANTED: Final = 100
"""Generations a second of one workspace."""
DIVIDED: Final = 8
"""Slices of a workspace that makes so many (repositories/README.md, "Wallets in slices")."""
GENERATION_ID_BYTES: Final = 36


def report() -> None:
    """Everything of this module."""
    written = _written()
    _report_partitions(written)
    _report_limits()
    _report_contention()
    _report_workspace(written)
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
    collecting, starting = _seconds("collect_image"), _seconds("start_generation")
    return {
        "rate limit of the plan `scale`, a workspace": scale.workspace_per_hour / 3600 / REQUESTS,
        f"workers of one provider, {WORKER_CONCURRENCY} at once (setting)": WORKER_CONCURRENCY / VENDOR_SECONDS,
        f"`throttleRate` {API_RATE} (setting)": API_RATE / REQUESTS,
        f"workers that collect, {COLLECT_CONCURRENCY} at once (setting)": COLLECT_CONCURRENCY / collecting,
        f"workers that start, {START_CONCURRENCY} at once (setting)": START_CONCURRENCY / starting,
        "functions at once, one vendor in line": CONCURRENCY / _seconds("", costs.INLINE),
        "functions at once, vendors that call back": CONCURRENCY / _seconds(""),
        "publish_events, a shard of the table's stream": BATCHES_AT_ONCE / PUBLISH_SECONDS,
        "StartExecution": STARTS,
        "reads of the partition `CIRCUIT`": PARTITION_READS / CIRCUIT_READS,
        "SendTaskSuccess": TASK_ANSWERS,
        "state transitions, four each": TRANSITIONS / 4,
        "EventBridge, PutEvents": PUT_EVENTS,
        "SQS, messages in flight": IN_FLIGHT / (VENDOR_SECONDS + 1),
    }


def _seconds(folder: str, use: costs.Use = costs.CALLBACK) -> float:
    """How long functions run for one generation: those whose folder has this text in its name."""
    return sum(sum(runs) for name, runs in use.runs.items() if folder in name)


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


# --- a hundred a second in one workspace ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wall:
    """Generations a second of one workspace, or of one of its users or keys, that something takes."""

    what: str
    today: float
    divided: float


def of_one_workspace(written: Sequence[WrittenItem]) -> Sequence[Wall]:
    """What limits one workspace, by what it takes today. What other workspaces share is in the other tables."""
    units = partition_units(written)
    found = [Wall("`USAGE#<user>`: grows with what is running", *(_most_running(written, n) for n in (1, DIVIDED)))]
    for table in ("core", "ledger"):
        most = PARTITION_WRITES / units[f"WS#<workspace> in {table}"]
        found.append(Wall(f"records in the partition `WS#...` of `{table}`", most, most * DIVIDED))
    changes = Counter(_ITEMS.get(write.sort_key.split("#")[0]) for write in written if write.is_transacted)
    for item in _ITEMS.values():
        name = f"`{item}`: {changes[item]} of the transactions change it"
        found.append(Wall(name, *(most_a_second(changes[item], n) for n in (1, DIVIDED))))
    once = {
        "`RATE#<workspace>`: one write per request": REQUESTS,
        "list by status": units["index WS#<workspace>#<status>"],
    }
    found += [Wall(name, PARTITION_WRITES / each, PARTITION_WRITES / each) for name, each in once.items()]
    return sorted(found, key=lambda wall: wall.today)


_ITEMS: Final = {
    "WALLET": "WALLET",
    "USAGE": "USAGE#<user>",
    "BUDGET": "BUDGET#KEY#<key>",
    "SUMMARY": "SUMMARY#<day, user, model>",
}
"""Those that all generations of a workspace, or of a user or key, change in transactions."""


def _most_running(written: Sequence[WrittenItem], slices: int) -> int:
    """The counters of a user name each generation that runs, so that a write of them grows with the rate."""
    counters = [write for write in written if write.sort_key.startswith("USAGE#")]
    alone = max(write.size for write in counters) - GENERATION_ID_BYTES

    def units_a_second(rate: int) -> float:
        size = alone + rate * VENDOR_SECONDS / slices * GENERATION_ID_BYTES
        return rate / slices * len(counters) * 2 * ceil(size / 1024)

    return max(rate for rate in range(1, PARTITION_WRITES) if units_a_second(rate) <= PARTITION_WRITES)


def _report_workspace(written: Sequence[WrittenItem]) -> None:
    rows = [
        (wall.what, *(f"{most:,.0f}{'' if most >= WANTED else ' !'}" for most in (wall.today, wall.divided)))
        for wall in of_one_workspace(written)
    ]
    header = ("wall", "today", f"in {DIVIDED} slices")
    show(f"One workspace, generations a second; ! is less than {WANTED}", header, rows)


# --- transactions that wait for each other ----------------------------------------------------------------------------


def _report_contention() -> None:
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
