"""What a fresh process works until a handler is imported, now and at another commit, and how much code that is."""

from __future__ import annotations

import io
import os
import resource
import statistics
import subprocess
import sys
import tarfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.tables import say, show

REPOSITORY: Final = Path(__file__).resolve().parents[2]
ROUNDS: Final = int(os.environ.get("EASEL_BENCH_ROUNDS", "3"))
AGAINST: Final = os.environ.get("EASEL_BENCH_AGAINST", "")
"""A commit whose handlers are measured too."""
BARE: Final = "bare interpreter"


def report() -> None:
    """Times of imports and sizes on disk."""
    programs = {BARE: "pass"} | {name: f"import {module}" for name, module in _handlers(REPOSITORY).items()}
    if AGAINST:
        _report_against(AGAINST, programs)
        return
    [times] = _medians(programs, REPOSITORY)
    rows = [
        (name, f"{times[name] * 1000:.0f}", f"{times[name] / times[BARE]:.1f}", _code_bytes(name))
        for name in sorted(programs, key=lambda name: times[name])
    ]
    show("Import of each handler in a fresh process", ("function", "CPU ms", "x bare", "bytes of handler"), rows)
    _report_layers()


def _report_against(commit: str, programs: Mapping[str, str]) -> None:
    """Those that both have, in turns; the libraries are today's."""
    with TemporaryDirectory() as folder:
        old = Path(folder)
        packed = subprocess.run(["git", "archive", commit], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603, S607 - our own words
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(old, filter="data")
        both = {name: program for name, program in programs.items() if name in {BARE, *_handlers(old)}}
        before, now = _medians(both, old, REPOSITORY)
    rows = [
        (name, f"{before[name] * 1000:.0f}", f"{now[name] * 1000:.0f}", f"{now[name] / before[name]:.2f}")
        for name in sorted(both, key=lambda name: now[name] / before[name])
    ]
    show(
        f"Import of each handler in a fresh process, CPU ms, at {commit} and now",
        ("function", "then", "now", "ratio"),
        rows,
    )


def _handlers(checkout: Path) -> dict[str, str]:
    folders = sorted(path.parent.relative_to(checkout) for path in checkout.glob("functions/**/handler.py"))
    return {"/".join(folder.parts[1:]): ".".join((*folder.parts, "handler")) for folder in folders}


def _medians(programs: Mapping[str, str], *checkouts: Path) -> list[dict[str, float]]:
    """For each checkout the seconds per program. Each round runs all of them; the first round only fills caches."""
    seconds: dict[tuple[Path, str], list[float]] = defaultdict(list)
    for _ in range(ROUNDS + 1):
        for name, program in programs.items():
            for checkout in checkouts:
                seconds[checkout, name].append(_seconds_of(program, checkout))
    return [{name: statistics.median(seconds[checkout, name][1:]) for name in programs} for checkout in checkouts]


def _seconds_of(program: str, checkout: Path) -> float:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{checkout / 'layers' / 'easel' / 'python'}{os.pathsep}{checkout}",
        "AWS_REGION": "us-east-1",
        "POWERTOOLS_METRICS_NAMESPACE": "Easel",
    }
    before = _cpu_seconds_of_children()
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, cwd=checkout)  # noqa: S603 - our own words
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
