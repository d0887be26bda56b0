"""What a fresh process works until a handler is imported, and how much code that is."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.bench.tables import say, show

REPOSITORY: Final = Path(__file__).resolve().parents[2]
ROUNDS: Final = int(os.environ.get("EASEL_BENCH_ROUNDS", "3"))
BARE: Final = "bare interpreter"


def report() -> None:
    """Times of imports and sizes on disk."""
    programs = {BARE: "pass"} | {name: f"import {module}" for name, module in _handlers().items()}
    times = _medians(programs)
    rows = [
        (name, f"{times[name] * 1000:.0f}", f"{times[name] / times[BARE]:.1f}", _code_bytes(name))
        for name in sorted(programs, key=lambda name: times[name])
    ]
    show("Import of each handler in a fresh process", ("function", "CPU ms", "x bare", "bytes of handler"), rows)
    _report_layers()


def _handlers() -> dict[str, str]:
    folders = sorted(path.parent.relative_to(REPOSITORY) for path in REPOSITORY.glob("functions/*/*/handler.py"))
    return {"/".join(folder.parts[1:]): ".".join((*folder.parts, "handler")) for folder in folders}


def _medians(programs: Mapping[str, str]) -> dict[str, float]:
    """Seconds per program. Each round runs all of them; the first round only fills caches."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS + 1):
        for name, program in programs.items():
            seconds[name].append(_seconds_of(program))
    return {name: statistics.median(taken[1:]) for name, taken in seconds.items()}


def _seconds_of(program: str) -> float:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{REPOSITORY / 'layers' / 'easel' / 'python'}{os.pathsep}{REPOSITORY}",
        "AWS_REGION": "us-east-1",
        "POWERTOOLS_METRICS_NAMESPACE": "Easel",
    }
    before = _cpu_seconds_of_children()
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, cwd=REPOSITORY)  # noqa: S603 - our own words
    return _cpu_seconds_of_children() - before


def _cpu_seconds_of_children() -> float:
    """Processor time, not the clock's: it says the same on a busy machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _code_bytes(name: str) -> str:
    if name == BARE:
        return ""
    return str(sum(path.stat().st_size for path in (REPOSITORY / "functions" / name).glob("*.py")))


def _report_layers() -> None:
    """The newest archive of each layer and platform, as `make up` and `make deploy` leave them."""
    newest: dict[str, Path] = {}
    for path in sorted(REPOSITORY.glob(".build/layers/*.zip"), key=lambda path: path.stat().st_mtime):
        newest[path.stem.rpartition("-")[0]] = path
    if not newest:
        say("\nNo layers have been built yet: `make up` builds them.")
        return
    rows = [(name, f"{path.stat().st_size / 1_000_000:.2f}") for name, path in sorted(newest.items())]
    show("Layers, compressed", ("layer and platform", "MB"), rows)
