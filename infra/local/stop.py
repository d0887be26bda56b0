"""`make down` and `make clean`: stop the servers of this copy, and nothing else."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from infra.local.display import Display
from infra.local.places import Places, relative
from infra.local.processes import Processes

STOP_ORDER: Final = ("edge", "emulator", "simulators")
"""Lets running requests finish."""

_SECONDS: Final = 40


def down(display: Display, places: Places, *, seconds: float = _SECONDS) -> None:
    """Stop the servers of this copy; they have this many seconds to save their state."""
    processes = Processes(places.processes, places.logs)
    running = processes.running()
    if not running:
        display.say("Nothing is running.")
    for name in (*STOP_ORDER, *sorted(running.keys() - set(STOP_ORDER))):
        if name in running:
            with display.step(f"Stopping {name}"):
                processes.stop(name, seconds=seconds)


def clean(display: Display, places: Places) -> None:
    """Stop, then remove everything that the tools wrote into the state folder; other files stay."""
    down(display, places)
    with display.step(f"Removing the state in {relative(places.state)}"):
        _remove(places.everything)
        if places.state.exists() and not any(places.state.iterdir()):
            places.state.rmdir()


def begin_anew(display: Display, places: Places) -> None:
    """Stop and forget as `clean` does, but keep the lock, which the caller holds."""
    down(display, places)
    _remove(entry for entry in places.everything if entry != places.lock)
    places.make()


def _remove(entries: Iterable[Path]) -> None:
    for entry in entries:
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)
