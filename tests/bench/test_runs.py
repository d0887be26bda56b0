"""What the last `make test` of this copy took, as its runs have recorded it (`../support/run_record.py`)."""

from __future__ import annotations

import json

from tests.bench import figures
from tests.bench.tables import say, show
from tests.support.run_record import FOLDER


def report() -> None:
    """Tests and processor time of each run, and that time beside a plain loop, which is compared."""
    records = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))}
    if not records:
        say("\nNo run of all tests is recorded here: `make test` does that.")
        return
    rows = [
        (name, each["date"], each["tests"], f"{each['processor_seconds']:.0f}", f"{each['plain_loop_seconds']:.3f}")
        for name, each in records.items()
    ]
    show("The last `make test`, without lint", ("tests", "date", "number", "processor s", "a plain loop s"), rows)
    loops = {name: each["processor_seconds"] / each["plain_loop_seconds"] for name, each in records.items()}
    figures.compare("make test", "x a plain loop", loops, strays=True)
