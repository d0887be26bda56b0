"""Take a request for images: check it, store it, queue it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from easel.clock import Clock
from easel.domain.catalogue import Catalogue, Model, validate_parameters
from easel.domain.credits import hold_of
from easel.domain.generation import Generation, Image, ImageParameters, Mode, Reference, Status
from easel.domain.permalinks import new_permalink_secret
from easel.domain.plans import plan_of
from easel.domain.price import Price
from easel.domain.pricing import PriceBook
from easel.errors import IdempotencyKeyReused, KeyAlreadyClaimed, QueueUnavailable, WalletMissing
from easel.ids import image_id, new_generation_id
from easel.services.ports import (
    GenerationQueue,
    GenerationRepository,
    IdempotencyClaim,
    IdempotencyClaims,
    Ledger,
    UnitOfWork,
    UsageCounters,
    UsageRule,
)
from easel.services.principal import Principal

logger = logging.getLogger(__name__)

IDEMPOTENCY_WINDOW: Final = timedelta(hours=24)
"""How long an `Idempotency-Key` answers with the generation it first made."""


@dataclass(frozen=True, slots=True)
class NewGeneration:
    """A request as a front door understood it; not yet checked against the model.

    `input_params` is the body as the caller sent it. `cancel_after` shortens the model's own deadline.
    """

    prompt: str
    model: str
    n: int = 1
    size: str | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    output_format: str | None = None
    references: tuple[Reference, ...] = ()
    input_params: Mapping[str, Any] = field(default_factory=dict)
    client_reference: str | None = None
    cancel_after: timedelta | None = None

    def fingerprint(self) -> str:
        """Tells whether two requests ask for the same, whatever the order of their fields."""
        body = {"input": self.input_params, "cancelAfter": str(self.cancel_after)}
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Submitted:
    """An accepted request; `replayed` when its `Idempotency-Key` had made the generation before."""

    generation: Generation
    replayed: bool


class SubmitGeneration:
    """The one way in: every front door ends here.

    Two calls to AWS: one transaction, one message. The transaction claims the key, counts against the limits, holds the
    credits and stores the generation, or does nothing. A crash after it is healed by `SweepGenerations`.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        prices: PriceBook,
        generations: GenerationRepository,
        claims: IdempotencyClaims,
        usage: UsageCounters,
        ledger: Ledger,
        open_account: Callable[[str, tuple[str, ...]], None],
        unit_of_work: UnitOfWork,
        queue: GenerationQueue,
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._prices = prices
        self._usage = usage
        self._ledger = ledger
        self._open_account = open_account
        self._generations = generations
        self._claims = claims
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock

    def __call__(
        self, principal: Principal, request: NewGeneration, *, request_id: str, idempotency_key: str | None
    ) -> Submitted:
        """Accept the request.

        Raises:
            InvalidRequest: something the model does not do.
            IdempotencyKeyReused: the key came with another request before.
            LimitReached: too much is running, or was asked for today.
            InsufficientCredits: the wallet has less than the price.

        After any of them nothing is written.
        """
        now = self._clock()
        generation = self._draft(principal, request, request_id, now)
        claim = _claim(principal, request, idempotency_key, now)
        try:
            self._commit(principal, generation, claim, now)
        except KeyAlreadyClaimed as claimed:
            return self._replay(principal, claimed, request)
        self._enqueue(generation)
        return Submitted(generation, replayed=False)

    def quote(self, principal: Principal, request: NewGeneration) -> Price:
        """What the request would cost at most: the same checks and the same computation as a submit, nothing written.

        Raises:
            InvalidRequest: something the model does not do.
        """
        return self._check(principal, request)[2]

    def _check(self, principal: Principal, request: NewGeneration) -> tuple[Model, ImageParameters, Price]:
        model = self._catalogue.find(request.model)
        parameters = validate_parameters(
            model,
            prompt=request.prompt,
            count=request.n,
            size=request.size,
            aspect_ratio=request.aspect_ratio,
            resolution=request.resolution,
            output_format=request.output_format,
            references=request.references,
        )
        plan = plan_of(principal.plan)
        price = self._prices.price(plan=plan.prices, model_id=model.id, parameters=parameters, images=request.n)
        return model, parameters, price

    def _commit(
        self, principal: Principal, generation: Generation, claim: IdempotencyClaim | None, now: datetime
    ) -> None:
        plan = plan_of(principal.plan)
        rule = UsageRule(plan.max_active_in(generation.channel), plan.max_generations_per_day)
        # The order decides which error a caller sees when several conditions fail.
        writes = [self._usage.starting(generation, rule), self._generations.creation(generation)]
        if claim:
            writes.insert(0, self._claims.claim(principal.workspace_id, claim, generation.id, now))
        hold = hold_of(generation)
        if hold is None:
            self._unit_of_work.commit(*writes)
            return
        writes += self._ledger.holding(hold)
        try:
            self._unit_of_work.commit(*writes)
        except WalletMissing:
            self._open_account(principal.workspace_id, principal.identities)
            self._unit_of_work.commit(*writes)

    def _draft(self, principal: Principal, request: NewGeneration, request_id: str, now: datetime) -> Generation:
        model, parameters, price = self._check(principal, request)
        generation_id = new_generation_id()
        allowed = timedelta(seconds=model.deadline_seconds)
        return Generation(
            id=generation_id,
            workspace_id=principal.workspace_id,
            user_id=principal.user_id,
            channel=principal.channel,
            model=model.id,
            provider=model.candidates[0].provider,
            prompt=request.prompt,
            mode=Mode.IMAGE_TO_IMAGE if request.references else Mode.TEXT_TO_IMAGE,
            parameters=parameters,
            input_params=request.input_params,
            references=request.references,
            images=tuple(Image(id=image_id(generation_id, index), index=index) for index in range(request.n)),
            status=Status.PENDING,
            created_at=now,
            deadline=now + min(allowed, request.cancel_after or allowed),
            permalink_secret=new_permalink_secret(),
            request_id=request_id,
            client_reference=request.client_reference,
            price=price,
        )

    def _enqueue(self, generation: Generation) -> None:
        try:
            self._queue.submit(generation)
        except QueueUnavailable:
            # The generation is stored and the caller may rely on it: the sweeper sends the message again.
            logger.warning("generation stored but not queued; the sweeper will queue it")

    def _replay(self, principal: Principal, claimed: KeyAlreadyClaimed, request: NewGeneration) -> Submitted:
        if claimed.fingerprint != request.fingerprint():
            raise IdempotencyKeyReused("This Idempotency-Key was used before with another request.") from claimed
        generation = self._generations.get(principal.workspace_id, claimed.generation_id)
        if generation is None:
            raise IdempotencyKeyReused("The generation that this Idempotency-Key made was deleted.") from claimed
        return Submitted(generation, replayed=True)


def _claim(
    principal: Principal, request: NewGeneration, idempotency_key: str | None, now: datetime
) -> IdempotencyClaim | None:
    if idempotency_key is None:
        return None
    # Scoped by user: two users of one workspace may choose the same key.
    key_hash = hashlib.sha256(f"{principal.user_id}\n{idempotency_key}".encode()).hexdigest()
    return IdempotencyClaim(key_hash, request.fingerprint(), now + IDEMPOTENCY_WINDOW)
