"""Make one attempt at a delivery, and say what follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.deliveries import (
    GIVEN_UP_AFTER,
    Attempt,
    Delivery,
    DeliveryStatus,
    Outcome,
    Trigger,
    body_of,
    health_of,
)
from easel.domain.destinations import DestinationType
from easel.domain.events import serialise_event
from easel.domain.events import webhooks as events
from easel.domain.events.results import code_sent, results_delivered
from easel.domain.webhooks import (
    QUICK_SECONDS,
    REQUESTS,
    SLOW_SECONDS,
    DisabledReason,
    Endpoint,
    Health,
    for_requests,
    new_secret,
)
from easel.errors import StaleWrite, StillLeased
from easel.services.ports.events import EventLog
from easel.services.ports.generations import Outbox
from easel.services.ports.references import AddressVault
from easel.services.ports.transactions import UnitOfWork
from easel.services.ports.webhooks import (
    Deliveries,
    DeliveryQueue,
    DeliveryRef,
    DueDeliveries,
    Endpoints,
    HealthRecords,
    Poster,
    Posting,
    QuickSlots,
    Vault,
)

_LEASE: Final = timedelta(seconds=45)
"""Longer than an attempt may take, and than the worker lives."""
_LONGEST_IN_QUEUE: Final = timedelta(minutes=15)
_MAX_TRIES: Final = 5
_EARLY: Final = timedelta(seconds=10)
"""By which a message may be ahead of its time, where clocks differ."""
_FOR_A_SLOT: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DeliveryStores:
    """Where endpoints and deliveries are kept."""

    endpoints: Endpoints
    health: HealthRecords
    deliveries: Deliveries
    slots: QuickSlots
    waiting: DueDeliveries
    log: EventLog


class PosterByType:
    """`ports.webhooks.Poster`: the one that the endpoint's type asks for."""

    def __init__(self, posters: Mapping[DestinationType, Poster]) -> None:
        self._posters = posters

    def __call__(self, posting: Posting, number: int) -> Attempt:
        kind = posting.destination.type if posting.destination else DestinationType.HTTPS
        return self._posters[kind](posting, number)


class DeliverWebhook:
    """The worker of both lanes. A message may come twice, late or out of turn: the delivery's record decides.

    The next attempt is queued before the end of this one is stored. If the worker dies in between, this attempt is made
    again, with the same `webhook-id`, and the next one is queued twice and made once.
    """

    def __init__(
        self,
        *,
        stores: DeliveryStores,
        queue: DeliveryQueue,
        post: Poster,
        vault: Vault,
        addresses: AddressVault,
        outbox: Outbox,
        unit_of_work: UnitOfWork,
        clock: Clock,
        spread: Callable[[timedelta], timedelta] = lambda _: timedelta(),
    ) -> None:
        self._endpoints, self._health, self._log = stores.endpoints, stores.health, stores.log
        self._deliveries, self._waiting = stores.deliveries, stores.waiting
        self._slots = stores.slots
        self._queue = queue
        self._post = post
        self._vault = vault
        self._addresses = addresses
        self._outbox = outbox
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._spread = spread

    def __call__(self, ref: DeliveryRef, *, quick: bool) -> Attempt | None:
        """Make the attempt; None where there is none to make now.

        Raises:
            StillLeased: another worker is at it, or the attempt before has not ended.
            QueueUnavailable, DatabaseUnavailable, SecretUnavailable: the message has to come again.
        """
        delivery, now = self._deliveries.get(ref.workspace_id, ref.endpoint_id, ref.delivery_id), self._clock()
        if delivery is None or delivery.status is not DeliveryStatus.PENDING or ref.attempt <= delivery.attempts:
            return None
        if ref.attempt > delivery.attempts + 1:
            raise StillLeased("The attempt before this one has not ended.")
        endpoint = self._endpoint(ref, now)
        if endpoint is None or not _may_go(delivery, endpoint, now):
            self._deliveries.note(delivery.ended(Outcome.DISABLED, now), None)
            return None
        if delivery.trigger is Trigger.VERIFICATION:
            return self._attempt(ref, delivery, endpoint, quick=False)
        health = self._health_of(delivery)
        if quick:
            return self._attempt_quickly(ref, delivery, endpoint, health, now)
        if (until := self._busy_until(delivery, health, now)) is not None:
            self._postpone(ref, delivery, until, now)
            return None
        return self._attempt(ref, delivery, endpoint, quick=False)

    def _attempt_quickly(
        self, ref: DeliveryRef, delivery: Delivery, endpoint: Endpoint, health: Health, now: datetime
    ) -> Attempt | None:
        """One that begins to hang keeps a few workers of this lane, whatever waits for it."""
        if not health.quick:
            self._queue.deliver(ref, quick=False)
            return None
        if not self._slots.take(ref.workspace_id, endpoint.id, now):
            self._queue.deliver(ref, quick=True, delay=_FOR_A_SLOT)
            return None
        try:
            return self._attempt(ref, delivery, endpoint, quick=True)
        finally:
            self._slots.free(ref.workspace_id, endpoint.id)

    def _endpoint(self, ref: DeliveryRef, now: datetime) -> Endpoint | None:
        found = self._endpoints.get(ref.workspace_id, ref.endpoint_id)
        if found is not None or ref.endpoint_id != REQUESTS:
            return found
        # The secret was not asked for yet: it is made for the first delivery, and shown when it is rotated.
        return self._endpoints.introduce(for_requests(ref.workspace_id, self._vault.seal(new_secret(), REQUESTS), now))

    def _health_of(self, delivery: Delivery) -> Health:
        named = health_of(delivery)
        return self._health.of(delivery.workspace_id, [named]).get(named, Health())

    def _busy_until(self, delivery: Delivery, health: Health, now: datetime) -> datetime | None:
        """When to come back to an endpoint that is failing, which one attempt at a time may call; None for now."""
        if not health.is_failing:
            return None
        until = health.waits_until(now)
        if until is not None:
            return until
        probing = health.probing(now)
        is_ours = self._health.put(delivery.workspace_id, health_of(delivery), probing, now)
        return None if is_ours else probing.probes_at

    def _postpone(self, ref: DeliveryRef, delivery: Delivery, until: datetime, now: datetime) -> None:
        if now - delivery.created_at > GIVEN_UP_AFTER:
            self._deliveries.note(delivery.ended(Outcome.EXPIRED, now), None)
            return
        if delivery.waits(now + _EARLY):
            # Its message is still to come; this one is a copy, as of a delivery that was asked for once more.
            return
        at = until + self._spread(until - now)
        self._come_again(ref, at, now)
        self._deliveries.plan(delivery, at)

    def _attempt(self, ref: DeliveryRef, delivery: Delivery, endpoint: Endpoint, *, quick: bool) -> Attempt | None:
        now = self._clock()
        body = self._body(delivery, endpoint)
        if body is None:
            self._deliveries.note(delivery.ended(Outcome.EXPIRED, now), None)
            return None
        posting = Posting(
            url=self._url(delivery, endpoint, body),
            event_id=delivery.event_id,
            body=body,
            secrets=tuple(self._vault.open(sealed, endpoint.id) for sealed in endpoint.secret.in_use(now)),
            seconds=QUICK_SECONDS if quick else SLOW_SECONDS,
            event_type=delivery.event_type,
            workspace_id=delivery.workspace_id,
            destination=endpoint.destination,
        )
        if not self._deliveries.claim(delivery, now, now + _LEASE):
            raise StillLeased("Another worker makes this attempt.")
        attempt = self._post(posting, ref.attempt)
        ended_at = self._clock()
        after = delivery.after(attempt, ended_at)
        if after.next_attempt_at is not None:
            following = DeliveryRef(ref.workspace_id, ref.endpoint_id, ref.delivery_id, ref.attempt + 1)
            self._come_again(following, after.next_attempt_at, ended_at)
        if endpoint.destination is not None and attempt.files:
            event = results_delivered(delivery, endpoint.destination, body, attempt.files, endpoint.id)
            with suppress(StaleWrite):
                self._unit_of_work.commit(self._outbox.adding(event))
        self._deliveries.note(after, attempt)
        if delivery.trigger is not Trigger.VERIFICATION:
            self._learn(delivery, endpoint, attempt, ended_at)
        return attempt

    def _url(self, delivery: Delivery, endpoint: Endpoint, body: str) -> str:
        if endpoint.destination is not None:
            return endpoint.url
        if delivery.target is None:
            return self._vault.open(endpoint.sealed_url, endpoint.id)
        if delivery.sealed_target is None:
            return delivery.target
        # It was encrypted for the generation, whose end this is.
        return self._addresses.open(delivery.sealed_target, json.loads(body)["data"]["id"])

    def _body(self, delivery: Delivery, endpoint: Endpoint) -> str | None:
        sent = endpoint.verification
        if delivery.trigger is Trigger.VERIFICATION and sent is not None:
            code = self._vault.open(sent.sealed_code, endpoint.id)
            return body_of(serialise_event(code_sent(endpoint, sent, code)))
        if delivery.body is not None:
            return delivery.body
        logged = self._log.find(delivery.workspace_id, delivery.event_id)
        return body_of(logged.text) if logged else None

    def _come_again(self, ref: DeliveryRef, at: datetime, now: datetime) -> None:
        """Attempts after the first are made in the slow lane. What a queue cannot delay waits in a record."""
        if at - now <= _LONGEST_IN_QUEUE:
            self._queue.deliver(ref, quick=False, delay=at - now)
        else:
            self._waiting.wait(ref, at)

    def _learn(self, delivery: Delivery, endpoint: Endpoint, attempt: Attempt, now: datetime) -> None:
        """What the attempt says about the endpoint: its lane, its pauses, whether it is called at all."""
        for _ in range(_MAX_TRIES):
            before = self._health_of(delivery)
            is_success = attempt.outcome is Outcome.DELIVERED
            after = before.after_success(attempt.took) if is_success else before.after_failure(now)
            if after == before:
                return
            if delivery.target is None:
                self._tell(endpoint, before, after, attempt, now)
            if self._health.put(delivery.workspace_id, health_of(delivery), after, now):
                return

    def _tell(self, endpoint: Endpoint, before: Health, after: Health, attempt: Attempt, now: datetime) -> None:
        """Told before it is stored: should the worker die in between, it is told again with the same id."""
        if attempt.outcome is Outcome.GONE:
            self._disable(endpoint, DisabledReason.GONE, after, now)
        elif after.is_given_up(now):
            self._disable(endpoint, DisabledReason.FAILING, after, now)
        elif after.is_failing and not before.is_failing:
            with suppress(StaleWrite):
                self._unit_of_work.commit(
                    self._outbox.adding(events.endpoint_failing(endpoint, after, endpoint.id, now))
                )

    def _disable(self, endpoint: Endpoint, reason: DisabledReason, health: Health, now: datetime) -> None:
        for _ in range(_MAX_TRIES):
            current = self._endpoints.get(endpoint.workspace_id, endpoint.id)
            if current is None or not current.enabled:
                return
            disabled = current.disabled(reason, now)
            event = events.endpoint_disabled(disabled, health, endpoint.id, now)
            with suppress(StaleWrite):
                self._unit_of_work.commit(self._endpoints.replacing(disabled), self._outbox.adding(event))
                return


def _may_go(delivery: Delivery, endpoint: Endpoint, now: datetime) -> bool:
    """Whether the endpoint still gets this delivery. One that is not verified gets its code, and nothing else."""
    if delivery.trigger is Trigger.VERIFICATION:
        return endpoint.expects(delivery.id, now)
    return endpoint.enabled
