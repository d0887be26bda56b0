"""How a step says that it could not be done."""

from pathlib import Path

_LINES_SHOWN = 15


class ToolError(Exception):
    """A step failed for a reason that a person can act on.

    The message says what happened and what to do. `log` is the file that has the details, if there is one.
    """

    def __init__(self, message: str, *, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log

    def last_lines(self) -> list[str]:
        """The end of the log, as far as it helps without opening the file."""
        if self.log is None or not self.log.exists():
            return []
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES_SHOWN:]
