"""`make bench`: all tables, in order of how long they take."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path
from typing import Final

REPOSITORY = Path(__file__).resolve().parents[2]


_ALONE: Final = (
    *("calls", "write_units", "costs", "scale", "test_runs", "routing", "webhooks", "archives", "pictures"),
    *("large_workspaces", "start_up"),
)
_OF_A_STACK: Final = ("requests", "latency", "content", "uploads", "downloads", "bulkhead", "failing_vendor")


def main() -> None:
    """Measure everything that can be measured here, or the sections that `EASEL_BENCH_ONLY` names."""
    # The shared code is a layer: Lambda puts it on the path, and so do we before anything of it is imported.
    sys.path.insert(0, str(REPOSITORY / "layers" / "easel" / "python"))
    logging.disable(logging.CRITICAL)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    only = os.environ.get("EASEL_BENCH_ONLY", "").split() or (*_ALONE, *_OF_A_STACK)
    for section in (name for name in _ALONE if name in only):
        importlib.import_module(f"tests.bench.{section}").report()
    of_a_stack = [name for name in _OF_A_STACK if name in only]
    if of_a_stack:
        with importlib.import_module("tests.bench.stack").own_stack() as cloud:
            for section in of_a_stack:
                importlib.import_module(f"tests.bench.{section}").report(cloud)


main()
