"""`make down` and `make clean`: stop the servers of this copy, and nothing else."""

import shutil
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
        for entry in places.everything:
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)
        if places.state.exists() and not any(places.state.iterdir()):
            places.state.rmdir()
