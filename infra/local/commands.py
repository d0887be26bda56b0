"""The commands, run inside the virtual environment."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from infra.local import aws_commands, generate, history, start, stop
from infra.local.display import Display
from infra.local.failures import ToolError
from infra.local.locks import held
from infra.local.options import Options
from infra.local.packages import install_browser
from infra.local.places import REPOSITORY, VENV_PYTHON, Places
from rich.console import Console

_WAIT_SECONDS: Final = 600
_END_TO_END_STATE: Final = REPOSITORY / ".build" / "e2e"
_END_TO_END_TESTS: Final = ("tests/e2e", "tests/browser")
_SIDE_BY_SIDE: Final = ("--numprocesses=4", "--dist=loadfile", "--no-loadscope-reorder")
"""These tests mostly wait, and their modules are independent."""
_END_TO_END_STOP_SECONDS: Final = 10
"""A function may still wait for a vendor that never answers, and this state is not needed again."""


def run(command: str, display: Display, places: Places, options: Options) -> int:
    """Run `command` and return its exit code. Raises ToolError."""
    actions: dict[str, Callable[[], int]] = {
        "install": lambda: 0,
        "up": lambda: _up(display, places, options),
        "run": lambda: _up_and_generate(display, places, options),
        "trace": lambda: _look_back(history.trace, places),
        "logs": lambda: _look_back(history.logs, places),
        "e2e": lambda: _end_to_end(display, places, options),
        "bootstrap": lambda: aws_commands.bootstrap(display, places),
        "diff": lambda: aws_commands.diff(display, places),
        "deploy": lambda: aws_commands.deploy(display, places),
        "destroy": lambda: aws_commands.destroy(display, places),
    }
    return actions[command]()


def _up(display: Display, places: Places, options: Options) -> int:
    with held(places.lock, wait_seconds=_WAIT_SECONDS):
        start.up(display, places, options)
    return 0


def _up_and_generate(display: Display, places: Places, options: Options) -> int:
    request = generate.Request.from_environment()
    with held(places.lock, wait_seconds=_WAIT_SECONDS):
        record = start.up(display, places, options, summary_always=False)
    complete = generate.generate_all(record, request, places.pictures, Console())
    display.say()
    display.say("All pictures came." if complete else "Not every picture came.")
    display.say("Easel is still up: `make run` again is quick, `make down` stops it.")
    return 0 if complete else 1


def _look_back(show: Callable[[Mapping[str, Any], str, Console], None], places: Places) -> int:
    wanted = history.named(os.environ)
    try:
        record = json.loads(places.record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ToolError("Easel is not up: run `make up` first.") from None
    show(record, wanted, Console())
    return 0


def _end_to_end(display: Display, places: Places, options: Options) -> int:
    """Run the end-to-end tests on a separate copy, which is always taken down. Vendors are never called.

    What vendors did in an earlier run would decide whom this one asks, so it begins with nothing; a folder that the
    caller names keeps its state.
    """
    is_own = "EASEL_DIR" not in os.environ
    if is_own:
        places = Places(_END_TO_END_STATE)
        places.make()
    simulated = replace(options, provider_keys={})
    install_browser(places.logs)
    with held(places.lock, wait_seconds=_WAIT_SECONDS):
        try:
            if is_own:
                stop.begin_anew(display, places)
            start.up(display, places, simulated)
            return _pytest(places)
        finally:
            stop.down(display, places, seconds=_END_TO_END_STOP_SECONDS)


def _pytest(places: Places) -> int:
    environment = os.environ | {"EASEL_DIR": str(places.state)}
    arguments = os.environ.get("PYTEST_ARGS", "").split()
    command = [str(VENV_PYTHON), "-m", "pytest", *_END_TO_END_TESTS, *_SIDE_BY_SIDE, *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode
