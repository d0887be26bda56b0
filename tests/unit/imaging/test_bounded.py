"""Work on foreign bytes ends: with an answer, by its own failure, or by the limits of the system."""

from __future__ import annotations

import mmap
import os
import re
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from easel.errors import ImageRejected, ImagingUnavailable, RejectionReason
from easel.imaging.bounded import run_bounded
from easel.imaging.limits import FOREIGN, MEBIBYTE

if TYPE_CHECKING:
    from collections.abc import Callable

SHORT = replace(FOREIGN, cpu_seconds=0.2, wall_seconds=20.0)


def spin() -> list[bytes]:
    """Python that swallows every exception."""
    while True:
        try:
            sum(range(1000))
        except BaseException:  # noqa: BLE001, S112 - the point of it
            continue


def spin_in_c() -> list[bytes]:
    """One call that does not come back to Python for hours."""
    re.match(r"(a+)+$", "a" * 60 + "b")
    return []


def ignore_the_signal() -> list[bytes]:
    signal.signal(signal.SIGPROF, signal.SIG_IGN)
    return spin()


def test_the_answer_comes_back_byte_for_byte() -> None:
    blobs = [b"", os.urandom(3_000_000), b"\0" * 5]

    assert run_bounded(lambda: blobs, FOREIGN) == blobs
    assert run_bounded(lambda: [memoryview(b"view")], FOREIGN) == [b"view"]


def test_a_rejection_keeps_its_message_and_reason() -> None:
    def work() -> list[bytes]:
        raise ImageRejected("Too\nlarge: \u4e2d.", RejectionReason.TOO_LARGE)

    with pytest.raises(ImageRejected) as refused:
        run_bounded(work, FOREIGN)

    assert (refused.value.message, refused.value.reason) == ("Too\nlarge: \u4e2d.", RejectionReason.TOO_LARGE)


@pytest.mark.parametrize(
    "error", [ValueError("no"), RecursionError(), AssertionError(), UnicodeDecodeError("x", b"", 0, 1, "y")]
)
def test_whatever_a_decoder_raises_is_a_rejection(error: Exception) -> None:
    def work() -> list[bytes]:
        raise error

    with pytest.raises(ImageRejected, match="damaged"):
        run_bounded(work, FOREIGN)


def test_a_parent_of_many_gigabytes_is_not_taken_for_a_picture_that_needs_them() -> None:
    def work() -> list[bytes]:
        raise ValueError

    with mmap.mmap(-1, 8 * FOREIGN.memory_bytes), pytest.raises(ImageRejected, match="damaged"):
        run_bounded(work, FOREIGN)


@pytest.mark.parametrize("work", [spin, spin_in_c, ignore_the_signal])
def test_work_without_end_is_ended_by_its_processor_time(work: Callable[[], list[bytes]]) -> None:
    with pytest.raises(ImageRejected, match=r"more than 0\.2 seconds of CPU time") as refused:
        run_bounded(work, SHORT)

    assert refused.value.reason is RejectionReason.TOO_COMPLEX


def test_work_without_measure_is_ended_by_its_memory() -> None:
    def work() -> list[bytes]:
        return [bytes(1024 * MEBIBYTE)]

    with pytest.raises(ImageRejected, match="too much memory") as refused:
        run_bounded(work, replace(FOREIGN, memory_bytes=64 * MEBIBYTE))

    assert refused.value.reason is RejectionReason.TOO_MUCH_MEMORY


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_decoder_that_crashes_takes_nobody_with_it(number: signal.Signals) -> None:
    def work() -> list[bytes]:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        return []

    with pytest.raises(ImageRejected, match="its decoder failed"):
        run_bounded(work, FOREIGN)


def test_work_that_was_given_no_time_is_not_the_fault_of_the_picture() -> None:
    def work() -> list[bytes]:
        time.sleep(600)
        return []

    with pytest.raises(ImagingUnavailable):
        run_bounded(work, replace(FOREIGN, wall_seconds=0.2))


@pytest.mark.parametrize("code", [0, 3])
def test_a_child_that_ends_without_an_answer_is_not_the_fault_of_the_picture(code: int) -> None:
    with pytest.raises(ImagingUnavailable):
        run_bounded(lambda: os._exit(code), FOREIGN)


def test_half_an_answer_is_none() -> None:
    class Endless(list[bytes]):
        def __iter__(self) -> object:  # type: ignore[override]  # an answer that fails while it is written
            yield b"first"
            os._exit(1)

    with pytest.raises(ImagingUnavailable):
        run_bounded(Endless, FOREIGN)


def test_a_system_without_processes_left_is_not_the_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)

    with pytest.raises(ImagingUnavailable):
        run_bounded(lambda: [b""], FOREIGN)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list open files")
def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    before, children, fork = len(list(Path("/proc/self/fd").iterdir())), [], os.fork

    def noted() -> int:
        children.append(process := fork())
        return process

    monkeypatch.setattr(os, "fork", noted)
    for work in (lambda: [b"done"], spin_in_c, lambda: os._exit(1)):
        try:
            run_bounded(work, SHORT)
        except (ImageRejected, ImagingUnavailable):
            continue

    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert len(children) == 3
    for process in children:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)
