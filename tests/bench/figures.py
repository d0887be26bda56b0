"""This run beside the figures of the last release, in `figures.json`, with a line for each that has become worse.

Only what does not depend on the machine is compared: counts, and ratios to something that was measured in the same run.
`EASEL_BENCH_RECORD=1` replaces the figures by those of this run, for a release.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.bench.tables import say, show

FILE: Final = Path(__file__).with_name("figures.json")
_STRAYS: Final = 1.15
"""A ratio of medians strays by a tenth on a busy machine. Counts and what is computed do not stray."""
_ROUNDED: Final = 1.001


def compare(
    section: str, unit: str, now: Mapping[str, float], *, strays: bool = False, more_is_better: bool = False
) -> None:
    """Show the figures of a section beside those of the last release. Measured times stray."""
    every = read()
    before: Mapping[str, float] = every["sections"].get(section, {})
    rows = [
        (name, _text(before.get(name)), _text(value), _ratio(before.get(name), value)) for name, value in now.items()
    ]
    show(f"{section}, {unit}, beside the release of {every['date']}", ("", "then", "now", "ratio"), rows)
    for line in regressions(before, now, strays=strays, more_is_better=more_is_better):
        say(line)
    if os.environ.get("EASEL_BENCH_RECORD"):
        every["date"] = f"{datetime.now(UTC):%Y-%m-%d}"
        every["sections"][section] = {name: _kept(value) for name, value in now.items()}
        FILE.write_text(json.dumps(every, indent=2) + "\n", encoding="utf-8")


def regressions(
    before: Mapping[str, float], now: Mapping[str, float], *, strays: bool = False, more_is_better: bool = False
) -> list[str]:
    """A line for each figure that is worse than it was."""
    tolerated = _STRAYS if strays else _ROUNDED

    def is_worse(was: float, value: float) -> bool:
        return value * tolerated < was if more_is_better else value > was * tolerated

    return [
        f"REGRESSION {name}: {_text(before[name])} -> {_text(value)}"
        for name, value in now.items()
        if name in before and is_worse(before[name], value)
    ]


def read() -> dict[str, Any]:
    """The figures of the last release."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def _kept(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.4g}")


def _text(value: float | None) -> str:
    if value is None:
        return "-"
    decimals = 0 if isinstance(value, int) or value >= 100 else 2 if value >= 1 else 3
    return f"{value:.{decimals}f}"


def _ratio(before: float | None, now: float) -> str:
    return f"{now / before:.2f}" if before else "-"
