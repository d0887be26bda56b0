"""The error of a failed step."""

from pathlib import Path

_LINES_SHOWN = 15


class ToolError(Exception):
    """A step failed for a reason that the developer can fix.

    The message says what happened and what to do. `log` is the file with the details, if there is one.
    """

    def __init__(self, message: str, *, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log

    def last_lines(self) -> list[str]:
        """The last lines of the log."""
        if self.log is None or not self.log.exists():
            return []
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES_SHOWN:]
