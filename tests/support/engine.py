"""The whole engine in one process, under a clock that tests turn: real use cases, real DynamoDB, simulated rest.

Queues deliver at least once, the state machine follows `generation.asl.json` in spirit (fan out, time out,
settle), the provider does what the test scripts. A worker can be killed after any side effect: its message then comes
again, as SQS would send it. Nothing sleeps: time jumps to whatever is due next.
"""

from __future__ import annotations

import base64
import heapq
import itertools
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from tests.support.health import MemoryHealth, NoLatencies, routing_of
from tests.support.references import MemoryCopies, fetch_reference_over, resolve_references_over
from tests.support.requests import an_image_request
from tests.support.tables import create_ledger_table

from easel.domain.catalogue import Candidate, Catalogue, load_catalogue
from easel.domain.credits import MILLI, Grant, GrantKind, Wallet, fold, fold_grants
from easel.domain.events import Event, generation_ended
from easel.domain.file_names import FileName
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, ServedBy
from easel.domain.pricing import load_price_book
from easel.domain.provenance import Provenance
from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Finished,
    InlinePicture,
    OfferedModel,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    Running,
    Submission,
)
from easel.domain.request import Channel, ImageRequest, Mode
from easel.errors import CallbackRefused, ProviderError, ProviderErrorClass, QueueUnavailable, StillLeased
from easel.outbound.addresses import find_fault
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.generations.idempotency import DynamoIdempotencyClaims
from easel.repositories.images.image_tasks import DynamoImageTasks
from easel.repositories.money.budgets import DynamoBudgets
from easel.repositories.money.ledger import DynamoLedger
from easel.repositories.money.ledger_audit import DynamoLedgerAudit
from easel.repositories.money.usage import DynamoUsageCounters, DynamoUsageSummaries
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.accounts.open_account import OpenAccount, TrialOffer
from easel.services.accounts.principal import Principal
from easel.services.generations.cancel_generation import CancelGeneration
from easel.services.generations.close_generation import CloseGeneration
from easel.services.generations.read_generations import ReadGenerations
from easel.services.generations.settle_generation import SettleGeneration
from easel.services.generations.start_generation import StartGeneration
from easel.services.generations.submit_generation import SubmitGeneration, Submitted
from easel.services.generations.sweep_generations import SweepGenerations
from easel.services.images.after_error import AfterError
from easel.services.images.callback_tickets import CallbackSigner, SignedAddresses
from easel.services.images.collect_image import CollectImage
from easel.services.images.deliver_image import DeliverImage
from easel.services.images.end_image import EndImage
from easel.services.images.follow_callback import FollowCallback
from easel.services.images.leases import hold_of
from easel.services.images.read_images import ReadImages
from easel.services.images.receive_callback import ReceiveCallback
from easel.services.images.remove_late import RemoveLate
from easel.services.images.render_image import RenderImage
from easel.services.money.appraise import Appraise
from easel.services.money.expire_grants import ExpireGrants
from easel.services.money.quotes import QuoteSigner
from easel.services.ports.deletion import Deletion
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.messages import QueuedGeneration
from easel.services.ports.pictures import ProcessedImage, UnmarkedOriginal
from easel.services.ports.providers import JobHint
from easel.services.references.prepare_references import PrepareReferences
from easel.storage.reference_copies import S3ReferenceStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

VISIBILITY = timedelta(seconds=720)
"""After how long SQS sends a message again whose worker died before it held the message."""
PICTURE = b"a picture"
WORKSPACE = "01930000-0000-7000-8000-00000000a001"
USER = "01930000-0000-7000-8000-00000000b001"


TASK_WRITES = (
    *("claim", "begin_attempt", "begin_call", "record_job", "begin_poll", "end_attempt", "reopen_attempt"),
    *("deliver", "fail"),
)
"""What a worker writes about an image: each is a side effect after which it may die."""


class WorkerKilledError(BaseException):
    """The process is gone: no `except Exception` sees this."""


DEATHS_APART: Final = 1 if os.environ.get("EASEL_RACERS") else 2
"""Side effects from one death to the next, where histories share most of them; `make campaign` leaves none out."""


def deaths(first: int, last: int, scenario: int) -> range:
    """The side effects after which a worker dies: of one scenario the odd ones, of the next the even ones."""
    return range(first + scenario % DEATHS_APART, last + 1, DEATHS_APART)


class Fuse:
    """Kills the worker after the n-th side effect of the run (counting from 1); None never kills."""

    def __init__(self, burns_at: int | None = None) -> None:
        self.burns_at = burns_at
        self.steps: list[str] = []

    def step(self, name: str) -> None:
        self.steps.append(name)
        if len(self.steps) == self.burns_at:
            raise WorkerKilledError(name)


def fused(inner: Any, fuse: Fuse, *methods: str) -> Any:
    """A collaborator whose named methods count as side effects: done first, then the fuse is asked."""
    return _Fused(inner, fuse, *methods)


class _Fused:
    def __init__(self, inner: Any, fuse: Fuse, *methods: str) -> None:
        self._inner = inner
        self._fuse = fuse
        self._methods = methods

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in self._methods:
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            result = found(*args, **kwargs)
            self._fuse.step(f"{type(self._inner).__name__}.{name}")
            return result

        return call


class TurnedClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


WORKER_SECONDS = 120
HOLD = hold_of(WORKER_SECONDS)

Behaviour = Callable[["ScriptedProvider", ProviderTask], Submission]


class ScriptedProvider:
    """A provider that does what the test says; `jobs` counts what it would bill."""

    def __init__(self, name: str = "wavespeed") -> None:
        self.name = name
        self.reads_references = False
        self.script: list[Behaviour] = []
        self.default: Behaviour = finished_at_once
        self.tasks: list[ProviderTask] = []
        self.jobs: dict[str, Iterator[Finished | Running | ProviderError]] = {}
        self.fetches: list[str] = []
        self.download_errors: list[ProviderError] = []

    def submit(self, task: ProviderTask) -> Submission:
        task.before_send()
        self.tasks.append(task)
        behaviour = self.script.pop(0) if self.script else self.default
        return behaviour(self, task)

    def new_job(self, *states: Finished | Running | ProviderError) -> str:
        job_id = f"job-{len(self.jobs) + 1}"
        final = [*states, *itertools.repeat(states[-1], 0)]
        self.jobs[job_id] = itertools.chain(final, itertools.repeat(final[-1]))
        return job_id

    def fetch(self, job_id: str) -> Finished | Running:
        self.fetches.append(job_id)
        state = next(self.jobs[job_id])
        if isinstance(state, ProviderError):
            raise state
        return state

    def download(self, picture: RemotePicture) -> bytes:
        if self.download_errors:
            raise self.download_errors.pop(0)
        return PICTURE

    def cancel(self, job_id: str) -> bool:
        return False

    def parse_callback(self, request: CallbackRequest) -> Callback | None:
        return Callback(request.body.decode()) if request.body else None

    def list_models(self) -> tuple[OfferedModel, ...] | None:
        return None


def finished_at_once(provider: ScriptedProvider, task: ProviderTask) -> Submission:
    """A job that is done by the time the submit is answered."""
    done = Finished(RemotePicture("https://vendor.example/picture"))
    return Submission(provider.new_job(done), done)


def inline_at_once(provider: ScriptedProvider, task: ProviderTask) -> Submission:
    """A provider without jobs: the picture is in the answer."""
    provider.new_job(Running())
    return Submission(None, Finished(InlinePicture(PICTURE)))


def running_for(polls: int) -> Behaviour:
    """A job that is at work for so many polls."""

    def behave(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        done = Finished(RemotePicture("https://vendor.example/picture"))
        return Submission(provider.new_job(*[Running()] * polls, done), Running())

    return behave


def job_ending_in(error_class: ProviderErrorClass) -> Behaviour:
    """A job that is taken and then fails."""

    def behave(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        return Submission(provider.new_job(Running(), failure(error_class, ended=True)), Running())

    return behave


def refusing(error_class: ProviderErrorClass, retry_after: float | None = None) -> Behaviour:
    """A submit that is answered with an error; only an ambiguous one has made a job."""

    def behave(provider: ScriptedProvider, task: ProviderTask) -> Submission:
        if error_class is ProviderErrorClass.AMBIGUOUS:
            provider.new_job(Finished(RemotePicture("https://vendor.example/lost")))
        raise failure(error_class, provider.name, retry_after)

    return behave


def failure(
    error_class: ProviderErrorClass,
    provider: str = "wavespeed",
    retry_after: float | None = None,
    *,
    ended: bool = False,
) -> ProviderError:
    return ProviderError(
        "The vendor said no.",
        provider=provider,
        error_class=error_class,
        provider_code="scripted",
        retry_after=retry_after,
        job_ended=ended,
    )


class PlainProcessor:
    """Takes any bytes for a picture of the size that was asked."""

    def process(
        self, data: bytes, generation: Generation, *, made_by: ServedBy, drawn: str | None = None
    ) -> ProcessedImage:
        size = generation.parameters.size
        width, height = (size.width, size.height) if size else (1024, 1024)
        watermark = generation.parameters.watermark
        return ProcessedImage(
            data,
            b"preview",
            b"thumb",
            "image/png",
            "png",
            width,
            height,
            "sha",
            "hash",
            Provenance(watermark=watermark),
            UnmarkedOriginal(data, "image/png", "png") if watermark and not drawn else None,
        )


@dataclass
class MemoryStore:
    """The bucket."""

    objects: dict[str, bytes] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def put(self, key: str, data: bytes, media_type: str) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.objects[key] = data
        self.puts.append(key)

    def get(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def presign(self, key: str, *, expires_in: timedelta, filename: FileName | None = None, head: bool = False) -> str:
        return f"https://bucket.example/{key}"

    def lifetime(self, wanted: timedelta) -> timedelta:
        return wanted


class NoReferences:
    """Fetches whatever address it is given, and finds nothing to clean."""

    def fetch(self, url: str) -> ReferenceImage:
        return ReferenceImage(PICTURE, "image/png", "reference.png")

    def clean(self, reference: ReferenceImage) -> ReferenceImage:
        return reference


@dataclass(order=True)
class Due:
    """Something that will happen."""

    at: datetime
    order: int
    kind: str = field(compare=False)
    action: Callable[[], object] = field(compare=False)
    redelivered_after: timedelta | None = field(compare=False, default=None)
    receives: int = field(compare=False, default=0)


class Engine:
    """The engine put together for one test, with a ledger of its own and `credits` in the wallet."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        fuse: Fuse | None = None,
        credits: int = 1_000,
        calling_back: Collection[str] = (),
    ) -> None:
        self.calling_back = calling_back
        self.callbacks: list[str] = []
        self.clock = TurnedClock()
        self.fuse = fuse or Fuse()
        self.deliver_twice = False
        self.lose_submit_message = False
        self.queue_wait = self.retry_wait = timedelta()
        self.dead_letters: list[str] = []
        self.errors: list[str] = []
        self.published: list[str] = []
        self.told: list[str] = []
        self.providers = self.make_providers()
        self.store = MemoryStore()
        self._order = itertools.count()
        self._due: list[Due] = []
        self._client = client
        self._table = table
        self.catalogue = self.make_catalogue()
        self.health = MemoryHealth()
        self.executions: dict[str, _Execution] = {}
        self.core_table = table
        self.ledger_table = create_ledger_table(client)
        self.ledger = DynamoLedger(client, self.ledger_table)
        self.audit = DynamoLedgerAudit(client, self.ledger_table)
        self.budgets = DynamoBudgets(client, self.ledger_table)
        self._compose()
        if credits:
            self.fund(credits)

    def make_providers(self) -> Mapping[str, ScriptedProvider]:
        """The providers that this engine is set up for."""
        return {"wavespeed": ScriptedProvider("wavespeed"), "sandbox": ScriptedProvider("sandbox")}

    def make_catalogue(self) -> Catalogue:
        """The models that this engine knows."""
        return load_catalogue()

    def fund(self, credits: int) -> None:
        """Open the workspace's wallet with so many credits."""
        grant = Grant(f"grant-{credits}", GrantKind.PURCHASE, credits * MILLI, 50)
        writes = self.ledger.opening(WORKSPACE, self.clock.now, grant)
        DynamoTransactions(self._client).commit(*writes)

    def wallet(self) -> Wallet:
        """The workspace's balance."""
        found = self.ledger.wallet(WORKSPACE)
        assert found is not None
        return found

    @property
    def provider(self) -> ScriptedProvider:
        return self.providers["wavespeed"]

    def _compose(self) -> None:
        client, table, fuse, clock = self._client, self._table, self.fuse, self.clock
        self.generations = DynamoGenerations(client, table)
        self.tasks = DynamoImageTasks(client, table)
        self.outbox = DynamoOutbox(client, table)
        unit_of_work = fused(DynamoTransactions(client, sleep=lambda _: None), fuse, "commit")
        workflow = fused(self, fuse, "start", "stop", "image_delivered", "image_failed")
        queue = fused(_Queues(self), fuse, "submit", "render", "collect", "hint")
        self.routing = routing_of(self.catalogue, self.providers, clock, self.health)
        self.usage = DynamoUsageCounters(client, table)
        self.summaries = DynamoUsageSummaries(client, table)
        self.quotes = QuoteSigner(lambda: [b"a signing key of this test run"], clock)
        self.open_account = OpenAccount(
            ledger=self.ledger,
            unit_of_work=unit_of_work,
            trial=TrialOffer(5 * MILLI, timedelta(days=30)),
            clock=clock,
        )
        self.appraise = Appraise(catalogue=self.catalogue, prices=load_price_book(), address_fault=find_fault(()))
        self.uploads, self.copies = DynamoUploads(client, table), MemoryCopies()
        self.submit_use_case = SubmitGeneration(
            appraise=self.appraise,
            references=resolve_references_over(self.generations, clock, uploads=self.uploads),
            quotes=self.quotes,
            usage=self.usage,
            ledger=self.ledger,
            budgets=self.budgets,
            open_account=self.open_account,
            generations=self.generations,
            claims=DynamoIdempotencyClaims(client, table),
            unit_of_work=unit_of_work,
            queue=queue,
            clock=clock,
        )
        self.start_use_case = StartGeneration(
            generations=fused(self.generations, fuse, "begin"), workflow=workflow, routing=self.routing, clock=clock
        )
        self.removals = _Removals()
        self._worker_ports = (queue, unit_of_work, workflow)
        self._imaging: dict[str, Any] = {
            "references": NoReferences(),
            "cleaner": NoReferences(),
            "processor": PlainProcessor(),
        }
        self._compose_workers()
        close = CloseGeneration(
            generations=self.generations,
            outbox=self.outbox,
            ledger=self.ledger,
            budgets=self.budgets,
            usage=self.usage,
            summaries=self.summaries,
            unit_of_work=unit_of_work,
            describe_end=lambda generation: generation_ended(generation, lambda *_: "https://easel.example/i/x"),
            clock=clock,
        )
        self.settle = SettleGeneration(close=close, tasks=self.tasks)
        self.cancel = CancelGeneration(close=close, tasks=self.tasks, workflow=workflow)
        self.sweep = SweepGenerations(
            generations=self.generations,
            queue=queue,
            settle=self.settle,
            workflow=workflow,
            events=self.outbox,
            publish=self._publish,
            expire_grants=ExpireGrants(ledger=self.ledger, unit_of_work=unit_of_work, clock=clock),
            clock=clock,
        )
        self.read = ReadGenerations(generations=self.generations)
        self.pictures = ReadImages(generations=self.generations)

    def use(self, **imaging: Any) -> None:
        """Work from now on with these: `references`, `cleaner`, `processor`."""
        self._imaging |= imaging
        self._compose_workers()

    def _wait(self, seconds: float) -> None:
        self.clock.now += timedelta(seconds=seconds)

    def _compose_workers(self) -> None:
        queue, unit_of_work, workflow = self._worker_ports
        imaging, fuse, clock = dict(self._imaging), self.fuse, self.clock
        imaging["prepare_references"] = PrepareReferences(
            fetch=fetch_reference_over(
                self.generations, web=imaging.pop("references"), store=self.store, uploads=self.uploads
            ),
            cleaner=imaging.pop("cleaner"),
            copies=self.copies,
            store=S3ReferenceStore(self.store),
            clock=clock,
            sleep=self._wait,
        )
        generations, tasks = self.generations, fused(self.tasks, fuse, *TASK_WRITES)

        def note(provider: str, outcome: str) -> None:
            self.callbacks.append(outcome)

        def provider(name: str) -> Any:
            return fused(self.providers[name], fuse, "submit", "fetch", "download")

        callbacks = SignedAddresses(
            signer=CallbackSigner(_callback_keys, clock),
            base_url="https://easel.example",
            providers=self.calling_back,
        )
        end = EndImage(
            generations=generations,
            tasks=tasks,
            summaries=self.summaries,
            unit_of_work=unit_of_work,
            workflow=workflow,
            clock=clock,
        )
        removal = RemoveLate(queue=fused(self.removals, fuse, "finish"))
        deliver = DeliverImage(
            routing=self.routing,
            latencies=NoLatencies(),
            generations=generations,
            tasks=tasks,
            providers=provider,
            processor=imaging.pop("processor"),
            store=fused(self.store, fuse, "put"),
            image_prefix=_image_prefix,
            unmarked_prefix=_unmarked_prefix,
            workflow=workflow,
            end=end,
            removal=removal,
            clock=clock,
            sleep=lambda _: None,
        )
        after_error = AfterError(
            routing=self.routing, tasks=tasks, queue=queue, callbacks=callbacks, end=end, clock=clock
        )
        shared: dict[str, Any] = {
            "routing": self.routing,
            "generations": generations,
            "tasks": tasks,
            "providers": provider,
            "queue": queue,
            "deliver": deliver,
            "after_error": after_error,
            "end": end,
            "removal": removal,
            "worker_seconds": WORKER_SECONDS,
            "clock": clock,
        }
        self.render = RenderImage(**shared, **imaging, callbacks=callbacks)
        self.collect = CollectImage(**shared, callbacks=callbacks)
        self.follow = FollowCallback(**shared, collect=self.collect, note=note)
        self.receive = ReceiveCallback(
            signer=CallbackSigner(_callback_keys, self.clock),
            providers=lambda name: self.providers[name],
            queue=queue,
            note=note,
        )

    def _publish(self, event: Event) -> None:
        self.published.append(event.id)
        self.told.append(event.type)
        self.outbox.remove(event.id)

    # --- what tests do --------------------------------------------------------------------------------------------

    def submit(
        self, request: ImageRequest, idempotency_key: str | None = None, principal: Principal | None = None
    ) -> Submitted:
        """As a front door does it; a killed submit is the caller's to repeat."""
        return self.submit_use_case(
            principal or caller(), request, request_id="request-1", idempotency_key=idempotency_key
        )

    def run(self, generation_id: str, *, sweeps: bool = True) -> Generation:
        """Let everything happen that is due until all is quiet, the generation has ended and a sweep came after it."""
        next_sweep = self.clock.now + timedelta(seconds=60)
        swept = False
        for _ in range(2_000):
            if sweeps and (not self._due or self._due[0].at >= next_sweep):
                if swept and not self._due and self._ended(generation_id):
                    break
                swept = not self._due
                self.clock.now = max(self.clock.now, next_sweep)
                next_sweep = self.clock.now + timedelta(seconds=60)
                self._deliver(Due(self.clock.now, 0, "sweep", self.sweep))
                continue
            if not self._due:
                break
            due, swept = heapq.heappop(self._due), False
            self.clock.now = max(self.clock.now, due.at)
            self._deliver(due)
        found = self.generations.get(WORKSPACE, generation_id)
        assert found is not None
        return found

    def call_back(self, task: ProviderTask, job_id: str, after: timedelta = timedelta()) -> None:
        """The vendor calls the address that came with this task; where it is not answered well, it calls again."""
        assert task.callback_url is not None
        address = urlsplit(task.callback_url)
        provider, (ticket,) = address.path.rpartition("/")[2], parse_qs(address.query)["t"]
        request = CallbackRequest({}, {}, job_id.encode())

        def call() -> None:
            with suppress(CallbackRefused):
                self.receive(provider, ticket, request, request_id="callback")

        self.after(after, "callback", call, timedelta(seconds=30))

    def deliver_what_is_due_now(self) -> None:
        """Somebody else takes the next message, if there is one already."""
        if self._due and self._due[0].at <= self.clock.now:
            self._deliver(heapq.heappop(self._due))

    def run_until(self, reached: Callable[[], bool]) -> None:
        """Let what is due happen, in its order, until this holds. Raises IndexError when it never does."""
        while not reached():
            due = heapq.heappop(self._due)
            self.clock.now = max(self.clock.now, due.at)
            self._deliver(due)

    def check_ledger(self) -> None:
        """The wallet is the fold of its entries and open holds, and every entry has its other side."""
        wallet = self.wallet()
        assert wallet.is_balanced()
        entries = list(self.audit.all_entries(WORKSPACE))
        folded = fold(WORKSPACE, entries, self.audit.open_holds(WORKSPACE)[0])
        assert replace(wallet, grants={}, version=0, low_told_at=None) == folded
        assert {grant.id: grant.remaining for grant in wallet.grants.values()} == fold_grants(entries)
        others = [e for account in ("revenue", "expired", *GrantKind) for e in self.audit.counter_entries(account)]
        assert sum(entry.amount for entry in entries) + sum(entry.amount for entry in others) == 0

    def _ended(self, generation_id: str) -> bool:
        found = self.generations.get(WORKSPACE, generation_id)
        return (
            found is not None
            and found.status.is_final
            and not self.outbox.waiting(self.clock.now + timedelta(days=1), self.clock.now, 10)
        )

    def _deliver(self, due: Due) -> None:
        times = 2 if self.deliver_twice and due.redelivered_after else 1
        for _ in range(times):
            due.receives += 1
            try:
                due.action()
            except (WorkerKilledError, Exception) as error:  # noqa: BLE001 - SQS sends again whatever went wrong
                self._redeliver(due, error)
                return

    def _redeliver(self, due: Due, error: BaseException) -> None:
        if not isinstance(error, (WorkerKilledError, StillLeased)):
            self.errors.append(repr(error))
        if due.redelivered_after is None:
            if not isinstance(error, WorkerKilledError):
                raise error
            return
        if due.receives >= 5:
            self.dead_letters.append(f"{due.kind}: {error!r}")
            return
        due.at = self.clock.now + due.redelivered_after
        heapq.heappush(self._due, due)

    def after(
        self,
        delay: timedelta,
        kind: str,
        action: Callable[[], object],
        redelivered_after: timedelta | None = VISIBILITY,
    ) -> Due:
        due = Due(self.clock.now + delay, next(self._order), kind, action, redelivered_after)
        heapq.heappush(self._due, due)
        return due

    def drop(self, due: Due) -> None:
        """It will not happen any more, if it did not happen yet."""
        if due in self._due:
            self._due.remove(due)
            heapq.heapify(self._due)

    # --- the state machine (ports.WorkflowStarter, ports.Workflow) --------------------------------------------------

    def start(self, queued: QueuedGeneration, first: Candidate) -> bool:
        if queued.generation_id in self.executions:
            return False
        execution = _Execution(self, queued, first)
        self.executions[queued.generation_id] = execution
        self.after(timedelta(), "fan out", execution.fan_out, timedelta(seconds=1))
        return True

    def stop(self, generation_id: str, reason: str) -> None:
        if generation_id in self.executions:
            self.executions[generation_id].stop()

    def image_delivered(self, task_token: str) -> None:
        self._resolve(task_token)

    def image_failed(self, task_token: str, failure: Failure) -> None:
        self._resolve(task_token)

    def _resolve(self, task_token: str) -> None:
        generation_id, _, index = base64.b64decode(task_token).decode().strip().rpartition("/")
        self.executions[generation_id].resolve(int(index))


def _token(generation_id: str, index: int) -> str:
    """A task token that is as long as those of Step Functions may be: a thousand characters of base64."""
    return base64.b64encode(f"{generation_id}/{index}".ljust(750).encode()).decode()


@dataclass
class _Execution:
    engine: Engine
    queued: QueuedGeneration
    first: Candidate
    timeouts: dict[int, Due] = field(default_factory=dict)
    """Of the images that it waits for."""
    stopped: bool = False

    @property
    def id(self) -> str:
        return self.queued.generation_id

    def fan_out(self) -> None:
        for index in range(self.queued.images):
            self._fan_out(index)

    def _fan_out(self, index: int) -> None:
        ref = ImageRef(self.queued.workspace_id, self.id, index, self.queued.request_id)
        provider, model = self.first.key
        self.engine.after(
            self.engine.queue_wait,
            f"render {index}",
            lambda: self.engine.render(ref, provider=provider, model=model, task_token=_token(self.id, index)),
            HOLD,
        )
        timeout = timedelta(seconds=self.queued.deadline_seconds)
        self.timeouts[index] = self.engine.after(timeout, "timeout", lambda: self.resolve(ref.index), None)

    def stop(self) -> None:
        self.stopped = True
        for timeout in self.timeouts.values():
            self.engine.drop(timeout)

    def resolve(self, index: int) -> None:
        if index not in self.timeouts or self.stopped:
            return
        self.engine.drop(self.timeouts.pop(index))
        if not self.timeouts:
            retry = timedelta(seconds=2)
            self.engine.after(timedelta(), "settle", lambda: self.engine.settle(WORKSPACE, self.id), retry)


class _Removals:
    """`ports.deletion.DeletionQueue`: what was asked for."""

    def __init__(self) -> None:
        self.asked: list[Deletion] = []

    def finish(self, deletion: Deletion) -> None:
        self.asked.append(deletion)


class _Queues:
    """The queues (ports.GenerationQueue and ports.ImageQueue)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def submit(self, generation: Generation) -> None:
        engine = self._engine
        if engine.lose_submit_message:
            engine.lose_submit_message = False
            raise QueueUnavailable("lost")
        queued = QueuedGeneration.of(generation)
        engine.after(timedelta(), "start", lambda: engine.start_use_case(queued), timedelta(seconds=180))

    def render(self, ref: ImageRef, *, candidate: Candidate, task_token: str, delay: timedelta) -> None:
        engine, (provider, model) = self._engine, candidate.key

        def render() -> None:
            engine.render(ref, provider=provider, model=model, task_token=task_token)

        engine.after(delay + engine.retry_wait, "render again", render, HOLD)

    def collect(self, ref: ImageRef, *, provider: str, delay: timedelta, polls: int) -> None:
        engine = self._engine
        engine.after(delay, f"collect {polls}", lambda: engine.collect(ref, polls=polls), HOLD)

    def hint(self, ref: ImageRef, hint: JobHint, *, delay: timedelta = timedelta()) -> None:
        engine = self._engine
        engine.after(delay, f"hint {hint.looks}", lambda: engine.follow(ref, hint), HOLD)


def _callback_keys() -> list[bytes]:
    return [b"a signing key of this test run"]


def _image_prefix(generation: Generation, image: Image) -> str:
    return f"generated/{generation.workspace_id}/{generation.id}/{image.id}"


def _unmarked_prefix(generation: Generation, image: Image) -> str:
    return f"unmarked/{generation.workspace_id}/{generation.id}/{image.id}"


def caller(workspace_id: str = WORKSPACE) -> Principal:
    """Somebody with every scope."""
    scopes = frozenset({"generations:read", "generations:write"})
    return Principal(workspace_id, USER, frozenset({"owner"}), scopes, Channel.API, "key-1", budget_keys=("key-1",))


def a_request(**changes: Any) -> ImageRequest:
    """A request that is fine."""
    wanted: dict[str, Any] = {"prompt": "a red fox", "model": "seedream-v4", **changes}
    return an_image_request(**wanted, input_params={name: str(value) for name, value in wanted.items()})


__all__ = ["USER", "WORKSPACE", "Engine", "Fuse", "Mode", "WorkerKilledError", "a_request", "caller"]
