"""The jobs that the simulated vendors have taken, and how often each prompt was submitted."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from infra.local.simulators.faults import Fault
from infra.local.simulators.pictures import Drawing

_MAX_JOBS: Final = 10_000


@dataclass
class Job:
    """One job. `done` is set when it has ended; `code` and `error` say why it failed.

    `callbacks` has what the receiver of each try answered (0: nothing); `callback_sent` is set after the last one.
    """

    id: str
    vendor: str
    model: str
    prompt: str
    input: Mapping[str, Any]
    fault: Fault | None
    status: str = "processing"
    code: int = 0
    error: str = ""
    drawings: tuple[Drawing, ...] = ()
    created_at: float = field(default_factory=time.time)
    milliseconds: int = 0
    polls: int = 0
    downloads: int = 0
    callbacks: list[int] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    callback_sent: threading.Event = field(default_factory=threading.Event)

    def has_fault(self, name: str) -> bool:
        return self.fault is not None and self.fault.name == name

    def end(self, *, code: int = 0, error: str = "", status: str = "") -> None:
        """Complete the job, or fail it when there is a code or another status."""
        self.code, self.error = code, error
        self.milliseconds = round((time.time() - self.created_at) * 1000)
        self.status = status or ("failed" if code else "completed")
        self.done.set()


class JobBook:
    """All jobs of all vendors of this process. Safe for threads; forgets the oldest jobs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._submits: Counter[tuple[str, str, str]] = Counter()
        self._submits_of_prompt: Counter[tuple[str, str]] = Counter()

    def count_submit(self, vendor: str, model: str, prompt: str) -> int:
        """Note a submit; the answer is how many there have been of this prompt at this vendor, with this one."""
        with self._lock:
            self._submits[vendor, model, prompt] += 1
            self._submits_of_prompt[vendor, prompt] += 1
            return self._submits_of_prompt[vendor, prompt]

    def add(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.id] = job
            if len(self._jobs) > _MAX_JOBS:
                del self._jobs[next(iter(self._jobs))]

    def get(self, job_id: str) -> Job | None:
        with self._lock:
            return self._jobs.get(job_id)

    def count_poll(self, job: Job) -> int:
        with self._lock:
            job.polls += 1
            return job.polls

    def count_download(self, job: Job) -> int:
        with self._lock:
            job.downloads += 1
            return job.downloads

    def note_callback(self, job: Job, status: int) -> None:
        with self._lock:
            job.callbacks.append(status)

    def reset(self) -> None:
        with self._lock:
            self._jobs.clear()
            self._submits.clear()
            self._submits_of_prompt.clear()

    def describe(self) -> dict[str, Any]:
        """Jobs and submits, for the control API. A refused submit counts among the submits and makes no job."""
        with self._lock:
            jobs, submits = list(self._jobs.values()), dict(self._submits)
        return {
            "jobs": [_describe(job, submits.get((job.vendor, job.model, job.prompt), 0)) for job in jobs],
            "submits": [
                {"vendor": vendor, "model": model, "prompt": prompt, "count": count}
                for (vendor, model, prompt), count in submits.items()
            ],
        }


def _describe(job: Job, submits: int) -> dict[str, Any]:
    return {
        "id": job.id,
        "vendor": job.vendor,
        "model": job.model,
        "prompt": job.prompt,
        "input": dict(job.input),
        "status": job.status,
        "code": job.code,
        "fault": job.fault.name if job.fault else None,
        "submits": submits,
        "polls": job.polls,
        "downloads": job.downloads,
        "callbacks": list(job.callbacks),
    }
