"""Plain tables on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def show(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as they must be; the first is text, the others are numbers."""
    cells = [list(header), *([str(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    say(f"\n{title}")
    for row in cells:
        first, *others = row
        say(
            "  ".join(
                [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
            )
        )


def say(line: str) -> None:
    sys.stdout.write(f"{line.rstrip()}\n")
