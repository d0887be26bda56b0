"""AWS calls per operation."""

from __future__ import annotations

import contextlib
import io

from tests.bench import figures
from tests.bench.tables import say
from tests.support.emulator import emulator
from tests.support.operations import as_table, measure


def report() -> None:
    """Start an emulator, do every operation once, show its calls."""
    say("\nAWS calls per operation")
    # Handlers print their metrics.
    with emulator() as cloud, contextlib.redirect_stdout(io.StringIO()):
        measured = measure(cloud)
    say(as_table(measured))
    figures.compare("AWS calls", "number", {name: len(calls) for name, calls in measured.items()})
