"""The folders of functions: tests name a function by its own name, whichever room holds it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Final

FUNCTIONS: Final = Path(__file__).parents[2] / "functions"


def api_folder(name: str) -> str:
    """The folder of an API function, relative to `functions/`. Raises ValueError: no such function, or two of them."""
    (found,) = FUNCTIONS.glob(f"api/*/{name}/handler.py")
    return found.parent.relative_to(FUNCTIONS).as_posix()


def all_folders() -> list[str]:
    """Every function's folder, relative to `functions/`."""
    return sorted(path.parent.relative_to(FUNCTIONS).as_posix() for path in FUNCTIONS.rglob("handler.py"))


def handler_of(folder: str) -> ModuleType:
    """The module `handler` of a function's folder, loaded anew."""
    path = FUNCTIONS / folder / "handler.py"
    spec = importlib.util.spec_from_file_location(f"handler_of_{folder.replace('/', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
