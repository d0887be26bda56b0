"""Where the folders of functions lie: tests name a function by its own name, whichever room holds it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FUNCTIONS: Final = Path(__file__).parents[2] / "functions"


def api_folder(name: str) -> str:
    """The folder of an API function, relative to `functions/`. Raises ValueError: no such function, or two of them."""
    (found,) = FUNCTIONS.glob(f"api/*/{name}/handler.py")
    return found.parent.relative_to(FUNCTIONS).as_posix()


def all_folders() -> list[str]:
    """Every function's folder, relative to `functions/`."""
    return sorted(path.parent.relative_to(FUNCTIONS).as_posix() for path in FUNCTIONS.rglob("handler.py"))
