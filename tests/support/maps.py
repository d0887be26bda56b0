"""README maps compared with the folders that they describe.

A map covers its folder down to the next README.md. It has to name every module there (a function's folder counts as a
module) and every folder directly below it, and may name no module that does not exist. A use case with the name of a
function is named by the map of the functions: its row in services/README.md is optional.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

USE_CASES: Final = "services"
SOURCES: Final = ("functions", "infra", "layers", "tests")
NAMING_COLUMNS: Final = {"module", "file", "folder", "function", "room", "group"}
"""Headings of the table columns in which every `name` has to exist."""
_TOKEN: Final = re.compile(r"`([^`\n]+)`")
_PLACEHOLDER: Final = re.compile(r"[<>*{}$ ]|\.\.\.")
_UNLISTED: Final = re.compile(r"__init__|__main__|conftest|test_.*")
"""Modules that need no line: they are found by their names."""


@dataclass(frozen=True)
class Map:
    """One README.md and the modules that it has to name."""

    path: Path
    root: Path
    """Of the repository, or of what a test takes for it."""

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def modules(self) -> list[str]:
        """Paths of the modules that this map covers, relative to it, without `.py`."""
        found = [path for path in self._python_files() if not _UNLISTED.fullmatch(path.stem)]
        inside = [path.parent if path.name == "handler.py" else path.with_suffix("") for path in found]
        return sorted(path.relative_to(self.folder).as_posix() for path in inside)

    @property
    def folders(self) -> list[str]:
        """Folders directly below this map that hold modules, tests or a map of their own."""
        inside = (path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith((".", "__")))
        held = (path.name for path in inside if any(path.rglob("*.py")) or any(path.rglob("README.md")))
        return sorted(name for name in held if name not in self.modules)

    def missing(self) -> list[str]:
        """Modules and folders that are there and not named."""
        tokens = {token.removesuffix(".py") for token in _TOKEN.findall(self._text)}
        tokens |= self._functions() if self.folder.name == USE_CASES else set()
        duplicates = {name for name, count in Counter(self._last(path) for path in self.modules).items() if count > 1}
        unnamed = [
            path
            for path in self.modules
            if path not in tokens and (self._last(path) in duplicates or self._last(path) not in tokens)
        ]
        unnamed_folders = [
            f"{name}/" for name in self.folders if not any(token.startswith(f"{name}/") for token in tokens)
        ]
        return unnamed + unnamed_folders

    def stale(self) -> list[str]:
        """Names of modules, files and folders that are not there."""
        mentioned = {token for token in _TOKEN.findall(self._text) if token.endswith(".py")}
        return sorted(token for token in mentioned | self._in_naming_columns() if not self._exists(token))

    @property
    def _text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def _functions(self) -> set[str]:
        return {path.parent.name for path in (self.root / "functions").rglob("handler.py")}

    def _python_files(self) -> list[Path]:
        mapped = [other.parent for other in self.folder.rglob("README.md") if other != self.path]
        return [
            path
            for path in self.folder.rglob("*.py")
            if not any(path.is_relative_to(other) for other in mapped) and "samples" not in path.parts
        ]

    @staticmethod
    def _last(path: str) -> str:
        return path.rpartition("/")[2]

    def _in_naming_columns(self) -> set[str]:
        tokens: set[str] = set()
        columns: list[int] = []
        for line in self._text.splitlines():
            if not line.startswith("|"):
                columns = []
                continue
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not columns:
                columns = [number for number, cell in enumerate(cells) if cell in NAMING_COLUMNS] or [-1]
                continue
            tokens.update(
                token for number in columns if 0 <= number < len(cells) for token in _TOKEN.findall(cells[number])
            )
        return tokens

    def _exists(self, token: str) -> bool:
        if _PLACEHOLDER.search(token):
            return True
        roots = [self.root, self.root / "tests", self.root / "layers/easel/python/easel"] if "/" in token else []
        names = (token, f"{token}.py")
        return any((root / name).exists() for root in [self.folder, *roots] for name in names) or any(
            next(self.folder.rglob(name.rstrip("/")), None) for name in names
        )


def maps(root: Path) -> list[Map]:
    """Every map of the sources, nearest to the root first."""
    found = (path for source in SOURCES for path in (root / source).rglob("README.md"))
    return [Map(path, root) for path in sorted(found, key=lambda path: (len(path.parts), path))]
