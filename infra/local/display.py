"""Shows steps as they happen: a moving line on a terminal, plain lines elsewhere. Standard library only.

It runs before the virtual environment exists. Marks and colours follow what the output can show.
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
    """How marks are drawn on one output."""

    moving: bool
    coloured: bool
    done: str
    failed: str
    frames: str

    @classmethod
    def of(cls, stream: TextIO) -> Self:
        """Marks outside the output's encoding are replaced by plain ones; NO_COLOR and dumb terminals are obeyed."""
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
    """One step under way. Whoever does it may leave a note, shown behind its title."""

    title: str
    began: float = field(default_factory=time.monotonic)
    note: str = ""

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


class Display:
    """Tells a person at a terminal, or the reader of a log, what is going on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._look = Look.of(self._stream)

    def say(self, text: str = "") -> None:
        try:
            print(text, file=self._stream, flush=True)
        except BrokenPipeError:
            # The reader has left, as in `make up | head`. The work goes on.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show a step from its beginning to its end, with the time that it took."""
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
        """Say what went wrong, with the end of the log and its name."""
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
