"""`make down` and `make clean`: end what this copy started, and nothing else."""

import shutil
from typing import Final

from infra.local.display import Display
from infra.local.places import Places, relative
from infra.local.processes import Processes

STOP_ORDER: Final = ("edge", "emulator", "simulators")
"""Nobody loses a request that could still be answered."""

_SECONDS: Final = 40


def down(display: Display, places: Places, *, seconds: float = _SECONDS) -> None:
    """Stop the servers of this copy; its state stays for the next start, if each can save it in so many seconds."""
    processes = Processes(places.processes, places.logs)
    running = processes.running()
    if not running:
        display.say("Nothing is running.")
    for name in (*STOP_ORDER, *sorted(running.keys() - set(STOP_ORDER))):
        if name in running:
            with display.step(f"Stopping {name}"):
                processes.stop(name, seconds=seconds)


def clean(display: Display, places: Places) -> None:
    """Stop, then remove all that the tools wrote into the state folder. What others put there stays."""
    down(display, places)
    with display.step(f"Removing the state in {relative(places.state)}"):
        for entry in places.everything:
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)
        if places.state.exists() and not any(places.state.iterdir()):
            places.state.rmdir()
