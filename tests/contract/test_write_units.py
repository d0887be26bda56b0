"""How many write units of DynamoDB a generation takes: they are billed, and a partition has a thousand a second.

The table is the measurement itself. When it changes, somebody decided so: paste what the failure shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from tests.infra import costs
from tests.support.emulator import Emulator
from tests.support.engine import finished_at_once
from tests.support.generation_writes import (
    CALLED_BACK,
    IN_LINE,
    STEPS,
    Flow,
    Writes,
    measured_flow,
    units,
    units_of_large_request,
    with_large_request,
)
from tests.support.item_sizes import write_units

TABLE = """
                       submit    start   render  collect   settle  publish together
job done at once           13        1        5        0       18        1       38
without a job              13        1        4        0       18        1       37
job polled twice           13        1        3        4       18        1       40
job called back            13        1        3        3       18        1       39
Idempotency-Key            15        1        5        0       18        1       40
"""

MOST: Final = 40
MOST_LARGE: Final = 90
"""With a body of 50 kB."""


@pytest.fixture(scope="module")
def flow(emulator: Emulator) -> Iterator[Flow]:
    with measured_flow(emulator) as flow:
        yield flow


@pytest.fixture(scope="module")
def measured(flow: Flow) -> dict[str, Writes]:
    return flow.every_path()


def described(written: Writes) -> str:
    return "\n".join(f"{step}: {write}" for step, writes in written.items() for write in writes)


def as_table(measured: Mapping[str, Writes]) -> str:
    """Units by step."""
    lines = [f"{'':20}" + "".join(f"{step:>9}" for step in (*STEPS, "together"))]
    for name, written in measured.items():
        counts = [sum(write.units for write in written[step]) for step in STEPS]
        lines.append(f"{name:20}" + "".join(f"{count:>9}" for count in (*counts, sum(counts))))
    return "\n".join(lines)


def test_each_step_of_a_generation_takes_these_units_and_no_more(measured: dict[str, Writes]) -> None:
    assert as_table(measured).splitlines() == TABLE.strip("\n").splitlines()


@pytest.mark.parametrize("name", ["job done at once", IN_LINE, "job polled twice", CALLED_BACK])
def test_a_generation_of_one_image_takes_at_most_forty_units(measured: dict[str, Writes], name: str) -> None:
    written = measured[name]
    assert units(written) <= MOST, described(written)


def test_the_table_of_costs_counts_these_units_and_one_for_each_request(measured: dict[str, Writes]) -> None:
    # A callback is not counted against the rate limits.
    assert costs.INLINE.write_units == units(measured[IN_LINE]) + costs.INLINE.http_requests
    assert costs.CALLBACK.write_units == units(measured[CALLED_BACK]) + costs.CALLBACK.http_requests - 1


def test_a_request_of_fifty_kilobytes_is_written_once_and_compressed(measured: dict[str, Writes]) -> None:
    assert with_large_request(measured) <= MOST_LARGE
    assert units_of_large_request() < write_units(50_000, in_transaction=True)


def test_no_step_after_the_submit_pays_for_the_size_of_the_request(flow: Flow, measured: dict[str, Writes]) -> None:
    written = flow.run(finished_at_once, prompt="a red fox and " * 280)
    assert units({**written, "submit": ()}) == units({**measured["job done at once"], "submit": ()}), described(written)
