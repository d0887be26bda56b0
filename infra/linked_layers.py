"""Layers for the emulator that are unpacked once, instead of for every function start.

The emulator unpacks all layers of a function for each of its workers, which costs a second of processor time and blocks
all other requests meanwhile. So it gets archives with a single path configuration file
(https://docs.python.org/3/library/site.html) that points to the unpacked content. On AWS the real layers are deployed.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_SITE_FILE: Final = "python/lib/python/site-packages/easel.pth"
"""In a folder that both Lambda and the emulator treat as site-packages."""

_FIXED_DATE: Final = (1980, 1, 1, 0, 0, 0)


_KEPT: Final = 8
"""Keeps a few earlier builds, which another copy may still use."""


def link_all(archives: Mapping[str, Path]) -> Mapping[str, Path]:
    """`link` for every layer by its name. Old unpacked content is removed."""
    linked = {name: link(archive) for name, archive in archives.items()}
    for name, archive in archives.items():
        unpacked = sorted(_unpacked(archive.parent, name), key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in unpacked[_KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)
    return linked


def are_there(folder: Path) -> bool:
    """Whether the content of all linked layers in this folder still exists."""
    return any(_unpacked(folder, "*"))


def link(archive: Path) -> Path:
    """An archive that points to the unpacked content of `archive`, whose name has its hash. All three are siblings."""
    content = archive.with_suffix("")
    if not content.is_dir():
        _unpack(archive, content)
    content.touch()
    linked = archive.with_name(f"{archive.stem}-link.zip")
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        unfinished = Path(scratch) / linked.name
        with zipfile.ZipFile(unfinished, "w") as zipped:
            entry = zipfile.ZipInfo(_SITE_FILE, date_time=_FIXED_DATE)
            zipped.writestr(entry, f"import sys; sys.path.insert(0, {str(content.resolve() / 'python')!r})\n")
        unfinished.replace(linked)
    return linked


def _unpacked(folder: Path, layer: str) -> Iterator[Path]:
    return (path for path in folder.glob(f"{layer}-host-*") if path.is_dir())


def _unpack(archive: Path, content: Path) -> None:
    """Renamed into place, so that other processes never see incomplete content; a second process finds it done."""
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        unfinished = Path(scratch) / content.name
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(unfinished)
        try:
            unfinished.rename(content)
        except OSError:
            if not content.is_dir():
                raise
