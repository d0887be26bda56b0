"""Runs the jobs of simulated vendors, each in a thread of its own, with the fault that its prompt asks for."""

from __future__ import annotations

import hashlib
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.local.simulators.callbacks import Callback, CallbackSender
from infra.local.simulators.faults import Fault, find_fault
from infra.local.simulators.jobs import Job, JobBook
from infra.local.simulators.messages import Endless, Outcome, Reply
from infra.local.simulators.pictures import Drawing, read_reference
from PIL import Image

MAX_INPUT_BYTES: Final = 20 * 1024 * 1024
FAULTS: Final = frozenset(
    (
        *("rate-limit", "server-error", "unavailable", "auth", "balance", "gone", "hang", "drop", "gateway-timeout"),
        *("slow", "poll-error", "garbage", "wrong-type", "huge"),
    )
)
"""What a prompt may ask of every vendor with jobs; how a job can end badly is the vendor's own list."""
_INPUT_SECONDS: Final = 10.0
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_HUGE_BYTES: Final = 48 * 1024 * 1024
_UNREADABLE: Final = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ends without a picture, in its vendor's words."""

    code: int
    error: str
    status: str = "failed"


@dataclass(frozen=True, slots=True)
class Source:
    """A reference picture: its bytes, and a small copy in which its shape shows."""

    data: bytes
    small: Image.Image

    @property
    def ratio(self) -> float:
        """Width by height."""
        return self.small.width / self.small.height


class JobThreads:
    """Jobs of all simulated vendors that have jobs. `latency` is the time of an ordinary job in seconds."""

    def __init__(
        self, jobs: JobBook, stopping: threading.Event, *, latency: float, callback_retry_seconds: float
    ) -> None:
        self.jobs = jobs
        self.stopping = stopping
        self._latency = latency
        self._sender = CallbackSender(jobs, stopping, retry_seconds=callback_retry_seconds)

    def fault_of(self, vendor: str, model: str, prompt: str, faults: frozenset[str]) -> tuple[Fault | None, int]:
        """The fault of this submit, and how many there have been of its prompt. Raises UnknownFaultError."""
        submit = self.jobs.count_submit(vendor, model, prompt)
        fault = find_fault(prompt, faults, vendor)
        if fault is None or not fault.applies_to(submit):
            return None, submit
        fault.number("seconds", 0)
        return fault, submit

    def start(
        self,
        job: Job,
        draw: Callable[[], tuple[Drawing, ...]],
        endings: Mapping[str, Ending],
        callback: Callback | None = None,
    ) -> None:
        """Accept a job and run it. `endings` are those that faults ask for, and `unreachable-input`."""
        self.jobs.add(job)

        def work() -> None:
            if callback:
                self._sender.forge(job, callback)
            self._work(job, draw, endings)
            if callback:
                self._sender.deliver(job, callback)
            job.callback_sent.set()

        threading.Thread(target=work, name=f"job {job.id}", daemon=True).start()

    def wait_for_callback(self, job: Job) -> None:
        """Answer a submit only after its callback was sent, if the fault is `callback-early`."""
        while job.has_fault("callback-early") and not self.stopping.is_set() and not job.callback_sent.wait(0.1):
            pass

    def wait(self, job: Job, seconds: float) -> bool:
        """Hold a call until the job has ended, at most so long: True when it has."""
        give_up_at = time.monotonic() + seconds
        while not self.stopping.is_set() and (left := give_up_at - time.monotonic()) > 0:
            if job.done.wait(min(0.5, left)):
                return True
        return job.done.is_set()

    def poll_fails(self, job: Job) -> bool:
        """Count a poll: whether it is one of those that the job's fault spoils."""
        polls = self.jobs.count_poll(job)
        return job.fault is not None and job.has_fault("poll-error") and polls <= job.fault.number("times", 2)

    def serve(self, job: Job, drawing: Drawing) -> Outcome | None:
        """The answer to a download, spoilt as the job's fault says; None when it is to come again."""
        downloads = self.jobs.count_download(job)
        if job.fault and job.has_fault("download-error") and downloads <= job.fault.number("times", 2):
            return None
        if job.has_fault("huge"):
            return Endless(_PNG_START, "image/png")
        data, media_type = content(job, drawing)
        return Reply(200, data, media_type)

    def _work(self, job: Job, draw: Callable[[], tuple[Drawing, ...]], endings: Mapping[str, Ending]) -> None:
        try:
            job.drawings = draw()
        except _UNREADABLE:
            ending: Ending | None = endings["unreachable-input"]
        else:
            self.stopping.wait(self._seconds(job))
            ending = endings.get(job.fault.name) if job.fault else None
        if ending:
            job.end(code=ending.code, error=ending.error, status=ending.status)
        else:
            job.end()

    def _seconds(self, job: Job) -> float:
        for name, default in (("slow", 3.0), ("sync-timeout", 1.0)):
            if job.fault and job.has_fault(name):
                return job.fault.number("seconds", default)
        return self._latency


def fetch_input(url: str) -> bytes:
    """An input picture from wherever it lies. Raises OSError or ValueError."""
    with urllib.request.urlopen(url, timeout=_INPUT_SECONDS) as response:
        data: bytes = response.read(MAX_INPUT_BYTES)
        return data


def as_source(data: bytes) -> Source:
    """A reference picture. Raises OSError and others when it is none."""
    return Source(data, read_reference(data))


def drawings(
    job: Job, submit: int, sources: Sequence[Source], *, size: tuple[int, int], format: str, count: int = 1
) -> tuple[Drawing, ...]:
    """The pictures that a job will deliver. Repeats of a prompt differ, as they do with a real model."""
    digests = [hashlib.sha256(source.data).digest() for source in sources]

    def seed(number: int) -> bytes:
        words = f"{submit} {number} {job.prompt}".encode("utf-8", "replace")
        return hashlib.sha256(b"|".join([words, *digests])).digest()

    return tuple(
        Drawing(
            seed=seed(number),
            width=size[0],
            height=size[1],
            format=format,
            prompt=job.prompt,
            model=job.model,
            number=number + 1 if count > 1 else None,
            watermark=job.input.get("watermark") or "",
            references=[source.small for source in sources],
        )
        for number in range(count)
    )


def content(job: Job, drawing: Drawing) -> tuple[bytes, str]:
    """The bytes of an output and their media type, spoilt if the job's fault says so."""
    if job.has_fault("garbage"):
        return hashlib.shake_256(job.id.encode()).digest(4096), f"image/{drawing.format}"
    if job.fault and job.has_fault("wrong-type"):
        if job.fault.options.get("as") == "text":
            return b"this is no picture", "text/plain"
        return b"<!doctype html><title>Not a picture</title>", "image/png"
    if job.has_fault("huge"):
        return _PNG_START + bytes(_HUGE_BYTES), "image/png"
    return drawing.render(), f"image/{drawing.format}"


def wrong_choice(form: Mapping[str, Any], allowed: Mapping[str, Sequence[str]]) -> str | None:
    """What is wrong with the fields that have only so many values; None when nothing is."""
    for field, values in allowed.items():
        if form.get(field) is not None and form[field] not in values:
            return f"{field} must be one of {', '.join(values)}"
    return None
