"""How many write units of DynamoDB a generation takes: they are billed, and a partition has a thousand a second.

The table is the measurement itself. When it changes, somebody decided so: paste what the failure shows.
"""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest
from PIL import Image
from tests.infra import costs
from tests.support.emulator import Emulator
from tests.support.engine import Behaviour, ScriptedProvider, finished_at_once, running_for
from tests.support.generations import a_generation
from tests.support.item_sizes import item_size, write_units
from tests.support.operations import Functions, functions_over
from tests.support.write_units import WriteMeter, WrittenItem, measured_writes

from easel.domain.provider import Finished, InlinePicture, ProviderTask, Submission
from easel.repositories.generations.request_items import request_item

TABLE = """
                       submit    start   render  collect   settle  publish together
job done at once           15        1        5        0       18        1       40
without a job              15        1        4        0       18        1       39
job polled twice           15        1        3        4       18        1       42
job called back            15        1        3        3       18        1       41
Idempotency-Key            17        1        5        0       18        1       42
"""

Writes = Mapping[str, tuple[WrittenItem, ...]]
STEPS: Final = ("submit", "start", "render", "collect", "settle", "publish")
MOST: Final = 40
MOST_LARGE: Final = 90
"""With a body of 50 kB."""
TOKEN: Final = base64.b64encode(random.Random(8).randbytes(750)).decode()  # noqa: S311 - keeps no secret
"""As long as the task tokens of Step Functions may be."""
_RANDOM: Final = random.Random(8)  # noqa: S311 - keeps no secret
WORDS: Final = tuple("".join(_RANDOM.choices("abcdefghijklmnopqrst", k=_RANDOM.randint(3, 9))) for _ in range(4_000))
"""As hard to compress as prose is."""


def without_job(_: ScriptedProvider, __: ProviderTask) -> Submission:
    """The picture is in the answer to the call, and there is no job that could be looked up later."""
    drawn = io.BytesIO()
    Image.new("RGB", (1024, 1024), "red").save(drawn, "PNG")
    return Submission(None, Finished(InlinePicture(drawn.getvalue())))


class Flow:
    """One generation after the other, through the functions that ship."""

    def __init__(self, functions: Functions, meter: WriteMeter) -> None:
        self._functions, self._meter = functions, meter

    def run(
        self, behaviour: Behaviour, *, polls: int = 0, called_back: bool = False, key: str = "", **body: Any
    ) -> Writes:
        """The writes of each step of a generation of one image."""
        functions, answers = self._functions, list[Any]()
        written = {"submit": self._meter.during(lambda: answers.append(functions.submit(key, **body)))}
        (generation,) = answers

        def collect() -> None:
            for poll in range(1, polls + 1):
                functions.collect(generation, poll)
            if called_back:
                functions.follow(generation)

        steps: dict[str, Callable[[], object]] = {
            "start": lambda: functions.start(generation),
            "render": lambda: functions.render(generation, behaviour, task_token=TOKEN),
            "collect": collect,
            "settle": lambda: functions.settle(generation),
            "publish": functions.publish,
        }
        written |= {name: self._meter.during(step) for name, step in steps.items()}
        assert functions.status(generation)["status"] == "COMPLETED"
        return written


@pytest.fixture(scope="module")
def flow(emulator: Emulator) -> Iterator[Flow]:
    with functions_over(emulator) as (functions, _), measured_writes(emulator.client("dynamodb")) as meter:
        functions.provision()
        functions.authorize()
        yield Flow(functions, meter)


@pytest.fixture(scope="module")
def measured(flow: Flow) -> dict[str, Writes]:
    return {
        "job done at once": flow.run(finished_at_once),
        "without a job": flow.run(without_job),
        "job polled twice": flow.run(running_for(1), polls=2),
        "job called back": flow.run(running_for(0), called_back=True),
        "Idempotency-Key": flow.run(finished_at_once, key="once"),
    }


def units(written: Writes) -> int:
    return sum(write.units for step in written.values() for write in step)


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


@pytest.mark.parametrize("name", ["job done at once", "without a job"])
def test_a_generation_of_one_image_takes_at_most_forty_units(measured: dict[str, Writes], name: str) -> None:
    written = measured[name]
    assert units(written) <= MOST, described(written)


def test_the_table_of_costs_counts_these_units_and_one_for_each_request(measured: dict[str, Writes]) -> None:
    # A callback is not counted against the rate limits.
    assert costs.INLINE.write_units == units(measured["without a job"]) + costs.INLINE.http_requests
    assert costs.CALLBACK.write_units == units(measured["job called back"]) + costs.CALLBACK.http_requests - 1


def test_a_request_of_fifty_kilobytes_is_written_once_and_compressed(measured: dict[str, Writes]) -> None:
    words = random.Random(8)  # noqa: S311 - keeps no secret
    text = " ".join(words.choice(WORDS) for _ in range(20_000))[:50_000]
    large = write_units(item_size(request_item(a_generation(input_params={"text": text}))), in_transaction=True)
    (usual,) = (write for write in measured["job done at once"]["submit"] if write.entity == "REQUEST")
    assert units(measured["job done at once"]) - usual.units + large <= MOST_LARGE
    assert large < write_units(50_000, in_transaction=True)


def test_no_step_after_the_submit_pays_for_the_size_of_the_request(flow: Flow, measured: dict[str, Writes]) -> None:
    written = flow.run(finished_at_once, prompt="a red fox and " * 280)
    assert units({**written, "submit": ()}) == units({**measured["job done at once"], "submit": ()}), described(written)
