"""The engine for histories that nobody wrote down: three providers, one event at a time, two workers at once.

A second actor can be let in after any side effect of the first: it does all of its work before the first goes on.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.engine import (
    TASK_WRITES,
    WORKSPACE,
    Behaviour,
    Due,
    Engine,
    Fuse,
    ScriptedProvider,
    WorkerKilledError,
    caller,
    failure,
)

from easel.domain.catalogue import Candidate, Catalogue, load_catalogue
from easel.domain.generation import Generation
from easel.domain.provider import Finished, ProviderTask, RemotePicture, Running, Submission
from easel.domain.request import ImageRequest
from easel.errors import GenerationClosed, ProviderErrorClass
from easel.services.generations.submit_generation import Submitted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PROVIDERS = ("wavespeed", "sandbox", "third")
_SWEEP_EVERY = timedelta(seconds=60)
_MOST_EVENTS = 1_000


SIDE_EFFECTS = (
    *("DynamoTransactions.commit", "_Queues.submit", "_Queues.render", "_Queues.collect", "_Queues.hint"),
    *("SteppedEngine.start", "SteppedEngine.stop", "SteppedEngine.image_delivered", "SteppedEngine.image_failed"),
    *(f"DynamoImageTasks.{name}" for name in TASK_WRITES),
    *("BillingProvider.submit", "BillingProvider.fetch", "BillingProvider.download", "MemoryStore.put"),
)
"""What workers do that others can see, as `Engine` names it."""


class Interruptions(Fuse):
    """Besides killing a worker after a side effect: lets somebody else act there."""

    def __init__(self) -> None:
        super().__init__()
        self._deaths: list[str] = []
        self._others: list[tuple[str, Callable[[], None]]] = []

    def step(self, name: str) -> None:
        self.steps.append(name)
        dies = name in self._deaths
        if dies:
            self._deaths.remove(name)
        for other in [other for other in self._others if other[0] == name][:1]:
            self._others.remove(other)
            other[1]()
        if dies:
            raise WorkerKilledError(name)

    def kill_after(self, effect: str) -> None:
        self._deaths.append(effect)

    def interrupt_after(self, effect: str, other: Callable[[], None]) -> None:
        self._others.append((effect, other))


class BillingProvider(ScriptedProvider):
    """A provider that writes a bill: which attempts made a job, and which jobs are free of charge."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.jobs_of: dict[str, str] = {}
        self.free: set[str] = set()
        self.calls_back_after: list[timedelta] = []
        self.call_back: Callable[[ProviderTask, str, timedelta], None] | None = None
        self._attempt_id = ""

    def submit(self, task: ProviderTask) -> Submission:
        # Another worker may be let in before the job is made, and call this provider meanwhile.
        outer, self._attempt_id = self._attempt_id, task.attempt_id
        try:
            return super().submit(task)
        finally:
            self._attempt_id = outer
            job_id = self.jobs_of.get(task.attempt_id)
            if job_id is not None and self.call_back is not None and self.calls_back_after:
                self.call_back(task, job_id, self.calls_back_after.pop(0))

    def new_job(self, *states: object) -> str:
        job_id = super().new_job(*states)  # type: ignore[arg-type]  # passed on as they came
        self.jobs_of[self._attempt_id] = job_id
        return job_id

    def charges(self, attempt_ids: Sequence[str]) -> int:
        """How many of these attempts have to be paid for."""
        jobs = [self.jobs_of[attempt_id] for attempt_id in attempt_ids if attempt_id in self.jobs_of]
        return sum(job not in self.free for job in jobs)


class SteppedEngine(Engine):
    """An engine whose events are delivered one by one."""

    def __init__(self, client: DynamoDBClient, table: str, calling_back: Collection[str] = ()) -> None:
        self.interruptions = Interruptions()
        self.bills = {name: BillingProvider(name) for name in PROVIDERS}
        super().__init__(client, table, fuse=self.interruptions, calling_back=calling_back)
        for bill in self.bills.values():
            bill.call_back = self.call_back
        self._delivering: Due | None = None
        self._next_sweep = self.clock.now + _SWEEP_EVERY

    def make_providers(self) -> Mapping[str, ScriptedProvider]:
        return self.bills

    def make_catalogue(self) -> Catalogue:
        return three_candidates(load_catalogue())

    # --- what a history is made of --------------------------------------------------------------------------------

    def ask(self, request: ImageRequest, key: str | None) -> Submitted | None:
        """Submit; None when the front door died on the way, after its transaction."""
        try:
            return self.submit(request, idempotency_key=key)
        except WorkerKilledError:
            return None

    def deliver_next(self) -> bool:
        """Let the next thing happen, at its time; False when that was a sweep and nothing else is to come."""
        if not self._due or self._due[0].at >= self._next_sweep:
            self.clock.now = max(self.clock.now, self._next_sweep)
            self._next_sweep = self.clock.now + _SWEEP_EVERY
            self.sweep_now()
            return bool(self._due)
        due = heapq.heappop(self._due)
        self.clock.now = max(self.clock.now, due.at)
        before, self._delivering = self._delivering, due
        self._deliver(due)
        self._delivering = before
        return True

    def deliver_what_is_due_now(self) -> None:
        """Another worker takes the next message, if there is one already."""
        if self._due and self._due[0].at <= self.clock.now:
            self.deliver_next()

    def deliver_double(self) -> None:
        """Another worker gets a double of the message that is being worked on."""
        if self._delivering is not None and self._delivering.redelivered_after is not None:
            self._deliver(self._double(self._delivering, timedelta()))

    def double_next(self, delay: timedelta) -> None:
        """The queue delivers its next message twice, the second time later."""
        if self._due and self._due[0].redelivered_after is not None:
            heapq.heappush(self._due, self._double(self._due[0], delay))

    def _double(self, due: Due, delay: timedelta) -> Due:
        double = copy(due)
        double.at, double.order, double.receives = due.at + delay, next(self._order), 0
        return double

    def cancel_if_open(self, generation_id: str) -> None:
        """The caller cancels and does not mind when it is too late; a dead front door is the caller's to repeat."""
        try:
            self.cancel(caller(), generation_id)
        except (GenerationClosed, WorkerKilledError):
            return

    def sweep_now(self) -> None:
        self._deliver(Due(self.clock.now, 0, "sweep", self.sweep))

    # --- the end --------------------------------------------------------------------------------------------------

    def run_to_the_end(self) -> list[Generation]:
        """Until all is quiet and everybody was told. Deaths that were planned still happen."""
        for _ in range(_MOST_EVENTS):
            if not self.deliver_next() and all(self._ended(generation.id) for generation in self.stored()):
                break
        return self.stored()

    def stored(self) -> list[Generation]:
        """Every generation there is, the oldest first."""
        page = self.generations.list(WORKSPACE, limit=100, after=None, status=None)
        return list(reversed(page.items))


def three_candidates(catalogue: Catalogue) -> Catalogue:
    """The catalogue with models that three providers can serve, so that routing has something to choose from."""
    models = [
        replace(
            model, candidates=tuple(Candidate(name, model.id, "t2i", "i2i", {"default": 40_000}) for name in PROVIDERS)
        )
        for model in catalogue.active_models()
    ]
    return Catalogue(catalogue.version, tuple(models))


# --- behaviours of providers that name themselves in their errors -----------------------------------------------------


def job_ending_in(error_class: ProviderErrorClass) -> Behaviour:
    """A job that is taken and then fails. Vendors do not charge for those."""

    def behave(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        job_id = provider.new_job(Running(), failure(error_class, provider.name, ended=True))
        if isinstance(provider, BillingProvider):
            provider.free.add(job_id)
        return Submission(job_id, Running())

    return behave


def hard_to_ask(error_class: ProviderErrorClass) -> Behaviour:
    """A job that is done in the end, but asking for it fails now and then."""

    def behave(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        done = Finished(RemotePicture("https://vendor.example/picture"))
        trouble = failure(error_class, provider.name)
        return Submission(provider.new_job(trouble, Running(), trouble, done), Running())

    return behave
