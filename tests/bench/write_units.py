"""Write units of DynamoDB of a generation of one image, by the path that it takes."""

from __future__ import annotations

import contextlib
import io

from tests.bench import figures
from tests.support.emulator import emulator
from tests.support.generation_writes import measured_flow, units, with_large_request


def report() -> None:
    """Every path through the functions that ship."""
    # Handlers print their metrics.
    with emulator() as cloud, measured_flow(cloud) as flow, contextlib.redirect_stdout(io.StringIO()):
        measured = flow.every_path()
    now = {name: units(written) for name, written in measured.items()}
    figures.compare("write units", "number", now | {"with a request of 50 kB": with_large_request(measured)})
