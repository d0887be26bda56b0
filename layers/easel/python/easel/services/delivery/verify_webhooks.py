"""Show that a destination is the workspace's: a code is sent there, and comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from easel.clock import Clock
from easel.domain.access import WORKSPACE_ADMIN
from easel.domain.counting import counted
from easel.domain.deliveries import Delivery, Trigger
from easel.domain.destinations import CODE_TRIES, CODE_VALID, Verification, hash_of, new_code
from easel.domain.events.results import code_sent
from easel.domain.webhooks import Endpoint
from easel.errors import Conflict, Contended, InvalidRequest, NotFound, RateLimited, StaleWrite
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.accounts.standing import Standing
from easel.services.delivery.queue_deliveries import begin
from easel.services.ports.events import KEPT
from easel.services.ports.transactions import UnitOfWork
from easel.services.ports.webhooks import Deliveries, DeliveryQueue, Endpoints, Vault

_MAX_TRIES: Final = 3


class VerifyWebhooks:
    """For callers with `workspace:admin`. The code is sent by the worker of deliveries, and seen in their log."""

    def __init__(
        self,
        *,
        endpoints: Endpoints,
        deliveries: Deliveries,
        queue: DeliveryQueue,
        vault: Vault,
        standing: Standing,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._endpoints = endpoints
        self._deliveries = deliveries
        self._queue = queue
        self._vault = vault
        self._standing = standing
        self._unit_of_work = unit_of_work
        self._clock = clock

    def send_code(self, caller: Principal, endpoint_id: str) -> Delivery:
        """Send a new code, with which the one before ends.

        Raises:
            NotFound: no such endpoint.
            Conflict: there is nothing to verify.
            RateLimited: a code was sent within the last minute.
            StaleWrite: it was changed meanwhile.
        """
        endpoint, now, code = self._find(caller, endpoint_id), self._clock(), new_code()
        if not endpoint.pending:
            raise Conflict("There is nothing to verify: this webhook endpoint is an address, or verified.")
        wait = endpoint.seconds_to_next_code(now)
        if wait:
            message = f"A code was sent a moment ago; wait for it, or ask again in {counted(wait, 'second')}."
            raise RateLimited(message, kind="codes", limit=1, retry_after=wait)
        sent = Verification(self._vault.seal(code, endpoint_id), hash_of(code), new_id(), now)
        event = code_sent(endpoint, sent, code)
        delivery = Delivery(
            id=sent.delivery_id,
            workspace_id=caller.workspace_id,
            endpoint_id=endpoint_id,
            event_id=event.id,
            event_type=event.type,
            created_at=now,
            expires_at=now + KEPT,
            trigger=Trigger.VERIFICATION,
            next_attempt_at=now,
        )
        self._replace(caller, replace(endpoint, verification=sent, updated_at=now))
        begin(delivery, self._deliveries, self._queue, quick=False)
        return delivery

    def verify(self, caller: Principal, endpoint_id: str, code: str) -> Endpoint:
        """Take the code that came back. One that is verified already stays so.

        Raises NotFound, Conflict where no code can come back any more, InvalidRequest for a wrong one, Contended.
        """
        for _ in range(_MAX_TRIES):
            endpoint, now = self._find(caller, endpoint_id), self._clock()
            if not endpoint.pending:
                return endpoint
            sent = endpoint.verification
            if sent is None or not sent.is_open(now):
                hours = int(CODE_VALID.total_seconds() // 3600)
                raise Conflict(f"Ask for a code first: one ends after {hours} hour or {CODE_TRIES} wrong tries.")
            is_right = sent.matches(code)
            changed = (
                replace(endpoint, verified_at=now, verification=None, updated_at=now)
                if is_right
                else replace(endpoint, verification=sent.after_wrong_code())
            )
            try:
                self._replace(caller, changed)
            except StaleWrite:
                continue
            if is_right:
                return changed
            left = CODE_TRIES - sent.tries - 1
            raise InvalidRequest.of("code", f"This is not the code that was sent. Tries left: {left}.", None)
        raise Contended("The endpoint kept changing; nothing was written, please try again.")

    def _replace(self, caller: Principal, endpoint: Endpoint) -> None:
        standing = self._standing(caller, caller.workspace_id, WORKSPACE_ADMIN)
        self._unit_of_work.commit(*standing, self._endpoints.replacing(endpoint))

    def _find(self, caller: Principal, endpoint_id: str) -> Endpoint:
        endpoint = self._endpoints.get(caller.workspace_id, endpoint_id)
        if endpoint is None:
            raise NotFound(f"There is no webhook endpoint {endpoint_id}.")
        return endpoint
