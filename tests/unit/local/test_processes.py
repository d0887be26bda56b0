import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from infra.local.failures import ToolError
from infra.local.processes import Processes, Server
from tests.support.cloud import wait_for

SERVE = (
    "import http.server, sys;"
    "http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind='127.0.0.1')"
)
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SERVE
SAVING = (
    "import pathlib, signal, sys, time;"
    "save = lambda *_: (time.sleep(0.5), pathlib.Path(sys.argv[2]).write_text('saved'), sys.exit());"
    "signal.signal(signal.SIGTERM, save); " + SERVE
)
WITH_CHILD = (
    "import pathlib, subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "pathlib.Path(sys.argv[2]).write_text(str(child.pid)); " + SERVE
)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    (tmp_path / "pids").mkdir()
    (tmp_path / "logs").mkdir()
    servers = Processes(tmp_path / "pids", tmp_path / "logs")
    yield servers
    for name in servers.running():
        servers.stop(name, seconds=1)


@pytest.fixture
def make_server() -> Callable[..., Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]

    def make(program: str = SERVE, *words: str) -> Server:
        command = (sys.executable, "-c", program, str(port), *words)
        return Server(name="server", command=command, port=port, health_url=f"http://127.0.0.1:{port}/")

    return make


def exists(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected by its parent does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_a_server_is_started_once_and_found_again(processes: Processes, make_server: Callable[..., Server]) -> None:
    assert processes.ensure(make_server())
    pid = processes.running()["server"].pid

    assert not processes.ensure(make_server())
    assert processes.running()["server"].pid == pid


@pytest.mark.parametrize("change", [{"made_of": "another source"}, {"settings": {"LEVEL": "2"}}])
def test_a_server_that_should_be_different_is_replaced(
    processes: Processes, make_server: Callable[..., Server], change: dict[str, object]
) -> None:
    processes.ensure(make_server())
    pid = processes.running()["server"].pid

    assert processes.ensure(replace(make_server(), **change))  # type: ignore[arg-type]  # the fields differ by case

    assert processes.running()["server"].pid != pid
    assert not exists(pid)


def test_preparations_are_made_before_each_start_and_only_then(
    processes: Processes, make_server: Callable[..., Server]
) -> None:
    prepared: list[bool] = []
    server = replace(make_server(), prepare=lambda: prepared.append("server" in processes.running()))

    processes.ensure(server)
    processes.ensure(server)
    processes.ensure(replace(server, made_of="another source"))

    assert prepared == [False, False]


def test_another_terminal_is_no_reason_to_restart(
    processes: Processes, make_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    processes.ensure(make_server())
    monkeypatch.setenv("LC_ALL", "C")

    assert not processes.ensure(make_server())


def test_a_server_that_was_killed_is_started_again(processes: Processes, make_server: Callable[..., Server]) -> None:
    processes.ensure(make_server())
    killed = processes.running()["server"].pid
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: not exists(killed), within_seconds=10, what="the kill")

    assert processes.ensure(make_server())
    assert processes.running()["server"].pid != killed


def test_stopping_ends_the_server_and_all_that_it_started(
    processes: Processes, make_server: Callable[..., Server], tmp_path: Path
) -> None:
    processes.ensure(make_server(WITH_CHILD, str(tmp_path / "child")))
    child = int((tmp_path / "child").read_text())

    assert processes.stop("server")

    assert processes.running() == {}
    wait_for(lambda: not exists(child), within_seconds=10, what="end of the child")


def test_a_server_gets_the_time_to_save_its_state(
    processes: Processes, make_server: Callable[..., Server], tmp_path: Path
) -> None:
    processes.ensure(make_server(SAVING, str(tmp_path / "state")))

    processes.stop("server")

    assert (tmp_path / "state").read_text() == "saved"


def test_a_server_that_ignores_the_request_to_stop_is_killed(
    processes: Processes, make_server: Callable[..., Server]
) -> None:
    processes.ensure(make_server(STUBBORN))
    pid = processes.running()["server"].pid

    assert processes.stop("server", seconds=0.2)
    assert not exists(pid)


def test_a_stranger_with_a_recorded_id_is_left_alone(processes: Processes, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        try:
            record = {"pid": stranger.pid, "identity": "12345 our server", "port": 1, "fingerprint": ""}
            (tmp_path / "pids" / "server.json").write_text(json.dumps(record))

            assert not processes.stop("server")
            assert processes.running() == {}
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_server_that_ends_at_once_is_reported_with_its_log(
    processes: Processes, make_server: Callable[..., Server]
) -> None:
    with pytest.raises(ToolError, match="ended right after its start") as failure:
        processes.ensure(make_server("print('no such table'); raise SystemExit(3)"))

    assert failure.value.last_lines() == ["no such table"]


def test_a_server_that_never_gets_ready_is_stopped_and_reported(
    processes: Processes, make_server: Callable[..., Server]
) -> None:
    idle = replace(make_server("import time; time.sleep(600)"), start_seconds=0.5)
    began = time.monotonic()

    with pytest.raises(ToolError, match="was not ready"):
        processes.ensure(idle)

    assert processes.running() == {}
    assert time.monotonic() - began < 60
