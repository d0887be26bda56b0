"""The paths that a generation of one image may take, through the functions that ship, and the write units of each."""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from PIL import Image
from tests.support.emulator import Emulator
from tests.support.engine import Behaviour, ScriptedProvider, finished_at_once, running_for
from tests.support.generations import a_generation
from tests.support.item_sizes import item_size, write_units
from tests.support.operations import Functions, functions_over
from tests.support.write_units import WriteMeter, WrittenItem, measured_writes

from easel.domain.provider import Finished, InlinePicture, ProviderTask, Submission
from easel.repositories.generations.request_items import request_item

Writes = Mapping[str, tuple[WrittenItem, ...]]
STEPS: Final = ("submit", "start", "render", "collect", "settle", "publish")
IN_LINE: Final = "without a job"
CALLED_BACK: Final = "job called back"
_AT_ONCE: Final = "job done at once"
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

    def every_path(self) -> dict[str, Writes]:
        """The writes of each path."""
        return {
            _AT_ONCE: self.run(finished_at_once),
            IN_LINE: self.run(without_job),
            "job polled twice": self.run(running_for(1), polls=2),
            CALLED_BACK: self.run(running_for(0), called_back=True),
            "Idempotency-Key": self.run(finished_at_once, key="once"),
        }

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


def units(written: Writes) -> int:
    return sum(write.units for step in written.values() for write in step)


def units_of_large_request() -> int:
    """Of the record of a request of 50 kB, which is written once."""
    words = random.Random(8)  # noqa: S311 - keeps no secret
    text = " ".join(words.choice(WORDS) for _ in range(20_000))[:50_000]
    return write_units(item_size(request_item(a_generation(input_params={"text": text}))), in_transaction=True)


def with_large_request(measured: Mapping[str, Writes]) -> int:
    """Units of the first path with such a request."""
    written = measured[_AT_ONCE]
    (usual,) = (write for write in written["submit"] if write.entity == "REQUEST")
    return units(written) - usual.units + units_of_large_request()


@contextmanager
def measured_flow(cloud: Emulator) -> Iterator[Flow]:
    """Generations of a new workspace, whose caller is known already."""
    with functions_over(cloud) as (functions, _), measured_writes(cloud.client("dynamodb")) as meter:
        functions.provision()
        functions.authorize()
        yield Flow(functions, meter)
