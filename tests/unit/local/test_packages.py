import re
from pathlib import Path

import pytest
from infra.local import packages
from infra.local.failures import ToolError
from infra.local.places import REPOSITORY

REQUIREMENT_FILES = ("requirements.txt", "requirements-dev.txt", "infra/local/constraints.txt")


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder / "dev.txt"


def test_the_fingerprint_follows_included_files(tmp_path: Path) -> None:
    dev = write(tmp_path, dev="-r base.txt\n-c limits.txt\nruff==1\n", base="boto3==1\n", limits="six==1\n")
    before = packages.fingerprint(dev)

    assert packages.fingerprint(dev) == before
    write(tmp_path, limits="six==2\n")
    assert packages.fingerprint(dev) != before


def test_files_that_include_each_other_are_read_once(tmp_path: Path) -> None:
    assert packages.fingerprint(write(tmp_path, dev="-r base.txt\n", base="-r dev.txt\n"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"base\.txt is missing"):
        packages.fingerprint(write(tmp_path, dev="-r base.txt\n"))


def test_a_machine_without_node_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(ToolError, match=r"Install Node\.js"):
        packages.check_node()


@pytest.mark.parametrize(("version", "accepted"), [("v18.19.1", False), ("v20.0.0", True), ("v24.1.0", True)])
def test_node_has_to_be_new_enough(
    version: str,
    accepted: bool,  # noqa: FBT001 - a parameter of the table above
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    if accepted:
        packages.check_node()
    else:
        with pytest.raises(ToolError, match=re.escape(version)):
            packages.check_node()


@pytest.mark.parametrize("name", REQUIREMENT_FILES)
def test_every_requirement_is_pinned(name: str) -> None:
    lines = (REPOSITORY / name).read_text().splitlines()
    stated = [line for line in lines if line and not line.startswith(("#", "-r", "-c"))]

    assert stated
    assert [line for line in stated if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []
