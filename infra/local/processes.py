"""Background servers that outlive the command that starts them, recorded in a file and stopped by process id."""

import hashlib
import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from infra.local import environments
from infra.local.failures import ToolError
from infra.local.files import read_object, write_privately
from infra.local.places import REPOSITORY

_POLL_SECONDS = 0.1
_HEALTH_TIMEOUT_SECONDS = 2
_IDENTITY_SECONDS = 5
_COLLECT_SECONDS = 10
_OK = 200


@dataclass(frozen=True, slots=True)
class Server:
    """A program that runs in the background and answers a health check once it is ready.

    A running one is replaced when its command, its settings (environment variables) or `made_of` (such as a hash of its
    source) change; the rest of the environment is ignored. `prepare` is called before each start; `stop_seconds` is the
    time it gets to save its state.
    """

    name: str
    command: tuple[str, ...]
    port: int
    health_url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    made_of: str = ""
    prepare: Callable[[], None] = lambda: None
    start_seconds: float = 30
    stop_seconds: float = 20

    @property
    def fingerprint(self) -> str:
        parts = json.dumps([self.command, sorted(self.settings.items()), self.made_of])
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a started server. `identity` distinguishes it from a later process with the same id."""

    pid: int
    identity: str
    port: int
    fingerprint: str


class Processes:
    """The servers of one copy. `folder` has one file per server, `logs` their output."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self._folder = folder
        self._logs = logs
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def log_of(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def running(self) -> dict[str, Record]:
        """The running servers of this copy; stale files are removed."""
        for child in self._children.values():
            child.poll()
        alive = {}
        for file in sorted(self._folder.glob("*.json")):
            record = _read(file)
            if record is not None and _identity(record.pid) == record.identity:
                alive[file.stem] = record
            else:
                file.unlink(missing_ok=True)
        return alive

    def ensure(self, server: Server) -> bool:
        """Ensure that `server` is running and healthy; True when it had to be started.

        Raises ToolError when it ends at once or is not healthy in time.
        """
        record = self.running().get(server.name)
        if record is not None and record.fingerprint == server.fingerprint and _healthy(server.health_url):
            return False
        if record is not None:
            self.stop(server.name, seconds=server.stop_seconds)
        self._start(server)
        return True

    def stop(self, name: str, *, seconds: float = 20) -> bool:
        """Stop a server of this copy, with SIGTERM first; False when it did not run."""
        record = self.running().get(name)
        if record is None:
            return False
        _signal_one(record, signal.SIGTERM)
        if not _wait_until(lambda: _identity(record.pid) != record.identity, seconds):
            _signal_group(record, signal.SIGKILL)
            _wait_until(lambda: _identity(record.pid) != record.identity, seconds)
        # Its child processes are in its process group.
        _signal_group(record, signal.SIGKILL)
        self._collect(name)
        (self._folder / f"{name}.json").unlink(missing_ok=True)
        return True

    def _collect(self, name: str) -> None:
        """Reap an ended process, if it is a child of this command."""
        child = self._children.pop(name, None)
        if child is not None:
            child.wait(_COLLECT_SECONDS)

    def _start(self, server: Server) -> None:
        self._collect(server.name)
        server.prepare()
        log = self.log_of(server.name)
        with log.open("ab") as output:
            process = subprocess.Popen(
                server.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=REPOSITORY,
                env=environments.basic() | dict(server.settings),
                start_new_session=True,
            )
        self._children[server.name] = process
        record = Record(process.pid, _identity_of_started(process), server.port, server.fingerprint)
        write_privately(self._folder / f"{server.name}.json", asdict(record))
        _wait_until(lambda: process.poll() is not None or _healthy(server.health_url), server.start_seconds)
        if process.poll() is not None:
            raise ToolError(f"{server.name} ended right after its start (exit code {process.returncode}).", log=log)
        if not _healthy(server.health_url):
            self.stop(server.name)
            raise ToolError(f"{server.name} was not ready within {server.start_seconds:.0f} s.", log=log)


def _read(file: Path) -> Record | None:
    try:
        return Record(**read_object(file))
    except TypeError:
        return None


def _identity_of_started(process: subprocess.Popen[bytes]) -> str:
    """A process has no command line for an instant after its start."""
    _wait_until(lambda: bool(_identity(process.pid)) or process.poll() is not None, _IDENTITY_SECONDS)
    return _identity(process.pid)


def _identity(pid: int) -> str:
    """Start time and command line of a process; empty when it is gone. Differs for a reused process id."""
    with suppress(OSError, IndexError):
        command_line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        began = after_name.split()[19]  # field 22 of proc(5), in clock ticks since the machine's start
        return f"{began} {command_line}" if command_line else ""
    if Path("/proc/self/stat").exists():
        return ""
    listed = subprocess.run(["ps", "-p", str(pid), "-o", "lstart=,args="], capture_output=True, text=True, check=False)
    return " ".join(listed.stdout.split())


def _signal_one(record: Record, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(record.pid, sign)


def _signal_group(record: Record, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(record.pid, sign)


def _healthy(url: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=_HEALTH_TIMEOUT_SECONDS) as answer:
            return bool(answer.status == _OK)
    except (URLError, OSError, http.client.HTTPException):
        return False


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
