"""Post events to a webhook endpoint once more: one delivery, those that failed, those that were never made, an example.

What is posted is the event of the log, byte for byte, with the same `webhook-id`: receivers that have it drop it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from easel.clock import Clock, from_iso
from easel.domain.deliveries import Delivery, DeliveryStatus, Trigger, body_of, delivery_id, health_of
from easel.domain.events import serialise_event
from easel.domain.events.event import milliseconds_of
from easel.domain.events.examples import example_of
from easel.domain.webhooks import Endpoint
from easel.errors import Conflict, NotFound
from easel.ids import moved_id, new_id
from easel.services.accounts.principal import Principal
from easel.services.delivery.queue_deliveries import begin
from easel.services.ports.events import HOLD_BACK, KEPT, EventLog, LoggedEvent
from easel.services.ports.webhooks import Deliveries, DeliveryQueue, DeliveryRef, Endpoints, HealthRecords

_FIRST: Final = "00000000-0000-0000-0000-000000000000"
_NOT_REPEATED: Final = frozenset({Trigger.EXAMPLE, Trigger.VERIFICATION})
"""Deliveries that had a moment, and no event of the log."""
_AT_ONCE: Final = 100
"""Records that one request looks at: each that is queued takes two calls."""


@dataclass(frozen=True, slots=True)
class Resent:
    """How many deliveries were queued. `position` is where to go on, and `more` whether there is more."""

    queued: int
    position: str | None
    more: bool


class ResendWebhooks:
    """For callers with `workspace:admin`. Nothing is posted here: deliveries are queued like all others."""

    def __init__(
        self,
        *,
        endpoints: Endpoints,
        health: HealthRecords,
        deliveries: Deliveries,
        log: EventLog,
        queue: DeliveryQueue,
        clock: Clock,
    ) -> None:
        self._endpoints = endpoints
        self._health = health
        self._deliveries = deliveries
        self._log = log
        self._queue = queue
        self._clock = clock

    def resend(self, caller: Principal, endpoint_id: str, wanted: str) -> Delivery:
        """Repeat one delivery, in whichever status. Raises NotFound, Conflict for a disabled endpoint."""
        self._find(caller, endpoint_id)
        original = self._deliveries.get(caller.workspace_id, endpoint_id, wanted)
        if original is None:
            raise NotFound(f"There is no delivery {wanted} of this webhook endpoint.")
        if original.trigger is Trigger.VERIFICATION:
            raise Conflict("A code is not sent again. Ask for a new one.")
        repeated = self._repeat(original, new_id(), Trigger.RESEND)
        self._end_pauses(caller.workspace_id, [repeated])
        self._begin(repeated)
        return repeated

    def recover(self, caller: Principal, endpoint_id: str, since: datetime, after: str | None) -> Resent:
        """Repeat the deliveries that have failed since then, each once, and make the attempts that wait for their time.

        Oldest first. Raises NotFound, Conflict for a disabled endpoint.
        """
        self._find(caller, endpoint_id)
        now = self._clock()
        start = max(since, now - KEPT)
        found = self._deliveries.since(caller.workspace_id, endpoint_id, start, after, _AT_ONCE)
        wanted = [delivery for delivery in found if delivery.trigger not in _NOT_REPEATED]
        waiting = [delivery for delivery in wanted if delivery.waits(now) or delivery.is_overdue(now)]
        failed = [delivery for delivery in wanted if delivery.status is DeliveryStatus.FAILED]
        self._end_pauses(caller.workspace_id, waiting + failed)
        for delivery in waiting:
            self._hasten(delivery, now)
        queued = len(waiting) + sum(map(self._recovered, failed))
        return Resent(queued, found[-1].id if found else after, len(found) == _AT_ONCE)

    def _recovered(self, failed: Delivery) -> bool:
        """Whether it was queued. Two requests for the same delivery make one repetition."""
        successor = self._deliveries.succeed(failed, new_id())
        return self._begin(self._repeat(failed, successor, Trigger.RECOVER))

    def _hasten(self, waiting: Delivery, now: datetime) -> None:
        """Queue its next attempt now. The message that is to come later has the same number, and is ignored then.

        The time is stored first: the worker drops what comes before it. Without the message the attempt is overdue.
        """
        self._deliveries.plan(waiting, now)
        number = waiting.attempts + 1
        ref = DeliveryRef(waiting.workspace_id, waiting.endpoint_id, waiting.id, number)
        self._queue.deliver(ref, quick=False)

    def _end_pauses(self, workspace_id: str, wanted: Sequence[Delivery]) -> None:
        """Have these deliveries attempted now, although the endpoint was failing: its owner asks for it."""
        if not wanted:
            return
        now = self._clock()
        for name, health in self._health.of(workspace_id, {health_of(delivery) for delivery in wanted}).items():
            if health.waits_until(now):
                # An attempt that ends at the same time knows better.
                self._health.put(workspace_id, name, health.without_pause(now), now)

    def replay_missing(self, caller: Principal, endpoint_id: str, since: datetime, after: str | None) -> Resent:
        """Queue the events since then that the endpoint would want and never got, oldest first.

        Raises NotFound, Conflict for a disabled endpoint.
        """
        endpoint = self._find(caller, endpoint_id)
        start = after or moved_id(_FIRST, milliseconds_of(max(since, self._clock() - KEPT)))
        read = self._log.read(caller.workspace_id, start, self._clock() - HOLD_BACK, _AT_ONCE)
        wanted = [self._missing(endpoint, event) for event in read if endpoint.wants(event.type, _webhook_in(event))]
        there = self._deliveries.exist(caller.workspace_id, endpoint_id, [delivery.id for delivery in wanted])
        missing = [delivery for delivery in wanted if delivery.id not in there]
        self._end_pauses(caller.workspace_id, missing)
        queued = sum(map(self._begin, missing))
        return Resent(queued, read[-1].position if read else after, len(read) == _AT_ONCE)

    def send_example(self, caller: Principal, endpoint_id: str, event_type: str) -> Delivery:
        """Post an event that never happened, once: it is in no log, and its `data.example` is true.

        Raises NotFound, Conflict for a disabled endpoint.
        """
        self._find(caller, endpoint_id)
        now = self._clock()
        event = example_of(event_type, caller.workspace_id, now)
        delivery = Delivery(
            id=new_id(),
            workspace_id=caller.workspace_id,
            endpoint_id=endpoint_id,
            event_id=event.id,
            event_type=event_type,
            created_at=now,
            expires_at=now + KEPT,
            trigger=Trigger.EXAMPLE,
            next_attempt_at=now,
            body=body_of(serialise_event(event)),
        )
        self._end_pauses(caller.workspace_id, [delivery])
        self._begin(delivery)
        return delivery

    def _missing(self, endpoint: Endpoint, logged: LoggedEvent) -> Delivery:
        now, event = self._clock(), json.loads(logged.text)
        return Delivery(
            id=delivery_id(endpoint.id, event["id"], from_iso(event["occurredAt"])),
            workspace_id=endpoint.workspace_id,
            endpoint_id=endpoint.id,
            event_id=event["id"],
            event_type=logged.type,
            created_at=now,
            expires_at=now + KEPT,
            trigger=Trigger.REPLAY,
            next_attempt_at=now,
        )

    def _begin(self, delivery: Delivery) -> bool:
        """Whether it is new. Repetitions are in the slow lane: they may be many."""
        return begin(delivery, self._deliveries, self._queue, quick=False)

    def _find(self, caller: Principal, endpoint_id: str) -> Endpoint:
        endpoint = self._endpoints.get(caller.workspace_id, endpoint_id)
        if endpoint is None:
            raise NotFound(f"There is no webhook endpoint {endpoint_id}.")
        if not endpoint.enabled:
            what = "not verified yet" if endpoint.pending else "disabled. Enable it first"
            raise Conflict(f"This webhook endpoint is {what}.")
        return endpoint

    def _repeat(self, original: Delivery, repeated_id: str, trigger: Trigger) -> Delivery:
        now = self._clock()
        return Delivery(
            id=repeated_id,
            workspace_id=original.workspace_id,
            endpoint_id=original.endpoint_id,
            event_id=original.event_id,
            event_type=original.event_type,
            created_at=now,
            expires_at=now + KEPT,
            trigger=trigger,
            next_attempt_at=now,
            replayed_from=original.id,
            body=original.body,
            target=original.target,
            sealed_target=original.sealed_target,
        )


def _webhook_in(logged: LoggedEvent) -> str | None:
    """The endpoint that an event is about."""
    if not logged.type.startswith("webhook."):
        return None
    named: str = json.loads(logged.text)["data"]["webhook"]["id"]
    return named
