"""The commands behind the Makefile: `python3 -m infra.local <command>`.

It starts on any Python 3.11+, creates the virtual environment, and continues inside it.
"""

import argparse
import signal
import sys
from io import TextIOWrapper
from typing import Final

from infra.local import packages
from infra.local.display import Display
from infra.local.failures import ToolError
from infra.local.locks import held
from infra.local.options import Options
from infra.local.places import REPOSITORY, Places, running_in_the_venv

COMMANDS: Final = {
    "install": "make .venv and install everything",
    "up": "install, start, deploy; quick when there is nothing to do",
    "run": "up, then make pictures from the terminal",
    "trace": "the timeline of the generation named by ID",
    "logs": "what functions logged about the generation or request named by ID",
    "down": "stop what up started",
    "clean": "down, and forget everything",
    "e2e": "up in a folder of its own, run the end-to-end tests, down",
    "bootstrap": "prepare an AWS account for the CDK",
    "diff": "show what a deployment to AWS would change",
    "deploy": "deploy to AWS",
    "destroy": "remove a trial stage from AWS with its data",
}
_INSTALL_LOCK: Final = REPOSITORY / ".build" / "lock"
_INSTALL_WAIT_SECONDS: Final = 900
_WAIT_SECONDS: Final = 5
_TERMINATED: Final = 128 + signal.SIGTERM


def main() -> int:
    # Replace characters that the output cannot encode instead of failing.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, _end_in_order)
    arguments = _parse()
    display, places = Display(), Places.from_environment()
    try:
        if arguments.command in {"down", "clean"}:
            return _stop(arguments.command, display, places)
        _install(display, places)
        if not running_in_the_venv():
            packages.continue_in_the_venv()
        return _run(arguments.command, display, places)
    except ToolError as failure:
        display.failure(failure)
        return 1
    except KeyboardInterrupt:
        display.say("\nInterrupted. `make down` stops what is running.")
        return 130


def _end_in_order(_number: int, _frame: object) -> None:
    """Turn SIGTERM into an exception, so that every `finally` runs, such as taking down a test's stack."""
    raise SystemExit(_TERMINATED)


def _parse() -> argparse.Namespace:
    listed = "\n".join(f"  {name:<9}{text}" for name, text in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python3 -m infra.local", description=listed, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=COMMANDS)
    return parser.parse_args()


def _install(display: Display, places: Places) -> None:
    """Silent when nothing has to be installed."""
    places.make()
    with held(_INSTALL_LOCK, wait_seconds=_INSTALL_WAIT_SECONDS):
        if not packages.python_packages_are_there():
            with display.step("Python packages (a minute or two)"):
                packages.install_python_packages(places.logs)
        if not packages.node_packages_are_there():
            with display.step("CDK command line"):
                packages.install_node_packages(places.logs)


def _stop(command: str, display: Display, places: Places) -> int:
    from infra.local import stop  # noqa: PLC0415 - as below

    if places.state.exists():
        with held(places.lock, wait_seconds=_WAIT_SECONDS):
            (stop.clean if command == "clean" else stop.down)(display, places)
    return 0


def _run(command: str, display: Display, places: Places) -> int:
    # These need packages of the virtual environment, which is complete from here on.
    from infra.local import commands  # noqa: PLC0415 - see above

    options = Options.from_environment()
    return commands.run(command, display, places, options)


if __name__ == "__main__":
    sys.exit(main())
