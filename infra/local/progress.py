"""Shows the progress of a generation: a bar per image on a terminal, a line per change elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from infra.local.api_client import GenerationState, ImageState
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_SHARE_DONE: Final = {"": 0, "queued": 10, "submitted": 30, "generating": 55, "storing": 85}
"""The progress of an image in each stage, in percent."""

_WHOLE: Final = 100


class ProgressView(Protocol):
    """A view that is updated with a generation's state."""

    def show(self, state: GenerationState) -> None: ...


@contextmanager
def progress_view(console: Console) -> Iterator[ProgressView]:
    """The view for this console."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (TextColumn("  {task.description:<10}"), BarColumn(30), TextColumn("{task.fields[stage]:<12}"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        yield Bars(progress)


class Bars:
    """One progress bar per image."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[int, TaskID] = {}

    def show(self, state: GenerationState) -> None:
        for image in state.images:
            if image.index not in self._bars:
                description = f"picture {image.index + 1}"
                self._bars[image.index] = self._progress.add_task(description, total=_WHOLE, stage="")
            done = share_done(image)
            self._progress.update(self._bars[image.index], completed=done, stage=told_stage(image))
            if done == _WHOLE:
                self._progress.stop_task(self._bars[image.index])


class Lines:
    """One line per change of stage."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: dict[int, str] = {}

    def show(self, state: GenerationState) -> None:
        for image in state.images:
            stage = told_stage(image)
            if self._told.get(image.index) != stage:
                self._told[image.index] = stage
                text = f"  picture {image.index + 1}: {stage} ({share_done(image)} %)"
                self._console.print(text, markup=False, highlight=False)


def share_done(image: ImageState) -> int:
    """Progress in percent, by stage. An ended image is at 100, with any status."""
    return _WHOLE if is_final(image) else _SHARE_DONE.get(image.stage, 0)


def told_stage(image: ImageState) -> str:
    return image.status.lower() if is_final(image) or not image.stage else image.stage


def is_final(image: ImageState) -> bool:
    return image.status in {"COMPLETED", "FAILED", "CANCELLED"}
