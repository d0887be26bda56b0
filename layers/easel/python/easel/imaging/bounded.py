"""Runs work on foreign bytes in a child process, whose processor time and memory the operating system limits.

Decoders are C code: no exception, signal handler or thread of ours could interrupt one. A forked child costs some
milliseconds, shares the memory of its parent, needs no shared memory of its own (Lambda has no /dev/shm), and gives
back to the system whatever it took. The signals that its limits send end it at once, wherever it is.
"""

from __future__ import annotations

import fcntl
import gc
import logging
import os
import resource
import select
import signal
import struct
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from easel.errors import ImageRejected, ImagingUnavailable, RejectionReason
from easel.imaging.limits import MEBIBYTE, Limits

logger = logging.getLogger(__name__)

Result = Sequence[bytes | memoryview]
"""What the work hands back: some byte strings."""

_DONE, _REJECTED, _FAILED = b"D", b"R", b"F"
_LENGTH: Final = struct.Struct(">Q")
_MOST_RESULT: Final = 256 * MEBIBYTE
_READ: Final = MEBIBYTE
_TRIES: Final = 3
_PAUSE_SECONDS: Final = 0.05
_GRACE_SECONDS: Final = 1
"""By which the hard limit on processor time comes after the timer."""
_STARVED_SHARE: Final = 0.5
"""A child that had less than this share of its processor time when the clock ran out was not the one at fault."""


def run_bounded(work: Callable[[], Result], limits: Limits) -> list[bytes]:
    """What `work` hands back, done in a child process within the limits.

    Raises:
        ImageRejected: the work raised it, failed on these bytes in another way, or went over the limits.
        ImagingUnavailable: no child could be started, or it was not given the time.
    """
    process, reader = _forked(work, limits)
    started = time.monotonic()
    try:
        message = _received(reader, started + limits.wall_seconds)
    finally:
        os.close(reader)
        # It is ending with its answer, or has to end without one.
        os.kill(process, signal.SIGKILL)
        _, status, usage = os.wait4(process, 0)
    if message is not None and os.waitstatus_to_exitcode(status) == 0:
        return _unpacked(message)
    seconds = usage.ru_utime + usage.ru_stime
    logger.warning("work on a picture did not end", extra={"status": status, "cpu_seconds": round(seconds, 2)})
    raise _failure(status, seconds, limits)


def _forked(work: Callable[[], Result], limits: Limits) -> tuple[int, int]:
    """The child, and where its answer comes."""
    for tries in range(1, _TRIES + 1):
        try:
            reader, writer = os.pipe()
            _widen(writer)
        except OSError as error:
            raise ImagingUnavailable("No pipe could be opened.") from error
        try:
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                # Python 3.12 warns where other threads exist. The child only decodes: it takes none of their locks.
                process = os.fork()
        except OSError as error:
            os.close(reader)
            os.close(writer)
            if tries == _TRIES:
                raise ImagingUnavailable("No process could be started for a picture.") from error
            time.sleep(_PAUSE_SECONDS)
        else:
            if process == 0:
                _work_and_exit(work, limits, writer)
            os.close(writer)
            return process, reader
    raise AssertionError


def _widen(pipe: int) -> None:
    # Only Linux can; elsewhere the pipe stays at 64 kB, and large results take more turns.
    with suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _READ)


def _work_and_exit(work: Callable[[], Result], limits: Limits, writer: int) -> NoReturn:
    """In the child: never returns, and runs none of the parent's handlers."""
    code = 1
    try:
        _limit(limits)
        for piece in _answer(work):
            _write(writer, piece)
        code = 0
    finally:
        os._exit(code)


def _limit(limits: Limits) -> None:
    gc.disable()
    for number in (signal.SIGPROF, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
    hard = int(limits.cpu_seconds) + _GRACE_SECONDS
    _set(resource.RLIMIT_CPU, hard)
    _set(resource.RLIMIT_CORE, 0)
    taken = _address_space()
    if taken:
        _set(resource.RLIMIT_AS, taken + limits.memory_bytes)


def _set(limit: int, value: int) -> None:
    # A system that lacks the limit, or has a lower one, is left as it is.
    with suppress(ValueError, OSError):
        resource.setrlimit(limit, (value, value))


def _address_space() -> int:
    """Bytes that this process has reserved; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _answer(work: Callable[[], Result]) -> Iterable[bytes | memoryview]:
    try:
        result = work()
    except ImageRejected as error:
        return (_REJECTED, error.reason.value.encode(), b"\n", error.message.encode("utf-8", "replace"))
    except MemoryError:
        return (_REJECTED, RejectionReason.TOO_COMPLEX.value.encode(), b"\nThe picture takes too much memory.")
    except Exception as error:  # noqa: BLE001 - decoders fail on foreign bytes in any way; the parent logs it
        return (_FAILED, repr(error).encode("utf-8", "replace")[:1000])
    return (_DONE, *(piece for blob in result for piece in (_LENGTH.pack(len(blob)), blob)))


def _write(writer: int, piece: bytes | memoryview) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(writer, view) :]


def _received(reader: int, deadline: float) -> bytes | None:
    """All that the child wrote before it ended; None when it wrote nothing, or did not end in time."""
    pieces: list[bytes] = []
    count = 0
    poller = select.poll()
    poller.register(reader, select.POLLIN)
    while (left := deadline - time.monotonic()) > 0:
        if not poller.poll(left * 1000):
            return None
        piece = os.read(reader, _READ)
        if not piece:
            return b"".join(pieces) or None
        pieces.append(piece)
        count += len(piece)
        if count > _MOST_RESULT:
            return None
    return None


def _unpacked(message: bytes) -> list[bytes]:
    kind, body = message[:1], message[1:]
    if kind == _REJECTED:
        reason, _, text = body.decode("utf-8", "replace").partition("\n")
        raise ImageRejected(text, RejectionReason(reason))
    if kind == _FAILED:
        logger.warning("a picture could not be decoded", extra={"decoder_error": body.decode("utf-8", "replace")})
        raise ImageRejected("The picture is damaged or cut short.")
    blobs, position = [], 0
    while position < len(body):
        (length,) = _LENGTH.unpack_from(body, position)
        blobs.append(body[position + _LENGTH.size : position + _LENGTH.size + length])
        position += _LENGTH.size + length
    return blobs


def _failure(status: int, seconds: float, limits: Limits) -> ImageRejected | ImagingUnavailable:
    """What a child's silent end means."""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    ran_out = number in {signal.SIGPROF, signal.SIGXCPU}
    if ran_out or (number == signal.SIGKILL and seconds >= limits.cpu_seconds * _STARVED_SHARE):
        message = f"The picture takes more than {limits.cpu_seconds:g} seconds of processor time."
        return ImageRejected(message, RejectionReason.TOO_COMPLEX)
    if number in {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL}:
        return ImageRejected("The picture is damaged: its decoder failed.")
    return ImagingUnavailable("Work on a picture ended without an answer.")
