"""How simulated vendors call back when a job has ended, and every way in which that can go wrong."""

from __future__ import annotations

import ipaddress
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from infra.local.simulators.jobs import Job, JobBook

FAULTS: Final = frozenset(["callback-early", "callback-twice", "callback-lost", "callback-forged", "callback-late"])
"""What a prompt may ask of any vendor that calls back."""

_SECONDS: Final = 15.0
"""How long a receiver may take, as nanobananaapi.ai has it."""
_RETRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Message:
    """A callback as it goes out."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Callback:
    """Whom to call about a job. `genuine` makes the vendor's message anew for each try, `forged` that of a stranger."""

    url: str
    genuine: Callable[[], Message]
    forged: Callable[[], Message]


class CallbackSender:
    """Delivers callbacks; three more tries when one is not taken, after `retry_seconds`, twice and four times that."""

    def __init__(self, jobs: JobBook, stopping: threading.Event, *, retry_seconds: float) -> None:
        self._jobs = jobs
        self._stopping = stopping
        self._retry_seconds = retry_seconds

    def forge(self, job: Job, callback: Callback) -> None:
        """What a stranger who knows the address sends before the job has even begun, if the fault wants one."""
        if job.has_fault("callback-forged"):
            self._jobs.note_callback(job, _post(callback.url, callback.forged()))

    def deliver(self, job: Job, callback: Callback) -> None:
        """Tell the caller that the job has ended, as often and as late as the job's fault says."""
        try:
            if job.fault and job.has_fault("callback-late"):
                self._stopping.wait(job.fault.number("seconds", 5))
            if not job.has_fault("callback-lost"):
                for _ in range(2 if job.has_fault("callback-twice") else 1):
                    self._try(job, callback)
        finally:
            job.callback_sent.set()

    def _try(self, job: Job, callback: Callback) -> None:
        pauses = [0.0, *(self._retry_seconds * 2**turn for turn in range(_RETRIES))]
        for pause in pauses:
            if self._stopping.wait(pause):
                return
            status = _post(callback.url, callback.genuine())
            self._jobs.note_callback(job, status)
            if 200 <= status < 300:  # noqa: PLR2004 - any success
                return


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Take a redirect for the refusal that it is."""
        return


def _post(url: str, message: Message) -> int:
    """The receiver's status; 0 when there is none, or when it is an address that is not called here."""
    if not _may_be_called(url):
        return 0
    call = urllib.request.Request(url, data=message.body, headers=dict(message.headers), method="POST")
    try:
        with urllib.request.build_opener(_NoRedirect).open(call, timeout=_SECONDS) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except (OSError, ValueError):
        return 0


def _may_be_called(url: str) -> bool:
    """Loopback, or https to a name that can exist: pollers give addresses under `.invalid`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.scheme == "https":
        return bool(host) and not host.endswith(".invalid")
    return parts.scheme == "http" and _is_loopback(host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
