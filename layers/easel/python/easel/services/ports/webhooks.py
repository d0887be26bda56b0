"""Webhooks: where endpoints and deliveries are kept, how deliveries are queued, signed and posted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from easel.domain.deliveries import Attempt, Delivery
from easel.domain.destinations import Destination
from easel.domain.webhooks import Endpoint, Health
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class DeliveryRef:
    """The next attempt at a delivery. `attempt` is its number, from 1."""

    workspace_id: str
    endpoint_id: str
    delivery_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """An attempt whose time has come. `position` is its place among those that wait."""

    position: tuple[str, str]
    ref: DeliveryRef


class Endpoints(Protocol):
    """The endpoints of workspaces."""

    def adding(self, endpoint: Endpoint) -> Sequence[Write]:
        """Conflict: TooManyWebhooks."""
        ...

    def introduce(self, endpoint: Endpoint) -> Endpoint:
        """Store what stands for the webhooks of requests, which counts for nothing. The one that was there first."""
        ...

    def removing(self, endpoint: Endpoint) -> Sequence[Write]:
        """Conflict: StaleWrite."""
        ...

    def replacing(self, endpoint: Endpoint) -> Write:
        """Store the next version of an endpoint: `endpoint.version` is that of the one it replaces. StaleWrite."""
        ...

    def get(self, workspace_id: str, endpoint_id: str) -> Endpoint | None: ...

    def of_workspace(self, workspace_id: str) -> Sequence[Endpoint]:
        """All of them, oldest first: there are few."""
        ...


class HealthRecords(Protocol):
    """How endpoints answer."""

    def of(self, workspace_id: str, endpoint_ids: Collection[str]) -> dict[str, Health]:
        """Those that have one."""
        ...

    def put(self, workspace_id: str, endpoint_id: str, health: Health, now: datetime) -> bool:
        """Store what follows `health.version`. False where another attempt was faster."""
        ...


class QuickSlots(Protocol):
    """Which endpoints have how many workers of the quick lane."""

    def take(self, workspace_id: str, endpoint_id: str, now: datetime) -> bool:
        """False where it has as many as it may."""
        ...

    def free(self, workspace_id: str, endpoint_id: str) -> None: ...


class Deliveries(Protocol):
    """What was posted where, for thirty days."""

    def add(self, delivery: Delivery) -> bool:
        """False where it is there already."""
        ...

    def get(self, workspace_id: str, endpoint_id: str, delivery_id: str) -> Delivery | None: ...

    def claim(self, delivery: Delivery, now: datetime, until: datetime) -> bool:
        """Take it for an attempt. False where another worker has it, or another attempt has ended meanwhile."""
        ...

    def note(self, delivery: Delivery, attempt: Attempt | None) -> None:
        """Store an attempt that has ended, and what is left to do."""
        ...

    def plan(self, delivery: Delivery, at: datetime) -> None:
        """Store when the next attempt is due; nothing where an attempt has ended since.

        A time to come is stored once a message for it is queued: messages before it are dropped.
        """
        ...

    def attempts(self, delivery: Delivery) -> Sequence[Attempt]:
        """Oldest first."""
        ...

    def list(self, workspace_id: str, endpoint_id: str, *, limit: int, after: str | None) -> Page[Delivery]:
        """Newest first."""
        ...

    def since(
        self, workspace_id: str, endpoint_id: str, moment: datetime, after: str | None, limit: int
    ) -> Sequence[Delivery]:
        """Those that were made since then, oldest first, after the delivery of this id."""
        ...

    def succeed(self, delivery: Delivery, successor: str) -> str:
        """Note which delivery repeats this one. The id of the first that does so."""
        ...

    def exist(self, workspace_id: str, endpoint_id: str, delivery_ids: Sequence[str]) -> frozenset[str]:
        """Those of these that are there."""
        ...


class DueDeliveries(Protocol):
    """Attempts that wait for longer than a queue can delay them."""

    def wait(self, ref: DeliveryRef, until: datetime) -> None: ...

    def due(self, now: datetime, limit: int) -> Sequence[DueDelivery]: ...

    def forget(self, due: DueDelivery) -> None: ...


class DeliveryQueue(Protocol):
    """The two lanes. A delivery in the quick one takes seconds at most."""

    def deliver(self, ref: DeliveryRef, *, quick: bool, delay: timedelta = timedelta()) -> None:
        """Raises QueueUnavailable. Safe to retry: an attempt is made once."""
        ...


class Vault(Protocol):
    """Encrypts addresses and secrets, and decrypts them."""

    def seal(self, text: str, owner: str) -> str:
        """Raises SecretUnavailable."""
        ...

    def open(self, sealed: str, owner: str) -> str:
        """Raises SecretUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Posting:
    """A signed event to be delivered: to `url`, or to a `destination`. `secrets` are those that sign, newest first."""

    url: str
    event_id: str
    body: str
    secrets: tuple[str, ...]
    seconds: float
    event_type: str = ""
    workspace_id: str = ""
    destination: Destination | None = None


class Poster(Protocol):
    """Delivers to what workspaces name: addresses, or one kind of destination."""

    def __call__(self, posting: Posting, number: int) -> Attempt:
        """One attempt. Whatever goes wrong is its outcome."""
        ...
