"""What a run of the tests took: how many there were, and the processor time of all its processes.

`make test` asks for it with `EASEL_RECORD_TESTS`, and `make bench` shows what is recorded. Processor time says as much
about the machine as about the tests, so that of a plain loop is recorded beside it.
"""

from __future__ import annotations

import json
import os
import resource
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

FOLDER: Final = Path(__file__).resolve().parents[2] / ".build" / "tests"
WANTED: Final = "EASEL_RECORD_TESTS"
_SECONDS: Final = "processor_seconds"
_ENDS: Final = ("passed", "failed", "skipped", "xfailed", "xpassed", "error")


class RunRecord:
    """A plugin of pytest, in the process that a person starts and in those that xdist starts for it."""

    def __init__(self) -> None:
        self._of_workers = 0.0

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A process of xdist says what it took."""
        said: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if said is not None:
            said[_SECONDS] = _used()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A process of xdist has ended."""
        self._of_workers += getattr(node, "workeroutput", {}).get(_SECONDS, 0.0)

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter, config: pytest.Config) -> None:
        """Write what the whole run took. A part of the tests, or a run that fails, is not recorded."""
        if hasattr(config, "workerinput"):
            return
        ended = {end: len(terminalreporter.stats.get(end, ())) for end in _ENDS}
        if config.option.keyword or config.option.markexpr or ended["failed"] or ended["error"] or not ended["passed"]:
            return
        record = {
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "tests": sum(ended.values()),
            _SECONDS: round(self._of_workers + _used(), 1),
            "plain_loop_seconds": round(min(_plain_loop() for _ in range(5)), 4),
        }
        FOLDER.mkdir(parents=True, exist_ok=True)
        name = "end to end" if any("e2e" in place for place in config.args) else "fast"
        (FOLDER / f"{name}.json").write_text(json.dumps(record) + "\n", encoding="utf-8")


def is_wanted() -> bool:
    """Whether this run is to be recorded."""
    return bool(os.environ.get(WANTED))


def _used() -> float:
    """Seconds, of this process and of those that it has started and waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _plain_loop() -> float:
    begun = time.process_time()
    sum(range(5_000_000))
    return time.process_time() - begun
