"""Shows the progress of steps: an animated line on a terminal, plain lines elsewhere. Standard library only.

It runs before the virtual environment exists. Symbols and colours depend on what the output supports.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self, TextIO

from infra.local.failures import ToolError
from infra.local.places import relative

_REDRAW_SECONDS = 0.1
_NOTE_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Look:
    """The symbols and colours of an output."""

    moving: bool
    coloured: bool
    done: str
    failed: str
    frames: str

    @classmethod
    def of(cls, stream: TextIO) -> Self:
        """Symbols outside the output's encoding are replaced by ASCII; NO_COLOR and dumb terminals are respected."""
        terminal = stream.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}
        coloured = terminal and not os.environ.get("NO_COLOR")
        if _can_write(stream, "✓✗⠋"):
            return cls(moving=terminal, coloured=coloured, done="✓", failed="✗", frames="⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
        return cls(moving=terminal, coloured=coloured, done="ok", failed="FAILED", frames="|/-\\")


def _can_write(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


@dataclass(slots=True)
class Step:
    """A running step. Its code may set a note, which is shown after its title."""

    title: str
    began: float = field(default_factory=time.monotonic)
    note: str = ""

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


class Display:
    """Shows progress on a terminal or in a log."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._look = Look.of(self._stream)

    def say(self, text: str = "") -> None:
        try:
            print(text, file=self._stream, flush=True)
        except BrokenPipeError:
            # The reader has gone, as in `make up | head`. The work continues.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show a step while it runs, then its duration."""
        step = Step(title)
        ended = threading.Event()
        redraw = threading.Thread(target=self._redraw_until, args=(ended, step), daemon=True)
        if self._look.moving:
            redraw.start()
        try:
            yield step
        except BaseException:
            self._end(step, ended, redraw, mark=self._paint(self._look.failed, 31))
            raise
        self._end(step, ended, redraw, mark=self._paint(self._look.done, 32))

    def failure(self, failure: ToolError) -> None:
        """Show an error with the end of its log and the log's path."""
        self.say()
        self.say(self._paint(str(failure), 31))
        for line in failure.last_lines():
            self.say(f"    {line}")
        if failure.log is not None:
            self.say(f"The whole story is in {relative(failure.log)}")

    def _redraw_until(self, ended: threading.Event, step: Step) -> None:
        frames = self._look.frames
        while not ended.wait(_REDRAW_SECONDS):
            frame = frames[int(step.seconds / _REDRAW_SECONDS) % len(frames)]
            self._stream.write(f"\r\033[K{frame} {_described(step)}  {step.seconds:.0f} s")
            self._stream.flush()

    def _end(self, step: Step, ended: threading.Event, redraw: threading.Thread, *, mark: str) -> None:
        ended.set()
        if redraw.is_alive():
            redraw.join()
        if self._look.moving:
            self._stream.write("\r\033[K")
        self.say(f"{mark} {_described(step)}  {step.seconds:.1f} s")

    def _paint(self, text: str, colour: int) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._look.coloured else text


def _described(step: Step) -> str:
    return f"{step.title} ({step.note[:_NOTE_WIDTH]})" if step.note else step.title
