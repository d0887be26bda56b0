"""Submit a request and wait for its images, where the client repeats a call whose answer it did not get.

A client that repeats a call by itself says so, with a count. Each call leaves a ticket in the transaction that makes
its generation; a repetition with the same body takes the ticket and waits for the same generation: one job, one charge.
The ticket goes when the call is answered. First calls never join each other: two equal ones are two jobs.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.domain.request import ImageRequest
from easel.errors import DatabaseUnavailable, IdempotencyKeyReused
from easel.services.accounts.principal import Principal
from easel.services.generations.generate_images import Generated, Wait
from easel.services.generations.submit_generation import Along, Submitted, key_hash_of
from easel.services.ports.generations import GenerationReader, IdempotencyClaims
from easel.services.ports.transactions import Write

logger = logging.getLogger(__name__)

TICKET_LIFETIME: Final = timedelta(minutes=10)
"""Longer than a generation runs, and than clients go on repeating a call."""


class CallTickets(Protocol):
    """Calls that are not answered yet, by the hash of caller and body."""

    def issuing(self, workspace_id: str, call_hash: str, generation_id: str, until: datetime) -> Write:
        """Leave a ticket. Conflict: StaleWrite, when it exists."""
        ...

    def take(self, workspace_id: str, call_hash: str, turn: int, now: datetime) -> str | None:
        """The generation of the oldest call that was not repeated so often yet, else of the newest; None: no call."""
        ...

    def close(self, workspace_id: str, call_hash: str, generation_id: str) -> None:
        """The call is answered."""
        ...


class SubmitAlong(Protocol):
    """`submit_generation.SubmitGeneration`."""

    def __call__(
        self,
        principal: Principal,
        request: ImageRequest,
        *,
        request_id: str,
        idempotency_key: str | None,
        along: Along = ...,
    ) -> Submitted: ...


@dataclass(frozen=True, slots=True)
class RepeatableCall:
    """A call as it came: `sent` is its body, with a hash in place of each file. `turn` counts its repetitions."""

    request_id: str
    sent: Mapping[str, Any]
    turn: int = 0
    idempotency_key: str | None = None


class GenerateOnce:
    """The one way in, and then the wait; a repetition waits for what the first call has started."""

    def __init__(
        self,
        *,
        submit: SubmitAlong,
        wait: Wait,
        generations: GenerationReader,
        claims: IdempotencyClaims,
        tickets: CallTickets,
        clock: Clock,
    ) -> None:
        self._submit = submit
        self._wait = wait
        self._generations = generations
        self._claims = claims
        self._tickets = tickets
        self._clock = clock

    def __call__(
        self,
        principal: Principal,
        call: RepeatableCall,
        make_request: Callable[[], ImageRequest],
        left: Callable[[], float],
    ) -> Generated:
        """Make the images, or wait for them. `make_request` is called for a new generation only.

        `left` says for how many seconds the client still waits.

        Raises:
            EaselError: what `make_request` and `SubmitGeneration` raise.
        """
        generation = self._earlier(principal, call)
        replayed = generation is not None
        if generation is None:
            submitted = self._submitted(principal, call, make_request())
            generation, replayed = submitted.generation, submitted.replayed
        return Generated(self._awaited(principal, generation, left), replayed)

    def answered(self, principal: Principal, call: RepeatableCall, generation: Generation) -> None:
        """Say that the call has its answer, so that an equal call later is a new one."""
        if call.idempotency_key is not None:
            return
        try:
            self._tickets.close(principal.workspace_id, _hash(principal, call), generation.id)
        except DatabaseUnavailable:
            logger.warning("an answered call was not closed; a repetition of an equal call may join it")

    def _earlier(self, principal: Principal, call: RepeatableCall) -> Generation | None:
        """What this call has started before, if it is known to be the same."""
        if call.idempotency_key is not None:
            return self._claimed(principal, call)
        if not call.turn:
            return None
        found = self._tickets.take(principal.workspace_id, _hash(principal, call), call.turn, self._clock())
        return self._generations.get(principal.workspace_id, found) if found else None

    def _claimed(self, principal: Principal, call: RepeatableCall) -> Generation | None:
        """The generation of the key, where its call had the same body: a repetition need not store its files again."""
        key_hash = key_hash_of(principal, call.idempotency_key or "")
        claimed = self._claims.find(principal.workspace_id, key_hash, self._clock())
        generation = self._generations.get(principal.workspace_id, claimed[0]) if claimed else None
        return generation if generation and digest(generation.input_params) == digest(call.sent) else None

    def _submitted(self, principal: Principal, call: RepeatableCall, request: ImageRequest) -> Submitted:
        def ticket(generation: Generation) -> Sequence[Write]:
            until = generation.created_at + TICKET_LIFETIME
            call_hash = _hash(principal, call)
            return [self._tickets.issuing(principal.workspace_id, call_hash, generation.id, until)]

        key, along = call.idempotency_key, {} if call.idempotency_key is not None else {"along": ticket}
        try:
            return self._submit(principal, request, request_id=call.request_id, idempotency_key=key, **along)
        except IdempotencyKeyReused:
            # Of two equal calls at the same time one claims the key, and each has stored files of its own.
            generation = self._claimed(principal, call) if key is not None else None
            if generation is None:
                raise
            return Submitted(generation, replayed=True)

    def _awaited(self, principal: Principal, generation: Generation, left: Callable[[], float]) -> Generation:
        if generation.status.is_final:
            return generation
        try:
            return self._wait(principal, generation.id, left())
        except DatabaseUnavailable:
            logger.warning("the end of a generation was not awaited")
            return generation


def digest(sent: Mapping[str, Any]) -> str:
    """Equal for equal bodies, in any order of their fields."""
    text = json.dumps(sent, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hash(principal: Principal, call: RepeatableCall) -> str:
    facts = "\n".join((principal.user_id, principal.key_id, digest(call.sent)))
    return hashlib.sha256(facts.encode()).hexdigest()
