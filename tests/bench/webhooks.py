"""Do receivers that hang slow down the deliveries of others? 500 quick deliveries, alone and beside 50 that hang.

The worker's own code with its two lanes, of twenty workers each as on AWS; records in memory, receivers on loopback.
"""

from __future__ import annotations

import queue
import statistics
import threading
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final, cast

from tests.bench.start_up import ROUNDS
from tests.bench.tables import show
from tests.support.receiver import Answer, Posted, Receiver, receiving

from easel.domain.deliveries import Delivery
from easel.domain.webhooks import QUICK_SLOTS, Endpoint, Health, Secret, new_secret
from easel.errors import StillLeased
from easel.outbound.webhooks import WebhookPoster
from easel.services.delivery.deliver_webhook import DeliverWebhook, DeliveryStores
from easel.services.ports.webhooks import DeliveryRef

QUICK: Final = 500
HUNG: Final = 50
WORKERS: Final = 20
"""Of each lane."""
PER_SECOND: Final = 100
_NOW: Final = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
CASES: Final = {
    "alone": (0, 1, False),
    "one endpoint hangs": (HUNG, 1, False),
    "50 endpoints hang": (HUNG, HUNG, False),
    "one that was quick begins to hang": (HUNG, 1, True),
}
"""How many deliveries hang, at how many endpoints, and whether these have been quick until now."""


class Lanes:
    """The two queues with their workers, over records in memory."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._queues: dict[bool, queue.Queue[DeliveryRef | None]] = {True: queue.Queue(), False: queue.Queue()}
        self._endpoints: dict[str, Endpoint] = {}
        self._health: dict[str, Health] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._lock = threading.Lock()
        self._taken: dict[str, int] = defaultdict(int)
        store: Any = SimpleNamespace(
            get=lambda _workspace, endpoint, delivery=None: (
                self._endpoints.get(endpoint) if delivery is None else self._deliveries.get(delivery)
            ),
            of=lambda _, named: {one: self._health[one] for one in named if one in self._health},
            put=self._put_health,
            claim=lambda *_: True,
            note=lambda delivery, _: self._deliveries.__setitem__(delivery.id, delivery),
            wait=lambda *_: None,
            plan=lambda *_: None,
        )
        nothing = cast(Any, SimpleNamespace(adding=lambda _: None, commit=lambda *_: None))
        self._deliver = DeliverWebhook(
            stores=DeliveryStores(store, store, store, self, store, nothing),
            queue=cast(Any, SimpleNamespace(deliver=self._queue)),
            post=WebhookPoster(trusted_origins=[receiver.origin]),
            vault=cast(Any, SimpleNamespace(open=lambda text, _: text)),
            addresses=nothing,
            outbox=nothing,
            unit_of_work=nothing,
            clock=lambda: datetime.now(UTC),
        )
        for lane in (True, False):
            for _ in range(WORKERS):
                threading.Thread(target=self._work, kwargs={"quick": lane}, daemon=True).start()

    def take(self, _: str, endpoint: str, __: datetime) -> bool:
        """As `QuickSlots`."""
        with self._lock:
            if self._taken[endpoint] >= QUICK_SLOTS:
                return False
            self._taken[endpoint] += 1
            return True

    def free(self, _: str, endpoint: str) -> None:
        """As `QuickSlots`."""
        with self._lock:
            self._taken[endpoint] -= 1

    def endpoint(self, name: str, *, quick: bool) -> str:
        """A receiver of this name in the address."""
        secret = Secret(new_secret())
        self._endpoints[name] = Endpoint(name, "w", "", self._receiver.url(f"/{name}"), secret, _NOW, _NOW)
        self._health[name] = Health(quick=quick)
        return name

    def begin(self, number: int, endpoint: str) -> None:
        """Queue a delivery as the publisher does."""
        now = datetime.now(UTC)
        delivery = Delivery(
            *(f"d-{endpoint}-{number}", "w", endpoint, f"e-{number}", "image.deleted"),
            created_at=now,
            expires_at=now + timedelta(days=30),
            body="{}",
        )
        self._deliveries[delivery.id] = delivery
        ref = DeliveryRef("w", endpoint, delivery.id, 1)
        self._queue(ref, quick=self._health[endpoint].quick)

    def _queue(self, ref: DeliveryRef, *, quick: bool, delay: timedelta = timedelta()) -> None:
        if not delay:
            self._queues[quick].put(ref)
        elif delay < timedelta(seconds=5):
            threading.Timer(delay.total_seconds(), self._queues[quick].put, (ref,)).start()

    def _put_health(self, _: str, endpoint: str, health: Health, __: datetime) -> bool:
        with self._lock:
            if self._health[endpoint].version != health.version:
                return False
            self._health[endpoint] = replace(health, version=health.version + 1)
            return True

    def _work(self, *, quick: bool) -> None:
        while (ref := self._queues[quick].get()) is not None:
            try:
                self._deliver(ref, quick=quick)
            except StillLeased:
                continue

    def close(self) -> None:
        """End the workers, once they are done with what they have."""
        for lane in self._queues.values():
            for _ in range(WORKERS):
                lane.put(None)


def report() -> None:
    """Interleaved rounds; percentiles of all their quick deliveries."""
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, (hung, endpoints, were_quick) in CASES.items():
            taken[name] += _measure(hung, endpoints, were_quick=were_quick)
    alone = _percentiles(taken["alone"])
    rows = []
    for name, seconds in taken.items():
        p50, p95 = _percentiles(seconds)
        ratios = (f"{p50 / alone[0]:.2f}", f"{p95 / alone[1]:.2f}")
        rows.append((name, f"{1000 * p50:.0f}", f"{1000 * p95:.0f}", *ratios))
    show(
        f"{QUICK} deliveries of webhooks, {PER_SECOND} a second, {ROUNDS} rounds; beside them {HUNG} that hang",
        ("meanwhile", "p50 ms", "p95 ms", "p50 x alone", "p95 x alone"),
        rows,
    )


def _measure(hung: int, hung_endpoints: int, *, were_quick: bool) -> list[float]:
    """Seconds from the queue to the receiver, of each quick delivery."""
    began: dict[str, float] = {}
    took: list[float] = []

    def answer(posted: Posted) -> Answer:
        if posted.path.startswith("/hung"):
            return Answer(hangs=True)
        took.append(time.monotonic() - began[posted.headers["webhook-id"]])
        return Answer()

    with receiving() as receiver:
        receiver.answer = answer
        lanes = Lanes(receiver)
        quick = lanes.endpoint("quick", quick=True)
        slow = [lanes.endpoint(f"hung-{number}", quick=were_quick) for number in range(hung_endpoints)]
        for number in range(QUICK):
            if number < hung:
                lanes.begin(QUICK + number, slow[number % len(slow)])
            began[f"e-{number}"] = time.monotonic()
            lanes.begin(number, quick)
            time.sleep(1 / PER_SECOND)
        deadline = time.monotonic() + 60
        while len(took) < QUICK and time.monotonic() < deadline:
            time.sleep(0.05)
        lanes.close()
    return took


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    marks = statistics.quantiles(seconds, n=100)
    return marks[49], marks[94]
