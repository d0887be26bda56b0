"""`make bench`: all tables, in order of how long they take."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def main() -> None:
    """Measure everything that can be measured here."""
    # The shared code is a layer: Lambda puts it on the path, and so do we before anything of it is imported.
    sys.path.insert(0, str(REPOSITORY / "layers" / "easel" / "python"))
    logging.disable(logging.CRITICAL)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    for section in ("calls", "routing", "archives", "start_up"):
        importlib.import_module(f"tests.bench.{section}").report()
    with importlib.import_module("tests.bench.stack").own_stack() as cloud:
        for section in ("latency", "uploads", "bulkhead", "failing_vendor"):
            importlib.import_module(f"tests.bench.{section}").report(cloud)


main()
