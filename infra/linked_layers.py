"""Layers that are unpacked once and not anew for every function that starts.

The emulator unpacks all layers of a function into a folder of its own for each of its workers, which costs a second of
processor time and holds up everybody else meanwhile. So it is given archives with a single file, which leads Python to
content that was unpacked before (a path configuration file: https://docs.python.org/3/library/site.html). On AWS the
layers are what they say.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_SITE_FILE: Final = "python/lib/python/site-packages/easel.pth"
"""In a folder that both Lambda and its emulator treat as a place for packages."""

_FIXED_DATE: Final = (1980, 1, 1, 0, 0, 0)


_KEPT: Final = 8
"""Another copy may still run what was built a few changes ago."""


def link_all(archives: Mapping[str, Path]) -> Mapping[str, Path]:
    """`link` for every layer by its name. What was unpacked long ago goes."""
    linked = {name: link(archive) for name, archive in archives.items()}
    for name, archive in archives.items():
        unpacked = sorted(_unpacked(archive.parent, name), key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in unpacked[_KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)
    return linked


def are_there(folder: Path) -> bool:
    """Whether somebody has kept, in this folder of archives, what linked layers lead to."""
    return any(_unpacked(folder, "*"))


def link(archive: Path) -> Path:
    """An archive that leads to the content of `archive`, whose name says what is in it. All three lie side by side."""
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
    """Renamed into place, so that another process never sees half of it; who comes second finds it done."""
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        unfinished = Path(scratch) / content.name
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(unfinished)
        try:
            unfinished.rename(content)
        except OSError:
            if not content.is_dir():
                raise
