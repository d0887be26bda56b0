"""Small JSON files shared by several commands: written atomically, readable by their owner only."""

import json
import os
from pathlib import Path
from typing import Any


def write_privately(file: Path, content: object) -> None:
    """Replace `file` atomically; only its owner may read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        json.dump(content, output, indent=2)
        output.write("\n")
    draft.replace(file)


def read_object(file: Path) -> dict[str, Any]:
    """The JSON object in `file`; an empty one if it is missing or unreadable."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
