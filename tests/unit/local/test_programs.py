import sys
from pathlib import Path

import pytest
from infra.local.failures import ToolError
from infra.local.programs import run
from tests.support.cloud import wait_for


def test_output_goes_to_the_log(tmp_path: Path) -> None:
    run([sys.executable, "-c", "print('built')"], what="Building", log=tmp_path / "log", timeout_seconds=60)

    assert "built" in (tmp_path / "log").read_text().splitlines()


def test_a_failing_program_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"Building failed \(exit code 3\)") as failure:
        run([sys.executable, "-c", "print('no space'); raise SystemExit(3)"], what="Building", log=tmp_path / "log",
            timeout_seconds=60)  # fmt: skip

    assert failure.value.last_lines()[-1] == "no space"


def test_a_program_that_takes_too_long_is_stopped_with_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    program = (
        "import pathlib, subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        f"pathlib.Path({str(child)!r}).write_text(str(child.pid)); time.sleep(600)"
    )
    with pytest.raises(ToolError, match="was not done within"):
        run([sys.executable, "-c", program], what="Building", log=tmp_path / "log", timeout_seconds=3)

    status = Path(f"/proc/{child.read_text()}/status")
    wait_for(
        lambda: not status.exists() or "State:\tZ" in status.read_text(), within_seconds=10, what="end of the child"
    )


def test_a_program_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no-such-program could not be started"):
        run(["no-such-program"], what="Building", log=tmp_path / "log", timeout_seconds=5)
