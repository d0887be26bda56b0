"""Runs a program with a timeout, and its output in a log."""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from infra.local.failures import ToolError
from infra.local.places import REPOSITORY

_SECONDS_TO_GIVE_UP = 5


def run(
    command: Sequence[str | Path],
    *,
    what: str,
    log: Path,
    timeout_seconds: float,
    environment: Mapping[str, str] | None = None,
    folder: Path = REPOSITORY,
) -> None:
    """Run `command` and wait for it; the log is overwritten.

    Raises ToolError when it cannot be started, fails, or exceeds the timeout; then it is stopped together with its
    child processes.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        output.write(f"$ {shlex.join(map(str, command))}\n")
        output.flush()
        try:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=None if environment is None else dict(environment),
                start_new_session=True,
            )
        except OSError as error:
            raise ToolError(f"{what}: {command[0]} could not be started ({error.strerror}).", log=log) from error
        code = _wait(process, what=what, log=log, timeout_seconds=timeout_seconds)
    if code != 0:
        raise ToolError(f"{what} failed (exit code {code}).", log=log)


def _wait(process: subprocess.Popen[bytes], *, what: str, log: Path, timeout_seconds: float) -> int:
    try:
        return process.wait(timeout_seconds)
    except subprocess.TimeoutExpired:
        _stop_group(process)
        raise ToolError(f"{what} was not done within {timeout_seconds:.0f} s and was stopped.", log=log) from None
    except BaseException:
        _stop_group(process)
        raise


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_GIVE_UP)
            return
