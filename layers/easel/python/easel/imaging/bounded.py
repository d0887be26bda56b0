"""Run work on untrusted bytes in a child process with limits on CPU time and memory.

Decoders are C code, which Python's exceptions, signal handlers and threads cannot interrupt. A forked child costs some
milliseconds, shares the memory of its parent copy-on-write, needs nothing but a pipe (Lambda has no /dev/shm), and
returns all its memory to the system. The signals of its limits kill it, wherever it is.
"""

from __future__ import annotations

import fcntl
import gc
import logging
import math
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
"""The result of the work: byte strings."""

_DONE, _REJECTED, _FAILED = b"D", b"R", b"F"
_OUT_OF_MEMORY: Final = (
    _REJECTED,
    RejectionReason.TOO_MUCH_MEMORY.value.encode(),
    b"\nDecoding or encoding the picture takes too much memory.",
)
_NEAR_LIMIT: Final = 0.75
"""Share of the memory that the work may add, from which a failure is taken for a lack of memory."""
_LENGTH: Final = struct.Struct(">Q")
_MOST_RESULT: Final = 256 * MEBIBYTE
_READ: Final = MEBIBYTE
_TRIES: Final = 3
_PAUSE_SECONDS: Final = 0.05
_GRACE_SECONDS: Final = 1
"""Time between the timer and the hard limit on CPU time, in case the signal of the timer is ignored."""
_STARVED_SHARE: Final = 0.5
"""If a child used less than this share of its CPU time before the timeout, the machine was too busy."""


def run_bounded(work: Callable[[], Result], limits: Limits) -> list[bytes]:
    """Run `work` in a child process within the limits, and return its result.

    Raises:
        ImageRejected: the work raised it, failed with any other exception, or exceeded a limit.
        ImagingUnavailable: the child could not be started, or did not get CPU time.
    """
    process, reader = _forked(work, limits)
    started = time.monotonic()
    try:
        message = _received(reader, started + limits.wall_seconds)
    finally:
        os.close(reader)
        # It has written its result and exits, or must be ended.
        os.kill(process, signal.SIGKILL)
        _, status, usage = os.wait4(process, 0)
    if message is not None and os.waitstatus_to_exitcode(status) == 0:
        return _unpacked(message)
    seconds = usage.ru_utime + usage.ru_stime
    logger.warning("processing an image was aborted", extra={"status": status, "cpu_seconds": round(seconds, 2)})
    raise _failure(status, seconds, limits)


def _forked(work: Callable[[], Result], limits: Limits) -> tuple[int, int]:
    """Start the child. Returns its process id and the pipe to read from."""
    for tries in range(1, _TRIES + 1):
        try:
            reader, writer = os.pipe()
            _widen(writer)
        except OSError as error:
            raise ImagingUnavailable("No pipe could be opened.") from error
        try:
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                # Since Python 3.12 there is a warning if other threads exist. The child needs none of their locks.
                process = os.fork()
        except OSError as error:
            os.close(reader)
            os.close(writer)
            if tries == _TRIES:
                raise ImagingUnavailable("The process to decode an image could not be started.") from error
            time.sleep(_PAUSE_SECONDS)
        else:
            if process == 0:
                _work_and_exit(work, limits, writer)
            os.close(writer)
            return process, reader
    raise AssertionError


def _widen(pipe: int) -> None:
    # Linux only; elsewhere the pipe keeps its size.
    with suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _READ)


def _work_and_exit(work: Callable[[], Result], limits: Limits, writer: int) -> NoReturn:
    """In the child. Exits without the parent's exit handlers."""
    code = 1
    try:
        for piece in _answer(work, _limit(limits)):
            _write(writer, piece)
        code = 0
    finally:
        os._exit(code)


def _limit(limits: Limits) -> float:
    """Set the limits. Returns the size of the address space from which memory counts as short.

    The child starts with the address space of its parent, which may be many times what the work may add.
    """
    gc.disable()
    for number in (signal.SIGPROF, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
    hard = int(limits.cpu_seconds) + _GRACE_SECONDS
    _set(resource.RLIMIT_CPU, hard)
    _set(resource.RLIMIT_CORE, 0)
    used = _address_space("VmSize")
    if not used:
        return math.inf
    _set(resource.RLIMIT_AS, used + limits.memory_bytes)
    return used + limits.memory_bytes * _NEAR_LIMIT


def _set(limit: int, value: int) -> None:
    # Not supported by the system, or above a limit that is already set.
    with suppress(ValueError, OSError):
        resource.setrlimit(limit, (value, value))


def _address_space(name: str) -> int:
    """Address space of this process in bytes (`VmSize`), or its maximum (`VmPeak`); 0 if unknown."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    lines = (line.split() for line in status.splitlines() if line.startswith(f"{name}:"))
    return next((int(line[1]) * 1024 for line in lines), 0)


def _answer(work: Callable[[], Result], short_of_memory: float) -> Iterable[bytes | memoryview]:
    try:
        result = work()
    except ImageRejected as error:
        return (_REJECTED, error.reason.value.encode(), b"\n", error.message.encode("utf-8", "replace"))
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - decoders raise anything on untrusted bytes; the parent logs it
        # C code reports a failed allocation as any error.
        if _address_space("VmPeak") > short_of_memory:
            return _OUT_OF_MEMORY
        return (_FAILED, repr(error).encode("utf-8", "replace")[:1000])
    return (_DONE, *(piece for blob in result for piece in (_LENGTH.pack(len(blob)), blob)))


def _write(writer: int, piece: bytes | memoryview) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(writer, view) :]


def _received(reader: int, deadline: float) -> bytes | None:
    """Everything that the child wrote; None if that is nothing, or after the timeout."""
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
    kind, body = message[:1], memoryview(message)[1:]
    if kind == _REJECTED:
        reason, _, text = str(body, "utf-8", "replace").partition("\n")
        raise ImageRejected(text, RejectionReason(reason))
    if kind == _FAILED:
        logger.warning("an image could not be decoded", extra={"decoder_error": str(body, "utf-8", "replace")})
        raise ImageRejected("The picture is damaged or truncated.")
    blobs, position = [], 0
    while position < len(body):
        (length,) = _LENGTH.unpack_from(body, position)
        blobs.append(bytes(body[position + _LENGTH.size : position + _LENGTH.size + length]))
        position += _LENGTH.size + length
    return blobs


def _failure(status: int, seconds: float, limits: Limits) -> ImageRejected | ImagingUnavailable:
    """The error for a child that ended without a result."""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    ran_out = number in {signal.SIGPROF, signal.SIGXCPU}
    if ran_out or (number == signal.SIGKILL and seconds >= limits.cpu_seconds * _STARVED_SHARE):
        message = f"Decoding the picture takes more than {limits.cpu_seconds:g} seconds of CPU time."
        return ImageRejected(message, RejectionReason.TOO_COMPLEX)
    if number in {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL}:
        return ImageRejected("The picture is damaged: its decoder failed.")
    return ImagingUnavailable("The process to decode an image ended without a result.")
