"""A linked layer brings a function what the layer has, without another copy of it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import linked_layers

IMPORTS = """
import os, site, sys
packages = os.path.join(sys.argv[1], "python", "lib", "python", "site-packages")
site.addsitedir(packages)
import boto3
print(boto3.ANSWER)
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A layer whose package has the name of one that is installed here."""
    return an_archive(tmp_path, "dependencies-host-1", "ANSWER = 42")


def an_archive(folder: Path, name: str, source: str) -> Path:
    archive = folder / f"{name}.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("python/boto3/__init__.py", source)
    return archive


def imported_through(linked: Path, unpacked: Path) -> str:
    """What a function sees of the layer's package, started as the emulator starts it."""
    with zipfile.ZipFile(linked) as zipped:
        zipped.extractall(unpacked)
    command = [sys.executable, "-c", IMPORTS, str(unpacked)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    return done.stdout.strip()


def test_a_function_finds_the_layers_own_packages_first(archive: Path, tmp_path: Path) -> None:
    assert imported_through(linked_layers.link(archive), tmp_path / "worker") == "42"


def test_only_the_way_there_is_unpacked_for_each_worker(archive: Path) -> None:
    with zipfile.ZipFile(linked_layers.link(archive)) as zipped:
        assert [Path(name).suffix for name in zipped.namelist()] == [".pth"]


def test_content_is_unpacked_once_and_again_when_it_is_gone(archive: Path, tmp_path: Path) -> None:
    linked = linked_layers.link(archive)
    content = archive.with_suffix("") / "python" / "boto3" / "__init__.py"
    made = content.stat().st_ino
    assert linked_layers.link(archive) == linked
    assert content.stat().st_ino == made
    content.unlink()
    content.parent.rmdir()
    content.parents[1].rmdir()
    content.parents[2].rmdir()
    assert not linked_layers.are_there(tmp_path)
    linked_layers.link(archive)
    assert linked_layers.are_there(tmp_path)
    assert imported_through(linked, tmp_path / "worker") == "42"


def test_what_was_unpacked_long_ago_goes_and_the_newest_stays(tmp_path: Path) -> None:
    for number in range(12):
        newest = an_archive(tmp_path, f"easel-host-{number}", f"ANSWER = {number}")
        linked = linked_layers.link_all({"easel": newest})["easel"]
        folder = newest.with_suffix("")
        os.utime(folder, (number, number))
    kept = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert kept == {f"easel-host-{number}" for number in range(4, 12)}
    assert imported_through(linked, tmp_path / "worker") == "11"
